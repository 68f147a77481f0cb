"""Starts the server anew when its event loop stands still: phones come back, nothing saved is lost.

Looked at from a thread of its own. Only looks count at which this thread ran and the loop did not,
so a machine that slept, or a process that was stopped and goes on, is not taken for one that hangs.
"""

import asyncio
import contextlib
import os
import sys
import threading
import traceback
from collections.abc import AsyncIterator

import structlog

from server.logs import places

LOOK_SECONDS = 1.0
MOST_MISSED = 8
"""Looks in a row at which the loop had not turned; with the start it stays below 10 s."""

log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """While the block runs, a loop that stands still makes the program start again from its top."""
    watchdog = Watchdog(threading.get_ident())
    beating = asyncio.create_task(watchdog.beat(), name="beating")
    watchdog.start()
    try:
        yield
    finally:
        watchdog.over.set()
        beating.cancel()


class Watchdog(threading.Thread):
    """Watches the loop of the thread `watched`."""

    def __init__(self, watched: int) -> None:
        super().__init__(name="watchdog", daemon=True)
        self.over = threading.Event()
        self._watched = watched
        self._turned = True
        self._missed = 0

    async def beat(self) -> None:
        while True:
            self._turned = True
            await asyncio.sleep(LOOK_SECONDS / 2)

    def run(self) -> None:
        while not self.over.wait(LOOK_SECONDS):
            if self.look():
                self._start_anew()

    def look(self) -> bool:
        """Whether the loop has stood still for too long."""
        self._missed = 0 if self._turned else self._missed + 1
        self._turned = False
        return self._missed >= MOST_MISSED

    def _start_anew(self) -> None:
        """Our own Valkey ends with the thread that started it, as after a kill."""
        frame = sys._current_frames().get(self._watched)
        log.critical("hung", at=places(traceback.extract_stack(frame)) if frame else [])
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
