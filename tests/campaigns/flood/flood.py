"""Sockets of four kinds that never come in; whoever is cut comes again, as long as it lasts."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from typing import cast
from urllib.parse import urlsplit

HEAD = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
BODY_BYTES = 400
POST = (
    b"POST /api/enter HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n" % BODY_BYTES
)
KINDS = ("silent", "trickling", "strangers")
SLOW = ("trickling", "slow bodies")
OPENING_AT_ONCE = 200
TRICKLE_SECONDS = 1.0


class Standing(asyncio.Protocol):
    """One socket: says nothing, or opens and never says CONNECT, or trickles byte for byte.

    It trickles the head of its request, or only the body.
    """

    def __init__(self, flood: "Flood", kind: str) -> None:
        self._flood = flood
        self._kind = kind
        self._left = iter(HEAD if kind == "trickling" else b"{" + b" " * BODY_BYTES)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._flood.standing.add(self)
        if self._kind == "strangers":
            self.transport.write(HEAD + b"\r\n")
        elif self._kind in SLOW:
            self.transport.write(POST if self._kind == "slow bodies" else b"")
            self._trickle()

    def connection_lost(self, exc: Exception | None) -> None:
        self._flood.standing.discard(self)
        self._flood.cut[self._kind] += 1

    def _trickle(self) -> None:
        byte = next(self._left, None)
        if self.transport.is_closing() or byte is None:
            return
        self.transport.write(bytes((byte,)))
        asyncio.get_running_loop().call_later(TRICKLE_SECONDS, self._trickle)


class Flood:
    """Keeps `most` sockets standing until it is ended; `opened` and `cut` count by kind."""

    def __init__(self, url: str, most: int, kinds: Sequence[str] = KINDS) -> None:
        self.standing: set[Standing] = set()
        self.opened: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        self._where = urlsplit(url)
        self._most = most
        self._kinds = kinds

    async def rise(self) -> None:
        """Until cancelled; at first as fast as the machine lets it."""
        while True:
            missing = min(self._most - len(self.standing), OPENING_AT_ONCE)
            await asyncio.gather(*(self._open(nth) for nth in range(missing)))
            await asyncio.sleep(0.05)

    async def _open(self, nth: int) -> None:
        kind = self._kinds[nth % len(self._kinds)]
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().create_connection(
                lambda: Standing(self, kind), self._where.hostname, self._where.port
            )
            self.opened[kind] += 1

    def fall(self) -> None:
        for one in list(self.standing):
            one.transport.abort()
