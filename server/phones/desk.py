"""The HTTP side of an evening: staff enter by their links, make dialogues, take results home."""

import asyncio
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from server.phones.screen import Screen

ANSWER_SECONDS = 60.0


class NotAnswered(Exception):
    """The server said no to a request; the text says to which and why."""


class Desk:
    """A browser in the organiser's hand: keeps its cookies, asks one thing at a time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._cookies: dict[str, str] = {}

    @classmethod
    async def of_organiser(cls, link: str) -> "Desk":
        """The desk of whoever holds the organiser's link, as the server prints it at start."""
        address = urlsplit(link)
        desk = cls(f"{address.scheme}://{address.netloc}")
        await desk.enter(address.fragment)
        return desk

    async def enter(self, fragment: str) -> dict[str, Any]:
        """Exchange what stands behind the # of a link for its cookie."""
        entered: dict[str, Any] = await self.post("/api/enter", {"secret": fragment})
        return entered

    async def staff(self, link: str) -> Screen:
        """The screen of whoever holds this personal link, not connected yet."""
        entered = await self.enter(urlsplit(link).fragment)
        return Screen(self.url, {"code": entered["code"], "link": entered["link"]}, self.cookie)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={content}" for name, content in self._cookies.items())

    async def get(self, path: str) -> Any:
        return json.loads(await self.download(path))

    async def post(self, path: str, body: object) -> Any:
        return json.loads(await self._ask("POST", path, json.dumps(body).encode()))

    async def download(self, path: str) -> bytes:
        return await self._ask("GET", path)

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        return await asyncio.to_thread(self._ask_and_wait, method, path, body)

    def _ask_and_wait(self, method: str, path: str, body: bytes | None) -> bytes:
        address = urlsplit(self.url)
        secure = address.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        line = kind(address.netloc, timeout=ANSWER_SECONDS)
        headers = {"cookie": self.cookie} if self._cookies else {}
        if body is not None:
            headers["content-type"] = "application/json"
        try:
            line.request(method, path, body, headers)
            response = line.getresponse()
            answer = response.read()
        finally:
            line.close()
        if response.status != 200:
            raise NotAnswered(f"{method} {path}: {response.status} {answer.decode()[:200]}")
        for given in response.headers.get_all("set-cookie") or []:
            name, _, content = given.partition(";")[0].partition("=")
            self._cookies[name] = content
        return answer
