"""Two thousand joins from one address: all at once, and step by step to see where the time goes."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil

from bench.doors.evening import Evening
from server.phones.line import Line


class Guest:
    """A phone that goes in step by step and does nothing else."""

    def __init__(self, evening: Evening, nth: int) -> None:
        self._evening = evening
        self._table = nth % evening.tables + 1
        self._name = secrets.token_hex(5)
        self.line = Line(lambda frame: None, lambda line: None)

    async def open(self) -> None:
        """TCP, upgrade, Engine.IO's open, CONNECT."""
        auth = {"code": self._evening.code, "token": secrets.token_hex(16)}
        await self.line.open(self._evening.url, auth, "")

    async def hello(self) -> None:
        answer = await self.line.answer("hello", {"epoch": None, "version": None})
        assert answer["ok"], answer
        assert answer["views"], "no snapshot"

    async def join(self) -> None:
        await self._command(1, {"name": "Join", "language": "de"})

    async def sit(self) -> None:
        await self._command(2, {"name": "TakeTable", "table": self._table})

    async def _command(self, number: int, body: dict[str, Any]) -> None:
        answer = await self.line.answer("command", {**body, "id": f"{self._name}.{number}"})
        assert answer["ok"], answer


STEPS: dict[str, Callable[[Guest], Awaitable[None]]] = {
    "connect: TCP, upgrade, open, CONNECT": Guest.open,
    "hello, with the first snapshot": Guest.hello,
    "Join, on disk": Guest.join,
    "TakeTable, on disk": Guest.sit,
}


@dataclass
class Spent:
    """Seconds: of the server's and of the store's processor, and on the wall."""

    server: float
    store: float
    wall: float


@dataclass
class Joined:
    """`each` is one phone's time from its first packet until it had joined."""

    phones: int
    whole: Spent
    each: list[float] = field(default_factory=list)


class Meter:
    """Processor time of the server and its store since the meter was made or asked last."""

    def __init__(self, server: int) -> None:
        self._server = psutil.Process(server)
        self._last = self._now()

    def spent(self) -> Spent:
        before, self._last = self._last, self._now()
        server, store, wall = (after - was for after, was in zip(self._last, before, strict=True))
        return Spent(server, store, wall)

    def _now(self) -> tuple[float, float, float]:
        stores = sum(_seconds(child) for child in self._server.children())
        return _seconds(self._server), stores, time.monotonic()


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def join_at_once(evening: Evening, phones: int) -> Joined:
    """Everybody goes through the first three steps as fast as they are let."""
    guests = [Guest(evening, nth) for nth in range(phones)]
    each: list[float] = []

    async def come(guest: Guest) -> None:
        begun = time.monotonic()
        await guest.open()
        await guest.hello()
        await guest.join()
        each.append(time.monotonic() - begun)

    meter = Meter(evening.server)
    await asyncio.gather(*(come(guest) for guest in guests))
    whole = meter.spent()
    await leave(guests)
    return Joined(phones, whole, sorted(each))


async def step_by_step(evening: Evening, phones: int) -> dict[str, Spent]:
    """Everybody takes a step together before anybody takes the next."""
    guests = [Guest(evening, nth) for nth in range(phones)]
    spent = {}
    meter = Meter(evening.server)
    for name, step in STEPS.items():
        await asyncio.gather(*(step(guest) for guest in guests))
        await asyncio.sleep(0.5)  # frames about this step still go out
        spent[name] = meter.spent()
    await leave(guests)
    spent["leaving"] = meter.spent()
    return spent


async def leave(guests: Sequence[Guest]) -> None:
    for guest in guests:
        guest.line.close()
    await asyncio.gather(*(guest.line.closed() for guest in guests))
    await asyncio.sleep(1.5)
