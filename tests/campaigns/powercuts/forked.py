"""The product's server, started again and again without loading its program each time.

As a script it reads a line of JSON with arguments and forks a server for it; that one does what
`python -m server` does. LD_PRELOAD and its settings reach it and its Valkey by the environment.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from pathlib import Path

import psutil
from our_files import ROOT

from rooms import cards
from server import valkey_process
from server.__main__ import main

OPENING_SECONDS = 60
ORGANISER_LINK = re.compile(r"http://\S+/enter#organiser\.[a-z2-7]{26}")


class ForkedServer:
    """A server on `port` with its data in `folder`; `weaker` lets its Valkey sync once a second."""

    def __init__(
        self, folder: Path, port: int, environment: dict[str, str], weaker: bool = False
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.said = ""
        self.said_before = ""
        options = ["--host", "127.0.0.1", "--port", str(port), "--data", str(folder)]
        self._order = json.dumps([weaker, *options, "--public-url", self.url])
        self._environment = environment
        self._pid = 0

    async def prepare(self) -> None:
        """Load the program, once."""
        clean = {name: text for name, text in os.environ.items() if "DIALOGTISCH_" not in name}
        self._mother = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "campaigns.powercuts.forked"),
            cwd=ROOT,
            env={**clean, "PYTHONPATH": str(ROOT / "tests"), **self._environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def begin(self) -> None:
        """Start a server; returns at once."""
        assert self._mother.stdin is not None
        self.said_before, self.said = self.said_before + self.said, ""
        self._mother.stdin.write(f"{self._order}\n".encode())
        self._pid = int((await self._until(re.compile(r"forked (\d+)\n")))[1])

    async def open(self) -> str:
        """Start a server; the organiser's link, once it lets people in."""
        await self.begin()
        link = await self._until(ORGANISER_LINK)
        await self._until(re.compile("Ctrl-C"))
        return link[0]

    async def lose_power(self) -> None:
        """Server and store end in the same moment: neither can still write anything."""
        server = psutil.Process(self._pid)
        server.suspend()  # or it would see its store die, and act
        for valkey in server.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                valkey.kill()
        server.kill()
        async with asyncio.timeout(OPENING_SECONDS):
            while psutil.pid_exists(self._pid):  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def end(self) -> None:
        """Ctrl-C, and the program is gone."""
        os.kill(self._pid, signal.SIGINT)
        await self._until(re.compile("Saved and closed"))
        await self.close()

    async def close(self) -> None:
        """Leave nothing running, whatever happened."""
        assert self._mother.stdin is not None
        if self._pid:
            with contextlib.suppress(psutil.NoSuchProcess):
                await self.lose_power()
        self._mother.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            self._mother.kill()
        await self._mother.wait()

    async def _until(self, what: re.Pattern[str]) -> re.Match[str]:
        assert self._mother.stdout is not None
        async with asyncio.timeout(OPENING_SECONDS):
            while not (found := what.search(self.said)):
                line = await self._mother.stdout.readline()
                assert line, f"it ended: {self.said}"
                self.said += line.decode()
                assert "cannot start" not in self.said, self.said
        return found


def fork_servers() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for servers that lost power
    for order in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            weaker, *options = json.loads(order)
            if weaker:
                configuration = valkey_process.CONFIGURATION
                valkey_process.CONFIGURATION = configuration.replace(
                    "fsync always", "fsync everysec"
                )
            main(["serve", *options])
            os._exit(0)
        print(f"forked {pid}", flush=True)


if __name__ == "__main__":
    cards.MINUTE_MS = 0  # these phones post without a pause, which no person can
    fork_servers()
