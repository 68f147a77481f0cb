"""How late the event loop is: what is due now waits that long, for everybody in the hall."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rooms.counts import SECONDS, Spread

BEAT_SECONDS = 0.1


class Pulse:
    """Ten times a second it notes by how much it was late."""

    def __init__(self) -> None:
        self.late_seconds = Spread(SECONDS)

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._beat(), name="pulse")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _beat(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            self.late_seconds.note(max(0.0, clock() - due))
