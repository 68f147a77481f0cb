"""What all tests may use: a real Valkey, run exactly as the product runs it."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import program
import pytest
import pytest_asyncio

from rooms.redis_line import Line
from server.embedded import EmbeddedStore


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a unix socket, unlike those of tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="dt-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on."""
    return program.free_port()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def valkey() -> AsyncIterator[EmbeddedStore]:
    """One Valkey for the whole run; tests that hurt it start one of their own."""
    folder = Path(tempfile.mkdtemp(prefix="dt-"))
    store = EmbeddedStore(folder)
    await store.start()
    yield store
    await store.stop()
    shutil.rmtree(folder)


@pytest_asyncio.fixture(loop_scope="session")
async def valkey_url(valkey: EmbeddedStore) -> str:
    """The address of the shared Valkey, emptied for this test."""
    line = Line(valkey.url)
    keys = await scan(line)
    if keys:
        await line.ask("UNLINK", *keys)
    await line.close()
    return valkey.url


@pytest_asyncio.fixture(loop_scope="session")
async def own_valkey(short_folder: Path) -> AsyncIterator[EmbeddedStore]:
    """A Valkey that this test may kill and freeze."""
    store = EmbeddedStore(short_folder)
    await store.start()
    yield store
    await store.stop()


async def scan(line: Line) -> list[bytes]:
    """Every key of the storage."""
    found: list[bytes] = []
    cursor = b"0"
    while True:
        cursor, keys = await line.ask("SCAN", cursor, "COUNT", 1000)
        found += keys
        if cursor == b"0":
            return found
