"""The house of the evening: the product's own server as a process, started as on the command line.

People know it by an address in the hall's network, as it stands on the table cards; only their
Wi-Fi (wifi.py) knows that it is a port of this machine. So pages live under plain http, with
everything browsers withhold there.
"""

import asyncio
import contextlib
import os
import re
import socket
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psutil
from playwright.async_api import Browser
from screens import Screen
from wifi import Wifi

from server.phones import Desk, Phone
from server.phones import Screen as LightScreen

ROOT = Path(__file__).parents[2]
ADDRESS = ("192.168.178.20", 8000)
PUBLIC_URL = f"http://{ADDRESS[0]}:{ADDRESS[1]}"
PATIENCE_SECONDS = 30
LINK = re.compile(r"http://\S+/enter#organiser\.\S+")


class House:
    """The server on `port` with its data in `folder`; it can be killed and started again."""

    def __init__(self, folder: Path, port: int, url: str = PUBLIC_URL) -> None:
        self.url = url
        self.organiser_link = ""
        self.said: deque[str] = deque(maxlen=50)
        self._folder = folder
        self._port = port
        self._process: asyncio.subprocess.Process
        self._listening: asyncio.Task[None]

    @classmethod
    @contextlib.asynccontextmanager
    async def somewhere(cls) -> AsyncIterator[Self]:
        """On a free port, in a folder that is thrown away."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port: int = taken.getsockname()[1]
        with tempfile.TemporaryDirectory(prefix="dt-") as folder:
            opened = cls(Path(folder), port)
            await opened.open()
            yield opened
            await opened.close()

    @property
    def organiser_fragment(self) -> str:
        """What stands behind the # of the organiser's link."""
        return urlsplit(self.organiser_link).fragment

    async def open(self) -> None:
        """Returns when it has printed the organiser's link."""
        options = ("--host", "127.0.0.1", "--port", str(self._port))
        options += ("--public-url", self.url, "--data", str(self._folder))
        clean = {name: text for name, text in os.environ.items() if "DIALOGTISCH_" not in name}
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", *options),
            cwd=ROOT,
            env=clean,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "Ctrl-C" not in (line := await self._hear()):
                assert line, "\n".join(self.said)
                if found := LINK.search(line):
                    self.organiser_link = found[0]
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()
        await self._listening

    async def kill(self) -> None:
        """As if the power went: nothing is saved, nobody is told."""
        self._process.kill()
        await self._process.wait()
        await self._listening

    @contextlib.contextmanager
    def frozen_store(self) -> Iterator[None]:
        """Its Valkey is there and answers nothing."""
        (valkey,) = psutil.Process(self._process.pid).children()
        valkey.suspend()
        yield
        valkey.resume()

    @contextlib.asynccontextmanager
    async def screen(self, browser: Browser, **device: Any) -> AsyncIterator[Screen]:
        """A device in this house, with a Wi-Fi of its own."""
        async with Wifi(ADDRESS, self._port).switched_on() as wifi:
            context = await browser.new_context(proxy={"server": wifi.proxy}, **device)
            yield await Screen.switched_on(context, wifi)
            await context.close()

    async def desk(self) -> Desk:
        """The organiser without a browser, for what a journey is not about."""
        desk = Desk(f"http://127.0.0.1:{self._port}")
        await desk.enter(self.organiser_fragment)
        return desk

    async def light_screen(self, link: str) -> LightScreen:
        """Staff without a browser."""
        screen = await Desk(f"http://127.0.0.1:{self._port}").staff(link)
        await screen.connect()
        return screen

    def light_phone(self, code: str) -> Phone:
        """A participant without a browser."""
        return Phone(f"http://127.0.0.1:{self._port}", code)

    async def _hear(self) -> str:
        assert self._process.stdout is not None
        line = (await self._process.stdout.readline()).decode()
        self.said.append(line.rstrip())
        return line

    async def _listen(self) -> None:
        while await self._hear():
            pass
