"""The way between the server and one screen: ready frames out, whole packets in.

Writing a ready frame straight to the transport costs about a tenth of python-socketio's own way
(one task, one queue and one ASGI send per client and message); taking whole packets where they
arrive spares a task per command. python-socketio keeps connecting and disconnecting.
Knows nothing of dialogues. May import `server.packets`.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any, Protocol

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers
from websockets.frames import Frame
from websockets.http11 import Request

from rooms.errors import Malformed
from server.packets import (
    CONNECT,
    DISCONNECT,
    EVENT,
    LimitedPacket,
    event_packet,
    read_packet,
    ready_frame,
)
from server.traffic import traffic

WIRE = "dialogtisch.wire"
MESSAGE_BYTES = 16 * 1024
UNSENT_IN_KERNEL_BYTES = 16 * 1024
WAITING_HIGH_BYTES = 64 * 1024
WAITING_LOW_BYTES = 8 * 1024
STALL_SECONDS = 10.0
LAST_WORDS_SECONDS = 1.0
MALFORMED_ALLOWED = 4
CONNECTS_ALLOWED = 3
FRAGMENTS_ALLOWED = 16

# No client holds epoch -1, so whoever receives this says hello again and gets what it missed.
CATCH_UP = ready_frame(
    event_packet("view", {"of": "shared", "epoch": -1, "from": -1, "to": -1, "put": {}, "drop": []})
)

Listener = Callable[[int, list[Any]], None]
"""Told each event of one client, in order: the number its answer must carry, and the event."""


class Session(Protocol):
    """What Engine.IO knows of one wire."""

    closed: bool
    sid: str

    def hear(self, message: bytes) -> None:
        """A packet that is not for the listener."""

    def hear_text(self, text: bytes) -> None:
        """One of Engine.IO's own words; raises Malformed."""

    def lost(self) -> None:
        """The connection has ended."""


class Engine(Protocol):
    """Opens sessions; a wire finds it as `engine` of the app that it serves."""

    def opens(self, address: str) -> bool:
        """Whether a websocket at this address can be a session."""

    def open(self, wire: "Wire", headers: Headers) -> Session:
        """The session of a wire whose websocket stands."""


class Wire(WebSocketsSansIOProtocol):
    """One websocket connection, as uvicorn serves it, with a short way in and out.

    It stands in the ASGI scope under extensions[WIRE]. Set `listener` to receive the events.
    """

    listener: Listener | None = None
    session: Session | None = None
    behind = False
    _missed_frames = False
    _malformed = 0
    _connects = 0
    _waiting_bytes = 0
    _stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=WAITING_HIGH_BYTES, low=WAITING_LOW_BYTES)
        _keep_kernel_queue_short(self.transport)

    def handle_connect(self, event: Request) -> None:
        """Opens a session at once; what cannot be one goes the long way and is refused there."""
        engine: Engine | None = getattr(self.app, "engine", None)
        if engine is None or not engine.opens(event.path):
            super().handle_connect(event)
            return
        response = self.conn.accept(event)
        self.conn.send_response(response)
        self.handshake_initiated = self.handshake_complete = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        if response.status_code == 101:
            self.session = engine.open(self, event.headers)
        else:
            self.close_sent = True
            self.transport.close()

    def allow(self, message_bytes: int) -> None:
        """Messages up to this size from now on."""
        self.conn.max_message_size = message_bytes

    # Out

    def write(self, frame: bytes) -> None:
        """Send a ready frame that must not be lost while the connection lives: an answer."""
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.write(frame)

    def offer(self, frame: bytes) -> None:
        """Send a ready frame unless this client lags behind; then it will have to catch up."""
        if self.behind:
            traffic.frames_missed += 1
            self._missed_frames = True
        else:
            self.write(frame)

    def pause_writing(self) -> None:
        super().pause_writing()
        traffic.lagged += 1
        self.behind = True
        self._watch_progress()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.behind = False
        self._stop_watching()
        if self._missed_frames:
            self._missed_frames = False
            traffic.caught_up += 1
            self.write(CATCH_UP)

    def _watch_progress(self) -> None:
        self._waiting_bytes = self.transport.get_write_buffer_size()
        self._stall_timer = self.loop.call_later(STALL_SECONDS, self._check_progress)

    def _check_progress(self) -> None:
        if self.transport.get_write_buffer_size() >= self._waiting_bytes:
            traffic.cut["stalled"] += 1
            self.transport.abort()
        else:
            self._watch_progress()

    def _stop_watching(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def cut(self, reason: str) -> None:
        """Close the connection for good, even if the other side neither reads nor answers."""
        self.listener = None
        if self.disconnected:
            return
        traffic.cut[reason] += 1
        if self.handshake_complete and not (self.close_sent or self.transport.is_closing()):
            self.conn.fail(1008, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.transport.close()
        self.loop.call_later(LAST_WORDS_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)
        # Let go of everything that holds on to itself, or only a long collection would free it.
        self.listener = None
        self.conn.parser.close()
        session, self.session = self.session, None
        if session is not None:
            session.lost()

    # In

    def send_receive_event_to_app(self) -> None:
        """A whole message arrived: an event goes to the listener, the rest to the session."""
        message = b"".join(self.frames)
        self.frames = []
        if self.session is None:
            return
        try:
            if self.curr_msg_data_type == "text":
                self.session.hear_text(message)
            elif self._take(read_packet(message)):
                self.session.hear(message)
        except Malformed:
            self._count_malformed()

    def handle_cont(self, event: Frame) -> None:
        # Empty fragments count for nothing in the size limit and would pile up without end.
        if len(self.frames) >= FRAGMENTS_ALLOWED:
            self.cut("fragments")
        else:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if self.behind:
            self.conn.data_to_send()  # a pong nobody reads
        else:
            super().handle_ping()

    def _take(self, packet: LimitedPacket) -> bool:
        """Whether python-socketio has to see it too; raises Malformed."""
        kind = packet.packet_type
        if self.listener is None:
            self._connects += 1
            if kind == CONNECT and self._connects <= CONNECTS_ALLOWED:
                return True
        elif kind == EVENT and packet.namespace == "/" and packet.id is not None:
            self.listener(packet.id, packet.data)
            return False
        elif kind == DISCONNECT:
            return True
        raise Malformed("unexpected_packet")

    def _count_malformed(self) -> None:
        traffic.malformed += 1
        self._malformed += 1
        if self._malformed > MALFORMED_ALLOWED:
            self.cut("malformed")


def _keep_kernel_queue_short(transport: asyncio.Transport) -> None:
    """Without it the kernel hides up to 3 MB of backlog of a phone that does not read."""
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    connection = transport.get_extra_info("socket")
    if option is not None and connection is not None:
        with contextlib.suppress(OSError):  # not a TCP connection
            connection.setsockopt(socket.IPPROTO_TCP, option, UNSENT_IN_KERNEL_BYTES)
