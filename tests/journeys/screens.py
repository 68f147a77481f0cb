"""A device in the hall: its own browser profile and network, and what its pages complain of."""

import re
from typing import Any
from urllib.parse import urlsplit

import msgpack
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, WebSocket
from wifi import Wifi

SMALL_PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
PROJECTOR = {"viewport": {"width": 1920, "height": 1080}, "locale": "de-DE"}
LAPTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "de-DE"}

TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# The browser's own questions, about updates and forms; they lead nowhere. What a page asks is seen
# before it reaches the network.
OF_THE_BROWSER = re.compile(r"\.(google|googleapis|gvt1)\.com$")
REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4")
NETWORK_TROUBLE = re.compile(r"net::ERR_|WebSocket connection to")


class Screen:
    """`page` is the tab in front; tabs it opens are watched like the first."""

    def __init__(self, context: BrowserContext, wifi: Wifi) -> None:
        self.context = context
        self.wifi = wifi
        self.page: Page
        self.complaints: list[str] = []
        self.may_be_refused = False
        self.strangers: set[str] = set()
        self.heard: list[bytes] = []
        context.on("page", self._watch)
        context.on("request", self._note_request)

    @classmethod
    async def switched_on(cls, context: BrowserContext, wifi: Wifi) -> "Screen":
        screen = cls(context, wifi)
        await context.add_init_script(TELL_VIOLATIONS)
        screen.page = await context.new_page()
        return screen

    async def network_returns(self) -> None:
        """And the device notices, as phones do."""
        self.wifi.recover()
        await self.page.evaluate("dispatchEvent(new Event('online'))")

    async def restart(self) -> None:
        """Switched off and on: a new tab in the same profile, at the same address."""
        address = self.page.url
        await self.page.close()
        self.page = await self.context.new_page()
        await self.page.goto(address)

    @property
    def all_complaints(self) -> list[str]:
        """Including what left for another place than the house."""
        asked = {host for host, _ in self.wifi.asked_elsewhere if not OF_THE_BROWSER.search(host)}
        elsewhere = [f"asked {host}" for host in asked]
        return [*self.complaints, *elsewhere, *(f"asked {url}" for url in self.strangers)]

    @property
    def packets(self) -> list[Any]:
        """Every Socket.IO packet that reached this device, decoded."""
        return [msgpack.unpackb(bytes_) for bytes_ in self.heard]

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)
        page.on("websocket", self._listen)

    def _note(self, message: ConsoleMessage) -> None:
        expected = (self.wifi.has_failed and NETWORK_TROUBLE.search(message.text)) or (
            self.may_be_refused and REFUSAL.search(message.text)
        )
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(message.text)

    def _note_request(self, request: Request) -> None:
        self._check(request.url)

    def _listen(self, socket: WebSocket) -> None:
        self._check(socket.url)
        socket.on("framereceived", self._hear)

    def _check(self, url: str) -> None:
        address = urlsplit(url)
        at_home = (address.hostname, address.port) == self.wifi.address
        if not at_home and address.scheme not in ("data", "blob"):
            self.strangers.add(url)

    def _hear(self, payload: bytes | str) -> None:
        if isinstance(payload, bytes):
            self.heard.append(payload)


def tallies(told: Any) -> list[Any]:
    """Every tally anywhere in what a device was told; null is none."""
    if isinstance(told, dict):
        own = [told["tally"]] if told.get("tally") is not None else []
        return own + [tally for part in told.values() for tally in tallies(part)]
    if isinstance(told, list):
        return [tally for part in told for tally in tallies(part)]
    return []
