"""A hall whose phones are spread at random over several processes, as when affinity is lost."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from bench.hall.crowd import PEOPLE_PER_TABLE, SEED, Crowd
from server.phones import Ack, Desk, Phone, Screen


class SpreadPhone(Phone):
    """A phone that can be sent to another process, as a proxy would send it."""

    @property
    def line(self) -> object:
        """Another one after every loss of the connection."""
        return self._line

    def move(self, url: str) -> None:
        """From the next connection on."""
        self._url = url


class SpreadCrowd(Crowd):
    """As the crowd of one process; the first process has the staff."""

    def __init__(
        self, desk: Desk, moderator: Screen, board: Screen, urls: Sequence[str], phones: int
    ) -> None:
        super().__init__(desk, moderator, board, 0)
        chance = random.Random(SEED)
        self.at = [chance.choice(urls) for _ in range(phones)]
        self.acks_at: dict[str, list[float]] = {url: [] for url in urls}
        self.phones = [
            SpreadPhone(url, moderator.code, told=partial(self._told_at, url)) for url in self.at
        ]
        self.rush_acks: list[float] = []

    def answer(self, phone: Phone) -> "asyncio.Future[Ack]":
        """One tap of this phone on a random statement."""
        return self._answer(phone)

    async def rush(self) -> None:
        """Everybody at once; how long each answer took is kept apart."""
        quiet, self.measured.acks = self.measured.acks, []
        await super().rush()
        self.measured.acks = quiet

    def _told_at(self, url: str, name: str, seconds: float, ack: Ack) -> None:
        """`url`: where this phone was at first."""
        self._told(name, seconds, ack)
        self.acks_at[url].append(seconds)

    def _told(self, name: str, seconds: float, ack: Ack) -> None:
        super()._told(name, seconds, ack)
        self.rush_acks.append(seconds)


@asynccontextmanager
async def spread_crowd(
    links: Sequence[str], urls: Sequence[str], phones: int
) -> AsyncIterator[SpreadCrowd]:
    """A fresh dialogue; `links` are the organiser's links of the processes at `urls`."""
    desk = await Desk.of_organiser(links[0])
    wanted = {"template": "blank", "languages": ["de"], "tables": phones // PEOPLE_PER_TABLE}
    made = await desk.post("/api/dialogues", wanted)
    known = (await desk.get(f"/api/dialogues/{made['code']}/links"))["links"]
    moderator = await desk.staff(made["moderator_link"])
    board = await desk.staff(next(one["url"] for one in known if one["role"] == "board"))
    await asyncio.gather(moderator.connect(), board.connect())
    crowd = SpreadCrowd(desk, moderator, board, urls, phones)
    try:
        await crowd.open_the_floor()
        yield crowd
    finally:
        await crowd.leave()
