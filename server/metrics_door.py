"""The door of its own behind which `/metrics` stands, apart from the one that people come through.

A path on the public port would be one wrong line in a proxy away from everybody: to the server a
proxy on the same machine looks like the machine itself.
"""

import asyncio
import contextlib
import hmac
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.addresses import is_loopback
from server.ports import take_port
from server.serving import serve_config
from server.settings import Settings


class Apart(uvicorn.Server):
    """A server beside the real one, which alone listens to signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class MetricsDoor:
    """Takes its port at once; raises BadSetting. Without the setting there is no door."""

    def __init__(
        self,
        settings: Settings,
        registry: CollectorRegistry,
        look: Callable[[], Awaitable[None]],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._token = settings.metrics_token
        self._registry = registry
        self._look = look
        self.port: socket.socket | None = None
        self._server: Apart | None = None
        self._tls: ssl.SSLContext | None = None
        if settings.metrics is not None:
            self._tls = None if is_loopback(settings.metrics[0]) else tls
            self.port = take_port(*settings.metrics, setting="--metrics")

    @property
    def is_open(self) -> bool:
        return self._server is not None and self._server.started

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """For as long as the block lasts."""
        if self.port is None:
            yield
            return
        host, number = self.port.getsockname()[:2]
        app = Starlette(routes=[Route("/metrics", self._read)])
        server = self._server = Apart(
            serve_config(app, host=host, port=number, tls=self._tls, lifespan="off")
        )
        with contextlib.closing(self.port):
            serving = asyncio.create_task(server.serve([self.port]), name="metrics")
            try:
                yield
            finally:
                server.should_exit = True
                await serving

    async def _read(self, request: Request) -> Response:
        if not self._may_read(request.headers.get("authorization", "")):
            headers = {"www-authenticate": "Bearer"}
            return PlainTextResponse("a bearer token is needed\n", 401, headers)
        await self._look()
        page = generate_latest(self._registry)
        return Response(page, headers={"content-type": CONTENT_TYPE_LATEST})

    def _may_read(self, shown: str) -> bool:
        wanted = f"Bearer {self._token}"
        return not self._token or hmac.compare_digest(shown.encode(), wanted.encode())
