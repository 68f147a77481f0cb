"""The hall: one dialogue, a board on the wall, and phones that arrive, post, answer and rush."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from typing import Any

from server.phones import Ack, Desk, Phone, Screen
from server.phones.held import Frame

PEOPLE_PER_TABLE = 10
MOST_TABLES = 200
STATEMENTS = 20
MINUTES = 60
SEED = 20
CARDS_SHARE = 0.5
RUSH_COMMANDS = 10
LAST_FRAMES_SECONDS = 1.0
WORDS = "Mehr Bänke am Platz, und dass man dort auch abends noch sitzen kann, ohne zu bestellen. "


@dataclass
class Measured:
    """Seconds, one per observation."""

    acks: list[float] = field(default_factory=list)
    to_board: list[float] = field(default_factory=list)
    to_neighbour: list[float] = field(default_factory=list)
    joins: list[float] = field(default_factory=list)
    joining: float = 0.0
    tried_again: int = 0
    lags: list[float] = field(default_factory=list)
    """How late this process itself woke up: what it adds to everything it measures."""
    given: int = 0
    cards: int = 0
    rush_per_second: float = 0.0
    refused: list[str] = field(default_factory=list)


def together(found: Sequence[Measured]) -> Measured:
    """What several crowds measured at the same time, as one."""
    sums = {part.name: getattr(found[0], part.name) for part in fields(Measured)}
    for one in found[1:]:
        for name in sums:
            sums[name] = sums[name] + getattr(one, name)
    return Measured(**{**sums, "joining": max(one.joining for one in found)})


class Crowd:
    """Everybody in the hall, in this one process; clocks agree because there is only one."""

    def __init__(
        self, desk: Desk, moderator: Screen, board: Screen, phones: int, seed: int = SEED
    ) -> None:
        self.desk = desk
        self.moderator = moderator
        self.board = board
        self.measured = Measured()
        self.phones = [Phone(desk.url, moderator.code, told=self._told) for _ in range(phones)]
        self._tapped: dict[str, float] = {}
        self._random = random.Random(seed)
        self._ballot = ""
        self._options: list[str] = []

    async def open_the_floor(self) -> None:
        """A round and a ballot, both open, so that cards and votes come at the same time."""
        plan: dict[str, Any] = {"title": {"de": "Ideen"}, "question": {}, "kinds": ["idea"]}
        await self._moderate("PlanRound", **plan, minutes=MINUTES)
        statements = [{"de": f"Aussage {nth}: {WORDS}"} for nth in range(STATEMENTS)]
        ballot = {"title": {"de": "Zustimmung"}, "method": "agreement", "statements": statements}
        await self._moderate("PlanBallot", **ballot, minutes=MINUTES)
        rounds = await self.moderator.until(lambda: self.moderator.shared.all("round"))
        ballots = await self.moderator.until(lambda: self.moderator.shared.all("ballot"))
        self._ballot = ballots[0]["id"]
        await self._moderate("OpenRound", round=rounds[0]["id"])
        await self._moderate("OpenBallot", ballot=self._ballot)
        options = await self.moderator.until(lambda: self.moderator.shared.all("option"))
        self._options = [option["id"] for option in options]

    async def arrive(self) -> None:
        """Everybody scans the code at the same moment."""
        tables = len(self.moderator.shared.all("table"))
        begun = time.monotonic()

        async def join(nth: int, phone: Phone) -> None:
            await self._connect(phone)
            await phone.join("de", nth % tables + 1)
            self.measured.joins.append(time.monotonic() - begun)

        await asyncio.gather(*(join(nth, phone) for nth, phone in enumerate(self.phones)))
        self.measured.joining = time.monotonic() - begun
        self.board.seen = lambda frame: self._seen(frame, self.measured.to_board)
        for neighbour in self.phones[:tables]:
            neighbour.seen = lambda frame: self._seen(frame, self.measured.to_neighbour)

    async def tap(self, per_second: float, seconds: float) -> None:
        """Independent people: the pauses between two taps are exponential."""
        self.measured.acks.clear()
        watch = asyncio.create_task(self._watch_own_lag())
        begun = time.monotonic()
        at = begun
        given: list[asyncio.Future[Ack]] = []
        while (at := at + self._random.expovariate(per_second)) < begun + seconds:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            given.append(self._tap(self._random.choice(self.phones)))
        await asyncio.gather(*given)
        await self._last_frames()
        watch.cancel()
        self.measured.given = len(given)
        self.measured.cards = len(self._tapped)

    async def rush(self) -> None:
        """Everybody at once, as fast as the server answers."""
        acks, self.measured.acks = self.measured.acks, []
        begun = time.monotonic()
        given = [self._answer(phone) for _ in range(RUSH_COMMANDS) for phone in self.phones]
        await asyncio.gather(*given)
        self.measured.rush_per_second = len(given) / (time.monotonic() - begun)
        self.measured.acks = acks

    async def leave(self) -> None:
        screens = [*self.phones, self.moderator, self.board]
        await asyncio.gather(*(screen.close() for screen in screens))

    async def _connect(self, phone: Phone) -> None:
        """As a page does it: whoever finds no way in tries again a little later."""
        while True:
            try:
                await phone.connect()
                return
            except OSError:
                self.measured.tried_again += 1
                await asyncio.sleep(self._random.random())

    def _tap(self, phone: Phone) -> "asyncio.Future[Ack]":
        if self._random.random() >= CARDS_SHARE:
            return self._answer(phone)
        text = f"{len(self._tapped)} {WORDS}".strip()
        self._tapped[text] = time.monotonic()
        return phone.give("PostCard", text=text, kind="idea")

    def _answer(self, phone: Phone) -> "asyncio.Future[Ack]":
        option = self._random.choice(self._options)
        answer = self._random.choice(("agree", "disagree", "pass"))
        return phone.give("AnswerStatement", ballot=self._ballot, option=option, answer=answer)

    def _told(self, name: str, seconds: float, ack: Ack) -> None:
        self.measured.acks.append(seconds)
        if not ack["ok"]:
            self.measured.refused.append(f"{name}: {ack['reason']}")

    def _seen(self, frame: Frame, seconds: list[float]) -> None:
        """Frames that only bring what is new; a whole view may hold what was seen long ago."""
        now = time.monotonic()
        if frame["from"] is None:
            return
        for key, entry in frame["put"].items():
            if key.startswith("card:"):
                seconds.append(now - self._tapped[entry["text"]])

    async def _last_frames(self) -> None:
        """Board and tables lag behind the last ack by a frame."""
        await asyncio.sleep(LAST_FRAMES_SECONDS)
        for screen in (self.board, *self.phones):
            screen.seen = None

    async def _watch_own_lag(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            self.measured.lags.append(time.monotonic() - before - 0.01)

    async def _moderate(self, name: str, **fields: Any) -> None:
        ack = await self.moderator.command(name, **fields)
        if not ack["ok"]:
            raise RuntimeError(f"{name}: {ack}")


@asynccontextmanager
async def crowd_of(phones: int, link: str, seed: int = SEED) -> AsyncIterator[Crowd]:
    """A fresh dialogue at the server whose organiser's link this is; nobody has arrived yet."""
    desk = await Desk.of_organiser(link)
    tables = min(max(phones // PEOPLE_PER_TABLE, 1), MOST_TABLES)
    wanted = {"template": "blank", "languages": ["de"], "tables": tables}
    made = await desk.post("/api/dialogues", wanted)
    links = (await desk.get(f"/api/dialogues/{made['code']}/links"))["links"]
    moderator = await desk.staff(made["moderator_link"])
    board = await desk.staff(next(one["url"] for one in links if one["role"] == "board"))
    await asyncio.gather(moderator.connect(), board.connect())
    crowd = Crowd(desk, moderator, board, phones, seed)
    try:
        await crowd.open_the_floor()
        yield crowd
    finally:
        await crowd.leave()
