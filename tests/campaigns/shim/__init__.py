"""A disk that loses power, lies, dawdles, fails or fills up, and a clock that jumps.

A small library in C (shim.c) is loaded in front of the C library of the program under test and of
every child it starts. It notes what was synced and obeys orders that may change at any moment:

    if reason := why_no_shim(): pytest.skip(reason)     # Linux with a C compiler only
    disk = Disk(folder)                 # the data folder; orders and notes lie in one beside it
    server = Installation(folder, port, environment=disk.environment)
    disk.slow(0.2)                      # every sync takes 200 ms longer; slow(0) ends it
    disk.lie(True)                      # a sync says yes and does nothing
    disk.fail_syncs(after=10, times=1)  # EIO at the 11th sync from now; times=0 ends it
    disk.space(100_000)                 # ENOSPC once so many bytes were written; None ends it
    disk.shift_clock(86_400)            # the wall clock of the program jumps, its timers do not
    disk.syncs                          # how many there were
    ... SIGKILL the program and its Valkey ...
    disk.cut_power(random.Random(seed)) # tears what was not synced, as a power cut does
    disk.close()

A file keeps every byte up to its last sync. Of what came after, a random part stays, and may be
followed by zeros, by garbage or by later sectors without the earlier ones. What is there after a
cut counts as synced, and the machine has another boot_id. Not modelled: bytes that are overwritten
in place, a rename that is undone.
"""

import hashlib
import mmap
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
ORDERS = ("lie", "delay", "fail_from", "fail_times", "syncs", "space_limited", "space", "clock")
NOTE = struct.Struct("=qqq")  # device, inode, bytes that are safe
SECTOR = 512


@dataclass(frozen=True, slots=True)
class Torn:
    """What a power cut made of one file: `safe` bytes are as they were, `left` is its length."""

    file: Path
    safe: int
    written: int
    left: int


def why_no_shim() -> str | None:
    """Why it cannot be used on this machine, or None."""
    if sys.platform != "linux":
        return "the disk that fails is made for Linux"
    if compiler() is None:
        return "needs a C compiler (gcc) and the C library's headers (libc6-dev)"
    return None


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc")


def library() -> Path:
    """The compiled shim, made at first use and kept for as long as its source stays the same."""
    mark = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"dialogtisch-shim-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    made = folder / f"{mark}.so"
    if not made.exists():
        draft = folder / f"{mark}.{os.getpid()}"
        command = [compiler() or "cc", "-O2", "-shared", "-fPIC", "-o", str(draft), str(SOURCE)]
        subprocess.run(command, check=True)
        draft.replace(made)
    return made


class Disk:
    """The disk below `folder` for programs started with `environment`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._beside = Path(tempfile.mkdtemp(prefix="dt-disk-"))
        self._map = self._beside / "synced"
        self._map.touch()
        self._boot = self._beside / "boot"
        self._started_anew()
        orders = self._beside / "orders"
        orders.write_bytes(bytes(8 * len(ORDERS)))
        with orders.open("r+b") as file:
            self._orders = mmap.mmap(file.fileno(), 0)
        self.environment = {
            "LD_PRELOAD": str(library()),
            "DISK_SHIM_BELOW": f"{self.folder}/",
            "DISK_SHIM_ORDERS": str(orders),
            "DISK_SHIM_MAP": str(self._map),
            "DISK_SHIM_BOOT": str(self._boot),
        }
        self._all_is_safe()

    @property
    def syncs(self) -> int:
        """How many syncs there were, those that failed included."""
        found: int = struct.unpack_from("=q", self._orders, 8 * ORDERS.index("syncs"))[0]
        return found

    def slow(self, seconds: float) -> None:
        """Every sync takes that much longer."""
        self._order("delay", int(seconds * 1_000_000))

    def lie(self, on: bool = True) -> None:
        """A sync returns at once, and what it was to keep is lost in a power cut."""
        self._order("lie", int(on))

    def fail_syncs(self, after: int = 0, times: int = 1_000_000) -> None:
        """From now, `after` syncs still work, then `times` fail with EIO."""
        self._order("fail_times", times)
        self._order("fail_from", self.syncs + after + 1 if times else 0)

    def space(self, bytes_left: int | None) -> None:
        """So much can still be written, then ENOSPC; None: as much as the real disk takes."""
        self._order("space", bytes_left or 0)
        self._order("space_limited", int(bytes_left is not None))

    def shift_clock(self, seconds: int) -> None:
        """The program's wall clock is ahead of ours by this much, or behind."""
        self._order("clock", seconds)

    def cut_power(self, chance: random.Random) -> list[Torn]:
        """Tears every file as a power cut would; every program on it must have been killed."""
        safe = self._safe()
        torn = []
        for file in self._files():
            found = file.stat()
            kept = min(safe.get((found.st_dev, found.st_ino), 0), found.st_size)
            if kept < found.st_size:
                _tear(file, kept, chance)
                torn.append(Torn(file, kept, found.st_size, file.stat().st_size))
        self._all_is_safe()
        self._started_anew()
        return torn

    def close(self) -> None:
        self._orders.close()
        shutil.rmtree(self._beside)

    def _order(self, name: str, number: int) -> None:
        struct.pack_into("=q", self._orders, 8 * ORDERS.index(name), number)

    def _started_anew(self) -> None:
        """A machine that has lost power has another boot_id afterwards."""
        self._boot.write_text(f"{uuid.uuid4()}\n")

    def _files(self) -> list[Path]:
        found = (path for path in self.folder.rglob("*") if not path.is_symlink())
        return sorted(path for path in found if path.is_file())

    def _safe(self) -> dict[tuple[int, int], int]:
        notes = self._map.read_bytes()
        whole = len(notes) - len(notes) % NOTE.size
        return {(device, inode): size for device, inode, size in NOTE.iter_unpack(notes[:whole])}

    def _all_is_safe(self) -> None:
        notes = ((one.st_dev, one.st_ino, one.st_size) for one in map(Path.stat, self._files()))
        self._map.write_bytes(b"".join(NOTE.pack(*note) for note in notes))


def _tear(file: Path, safe: int, chance: random.Random) -> None:
    with file.open("r+b") as store:
        store.seek(safe)
        lost = bytearray(store.read())
        at = chance.randint(0, len(lost))
        match chance.choice(("short", "short", "zeros", "garbage", "sectors")):
            case "short":
                del lost[at:]
            case "zeros":
                lost[at:] = bytes(len(lost) - at)
            case "garbage":
                lost[at:] = chance.randbytes(len(lost) - at)
            case "sectors":
                _lose_sectors(lost, safe, chance)
        store.seek(safe)
        store.truncate()
        store.write(lost)


def _lose_sectors(lost: bytearray, start: int, chance: random.Random) -> None:
    """The file has grown, but only some of its new sectors were written."""
    at = 0
    while at < len(lost):
        end = min(len(lost), at + SECTOR - (start + at) % SECTOR)
        if chance.random() < 0.5:
            lost[at:end] = bytes(end - at)
        at = end
