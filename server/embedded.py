"""The store the server brings along: starts Valkey on the data folder, watches it, mends it.

When Valkey dies it is started again on the same socket; everything acknowledged is in its file.
A full disk is waited out. A torn tail is cut off and counted in `dropped_bytes`, which the server
answers with a new epoch. What it will not do is try a file for ever that Valkey cannot live with.
"""

import asyncio
import fcntl
import os
import shutil
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import structlog

from server.last_seen import LastSeen
from server.opening import (
    PATIENCE_SECONDS,
    Opening,
    end_left_over,
    opening_sentences,
    repair_command,
)
from server.valkey_process import StoreUnusable, ValkeyProcess, make_private
from server.verification import Findings

LEAST_FREE_BYTES = 64 * 1024 * 1024
LOOK_SECONDS = 0.2
STARTS_PER_MINUTE = 3
FULL_SECONDS = 3.0  # a disk of which only Valkey notices that it is full, such as one with a quota

Trouble = Literal["storage_starting", "disk_full", "storage_broken"]

log = structlog.get_logger(__name__)


def free_bytes(folder: Path) -> int:
    """What the disk below `folder` has left for us; nothing if it does not answer."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


class EmbeddedStore:
    """`url` is where the dialogues are kept; `dropped_bytes` counts what was cut off torn tails.

    `suspicion` says why the end of what was acknowledged may be missing, or nothing.
    """

    def __init__(self, data: Path, free: Callable[[Path], int] = free_bytes) -> None:
        make_private(data)
        self._data = data
        self._free = free
        self._valkey = ValkeyProcess(data / "store")
        self._folder_lock: int | None = None
        self._starts: deque[float] = deque(maxlen=STARTS_PER_MINUTE)
        self._watch: asyncio.Task[None] | None = None
        self._up = False
        self._broken = False
        self._full_until = 0.0
        self.url = f"unix://{quote(str(self._valkey.socket))}"
        self._seen = LastSeen(data / "store" / "last-seen")
        self._opening = Opening(self._valkey, self.url, self._seen, repair_command(data))
        self.findings = Findings((), {})

    @property
    def dropped_bytes(self) -> int:
        return self._opening.dropped_bytes

    @property
    def suspicion(self) -> str:
        return self._seen.suspicion

    def believe(self) -> None:
        """A new epoch has begun in every dialogue that opens."""
        self._seen.believe()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the organiser must know about what was found at start."""
        return opening_sentences(
            self.dropped_bytes, self._seen.suspicion, self.findings, self._data
        )

    @property
    def pid(self) -> int:
        """The process id of the Valkey that runs now."""
        return self._valkey.pid

    @property
    def files(self) -> Path:
        """Where Valkey keeps what it writes."""
        return self._valkey.files

    async def start(self) -> None:
        """Take the folder and start Valkey on it; raises StoreUnusable with a plain sentence.

        Call it from the main thread: on Linux Valkey ends with the thread that started it.
        """
        self._folder_lock = take_folder(self._data)
        try:
            await end_left_over(self._valkey, PATIENCE_SECONDS)
            self.findings = await self._opening.open()
            self._up = True
        except BaseException:
            await end_left_over(self._valkey, PATIENCE_SECONDS)
            self._let_go()
            raise
        self._watch = asyncio.create_task(self._watch_over())

    async def stop(self) -> None:
        """End Valkey after its last write and let go of the folder."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        was_up, self._up = self._up, False
        await end_left_over(self._valkey, PATIENCE_SECONDS)
        if was_up:
            self._seen.settle(self._valkey.files, at_rest=True)
        self._let_go()

    def storage_state(self) -> Trouble | None:
        """Why commands must be refused now, or None. A look costs two calls of the system."""
        if self._broken:
            return "storage_broken"
        if self._full():  # before the disk is full: then Valkey would have to end itself
            return "disk_full"
        return None if self._up and self._valkey.runs() else "storage_starting"

    async def _watch_over(self) -> None:
        while not self._broken:
            await asyncio.sleep(LOOK_SECONDS)
            self._valkey.cap_log()
            self._seen.look(self._valkey.files)
            if not self._valkey.runs():
                self._up = False
                if self._valkey.was_killed():
                    self._starts.clear()
                if self._valkey.found_no_room():
                    self._starts.clear()
                    self._full_until = asyncio.get_running_loop().time() + FULL_SECONDS
                log.error("store_ended", last_words=self._valkey.last_words())
                await self._bring_back()

    async def _bring_back(self) -> None:
        while not self._up and not self._broken:
            if self._full():
                self._starts.clear()
                await asyncio.sleep(LOOK_SECONDS)
            elif self._too_many_starts():
                self._broken = True
                log.critical("store_given_up", why=self._opening.why())
            else:
                await self._try_again()

    async def _try_again(self) -> None:
        self._starts.append(asyncio.get_running_loop().time())
        try:
            # What is left is at most its child, busy writing a file nobody needs.
            await end_left_over(self._valkey, 0)
            self._up = await self._opening.come_up()
        except (StoreUnusable, OSError) as error:
            log.error("store_not_started", why=str(error))

    def _too_many_starts(self) -> bool:
        now = asyncio.get_running_loop().time()
        return len(self._starts) == STARTS_PER_MINUTE and now - self._starts[0] < 60

    def _full(self) -> bool:
        if asyncio.get_running_loop().time() < self._full_until:
            return True
        return self._free(self._data) < LEAST_FREE_BYTES

    def _let_go(self) -> None:
        if self._folder_lock is not None:
            os.close(self._folder_lock)
            self._folder_lock = None


def take_folder(data: Path) -> int:
    """The lock that keeps a second server out for as long as it is open. Raises StoreUnusable."""
    lock = os.open(data / "server.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = os.read(lock, 20).decode()
        os.close(lock)
        raise StoreUnusable(
            f"the folder {data} is in use by another Dialogtisch server (process {other}); "
            "end that one first, or give this one a folder of its own (--data)"
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock
