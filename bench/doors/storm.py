"""Everybody falls at once: how soon the hall is back, and the staff before it."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.doors.evening import Evening, evening_for
from server.phones import Phone, Screen
from server.trial_server import trial_server

HOSTS = 8
JOINING_AT_ONCE = 100
PATIENCE_SECONDS = 30.0


@dataclass
class Storm:
    """Seconds until somebody had their views again, in order; `sent_away`: refused for good."""

    phones: list[float] = field(default_factory=list)
    staff: list[float] = field(default_factory=list)
    sent_away: int = 0


class Return:
    """Notes when a screen's hello is answered again."""

    def __init__(self, screens: Sequence[Screen]) -> None:
        self.seconds: list[float] = []
        self._begun = time.monotonic()
        self._missing = len(screens)
        self._back = asyncio.Event()
        for screen in screens:
            self._watch(screen)

    async def all_back(self) -> list[float]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._back.wait()
        return sorted(self.seconds)

    def _watch(self, screen: Screen) -> None:
        def opened() -> None:
            del screen._outbox.open  # type: ignore[method-assign]
            screen._outbox.open()
            self.seconds.append(time.monotonic() - self._begun)
            self._missing -= 1
            if not self._missing:
                self._back.set()

        screen._outbox.open = opened  # type: ignore[method-assign]


async def fall_and_return(phones: int) -> tuple[Storm, Storm]:
    """The wifi fails for everybody; then the server is killed and started again."""
    with TemporaryDirectory(prefix="dt-") as folder:
        async with AsyncExitStack() as stack:
            evening = await stack.enter_async_context(evening_for(phones, data=Path(folder)))
            staff = [evening.moderator, evening.board, *await _hosts(evening)]
            hall = [Phone(evening.url, evening.code) for _ in range(phones)]
            for begin in range(0, phones, JOINING_AT_ONCE):
                await asyncio.gather(
                    *(one.join("de") for one in hall[begin : begin + JOINING_AT_ONCE])
                )
            stack.push_async_callback(_leave, [*hall, *staff])
            fallen = await _storm(hall, staff, lambda: _drop([*hall, *staff]))
            port = evening.url.rpartition(":")[2]

            async def restart() -> None:
                os.kill(evening.server, signal.SIGKILL)
                await asyncio.sleep(0.5)
                again = trial_server(Path(folder), ("--port", port))
                await stack.enter_async_context(again)

            return fallen, await _storm(hall, staff, restart)


async def _storm(hall: Sequence[Screen], staff: Sequence[Screen], strike: object) -> Storm:
    assert callable(strike)
    phones, first = Return(hall), Return(staff)
    done = strike()
    if asyncio.iscoroutine(done):
        await done
    back = Storm(await phones.all_back(), await first.all_back())
    back.sent_away = sum(screen._end is not None for screen in (*hall, *staff))
    return back


def _drop(screens: Sequence[Screen]) -> None:
    for screen in screens:
        screen.drop()


async def _hosts(evening: Evening) -> list[Screen]:
    links = (await evening.desk.get(f"/api/dialogues/{evening.code}/links"))["links"]
    urls = [one["url"] for one in links if one["role"] == "host"][:HOSTS]
    hosts = [await evening.desk.staff(url) for url in urls]
    await asyncio.gather(*(host.connect() for host in hosts))
    return hosts


async def _leave(screens: Sequence[Screen]) -> None:
    await asyncio.gather(*(screen.close() for screen in screens))
