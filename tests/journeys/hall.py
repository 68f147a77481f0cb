"""A hall for a journey: the server as a process, a moderator at its socket, phones."""

from pathlib import Path
from typing import Any

import aiohttp
import socketio
from house import House
from playwright.async_api import Browser, Page

SMALL_PHONE = {"width": 360, "height": 740}


class Hall(House):
    """The house under an address of this machine, whose pages browsers trust like https ones."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder, port, f"http://127.0.0.1:{port}")


class Moderator:
    """Signed in by the personal link; `view` is what the moderator's screen would show."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._socket = socketio.AsyncClient(serializer="msgpack", reconnection=False)
        self._socket.on("view", self._take)
        self._count = 0
        self.code = ""
        self.view: dict[str, Any] = {}

    async def open(self) -> None:
        """Makes a dialogue from the workshop template and sits down at its controls."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self._hall.url, cookie_jar=jar) as http:
            await self._post(http, "/api/enter", {"secret": self._hall.organiser_fragment})
            wanted = {"template": "zukunftswerkstatt", "languages": ["de", "en", "ar"]}
            made = await self._post(http, "/api/dialogues", wanted)
            fragment = made["moderator_link"].partition("#")[2]
            entered = await self._post(http, "/api/enter", {"secret": fragment})
        self.code = made["code"]
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in jar)
        await self._socket.connect(
            f"{self._hall.url}?code={self.code}",
            transports=["websocket"],
            auth={"code": self.code, "link": entered["link"]},
            headers={"Cookie": cookies, "Origin": self._hall.url},
        )
        hello = await self._socket.call("hello", {"epoch": None, "version": None})
        for frame in hello["views"]:
            self._take(frame)

    async def close(self) -> None:
        await self._socket.disconnect()

    async def order(self, name: str, **fields: Any) -> None:
        self._count += 1
        command = {"id": f"moderator.{self._count}", "name": name, **fields}
        answer = await self._socket.call("command", command)
        assert answer["ok"], answer

    def all(self, name: str) -> list[dict[str, Any]]:
        found = [entry for key, entry in self.view.items() if key.startswith(f"{name}:")]
        return sorted(found, key=lambda entry: entry["order"])

    async def _post(self, http: aiohttp.ClientSession, path: str, body: Any) -> dict[str, Any]:
        async with http.post(path, json=body, headers={"Origin": self._hall.url}) as response:
            assert response.status == 200, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["from"] is None:
            self.view = {}
        self.view.update(frame["put"])
        for key in frame["drop"]:
            self.view.pop(key, None)


class Phone:
    """A phone of its own: nothing shared with another, and every complaint of its page noted."""

    def __init__(self, browser: Browser, hall: Hall) -> None:
        self._browser = browser
        self._hall = hall
        self.page: Page
        self.complaints: list[str] = []

    async def open(self, path: str, language: str, *, width: int = 360, script: str = "") -> Page:
        context = await self._browser.new_context(
            viewport={**SMALL_PHONE, "width": width},
            locale=language,
            is_mobile=True,
            has_touch=True,
        )
        if script:
            await context.add_init_script(script)
        self.page = await context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", lambda request: self._check_host(request.url))
        await self.page.goto(self._hall.url + path)
        return self.page

    async def sit_down(self, language: str) -> None:
        """From the first screen to the table that the address names."""
        await self.page.click(f".language-button[lang={language}]")
        await self.page.click(".screen-foot .is-main")
        await self.page.click(".screen-foot .is-main")
        await self.page.wait_for_selector(".top-bar")

    async def write(self, text: str, kind: int = 0) -> None:
        await self.page.locator(".kind-tile").nth(kind).click()
        await self.page.fill("textarea", text)
        await self.page.click(".writing-foot .is-main")

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning") and "ERR_CONNECTION" not in message.text:
            self.complaints.append(message.text)

    def _check_host(self, url: str) -> None:
        host = self._hall.url.partition("//")[2]
        if url.partition("//")[2].partition("/")[0] != host:
            self.complaints.append(f"asked {url}")
