"""The product as a process of its own, started as on the command line, killed and started again."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
from our_files import ROOT

PATIENCE_SECONDS = 30
ORGANISER_LINK = re.compile(r"http://\S+/enter#organiser\.[a-z2-7]{26}")
OPEN = re.compile("Ctrl-C")
# Errors a server rightly tells of when its storage or its disk fails, as campaigns make them fail.
OF_THE_WORLD = {
    *("store_ended", "store_not_started", "store_given_up", "store_mended", "epoch_begun"),
    "erasing_not_finished",
}
# It tells the first odd request of each kind as an error, such as one for an unknown session.
OF_ODD_REQUESTS = "engineio.server"


def free_ports(count: int) -> list[int]:
    """Ports on 127.0.0.1 that nobody listens on, taken and let go together."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def free_port() -> int:
    return free_ports(1)[0]


def bugs_told(said: str) -> list[str]:
    """The lines in which a server tells of an exception nobody expected, or of an error of its own.

    Exceptions are told as JSON (`server/logs.py`); what no logger saw is a traceback as it comes.
    """
    return [line for line in said.splitlines() if _tells_of_a_bug(line)]


def _tells_of_a_bug(line: str) -> bool:
    try:
        told = json.loads(line)
        event, level = told["event"], told["level"]
    except (ValueError, TypeError, KeyError):
        return "Traceback (most recent call last)" in line
    if event in OF_THE_WORLD:
        return False
    if "exception" in told:
        return True
    return level in ("error", "critical") and told.get("by") != OF_ODD_REQUESTS


class Program:
    """`python -m server` with these arguments; `said` is what it said since it was started last.

    `said_before` is what it said until then; `environment` is added to our own.
    """

    program: tuple[str, ...] = ("-m", "server")

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.said = ""
        self.said_before = ""
        self._arguments = arguments
        self._environment = environment or {}
        self._path: dict[str, str] = {}
        self._heard = asyncio.Event()
        self._process: asyncio.subprocess.Process
        self._listening: asyncio.Task[None]

    async def start(self) -> None:
        """Settings of another server in the environment must not lead this one to its store."""
        clean = {name: text for name, text in os.environ.items() if "DIALOGTISCH_" not in name}
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, *self.program, *self._arguments),
            cwd=ROOT,
            env={**clean, **self._environment, **self._path},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self.said_before, self.said = self.said_before + self.said, ""
        self._listening = asyncio.create_task(self._listen())

    @property
    def pid(self) -> int:
        return self._process.pid

    async def says(self, what: re.Pattern[str]) -> str:
        """The first place where it says so, once it does."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := what.search(self.said)):
                assert not self._listening.done(), f"it ended: {self.said}"
                self._heard.clear()
                await self._heard.wait()
        return found[0]

    async def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Send the signal; the exit code."""
        self.send(how)
        return await self.ended()

    def send(self, what: signal.Signals) -> None:
        self._process.send_signal(what)

    async def ended(self) -> int:
        """The exit code, once it has ended by itself."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._listening
            return await self._process.wait()

    def bugs(self) -> list[str]:
        """What it told of bugs since it was started first."""
        return bugs_told(self.said_before + self.said)

    async def kill(self) -> None:
        """As if the power went: nothing is saved, nobody is told."""
        if self._process.returncode is None:
            self._process.kill()
        await self.ended()

    async def close(self) -> None:
        """Ctrl-C, unless it has ended already; whatever was tried, it had no bug to tell."""
        if self._process.returncode is None:
            await self.end()
        told = self.bugs()
        assert not told, told[:3]

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.said += line.decode()
            self._heard.set()
        self._heard.set()


class Installation(Program):
    """The server on `port` with its data in `folder`, known to people as `url`."""

    def __init__(
        self,
        folder: Path,
        port: int,
        url: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.own_url = f"http://127.0.0.1:{port}"
        self.url = url or self.own_url
        self.organiser_link = ""
        options = ("--host", "127.0.0.1", "--port", str(port), "--data", str(folder))
        super().__init__(*options, "--public-url", self.url, environment=environment)

    async def open(self) -> None:
        """Returns when it lets people in."""
        await self.start()
        await self.says(OPEN)
        self.organiser_link = await self.says(ORGANISER_LINK)

    def kill_store(self) -> None:
        """End the Valkey that it runs now, if it has one at this moment."""
        for valkey in self._children():
            with contextlib.suppress(psutil.NoSuchProcess):
                valkey.kill()

    async def lose_power(self) -> None:
        """Server and store end in the same moment: neither can still write anything."""
        self._process.send_signal(signal.SIGSTOP)  # or it would see its store die, and act
        for valkey in psutil.Process(self._process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                valkey.kill()
        await self.kill()

    @contextlib.contextmanager
    def frozen_store(self) -> Iterator[None]:
        """Its Valkey is there and answers nothing."""
        (valkey,) = self._children()
        valkey.suspend()
        yield
        valkey.resume()

    def hurry(self) -> "Installation":
        """Phones may post without a pause, which no person can; see tests/hurried_server.py."""
        self.program, self._path = ("-m", "hurried_server"), {"PYTHONPATH": "tests"}
        return self

    def _children(self) -> list[psutil.Process]:
        return list(psutil.Process(self._process.pid).children())
