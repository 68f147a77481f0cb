"""The house of the evening: the product's own server as a process, started as on the command line.

People know it by an address in the hall's network, as it stands on the table cards; only their
Wi-Fi (wifi.py) knows that it is a port of this machine. So pages live under plain http, with
everything browsers withhold there.
"""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.async_api import Browser
from program import Installation, free_port
from screens import Screen
from wifi import Wifi

from server.phones import Desk, Phone
from server.phones import Screen as LightScreen

ADDRESS = ("192.168.178.20", 8000)
PUBLIC_URL = f"http://{ADDRESS[0]}:{ADDRESS[1]}"


class House(Installation):
    """The server on `port` with its data in `folder`; it can be killed and started again."""

    def __init__(self, folder: Path, port: int, url: str = PUBLIC_URL) -> None:
        super().__init__(folder, port, url)
        self._port = port

    @classmethod
    @contextlib.asynccontextmanager
    async def somewhere(cls) -> AsyncIterator[Self]:
        """On a free port, in a folder that is thrown away."""
        with tempfile.TemporaryDirectory(prefix="dt-") as folder:
            opened = cls(Path(folder), free_port())
            await opened.open()
            yield opened
            await opened.close()

    @property
    def organiser_fragment(self) -> str:
        """What stands behind the # of the organiser's link."""
        return urlsplit(self.organiser_link).fragment

    @contextlib.asynccontextmanager
    async def screen(self, browser: Browser, **device: Any) -> AsyncIterator[Screen]:
        """A device in this house, with a Wi-Fi of its own."""
        async with Wifi(ADDRESS, self._port).switched_on() as wifi:
            context = await browser.new_context(proxy={"server": wifi.proxy}, **device)
            yield await Screen.switched_on(context, wifi)
            await context.close()

    async def desk(self) -> Desk:
        """The organiser without a browser, for what a journey is not about."""
        desk = Desk(self.own_url)
        await desk.enter(self.organiser_fragment)
        return desk

    async def light_screen(self, link: str) -> LightScreen:
        """Staff without a browser."""
        screen = await Desk(self.own_url).staff(link)
        await screen.connect()
        return screen

    def light_phone(self, code: str) -> Phone:
        """A participant without a browser."""
        return Phone(self.own_url, code)
