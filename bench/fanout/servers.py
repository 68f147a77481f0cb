"""The measured servers in Python: `ready` (ours), `stock` (python-socketio as it comes), `floor`.

Each prints `port <n>`, joins everybody to one room, answers every `command` event, and on a line
`burst <count> <ms apart>` from standard input publishes a view that often, then prints `done`.
"""

import asyncio
import base64
import hashlib
import resource
import socket
import sys
from collections.abc import Callable
from typing import Any, ClassVar, cast

import msgpack
import socketio
import uvicorn
import uvloop

from bench.fanout import payload
from server.engine import Engine, Register
from server.fanout import ReadyFanout
from server.incoming import MESSAGE_BYTES
from server.packets import LimitedPacket, ack_packet, event_packet, ready_frame
from server.serving import collect_rarely, serve_config

ROOM = "evening/table:3"
ANSWER = {"ok": True, "version": 42}


def in_rooms(kind: str) -> tuple[Any, Callable[[], None]]:
    """The app and what publishes one view, by the product's own fan-out or the stock one."""
    stock = kind == "stock"
    sio = socketio.AsyncServer(
        async_mode="asgi",
        transports=["websocket"],
        serializer="msgpack" if stock else LimitedPacket,
        async_handlers=False,
        client_manager=None if stock else Register(),
    )
    engine = Engine(sio)
    ready = ReadyFanout(engine)

    async def connect(sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
        if stock:
            sio.manager.basic_enter_room(sid, "/", ROOM)
        else:
            ready.plug(sid, environ, lambda _event, reply: reply(ANSWER), MESSAGE_BYTES)
            ready.join(sid, ROOM)

    async def command(_sid: str, _body: dict[str, Any]) -> dict[str, Any]:
        return ANSWER

    async def emit() -> None:
        await sio.emit("view", payload.VIEW, room=ROOM)

    sio.on("connect", connect)
    sio.on("command", command)
    emitting: set[asyncio.Task[None]] = set()

    def publish() -> None:
        if stock:
            emitting.add(task := asyncio.ensure_future(emit()))
            task.add_done_callback(emitting.discard)
        else:
            ready.publish(ROOM, payload.VIEW)

    return socketio.ASGIApp(sio) if stock else engine.app(), publish


class Bare(asyncio.Protocol):
    """As little as a websocket server can do: no Socket.IO, no limits, nothing lost."""

    opened: ClassVar[set["Bare"]] = set()
    buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, received: bytes) -> None:
        if self in self.opened:
            return self._frames(received)
        self.buffer += received
        if self.buffer.endswith(b"\r\n\r\n"):
            self._accept(self.buffer.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0])
        return None

    def _accept(self, key: bytes) -> None:
        digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
            b"\x81\x020{" + ready_frame(msgpack.packb({"type": 0, "nsp": "/"}))
        )
        self.opened.add(self)

    def _frames(self, received: bytes) -> None:
        while len(received) > 6:  # the crowd masks with zeros
            length, start = received[1] & 0x7F, 6
            if length == 126:
                length, start = int.from_bytes(received[2:4], "big"), 8
            packet = msgpack.unpackb(received[start : start + length])
            if packet["type"] == 2:
                self.transport.write(ready_frame(ack_packet(packet["id"], ANSWER)))
            received = received[start + length :]

    def connection_lost(self, _error: Exception | None) -> None:
        self.opened.discard(self)


def publish_bare() -> None:
    frame = ready_frame(event_packet("view", payload.VIEW))
    for connection in Bare.opened:
        connection.transport.write(frame)


async def publish_on_demand(publish: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while order := (await orders.readline()).split():
        for _ in range(int(order[1])):
            publish()
            await asyncio.sleep(float(order[2]) / 1000)
        print("done", flush=True)


async def main(kind: str) -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print("port", listening.getsockname()[1], flush=True)
    collect_rarely()
    if kind == "floor":
        await asyncio.get_running_loop().create_server(Bare, sock=listening)
        await publish_on_demand(publish_bare)
    else:
        app, publish = in_rooms(kind)
        config = serve_config(app, host="127.0.0.1", port=0, fanout=kind, lifespan="off")
        serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listening]))
        await publish_on_demand(publish)
        serving.cancel()


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(main(sys.argv[1]))
