"""What happens to a socket before anybody knows who it is: how long, and how many, may wait here.

A hall shares one address, so nobody is judged by theirs. Whoever takes too long with a request, or
has stood here longest when it gets too full, is cut; whoever has said all that it must is not here
any more. uvicorn itself would wait for ever.
"""

import asyncio
import ssl
import time
from typing import Any, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from server.frames import Wire
from server.traffic import traffic

HEAD_SECONDS = 10.0
BODY_SECONDS = 20.0
UNREAD_SECONDS = 30.0
TICK_SECONDS = 1.0
# As many as of strangers in server/engine.py: where there can be no more than 10,240 open files, a
# flood of both still leaves places for a hall of 2,000. When 5,000 phones come within a second, a
# fifth of them try again; with a higher bound such a flood could take every place there is.
MOST_UNDECIDED = 4_000
SOCKETS = b"GET /socket.io/?"
UPGRADE = b"\r\nupgrade: websocket\r\n"
WHOLE_HEAD = b"\r\n\r\n"
LONGEST_HEAD_BYTES = 8_192


class Doorstep:
    """All who stand at one door, the longest first; give `doorway` to uvicorn as its `http`."""

    def __init__(self, most_open: int, tls: ssl.SSLContext | None = None) -> None:
        self._most_open = most_open
        self.tls = tls
        self._heads: dict[Doorway | Page, float] = {}
        self._bodies: dict[Doorway | Page, float] = {}
        self._unread: dict[Doorway | Page, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def doorway(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> "Doorway":
        return Doorway(self, config, server_state, app_state)

    def arrive(self, one: "Doorway", open_now: int) -> bool:
        """Whether there is room for one more; the longest undecided makes some."""
        if len(self._heads) >= MOST_UNDECIDED or open_now >= self._most_open:
            if not self._heads:
                return False
            self._cut(next(iter(self._heads)), "door_full")
        self._heads[one] = time.monotonic()
        self._watch()
        return True

    def replace(self, one: "Doorway", page: "Page") -> None:
        """It speaks plain HTTP; its time goes on."""
        self._heads[page] = self._heads.pop(one, time.monotonic())

    def forget(self, one: "Doorway | Page") -> None:
        for waiting in (self._heads, self._bodies, self._unread):
            waiting.pop(one, None)

    def note(self, page: "Page") -> None:
        """How far its request has come; more bytes of the same part give it no more time."""
        part = page.conn.their_state
        if part is h11.IDLE:
            self._heads.setdefault(page, time.monotonic())
        else:
            self._heads.pop(page, None)
        if part is h11.SEND_BODY:
            self._bodies.setdefault(page, time.monotonic())
        else:
            self._bodies.pop(page, None)
        self._watch()

    def note_unread(self, page: "Page") -> None:
        self._unread[page] = time.monotonic()
        self._watch()

    def note_read(self, page: "Page") -> None:
        self._unread.pop(page, None)

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._end(self._heads, HEAD_SECONDS, "slow_head")
        self._end(self._bodies, BODY_SECONDS, "slow_body")
        self._end(self._unread, UNREAD_SECONDS, "unread")
        if self._heads or self._bodies or self._unread:
            self._watch()

    def _end(self, waiting: "dict[Doorway | Page, float]", seconds: float, reason: str) -> None:
        latest = time.monotonic() - seconds
        for one in [one for one, since in waiting.items() if since <= latest]:
            self._cut(one, reason)

    def _cut(self, one: "Doorway | Page", reason: str) -> None:
        self.forget(one)
        traffic.cut[reason] += 1
        one.transport.abort()


class Doorway(asyncio.Protocol):
    """One accepted socket until its first bytes show whether it wants a websocket or a page."""

    transport: asyncio.Transport

    def __init__(
        self,
        doorstep: Doorstep,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
    ) -> None:
        self._doorstep = doorstep
        self._config = config
        self._state = server_state
        self._app_state = app_state
        self._shaking_hands: asyncio.Task[None] | None = None
        self._early = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        connections = cast(set[Any], self._state.connections)
        if self._doorstep.arrive(self, len(connections)):
            connections.add(self)
            if self._doorstep.tls is not None:
                self._shaking_hands = asyncio.create_task(self._shake_hands(self._doorstep.tls))
        else:
            traffic.cut["door_full"] += 1
            self.transport.abort()

    async def _shake_hands(self, tls: ssl.SSLContext) -> None:
        """From here on everything is said in secret, or nothing is.

        What came before the loop had begun belongs to the handshake, never to a request.
        """
        if self.transport.is_closing():
            return
        loop = asyncio.get_running_loop()
        starting = loop.start_tls(
            self.transport, self, tls, server_side=True, ssl_handshake_timeout=HEAD_SECONDS
        )
        shaking = loop.create_task(starting)
        shaking.add_done_callback(_hear)
        for _ in range(2):  # it has put itself in our place and reads as soon as we wait
            await asyncio.sleep(0)
        begun, self._early = self._early, b""
        try:
            if begun and not shaking.done():
                _feed(cast(asyncio.BufferedProtocol, self.transport.get_protocol()), begun)
            secret = await shaking
        except (OSError, EOFError):  # no TLS, one that is too old, or nobody any more
            secret = None
        self._shaking_hands = None
        if secret is None:
            traffic.cut["no_tls"] += 1
            self.transport.abort()
            self.connection_lost(None)
            return
        self.transport = secret
        if self._early:
            self.data_received(self._early)

    def data_received(self, data: bytes) -> None:
        if self._shaking_hands is not None:
            self._early += data
            return
        self._leave()
        config, state = self._config, self._state
        websocket = cast(Any, config.ws_protocol_class)
        protocol: Any
        if issubclass(websocket, Wire) and _asks_for_a_websocket(data):
            # Straight to the websocket's own parser: twice through a head is twice the work.
            self._doorstep.forget(self)
            protocol = websocket(config, state, self._app_state)
        else:
            protocol = Page(self._doorstep, config, state, self._app_state)
            self._doorstep.replace(self, protocol)
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        protocol.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        self._doorstep.forget(self)
        if self._shaking_hands is not None:
            self._shaking_hands.cancel()

    def shutdown(self) -> None:
        """The server goes down."""
        self.transport.close()

    def _leave(self) -> None:
        cast(set[Any], self._state.connections).discard(self)


class Page(H11Protocol):
    """Plain HTTP as uvicorn serves it, with an end to everybody's patience."""

    _is_a_websocket = False

    def __init__(self, doorstep: Doorstep, *uvicorns: Any) -> None:
        super().__init__(*uvicorns)
        self._doorstep = doorstep

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not (self._is_a_websocket or self.transport.is_closing()):
            self._doorstep.note(self)

    def send_400_response(self, msg: str) -> None:
        """Uvicorn cannot say it to a HEAD nor amid an answer; the application then is still."""
        if self.cycle is not None:
            self.cycle.disconnected = True
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.transport.close()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        super().handle_websocket_upgrade(event)
        self._is_a_websocket = True  # whose request, to this parser, never ends
        self._doorstep.forget(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._doorstep.note_unread(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._doorstep.note_read(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._doorstep.forget(self)
        super().connection_lost(exc)


def _hear(shaking: "asyncio.Task[asyncio.Transport | None]") -> None:
    """Whoever hung up at the very beginning has ended the wait for what came of it."""
    if not shaking.cancelled():
        shaking.exception()


def _feed(protocol: asyncio.BufferedProtocol, data: bytes) -> None:
    while data:
        room = memoryview(protocol.get_buffer(len(data)))
        fits = min(len(room), len(data))
        room[:fits] = data[:fits]
        protocol.buffer_updated(fits)
        data = data[fits:]


def _asks_for_a_websocket(head: bytes) -> bool:
    """As every page of ours does, in one piece; who writes it otherwise takes the long way."""
    whole = head.endswith(WHOLE_HEAD) and len(head) < LONGEST_HEAD_BYTES
    return whole and head.startswith(SOCKETS) and UPGRADE in head.lower()
