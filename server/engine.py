"""Engine.IO on our own wires: its words and pings without a task, a queue or a timer per phone.

Its own way keeps three tasks and two timers alive for every connection and starts two more for
every message. python-socketio still decides who connects and who is sent away; a request that is
no websocket of Engine.IO 4 still goes to Engine.IO itself, which refuses it.
"""

import asyncio
import functools
import json
import time
from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qs

import socketio  # type: ignore[import-untyped]
from engineio import packet as engine_packets  # type: ignore[import-untyped]
from socketio.async_manager import AsyncManager  # type: ignore[import-untyped]
from websockets.datastructures import Headers

from rooms.errors import Malformed
from server import limits
from server.frames import WIRE, Wire
from server.packets import ready_frame
from server.serving import places

PATH = "/socket.io/"
PING_SECONDS = 25
PONG_SECONDS = 20
TICK_SECONDS = 1.0
QUERIES_REMEMBERED = 256
MOST_STRANGERS = 4_000
STAFF_PLACES = 64


class Requests(socketio.ASGIApp):  # type: ignore[misc]
    """python-socketio's app, for which it is no bug that whoever asked has gone already."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await super().__call__(scope, receive, send)
            return
        heard = [await receive()]
        if heard[0]["type"] == "http.request":
            await super().__call__(scope, lambda: _first(heard, receive), send)


async def _first(heard: list[Any], receive: Any) -> Any:
    """What was heard already, and then what is still to be heard."""
    return heard.pop() if heard else await receive()


class Register(AsyncManager):  # type: ignore[misc]
    """Who is connected, without a room for each: whoever leaves is looked for in all of them."""

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        if room is None:
            super().basic_enter_room(sid, namespace, None, eio_sid=eio_sid)

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        self.basic_leave_room(sid, namespace, None)
        for waiting in (self.pending_connect, self.pending_disconnect):
            if sid in waiting.get(namespace, ()):
                waiting[namespace].remove(sid)


class Session:
    """Stands where Engine.IO keeps its own socket of one connection."""

    __slots__ = ("_engine", "_told", "_wire", "closed", "pinged", "sid", "turn")

    def __init__(self, engine: "Engine", sid: str, wire: Wire, turn: set["Session"]) -> None:
        self._engine = engine
        self._wire = wire
        self._told: asyncio.Task[None] | None = None
        self.sid = sid
        self.turn = turn
        self.pinged = False
        self.closed = False

    # What python-socketio asks for

    async def send(self, packet: engine_packets.Packet) -> None:
        said = packet.encode()
        self._wire.write(ready_frame(said) if isinstance(said, bytes) else _text(said))

    async def close(self, *_: Any, reason: str = "", **__: Any) -> None:
        self.cut(reason)

    # What the wire tells

    def hear(self, message: bytes) -> None:
        """A packet that python-socketio has to see."""
        self._tell("message", message)

    def hear_text(self, text: bytes) -> None:
        """Its pong and close; what else there is, is for polling and upgrades. Raises Malformed."""
        if text == b"3":
            self.pinged = False
        elif text == b"1":
            self.cut("goodbye")
        else:
            raise Malformed("unexpected_text")

    def lost(self) -> None:
        """The connection has ended."""
        if not self.closed:
            self.closed = True
            self._engine.forget(self)
            self._tell("disconnect", "transport close")

    def _tell(self, what: str, said: Any) -> None:
        """One thing after the other: whoever leaves while being let in is let in first."""
        self._told = told = self._engine.tell(self._told, what, self.sid, said)
        told.add_done_callback(self._forget_told)

    def _forget_told(self, told: "asyncio.Task[None]") -> None:
        if self._told is told:
            self._told = None

    # What the engine does

    def ping(self) -> None:
        self.pinged = True
        self._wire.write(_PING)

    def cut(self, reason: str) -> None:
        self._wire.cut(reason)


class Engine:
    """All sessions of one Socket.IO server, and the one timer that pings them in turns."""

    def __init__(self, sio: socketio.AsyncServer) -> None:
        self._sio = sio
        self._strangers: dict[str, float] = {}
        self._turns: list[set[Session]] = [set() for _ in range(PING_SECONDS)]
        self._now = 0
        self._timer: asyncio.TimerHandle | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._phone_places = places() - STAFF_PLACES
        terms = {
            "upgrades": [],
            "pingTimeout": PONG_SECONDS * 1000,
            "pingInterval": PING_SECONDS * 1000,
            "maxPayload": sio.eio.max_http_buffer_size,
        }
        self._terms = json.dumps(terms, separators=(",", ":"))[1:-1]

    def app(self, others: Any = None) -> Any:
        """The ASGI app: sockets below /socket.io/, everything else goes to `others`."""
        app = Requests(self._sio, others)
        app.engine = self  # where a wire finds it
        return app

    @property
    def held(self) -> dict[str, int]:
        """How many strangers there are, and tasks for those who come and go."""
        return {"strangers": len(self._strangers), "under_way": len(self._under_way)}

    @staticmethod
    @functools.lru_cache(QUERIES_REMEMBERED)
    def opens(address: str) -> bool:
        """Whether this is the address of a websocket of Engine.IO 4."""
        path, _, query = address.partition("?")
        asked = parse_qs(query)
        wanted = (asked.get("EIO"), asked.get("transport"), asked.get("sid"))
        return path == PATH and wanted == (["4"], ["websocket"], None)

    def has_room(self, connections: int, headers: Headers) -> bool:
        """Whether one more may come. The last places are for those who show a cookie of staff."""
        if connections <= self._phone_places:
            return True
        return any("dt_" in cookies for cookies in headers.get_all("Cookie"))

    def open(self, wire: Wire, headers: Headers) -> Session:
        """A stranger on a wire; python-socketio hears of it and waits for its CONNECT."""
        sid = self._sio.eio.generate_id()
        session = Session(self, sid, wire, min(self._turns, key=len))
        session.turn.add(session)
        self._sio.eio.sockets[sid] = session
        self._sio.environ[sid] = _environ(wire, headers)
        if len(self._strangers) >= MOST_STRANGERS:
            self._turn_out(next(iter(self._strangers)), "door_full")
        self._strangers[sid] = time.monotonic()
        wire.write(_text(f'{engine_packets.OPEN}{{"sid":"{sid}",{self._terms}}}'))
        if self._timer is None:
            self._wait()
        return session

    def welcome(self, environ: dict[str, Any]) -> Wire | None:
        """The wire of a stranger who was let in, unless it left meanwhile.

        What it said at the door is forgotten.
        """
        wire: Wire = environ["asgi.scope"]["extensions"][WIRE]
        environ.clear()
        if wire.session is None:
            return None
        self._strangers.pop(wire.session.sid, None)
        return wire

    def tell(
        self, before: "asyncio.Task[None] | None", what: str, sid: str, said: Any
    ) -> "asyncio.Task[None]":
        """Have python-socketio do what it does about an event of Engine.IO."""
        task = asyncio.ensure_future(_after(before, self._sio.eio.handlers[what](sid, said)))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def forget(self, session: Session) -> None:
        session.turn.discard(session)
        self._strangers.pop(session.sid, None)
        self._sio.eio.sockets.pop(session.sid, None)

    # Once a second

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        """Everybody is pinged every PING_SECONDS, a part of them each second."""
        self._timer = None
        if self._sio.eio.sockets:
            self._wait()
        now = self._now
        self._now += 1
        self._turn_out_strangers()
        for session in list(self._turns[(now - PONG_SECONDS) % PING_SECONDS]):
            if session.pinged:
                session.cut("no_pong")
        for session in self._turns[now % PING_SECONDS]:
            session.ping()

    def _turn_out_strangers(self) -> None:
        """python-socketio would let a socket that never says CONNECT stay for ever."""
        latest = time.monotonic() - limits.CONNECT_SECONDS
        for sid, since in list(self._strangers.items()):
            if since > latest:
                return
            self._turn_out(sid, "not_connected")

    def _turn_out(self, sid: str, reason: str) -> None:
        del self._strangers[sid]
        self._sio.eio.sockets[sid].cut(reason)


async def _after(before: "asyncio.Task[None] | None", work: Coroutine[Any, Any, None]) -> None:
    if before is not None:
        await asyncio.wait([before])
    await work


def _environ(wire: Wire, headers: Headers) -> dict[str, Any]:
    raw = [(key.lower().encode(), value.encode("latin-1")) for key, value in headers.raw_items()]
    scope = {"type": "websocket", "headers": raw, "extensions": {WIRE: wire}}
    return {"asgi.scope": scope}


def _text(said: str) -> bytes:
    return b"\x81" + ready_frame(said.encode())[1:]


_PING = _text(str(engine_packets.PING))
