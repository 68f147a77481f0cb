"""Today's server on a free port of this machine, in this process, over a log that others share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from rooms.log import Log
from rooms.presence import MemoryPresence
from server.app import create_app
from server.running import take_port, with_port
from server.serving import serve_config
from server.settings import read_settings
from server.storage import Storage


class Quiet(uvicorn.Server):
    """Leaves signals to whoever runs this process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def small_server(log: Log, static: Path) -> AsyncIterator[str]:
    """Its address, for as long as the block lasts."""
    settings = read_settings(["--host", "127.0.0.1", "--port", "0"], {})
    port = take_port("127.0.0.1", 0)
    settings = with_port(settings, port.getsockname()[1])
    storage = Storage(log, MemoryPresence(lambda: 0), (), lambda: "durable")
    app = await create_app(settings, storage, static)
    config = serve_config(app, host="127.0.0.1", port=settings.port, lifespan="on")
    server = Quiet(config)
    serving = asyncio.create_task(server.serve([port]))
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{settings.port}"
    server.should_exit = True
    await serving
