"""A whole server for a test, on real sockets, and a browser that keeps its cookies."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn

from rooms.log import Log
from rooms.presence import MemoryPresence
from server.app import create_app
from server.entry import Keys
from server.running import take_port, with_port
from server.serving import serve_config
from server.settings import Settings, read_settings
from server.storage import Storage


@dataclass
class OpenServer:
    """A running server and one browser, whose cookies it keeps."""

    settings: Settings
    log: Log
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return self.settings.public_url

    async def keys(self) -> Keys:
        return Keys(await self.log.secret())

    async def get(self, path: str, **more: Any) -> aiohttp.ClientResponse:
        response = await self.http.get(path, **more)
        await response.read()
        return response

    async def post(self, path: str, body: object, **more: Any) -> aiohttp.ClientResponse:
        response = await self.http.post(path, json=body, **more)
        await response.read()
        return response

    async def delete(self, path: str) -> aiohttp.ClientResponse:
        response = await self.http.delete(path)
        await response.read()
        return response

    async def enter(self, fragment: str) -> dict[str, Any]:
        response = await self.post("/api/enter", {"secret": fragment})
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer

    async def enter_as_organiser(self) -> None:
        await self.enter((await self.keys()).organiser_fragment())

    async def new_dialogue(self, **wanted: Any) -> dict[str, Any]:
        asked = {"template": "zukunftswerkstatt", "title": None, "languages": ["de", "en", "ar"]}
        response = await self.post("/api/dialogues", {**asked, "tables": None, **wanted})
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer

    async def links(self, code: str) -> list[dict[str, Any]]:
        response = await self.get(f"/api/dialogues/{code}/links")
        assert response.status == 200, await response.text()
        links: list[dict[str, Any]] = (await response.json())["links"]
        return links

    @asynccontextmanager
    async def another_browser(self) -> AsyncIterator["OpenServer"]:
        async with browser(self.url) as http:
            yield OpenServer(self.settings, self.log, http)


class QuietServer(uvicorn.Server):
    """Leaves Ctrl-C to the test run."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def browser(url: str) -> aiohttp.ClientSession:
    jar = aiohttp.CookieJar(unsafe=True)  # "unsafe" keeps cookies of plain addresses too
    return aiohttp.ClientSession(url, cookie_jar=jar, auto_decompress=False)


@asynccontextmanager
async def open_server(log: Log, static: Path, *options: str) -> AsyncIterator[OpenServer]:
    """A server on a free port of this machine for as long as the block lasts."""
    settings = read_settings(["--host", "127.0.0.1", "--port", "0", *options], {})
    port = take_port("127.0.0.1", 0)
    settings = with_port(settings, port.getsockname()[1])
    storage = Storage(log, MemoryPresence(lambda: 0), (), lambda: "durable")
    app = await create_app(settings, storage, static)
    config = serve_config(
        app, host="127.0.0.1", port=settings.port, fanout=settings.fanout, lifespan="on"
    )
    server = QuietServer(config)
    serving = asyncio.create_task(server.serve([port]))
    while not server.started:
        assert not serving.done(), "the server ended before it had started"
        await asyncio.sleep(0.01)
    async with browser(f"http://127.0.0.1:{settings.port}") as http:
        yield OpenServer(settings, log, http)
    server.should_exit = True
    await serving
