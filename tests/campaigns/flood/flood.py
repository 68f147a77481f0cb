"""Sockets of three kinds that never come in; whoever is cut comes again, as long as it lasts."""

import asyncio
import contextlib
from collections import Counter
from typing import cast
from urllib.parse import urlsplit

HEAD = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
KINDS = ("silent", "trickling", "strangers")
OPENING_AT_ONCE = 200
TRICKLE_SECONDS = 1.0


class Standing(asyncio.Protocol):
    """One socket: says nothing, or its request byte for byte, or opens and never says CONNECT."""

    def __init__(self, flood: "Flood", kind: str) -> None:
        self._flood = flood
        self._kind = kind
        self._said = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._flood.standing.add(self)
        if self._kind == "strangers":
            self.transport.write(HEAD + b"\r\n")
        elif self._kind == "trickling":
            self._trickle()

    def connection_lost(self, exc: Exception | None) -> None:
        self._flood.standing.discard(self)
        self._flood.cut[self._kind] += 1

    def _trickle(self) -> None:
        if self.transport.is_closing() or self._said >= len(HEAD):
            return
        self.transport.write(HEAD[self._said : self._said + 1])
        self._said += 1
        asyncio.get_running_loop().call_later(TRICKLE_SECONDS, self._trickle)


class Flood:
    """Keeps `most` sockets standing until it is ended; `opened` and `cut` count by kind."""

    def __init__(self, url: str, most: int) -> None:
        self.standing: set[Standing] = set()
        self.opened: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        self._where = urlsplit(url)
        self._most = most

    async def rise(self) -> None:
        """Until cancelled; at first as fast as the machine lets it."""
        while True:
            missing = min(self._most - len(self.standing), OPENING_AT_ONCE)
            await asyncio.gather(*(self._open(nth) for nth in range(missing)))
            await asyncio.sleep(0.05)

    async def _open(self, nth: int) -> None:
        kind = KINDS[nth % len(KINDS)]
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().create_connection(
                lambda: Standing(self, kind), self._where.hostname, self._where.port
            )
            self.opened[kind] += 1

    def fall(self) -> None:
        for one in list(self.standing):
            one.transport.abort()
