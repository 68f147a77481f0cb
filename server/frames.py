"""The way out to one screen: ready frames, written to the transport where they are made.

That costs about a tenth of python-socketio's own way (one task, one queue and one ASGI send per
client and message). How messages come in stands in server/incoming.py. Knows nothing of dialogues.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Protocol, cast

import structlog
from websockets.datastructures import Headers
from websockets.http11 import Request

from server.incoming import Incoming, Session
from server.packets import event_packet, ready_frame
from server.traffic import traffic

log = structlog.get_logger(__name__)

WIRE = "dialogtisch.wire"
UNSENT_IN_KERNEL_BYTES = 16 * 1024
WAITING_HIGH_BYTES = 64 * 1024
WAITING_LOW_BYTES = 8 * 1024
STALL_SECONDS = 10.0
LAST_WORDS_SECONDS = 1.0
BROKEN = ("malformed", "fragments", "not_connected")

# No client holds epoch -1, so whoever receives this says hello again and gets what it missed.
NOWHERE = {"epoch": -1, "from": -1, "to": -1, "stamp": 0}
CATCH_UP = ready_frame(event_packet("view", {"of": "shared", **NOWHERE, "put": {}, "drop": []}))


class Engine(Protocol):
    """Opens sessions; a wire finds it as `engine` of the app that it serves."""

    def opens(self, address: str) -> bool:
        """Whether a websocket at this address can be a session."""

    def has_room(self, connections: int, headers: Headers) -> bool:
        """Whether there is a place for one more, who shows these headers."""

    def open(self, wire: "Wire", headers: Headers) -> Session:
        """The session of a wire whose websocket stands."""


class Wire(Incoming):
    """One websocket connection, as uvicorn serves it, with a short way in and out.

    `offer` sends a ready frame unless this client lags behind; then it will have to catch up. It is
    the transport's own `write` for as long as it can be: a hall is told everything through it, and
    each call more is felt.
    """

    offer: Callable[[bytes], None]
    behind = False
    _missed_frames = False
    _held: list[bytes] | None = None
    _close_sent = False
    _waiting_bytes = 0
    _stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """What uvicorn does here, without looking up two addresses that nobody asks for."""
        self.connections.add(self)
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=WAITING_HIGH_BYTES, low=WAITING_LOW_BYTES)
        _keep_kernel_queue_short(self.transport)
        self._choose_offer()

    def handle_connect(self, event: Request) -> None:
        """Opens a session at once; what cannot be one goes the long way and is refused there."""
        engine: Engine | None = getattr(self.app, "engine", None)
        if engine is None or not engine.opens(event.path):
            super().connection_made(self.transport)
            super().handle_connect(event)
            return
        if engine.has_room(len(self.connections), event.headers):
            response = self.conn.accept(event)
        else:
            response = self.conn.reject(503, "There is no place left.\n")
        self.conn.send_response(response)
        self.handshake_initiated = self.handshake_complete = True
        self.hold(b"".join(self.conn.data_to_send()))
        if response.status_code == 101:
            self.session = engine.open(self, event.headers)
        self.let_go()
        if response.status_code != 101:
            self.close_sent = True
            self.transport.close()

    def write(self, frame: bytes) -> None:
        """Send a ready frame that must not be lost while the connection lives: an answer."""
        if self._held is not None:
            self._held.append(frame)
        elif not (self._close_sent or self.transport.is_closing()):
            self.transport.write(frame)

    def hold(self, frame: bytes) -> bool:
        """Keep this and what is sent from now on, to send it together: each write costs a call.

        True if nothing was held before; then `let_go` must follow, before anybody waits.
        """
        if self._held is not None:
            self._held.append(frame)
            return False
        self._held = [frame]
        if not (self.behind or self._close_sent):
            self.offer = self._held.append
        return True

    def let_go(self) -> None:
        held, self._held = self._held, None
        if held:
            self._choose_offer()
            self.write(held[0] if len(held) == 1 else b"".join(held))

    @property
    def close_sent(self) -> bool:
        """Set by uvicorn: nothing may follow."""
        return self._close_sent

    @close_sent.setter
    def close_sent(self, sent: bool) -> None:
        self._close_sent = sent
        if sent:
            self._choose_offer()

    def shutdown(self) -> None:
        super().shutdown()
        self._choose_offer()

    def _choose_offer(self) -> None:
        if self._close_sent or self.transport.is_closing():
            self.offer = _drop
        elif self.behind:
            self.offer = self._miss
        else:
            self.offer = self.transport.write if self._held is None else self._held.append

    def _miss(self, _frame: bytes) -> None:
        traffic.frames_missed += 1
        self._missed_frames = True

    def pause_writing(self) -> None:
        super().pause_writing()
        traffic.lagged += 1
        self.behind = True
        self._choose_offer()
        self._watch_progress()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.behind = False
        self._choose_offer()
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
            log.info("connection_given_up", reason="stalled")
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
        self.let_go()
        if reason in BROKEN:
            log.info("connection_given_up", reason=reason)
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
        self.offer = _drop
        self.conn.parser.close()
        session, self.session = self.session, None
        if session is not None:
            session.lost()

    def handle_ping(self) -> None:
        if self.behind:
            self.conn.data_to_send()  # a pong nobody reads
        else:
            super().handle_ping()


def _drop(_frame: bytes) -> None:
    """Nobody is there any more."""


def _keep_kernel_queue_short(transport: asyncio.Transport) -> None:
    """Without it the kernel hides up to 3 MB of backlog of a phone that does not read."""
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    connection = transport.get_extra_info("socket")
    if option is not None and connection is not None:
        with contextlib.suppress(OSError):  # not a TCP connection
            connection.setsockopt(socket.IPPROTO_TCP, option, UNSENT_IN_KERNEL_BYTES)
