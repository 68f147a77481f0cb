"""One websocket of a client, carrying Socket.IO packets in MessagePack over Engine.IO 4.

Written by hand because a thousand phones share one process: no task, queue or lock per connection.
Understands what this product's server sends (whole frames, no compression) and nothing else.
"""

import asyncio
import base64
import functools
import os
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

BINARY, TEXT, CLOSE, PING, PONG = 0x82, 0x81, 0x88, 0x89, 0x8A
CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR = range(5)

# Masking keeps web pages from speaking to proxies in disguise; zeros do nothing and cost nothing.
MASK = b"\x00\x00\x00\x00"
ENGINE_PING, ENGINE_PONG = b"2", b"3"
PACKETS_REMEMBERED = 256


class Packet(msgspec.Struct):
    """A Socket.IO packet; `id` ties an ack to its event."""

    type: int
    nsp: str = "/"
    data: Any = None
    id: int | None = None


# Everybody at a table gets the very same bytes: they are read once, and all hold the same entries.
read_packet = functools.lru_cache(PACKETS_REMEMBERED)(msgspec.msgpack.Decoder(Packet).decode)
write_packet = msgspec.msgpack.Encoder().encode


class Wire(asyncio.Protocol):
    """Tells `hear` every packet, in order, and `lost` once when the connection has ended."""

    def __init__(
        self, request: bytes, hear: Callable[[Packet], None], lost: Callable[[], None]
    ) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = request
        self._hear = hear
        self._lost = lost
        self._arrived = bytearray()
        self._upgraded = False

    def send(self, packet: dict[str, Any]) -> None:
        self._write(BINARY, write_packet(packet))

    def close(self) -> None:
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        try:
            if self._upgraded or self._upgrade():
                self._take_frames()
        except (ConnectionError, msgspec.DecodeError) as wrong:
            if not self.opened.done():
                self.opened.set_exception(wrong)
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("closed while connecting"))
        self.closed.set_result(None)
        self._lost()

    def _upgrade(self) -> bool:
        end = self._arrived.find(b"\r\n\r\n")
        if end < 0:
            return False
        status = self._arrived.split(b"\r\n", 1)[0].decode("latin-1")
        if " 101 " not in status:
            raise ConnectionError(status)
        del self._arrived[: end + 4]
        self._upgraded = True
        return True

    def _take_frames(self) -> None:
        arrived, at = self._arrived, 0
        while len(arrived) - at >= 2:
            length, start = arrived[at + 1], at + 2
            if length > 125:
                start += 2 if length == 126 else 8
                length = int.from_bytes(arrived[at + 2 : start], "big")
            # A length that has not arrived whole reads too small, but then `start` is out of reach.
            if len(arrived) < start + length:
                break
            self._take_frame(arrived[at], bytes(arrived[start : start + length]))
            at = start + length
        del arrived[:at]

    def _take_frame(self, kind: int, payload: bytes) -> None:
        if kind == BINARY:
            self._hear(read_packet(payload))
        elif kind == TEXT:
            self._take_engine_text(payload)
        elif kind == PING:
            self._write(PONG, payload)
        elif kind == CLOSE:
            self.close()
        elif kind != PONG:
            raise ConnectionError(f"a frame of kind {kind:#x} was not expected")

    def _take_engine_text(self, text: bytes) -> None:
        if text == ENGINE_PING:
            self._write(TEXT, ENGINE_PONG)
        elif text.startswith(b"0") and not self.opened.done():
            self.opened.set_result(None)

    def _write(self, kind: int, payload: bytes) -> None:
        length = len(payload)
        if length < 126:
            head = bytes((kind, 0x80 | length))
        elif length < 65_536:
            head = bytes((kind, 0xFE)) + length.to_bytes(2, "big")
        else:
            head = bytes((kind, 0xFF)) + length.to_bytes(8, "big")
        self._transport.write(head + MASK + payload)


async def open_wire(
    url: str, code: str, cookie: str, hear: Callable[[Packet], None], lost: Callable[[], None]
) -> Wire:
    """A wire to the server at `url` (http or https), ready for packets; raises OSError."""
    address = urlsplit(url)
    secure = address.scheme == "https"
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET /socket.io/?EIO=4&transport=websocket&code={code} HTTP/1.1",
        f"Host: {address.netloc}",
        *(("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")),
        f"Sec-WebSocket-Key: {key}",
        *([f"Cookie: {cookie}"] if cookie else []),
    ]
    request = "\r\n".join([*lines, "", ""]).encode()
    _, wire = await asyncio.get_running_loop().create_connection(
        lambda: Wire(request, hear, lost),
        address.hostname or "localhost",
        address.port or (443 if secure else 80),
        ssl=secure or None,
    )
    try:
        await wire.opened
    except BaseException:
        wire.close()
        raise
    return wire
