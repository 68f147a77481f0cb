"""Engine.IO's way to ASGI, without what it leaves behind for the garbage collector.

Its own driver makes a class per request and ends every connection with an exception that holds on
to itself; at a thousand phones with bad wifi that is memory which only a long collection frees.
"""

from typing import Any

import socketio  # type: ignore[import-untyped]
from engineio.async_drivers import asgi  # type: ignore[import-untyped]
from starlette.types import Receive, Scope, Send


def tidy_engine(sio: socketio.AsyncServer) -> None:
    """Let this server's Engine.IO use the functions below."""
    sio.eio._async = {**sio.eio._async, "translate_request": _environ, "websocket": _Socket}


class _Socket(asgi.WebSocket):  # type: ignore[misc]
    """The end of a connection is None here, as Engine.IO expects of other frameworks."""

    async def wait(self) -> bytes | str | None:
        event = await self.asgi_receive()
        if event["type"] != "websocket.receive":
            return None
        message: bytes | str = event["text"] if event.get("bytes") is None else event["bytes"]
        return message


async def _environ(scope: Scope, receive: Receive, send: Send) -> dict[str, Any]:
    """What Engine.IO wants to know of a request; only websockets can be served."""
    await receive()
    environ = {
        "REQUEST_METHOD": scope.get("method", "GET"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "asgi.scope": scope,
        "asgi.receive": receive,
        "asgi.send": send,
    }
    for name, content in scope["headers"]:
        if name in (b"connection", b"upgrade"):
            environ[f"HTTP_{name.decode().upper()}"] = content.decode("latin-1")
    return environ
