"""A house: one storage and one, two or four server processes on it, for many evenings.

One process runs as a small hall does, with the Valkey it brings along and watches itself. Several
share a Valkey that this house starts again when it dies, as an init system would.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from campaigns.faults.bugs import EVENING
from campaigns.faults.stream import Store
from campaigns.shim import Disk
from server import valkey_process
from server.running import take_port
from server.store_files import newest
from server.torn_tail import cut, torn_at
from server.valkey_process import StoreUnusable, ValkeyProcess

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.01
EVERYTHING_ALLOWED = "user default on nopass ~* &* +@all\n"


class NotOpened(Exception):
    """A process or the storage did not come up; the text is what it said."""


class House:
    """`number` of processes from 0; `bug` is the seeded bug they all carry, or empty."""

    def __init__(self, processes: int, bug: str = "", fsync: str = "always") -> None:
        self.processes = processes
        self.bug = bug
        self.fsync = fsync
        self.folder = Path(tempfile.mkdtemp(prefix="dt-"))
        self.disk = Disk(self.folder / "data")
        self.pauses = [0.0] * processes
        self.pids: list[int | None] = [None] * processes
        self.opened = [asyncio.Event() for _ in range(processes)]
        self.ports = [_free_port() for _ in range(processes)]
        self.memory_at_first: dict[int, int] = {}
        self.organiser_link = ""
        self.starts = 0
        self.mended = 0
        self.store_wanted = True
        self._valkey: ValkeyProcess | None = None
        self._zygote: asyncio.subprocess.Process
        self._asking = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_embedded(self) -> bool:
        return self.processes == 1

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def evening(self) -> Path:
        """Is there while people act: some seeded bugs wait for it."""
        return self.folder / EVENING

    @property
    def log(self) -> Path:
        return self.folder / "said"

    async def open(self) -> None:
        self._bell = await asyncio.start_unix_server(self._hear, self.folder / "bell")
        await self._start_zygote()
        if not self.is_embedded:
            self._start_store()
            self._tasks.append(asyncio.create_task(self._keep_store()))
        self._tasks += [asyncio.create_task(self._keep(n)) for n in range(self.processes)]
        await self.all_open()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for number in range(self.processes):
            self.kill(number)
        self.signal_store(signal.SIGKILL)
        self._zygote.kill()
        await self._zygote.wait()
        self._bell.close()
        self.disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def all_open(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                for event in self.opened:
                    await event.wait()
        except TimeoutError:
            raise NotOpened(self.last_words()) from None

    def last_words(self) -> str:
        said = self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""
        valkey = self.folder / "data" / "store" / "valkey.log"
        return said + (valkey.read_text(errors="replace")[-1000:] if valkey.exists() else "")

    # Processes

    def kill(self, number: int) -> None:
        self._send(number, signal.SIGKILL)

    def freeze(self, number: int) -> None:
        self._send(number, signal.SIGSTOP)

    def thaw(self, number: int) -> None:
        self._send(number, signal.SIGCONT)

    def _send(self, number: int, how: signal.Signals) -> None:
        pid = self.pids[number]
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    async def _keep(self, number: int) -> None:
        """Starts a process again whenever it has ended."""
        while True:
            self.starts += 1
            pid = self.pids[number] = await self._fork(number)
            await _ended(pid)
            self.pids[number] = None
            self.opened[number].clear()
            await asyncio.sleep(self.pauses[number] + LOOK_SECONDS)

    async def _fork(self, number: int) -> int:
        where = ["--data", str(self.folder / "data")]
        if not self.is_embedded:
            where = ["--redis-url", f"unix://{self.socket}"]
        port = ["--host", "127.0.0.1", "--port", str(self.ports[number])]
        asked = {
            "number": number,
            "bug": self.bug,
            "options": [*port, *where],
            "log": str(self.log),
            "bell": str(self.folder / "bell"),
        }
        async with self._asking:
            assert self._zygote.stdin
            assert self._zygote.stdout
            self._zygote.stdin.write(json.dumps(asked).encode() + b"\n")
            return int(await self._zygote.stdout.readline())

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said: dict[str, Any] = json.loads(await reader.readline())
        if self.pids[said["number"]] == said["pid"]:
            self.organiser_link = said["link"]
            self.opened[said["number"]].set()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await reader.read()
        writer.close()

    async def _start_zygote(self) -> None:
        clean = {name: text for name, text in os.environ.items() if "DIALOGTISCH_" not in name}
        path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        self._zygote = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "campaigns.faults.zygote"),
            cwd=ROOT,
            env={**clean, "PYTHONPATH": path, **self.disk.environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._zygote.stdout
        if await self._zygote.stdout.readline() != b"ready\n":
            raise NotOpened("the server could not be loaded")

    # The storage

    @property
    def socket(self) -> Path:
        return self.folder / "data" / "store" / "valkey.sock"

    def store(self) -> Store:
        """A connection of our own to the storage; raises OSError while it is away."""
        return Store(self.socket)

    def signal_store(self, how: signal.Signals) -> None:
        holder = self.folder / "data" / "store" / "valkey.lock"
        said = holder.read_text(errors="replace") if holder.exists() else ""
        if said.isdigit():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(said), how)

    def _start_store(self) -> None:
        plain = valkey_process.CONFIGURATION
        told = plain.partition("user default")[0] + EVERYTHING_ALLOWED
        valkey_process.CONFIGURATION = told.replace("fsync always", f"fsync {self.fsync}")
        outside = {name: os.environ.get(name) for name in self.disk.environment}
        os.environ.update(self.disk.environment)
        try:
            self._valkey = self._valkey or ValkeyProcess(self.folder / "data" / "store")
            self._valkey.launch()
        finally:
            valkey_process.CONFIGURATION = plain
            for name, text in outside.items():
                if text is None:
                    del os.environ[name]

    async def _keep_store(self) -> None:
        """Starts it again when it ends, and mends its file when it would not start."""
        assert self._valkey
        started = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._valkey.runs() or not self.store_wanted or not self._valkey.is_free():
                continue
            if not self._valkey.was_killed():
                self._mend()  # a torn entry that Valkey takes for whole is cut by the servers
            now = asyncio.get_running_loop().time()
            await asyncio.sleep(max(0.0, started + 0.1 - now))
            started = asyncio.get_running_loop().time()
            with contextlib.suppress(StoreUnusable):
                self._start_store()

    def _mend(self) -> None:
        assert self._valkey
        at, file = torn_at(self._valkey.files), newest(self._valkey.files)
        if at is not None and file is not None:
            self.mended += 1
            cut(file, at)

    async def store_answers(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not self._is_answering():  # noqa: ASYNC110 - it rings no bell
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise NotOpened(self.last_words()) from None

    def _is_answering(self) -> bool:
        try:
            with self.store() as store:
                return bool(store.ask("PING") == b"PONG")
        except Exception:  # away, loading or busy: not yet
            return False

    async def cut_power(self, chance: Any) -> int:
        """Everything ends at once, and what was not synced may be gone; returns torn files."""
        self.store_wanted = False
        self.signal_store(signal.SIGKILL)  # first: it would end in order if its server were gone
        for number in range(self.processes):
            self.pauses[number] = 0.3
            self.kill(number)
        while any(self.pids) or not self._store_is_gone():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
        torn = self.disk.cut_power(chance)
        self.store_wanted = True
        return len(torn)

    def _store_is_gone(self) -> bool:
        if self._valkey:
            return self._valkey.is_free()
        return ValkeyProcess(self.folder / "data" / "store").is_free()


async def _ended(pid: int) -> None:
    """Returns when the process has ended; it need not be a child of ours."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_reader(watched, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(watched)
        os.close(watched)


def _free_port() -> int:
    with contextlib.closing(take_port("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
