"""The ASGI app: everything wired together, and the routes.

A request passes the gate, then goes to a page, the API, the client's files or the sockets.
"""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp

from rooms.errors import DialogtischError
from rooms.hall import Hall
from server.answers import failed, refusal
from server.devices import DeviceList
from server.dialogues import Dialogues
from server.entry import Entry
from server.erasures import Erasures
from server.gate import Gate
from server.health import Health
from server.installation import keys_of
from server.known_codes import KnownCodes
from server.metrics import Metrics
from server.metrics_door import MetricsDoor
from server.pages import Pages
from server.pulse import Pulse
from server.rehearsing import Rehearsals
from server.renewal import Renewal
from server.settings import Settings
from server.shells import STATIC, read_manifest
from server.sockets import Sockets
from server.static_files import ClientFiles
from server.storage import Storage

log = structlog.get_logger(__name__)

NOT_LET = (401, 403)


async def create_app(
    settings: Settings,
    storage: Storage,
    static: Path = STATIC,
    leaving: asyncio.Event | None = None,
    tls: ssl.SSLContext | None = None,
) -> ASGIApp:
    """The whole server over an open storage. Raises ClientNotBuilt, Unavailable.

    `leaving` is set once the server was told to end; `tls` is for the door of the numbers.
    """
    sockets = Sockets(settings)
    own = secrets.token_hex(4)
    hall = Hall(storage.log, storage.presence, sockets, own, trouble=storage.trouble)
    keys = await keys_of(settings, storage.log)
    entry = Entry(keys, hall, settings.public_url, storage.ended, storage.devices)
    codes = KnownCodes(hall)
    pages = Pages(read_manifest(static), codes, settings.public_url, settings.source_url)
    sockets.open(hall, entry, pages.build)
    dialogues = Dialogues(hall, codes, entry, settings)
    rehearsals = Rehearsals(hall, entry, settings.secure)
    erasures, devices = Erasures(hall, entry), DeviceList(entry)

    health, pulse = Health(hall, storage, leaving or asyncio.Event()), Pulse()
    metrics = Metrics(hall, sockets, health, pulse, None if settings.redis_url else settings.data)
    door = MetricsDoor(settings, metrics.registry(), health.look, tls)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        hall.begin()
        finishing = erasures.erasure.finishing()
        cutting = asyncio.create_task(sockets.cut_signed_out(entry.sessions), name="cutting")
        async with pulse.beating(), door.open(), finishing, _assuring(hall, storage):
            yield
            cutting.cancel()
            await rehearsals.close()
            await hall.close()

    api = [*dialogues.routes, *rehearsals.routes, *erasures.routes, *devices.routes]
    starlette = Starlette(
        routes=[
            *health.routes,
            Mount("/static", ClientFiles(static)),
            Mount("/api", routes=api),
            *pages.routes,
        ],
        exception_handlers={
            DialogtischError: _failed,
            HTTPException: partial(_not_there, pages),
            Exception: _bug,
        },
        lifespan=lifespan,
    )
    renewal = Renewal(starlette, entry, settings.secure)
    app: ASGIApp = sockets.app(Gate(renewal, settings))
    return app


@asynccontextmanager
async def _assuring(hall: Hall, storage: Storage) -> AsyncIterator[None]:
    """Lost history is answered by new epochs; until all have begun, the next start must know."""
    if not storage.suspicion:
        yield
        return
    await hall.suspect_all(storage.suspicion)

    async def answer() -> None:
        await hall.assured()
        storage.believe()

    answering = asyncio.create_task(answer())
    try:
        yield
    finally:
        answering.cancel()


async def _not_there(pages: Pages, request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 404 and not request.url.path.startswith(("/api/", "/static/")):
        return pages.page_not_found(request)
    reason = "unknown_address" if status == 404 else "wrong_method"
    return refusal("malformed", reason, status)


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, DialogtischError)
    answer = failed(error)
    if answer.status_code in NOT_LET:
        log.warning("request_refused", method=request.method, reason=error.reason)
    return answer


async def _bug(_: Request, error: Exception) -> Response:
    """Starlette hands the exception on after this answer, and uvicorn writes it to the log."""
    return refusal("internal", "internal")
