"""The measured server in stock Python: python-socketio and redis-py as they come, on uvicorn.

One task per event and one awaited script per vote. Arguments: the store's socket, dots per person,
and `everybody` to send every vote to everybody.
"""

import json
import socket
import sys
from pathlib import Path
from typing import Any

import redis.asyncio
import socketio
import uvicorn
import uvloop

from bench.ingest.plan import SCRIPT
from server.serving import allow_many_connections

ROOM = "evening"
KEYS = ("dialog:marks", "dialog:heard", "dialog:log")


def app(store: str, dots: int, to_everybody: bool) -> Any:
    sio = socketio.AsyncServer(async_mode="asgi", transports=["websocket"], serializer="msgpack")
    # As it comes, the pool raises MaxConnectionsError as soon as a hundred votes are under way.
    pool = redis.asyncio.BlockingConnectionPool(
        connection_class=redis.asyncio.UnixDomainSocketConnection, path=store, timeout=None
    )
    vote = redis.asyncio.Redis(connection_pool=pool).register_script(SCRIPT.read_text("utf-8"))
    persons: dict[str, str] = {}

    async def connect(sid: str, _environ: dict[str, Any], auth: dict[str, str]) -> None:
        persons[sid] = auth["token"]
        await sio.enter_room(sid, ROOM)

    async def hello(_sid: str, _body: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    async def command(sid: str, body: dict[str, Any]) -> dict[str, Any]:
        if body["name"] != "PlaceDots":
            return {"ok": True}
        person = persons[sid]
        words = (f"{person}:{body['id']}", person, body["option"], body["dots"], dots)
        version = await vote(keys=KEYS, args=(*words, json.dumps(body)))
        if version < 0:
            return {"ok": False, "error": "refused", "reason": "no_dots_left"}
        if to_everybody:
            seen = {"option": body["option"], "dots": body["dots"], "version": version}
            await sio.emit("vote", seen, room=ROOM)
        return {"ok": True, "version": version}

    for name, hears in {"connect": connect, "hello": hello, "command": command}.items():
        sio.on(name, hears)
    return socketio.ASGIApp(sio)


async def main(store: str, dots: int, to_everybody: bool) -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print("port", listening.getsockname()[1], flush=True)
    config = uvicorn.Config(
        app(store, dots, to_everybody), lifespan="off", access_log=False, log_level="error"
    )
    await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    allow_many_connections()
    uvloop.run(main(str(Path(sys.argv[1])), int(sys.argv[2]), sys.argv[3] == "everybody"))
