"""Wires without dialogues: a server whose every connection is in one room and hears an echo."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import socketio
from open_server import QuietServer
from phones import Phone, until

from server.engine import Engine, Register
from server.fanout import ReadyFanout, Reply
from server.frames import WIRE, Wire
from server.incoming import MESSAGE_BYTES
from server.packets import LimitedPacket
from server.running import take_port
from server.serving import serve_config

ROOM = "room"
BIG = {"of": "shared", "put": {"text": "x" * 20_000}}


@dataclass
class OpenWires:
    """`heard` is what all connections said; each is answered with what it said."""

    url: str
    fanout: ReadyFanout
    sio: socketio.AsyncServer
    heard: list[Any] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    largest: int = MESSAGE_BYTES

    def publish(self, view: object) -> None:
        self.fanout.publish(ROOM, view)

    async def join(self) -> Phone:
        return await Phone.join(self.url, None)

    async def connect(self, sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
        self.wires.append(environ["asgi.scope"]["extensions"][WIRE])
        self.fanout.plug(sid, environ, self.hear, self.largest)
        self.fanout.join(sid, ROOM)

    def hear(self, event: list[Any], reply: Reply) -> None:
        self.heard.append(event)
        reply(event)

    async def disconnect(self, sid: str, _reason: str) -> None:
        self.fanout.leave(sid, ROOM)
        self.fanout.unplug(sid)


@asynccontextmanager
async def wires_open() -> AsyncIterator[OpenWires]:
    port = take_port("127.0.0.1", 0)
    sio = socketio.AsyncServer(
        async_mode="asgi",
        transports=["websocket"],
        serializer=LimitedPacket,
        client_manager=Register(),
    )
    engine = Engine(sio)
    opened = OpenWires(f"http://127.0.0.1:{port.getsockname()[1]}", ReadyFanout(engine), sio)
    sio.on("connect", opened.connect)
    sio.on("disconnect", opened.disconnect)
    server = QuietServer(serve_config(engine.app(), host="127.0.0.1", port=0, lifespan="off"))
    serving = asyncio.create_task(server.serve([port]))
    await until(lambda: server.started)
    try:
        yield opened
    finally:
        server.should_exit = True
        await serving
        await sio.shutdown()


def on_loop(
    factory: Callable[[], asyncio.AbstractEventLoop],
    scene: Callable[[OpenWires], Coroutine[Any, Any, None]],
) -> None:
    """Plays the scene on a loop of its own; writing behaves differently on uvloop."""

    async def play() -> None:
        async with wires_open() as wires:
            await scene(wires)

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(play())


class Sleeper:
    """A phone on a plain socket with a small buffer, which reads only when told to."""

    def __init__(self, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect((host, int(port)))
        self.socket.setblocking(False)

    async def join(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(
            self.socket,
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
            b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
        await self.read_until(b"maxPayload")
        await self.say(LimitedPacket(0, namespace="/").encode())

    async def say(self, payload: bytes) -> None:
        frame = b"\x82" + bytes([0x80 | len(payload)]) + bytes(4) + payload
        await asyncio.get_running_loop().sock_sendall(self.socket, frame)

    async def read(self, most: int = 1 << 16) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self.socket, most)

    async def read_until(self, wanted: bytes) -> bytes:
        """Everything up to and with `wanted`."""
        got = b""
        async with asyncio.timeout(10):
            while wanted not in got:
                more = await self.read()
                assert more, "closed before it came"
                got += more
        return got

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.close()
