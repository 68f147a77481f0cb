"""What the tests of the server may use: a server on a free port, with a log in memory."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from open_server import OpenServer, open_server
from sockets_open import OpenSockets, sockets_open

from rooms.log import MemoryLog
from server.shells import PAGES


@pytest.fixture(scope="session")
def built_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the client build leaves behind, with next to nothing in the files."""
    static = tmp_path_factory.mktemp("static")
    manifest = {
        page: {"scripts": [f"{page}-ABCD2345.js"], "styles": [f"{page}-WXYZ6789.css"]}
        for page in PAGES
    }
    (static / "manifest.json").write_text(json.dumps(manifest))
    (static / "phone-ABCD2345.js").write_text("console.log('plain')")
    (static / "phone-ABCD2345.js.br").write_bytes(b"as brotli")
    (static / "phone-ABCD2345.js.gz").write_bytes(b"as gzip")
    return static


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_server(built_client: Path) -> AsyncIterator[OpenServer]:
    async with open_server(MemoryLog(), built_client) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def server(shared_server: OpenServer) -> AsyncIterator[OpenServer]:
    """A browser of this test's own, at a server that all tests share."""
    async with shared_server.another_browser() as fresh:
        yield fresh


@pytest_asyncio.fixture(loop_scope="session")
async def organiser(server: OpenServer) -> OpenServer:
    """The same, with the organiser signed in."""
    await server.enter_as_organiser()
    return server


@pytest_asyncio.fixture(params=["ready", "stock"], loop_scope="session")
async def evening(request: pytest.FixtureRequest) -> AsyncIterator[OpenSockets]:
    """Sockets in both ways to reach people, which must promise the same."""
    async with sockets_open("--fanout", request.param) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def ready() -> AsyncIterator[OpenSockets]:
    """Sockets as they are unless a setting says otherwise."""
    async with sockets_open() as opened:
        yield opened
