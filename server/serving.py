"""How uvicorn serves the app: one process on uvloop, with short queues and few collections."""

import contextlib
import gc
import resource
import ssl
from typing import Any, cast

import uvicorn

from server.doorway import Doorstep
from server.frames import Wire
from server.incoming import MESSAGE_BYTES

STAFF_MESSAGE_BYTES = 64 * 1024
WAITING_CONNECTIONS = 2_048
GOODBYE_SECONDS = 5
FILES_KEPT = 128
OPEN_FILES_WANTED = 20_000
OPEN_FILES_ANYWHERE = 10_240  # macOS allows no more, whatever it says its limit is


def serve_config(
    app: Any,
    *,
    host: str,
    port: int,
    fanout: str = "ready",
    tls: ssl.SSLContext | None = None,
    **more: Any,
) -> uvicorn.Config:
    """The uvicorn configuration for the app; `fanout` is "ready" or "stock".

    TLS begins in the doorway, so that whoever only begins it counts among those who wait there.

    Compression of single messages stays off: it doubles the memory of a connection and costs more
    than sending. Engine.IO pings, so websocket pings would only be a second timer per phone.
    """
    ready = fanout == "ready"
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=cast(Any, Doorstep(places(), tls).doorway),
        loop="auto",  # uvloop where it is installed, which is everywhere but on Windows
        ws=Wire if ready else "websockets-sansio",
        ws_max_size=MESSAGE_BYTES if ready else STAFF_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,  # server/logs.py decides what is written down
        log_level="error",  # a warning per odd request would fill the disk
        backlog=WAITING_CONNECTIONS,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        **more,
    )


def collect_rarely() -> None:
    """Call once when everything is loaded: what exists then is never looked through again.

    Thousands of connections are millions of long-lived objects; with the usual thresholds a third
    of the time went into searching them for garbage, in pauses everybody in the hall felt.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)


def allow_many_connections() -> None:
    """Lift the limit of open files: shells often stop at 256 or 1,024, and every phone is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (OPEN_FILES_WANTED, OPEN_FILES_ANYWHERE):
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if most <= soft:
            return
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            return


def places() -> int:
    """How many connections there may be: the store, the logs and downloads need files too."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(FILES_KEPT, soft - FILES_KEPT)
