"""The way in of one screen: whole packets are taken where they arrive.

That spares a task per command, and for the usual message, a whole frame in one piece, also the
websocket parser. Everything else (pieces, pings, texts, what breaks a rule) goes through it frame
by frame, and python-socketio keeps connecting, pings and disconnecting.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, apply_mask  # type: ignore[attr-defined]

from rooms.errors import Malformed
from server.packets import CONNECT, DISCONNECT, EVENT, LimitedPacket, plain_event, read_packet
from server.traffic import traffic

MESSAGE_BYTES = 16 * 1024
MALFORMED_ALLOWED = 4
CONNECTS_ALLOWED = 3
FRAGMENTS_ALLOWED = 16
WHOLE_BINARY = 0x82
WHOLE_TEXT = 0x81
MASKED = 0x80
MASK_BYTES = 4

Listener = Callable[[int, Sequence[Any]], None]
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


class Incoming(WebSocketsSansIOProtocol):
    """Set `listener` to receive the events."""

    listener: Listener | None = None
    session: Session | None = None
    _malformed = 0
    _connects = 0
    _begun = b""
    _parser_only = False

    def cut(self, reason: str) -> None:
        """Close the connection for good."""
        raise NotImplementedError

    def allow(self, message_bytes: int) -> None:
        """Messages up to this size from now on."""
        self.conn.max_message_size = message_bytes

    def data_received(self, data: bytes) -> None:
        if self._parser_only or not self.handshake_initiated:
            super().data_received(data)
            return
        if self._begun:
            data, self._begun = self._begun + data, b""
        at = 0
        while at < len(data):
            at = self._take_frame(data, at)

    def _take_frame(self, data: bytes, at: int) -> int:
        """Takes the frame that begins at `at`; returns where the next one does."""
        start, end = _payload(data, at)
        too_long = end - start > (self.conn.max_message_size or 0)
        if too_long or (start and data[at + 1] < MASKED):
            self._parser_only = True  # it says what is wrong, and closes
            super().data_received(data[at:])
            return len(data)
        if not start or end > len(data):
            self._begun = data[at:]
            return len(data)
        if data[at] == WHOLE_BINARY and self.listener is not None and not self.frames:
            self._take_message(apply_mask(data[start:end], data[start - MASK_BYTES : start]))
        elif data[at] == WHOLE_TEXT and self.listener is not None and not self.frames:
            self._take_text(apply_mask(data[start:end], data[start - MASK_BYTES : start]))
        else:
            super().data_received(data[at:end])
        return end

    def _take_message(self, message: bytes) -> None:
        if self.listener is not None:
            event = plain_event(message)
            if event is not None:
                self.listener(*event)
                return
        try:
            if self._take(read_packet(message)) and self.session is not None:
                self.session.hear(message)
        except Malformed:
            self._count_malformed()

    def send_receive_event_to_app(self) -> None:
        """A whole message came through the parser: a packet, or one of Engine.IO's own words."""
        message = b"".join(self.frames)
        self.frames = []
        if self.session is None:
            return
        if self.curr_msg_data_type == "text":
            self._take_text(message)
        else:
            self._take_message(message)

    def _take_text(self, text: bytes) -> None:
        try:
            if self.session is not None:
                self.session.hear_text(text)
        except Malformed:
            self._count_malformed()

    def handle_cont(self, event: Frame) -> None:
        # Empty fragments count for nothing in the size limit and would pile up without end.
        if len(self.frames) >= FRAGMENTS_ALLOWED:
            self.cut("fragments")
        else:
            super().handle_cont(event)

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


def _payload(data: bytes, at: int) -> tuple[int, int]:
    """Where the payload of the frame at `at` begins and ends; zeros if that cannot be seen yet."""
    if len(data) - at < 2:
        return 0, 0
    length, start = data[at + 1] & 0x7F, at + 2
    if length > 125:
        start += 2 if length == 126 else 8
        if len(data) < start:
            return 0, 0
        length = int.from_bytes(data[at + 2 : start], "big")
    start += MASK_BYTES
    return start, start + length
