"""What the server saw of the store's newest file when it looked last, kept in a small file beside.

By it the next start tells a torn end from damage further up, and notices a file that was shortened
or put back from a backup. Written every second and only synced at the end: after a power cut it
may be old or unreadable, which makes the next start more lenient and nothing else.
"""

import contextlib
import hashlib
import os
import time
from collections import deque
from pathlib import Path

from server.append_file import Damaged, newest, number

WRITE_SECONDS = 1.0
SETTLED_SECONDS = 10.0  # no sync takes longer without Valkey being taken for dead
COPIED_SECONDS = 60  # between writing the note and the change of its file
NANO = 1_000_000_000


class LastSeen:
    """`settled`: up to here the newest file is on disk for certain. `suspicion`: why its end may be
    lost, as found at the beginning.
    """

    def __init__(self, note: Path) -> None:
        self.settled = 0
        self.suspicion = ""
        self._note = note
        self._written = 0.0
        self._lengths: deque[tuple[float, int]] = deque()
        self._looked_at = ""

    def judge(self, files: Path) -> None:
        """Compare what is there now with what was noted; call before anything changes it."""
        found, file = self._read(), newest(files)
        if found is None or file is None:
            return
        name, inode, length, settled, at = found
        if self._note.stat().st_ctime_ns - at > COPIED_SECONDS * NANO:
            self.suspicion = "the data folder was put back from a copy"
        elif number(file.name) < number(name) or (
            name == file.name and inode != file.stat().st_ino
        ):
            self.suspicion = "the store's file was put back from a copy"
        elif name == file.name:
            self.settled, self._looked_at = settled, name
            if file.stat().st_size < length:
                self.suspicion = "the store's file has become shorter"

    def look(self, files: Path) -> None:
        """Note how long the newest file is, at most once a second."""
        now = time.monotonic()
        if now - self._written < WRITE_SECONDS:
            return
        self._written = now
        with contextlib.suppress(OSError, Damaged):  # a full disk, or a list being replaced
            file = newest(files)
            if file is not None:
                self._take_in(file, file.stat().st_size, now)

    def settle(self, files: Path) -> None:
        """Put the newest file on disk and note that all of it is there."""
        with contextlib.suppress(OSError, Damaged):
            file = newest(files)
            if file is not None:
                with file.open("rb") as store:
                    os.fsync(store.fileno())
                self._looked_at, self.settled = file.name, file.stat().st_size
                self._write(file, self.settled, sync=True)

    def _take_in(self, file: Path, length: int, now: float) -> None:
        if file.name != self._looked_at:  # Valkey has rewritten its files
            self._looked_at, self.settled = file.name, 0
            self._lengths.clear()
        self._lengths.append((now, length))
        while self._lengths[0][0] < now - SETTLED_SECONDS:
            self.settled = max(self.settled, self._lengths.popleft()[1])
        self._write(file, length)

    def _write(self, file: Path, length: int, sync: bool = False) -> None:
        fields = (file.name, file.stat().st_ino, length, self.settled, time.time_ns())
        line = " ".join(map(str, fields))
        note = os.open(self._note, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.pwrite(note, f"{line} {_mark(line)}\n".ljust(256).encode(), 0)
            if sync:
                os.fsync(note)
        finally:
            os.close(note)

    def _read(self) -> tuple[str, int, int, int, int] | None:
        if not self._note.exists():
            return None
        line, _, mark = self._note.read_bytes().decode("ascii", "replace").strip().rpartition(" ")
        if mark != _mark(line):
            return None
        name, inode, length, settled, at = line.split(" ")
        return name, int(inode), int(length), int(settled), int(at)


def _mark(line: str) -> str:
    return hashlib.blake2b(line.encode(), digest_size=8).hexdigest()
