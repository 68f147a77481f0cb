"""People who post, change and vote at a human pace, and what each of them was answered."""

import asyncio
import contextlib
import random
import secrets
from dataclasses import dataclass
from typing import Any

from rooms.messages import PersonId, person_of
from server.phones import Ack, Ended, Phone

CARDS_SHARE, EDITS_SHARE = 0.2, 0.1
HURRIED_SHARE = 0.2
SECONDS_UNTIL_ANSWERED = 60.0
SECONDS_BETWEEN_TRIES = 1.0
ANSWERS = ("agree", "disagree", "pass")


@dataclass(slots=True)
class Order:
    """One command as a person gave it; `ack` stays None if its phone was reloaded meanwhile."""

    person: PersonId
    name: str
    ack: Ack | None = None


class Person:
    """One phone, which may be reloaded; acts every `pause` seconds on average."""

    def __init__(self, url: str, code: str, nth: int, pause: float, rng: random.Random) -> None:
        self.token = secrets.token_hex(16)
        self.id = person_of(code, self.token)
        self.phone = Phone(url, code, self.token)
        self.orders: list[Order] = []
        self._pause = pause
        self._rng = rng
        self._nth = nth
        self._written = 0
        self._answered: set[asyncio.Task[None]] = set()

    async def join(self, table: int) -> None:
        await self.phone.join("de", table)

    async def live(self, ballot: str, options: list[str]) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / self._pause))
            try:
                answered = self._act(ballot, options)
            except Ended:
                continue  # the phone is just being reloaded
            if self._rng.random() >= HURRIED_SHARE:
                await asyncio.wait([answered], timeout=SECONDS_UNTIL_ANSWERED)

    async def reload(self) -> None:
        """The page begins anew: it knows who it is and nothing else."""
        old, self.phone = self.phone, Phone(self.phone._url, self.phone.code, self.token)
        await old.close()
        while True:
            try:
                await self.phone.connect()
                return
            except OSError:
                await asyncio.sleep(SECONDS_BETWEEN_TRIES * self._rng.random())

    async def settle(self) -> None:
        """Returns when everything that was given has its answer."""
        while self._answered:
            await asyncio.wait(self._answered)

    def _act(self, ballot: str, options: list[str]) -> "asyncio.Task[None]":
        chance = self._rng.random()
        cards = self.phone.mine.all("mycard")
        if chance < CARDS_SHARE:
            return self._give("PostCard", text=self._text(), kind="idea")
        if chance < CARDS_SHARE + EDITS_SHARE and cards:
            card = self._rng.choice(cards)
            return self._give("EditCard", card=card["id"], text=self._text(), kind="idea")
        option, answer = self._rng.choice(options), self._rng.choice(ANSWERS)
        return self._give("AnswerStatement", ballot=ballot, option=option, answer=answer)

    def _text(self) -> str:
        self._written += 1
        return f"Gedanke {self._written} von {self._nth}: mehr Bänke, auf denen man sitzen darf"

    def _give(self, name: str, **fields: Any) -> "asyncio.Task[None]":
        answer = self.phone.give(name, **fields)
        self.orders.append(order := Order(self.id, name))
        task = asyncio.create_task(self._hear(order, answer))
        self._answered.add(task)
        task.add_done_callback(self._answered.discard)
        return task

    async def _hear(self, order: Order, answer: "asyncio.Future[Ack]") -> None:
        # Reloaded before the answer: it may be in the log or not.
        with contextlib.suppress(ConnectionError):
            order.ack = await answer
