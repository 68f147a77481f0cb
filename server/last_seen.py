"""What the server saw of the store's newest file when it looked last, kept in a small file beside.

By it the next start tells a torn end from damage further up, and notices a file that was shortened
or put back from a backup. Written every second and only synced at the end: after a power cut it
may be old or unreadable, which makes the next start more lenient and nothing else.
"""

import contextlib
import hashlib
import json
import os
import time
from collections import deque
from pathlib import Path
from typing import NamedTuple

from server.store_files import Damaged, listed, newest, number

WRITE_SECONDS = 1.0
SETTLED_SECONDS = 10.0  # no sync takes longer without Valkey being taken for dead
COPIED_SECONDS = 60  # between writing the note and the change of its file
NANO = 1_000_000_000
NOTE_BYTES = 512
BOOT = Path("/proc/sys/kernel/random/boot_id")


class LastSeen:
    """`settled`: up to here the newest file is on disk for certain. `suspicion`: why its end may be
    lost; it is noted until `believe` is called, however often the server is killed before that.
    `held_something`: the files were not empty then.
    """

    def __init__(self, note: Path) -> None:
        self.settled = 0
        self.suspicion = ""
        self.held_something = False
        self._note = note
        self._written = 0.0
        self._lengths: deque[tuple[float, int]] = deque()
        self._looked_at = ""

    def judge(self, files: Path) -> None:
        """Compare what is there now with what was noted; call before anything changes it."""
        found, file = self._read(), newest(files)
        if found is None or file is None:
            return
        if found.name == file.name:
            self.settled, self._looked_at = found.settled, found.name
        self.suspicion = self._compared(found, file)
        self.held_something = bool(found.length or found.beginning_length)

    def suspect(self, because: str, files: Path) -> None:
        """Something is about to be cut off; noted on disk before that."""
        self.suspicion = self.suspicion or because
        with contextlib.suppress(OSError, Damaged):
            if file := newest(files):
                self._write(file, 0, sync=True)

    def believe(self) -> None:
        """A new epoch has begun everywhere: whatever was lost has been answered."""
        self.suspicion, self._written = "", 0.0

    def look(self, files: Path) -> None:
        """Note how long the newest file is, at most once a second."""
        now = time.monotonic()
        if now - self._written < WRITE_SECONDS:
            return
        self._written = now
        with contextlib.suppress(OSError, Damaged):  # a full disk, or a list being replaced
            if file := newest(files):
                self._take_in(file, file.stat().st_size, now)

    def settle(self, files: Path, at_rest: bool = False) -> None:
        """Put the newest file on disk and note that all of it is there; `at_rest`: it stays so."""
        with contextlib.suppress(OSError, Damaged):
            if file := newest(files):
                with file.open("rb") as store:
                    os.fsync(store.fileno())
                self._looked_at, self.settled = file.name, file.stat().st_size
                self._write(file, self.settled, at_rest=at_rest, sync=True)

    def _compared(self, noted: "Noted", file: Path) -> str:
        """Why something may be missing, or nothing."""
        if noted.suspicion:
            return noted.suspicion
        if self._note.stat().st_ctime_ns - noted.at > COPIED_SECONDS * NANO:
            return "the data folder was put back from a copy"
        if number(file.name) < number(noted.name) or (
            noted.name == file.name and noted.inode != file.stat().st_ino
        ):
            return "the store's file was put back from a copy"
        if noted.name == file.name and file.stat().st_size < noted.length:
            return "the store's file has become shorter"
        beginning = _beginning(file)
        if noted.beginning == beginning.name and beginning.stat().st_size < noted.beginning_length:
            return "the store's file has become shorter"
        if not noted.at_rest and noted.boot != _boot():
            return "the machine lost power while the server ran"
        return ""

    def _take_in(self, file: Path, length: int, now: float) -> None:
        if file.name != self._looked_at:  # Valkey has rewritten its files
            self._looked_at, self.settled = file.name, 0
            self._lengths.clear()
        # The length of the look before: what has grown since may not be on disk yet.
        before = self._lengths[-1][1] if self._lengths else self.settled
        self._lengths.append((now, length))
        while self._lengths[0][0] < now - SETTLED_SECONDS:
            self.settled = max(self.settled, self._lengths.popleft()[1])
        self._write(file, before)

    def _write(self, file: Path, length: int, at_rest: bool = False, sync: bool = False) -> None:
        inode, beginning = file.stat().st_ino, _beginning(file)
        noted = Noted(
            *(file.name, inode, length, self.settled),
            *(time.time_ns(), _boot(), at_rest, self.suspicion),
            *(beginning.name, beginning.stat().st_size),
        )
        line = json.dumps(noted._asdict())
        note = os.open(self._note, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.pwrite(note, f"{line} {_mark(line)}\n".ljust(NOTE_BYTES).encode(), 0)
            if sync:
                os.fsync(note)
        finally:
            os.close(note)

    def _read(self) -> "Noted | None":
        if not self._note.exists():
            return None
        text = self._note.read_bytes().decode("ascii", "replace").strip()
        line, _, mark = text.rpartition(" ")
        if mark != _mark(line):
            return None
        try:
            return Noted(**json.loads(line))
        except (TypeError, ValueError):  # another version's note says other things
            return None


class Noted(NamedTuple):
    """What stands in the note; `at_rest`: the store had ended in order.

    `beginning` is the file that Valkey reads before it; once written that never changes.
    """

    name: str
    inode: int
    length: int
    settled: int
    at: int
    boot: str
    at_rest: bool
    suspicion: str
    beginning: str
    beginning_length: int


def _beginning(file: Path) -> Path:
    """Raises Damaged."""
    return listed(file.parent)[0]


def _boot() -> str:
    """Another one after every start of the machine; the same for ever where it cannot be told."""
    return BOOT.read_text().strip() if BOOT.exists() else ""


def _mark(line: str) -> str:
    return hashlib.blake2b(line.encode(), digest_size=8).hexdigest()
