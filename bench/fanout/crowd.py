"""The load generator: many raw Socket.IO clients in one process, as light as they can be.

Reads orders from standard input, one per line: `await <frames>` answers `delivered <n>` once that
many view frames arrived in all or nothing came for a while; `ask <per client> <ms apart>` lets
every client send events and answers `answered <n>`; end of input ends the process.
"""

import asyncio
import os
import resource
import sys
from typing import cast

import msgpack
import uvloop

QUIET_SECONDS = 10.0
CONNECTING_AT_ONCE = 50
MASK = b"\x00\x00\x00\x00"  # masking with zeros: allowed, and free

CONNECT = msgpack.packb({"type": 0, "nsp": "/"})
EVENT = {"type": 2, "nsp": "/", "options": {"compress": True}}
QUESTION = {"id": "abcdef12.17", "name": "PostCard", "text": "Mehr Bänke am Platz", "kind": "idea"}


def masked(payload: bytes, kind: int = 0x82) -> bytes:
    length = len(payload)
    head = bytes([kind, 0x80 | length]) if length < 126 else bytes([kind, 0xFE, 0, length])
    return head + MASK + payload


class Phone(asyncio.Protocol):
    """Counts binary frames by their first bytes, without looking into them."""

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.rest = b""
        self.opened = False
        self.connected = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )

    def data_received(self, received: bytes) -> None:
        buffer = self.rest + received
        at = 0 if self.opened else self._skip_handshake(buffer)
        while at >= 0 and len(buffer) - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                length, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if len(buffer) < start + length:
                break
            self._frame(buffer[at], buffer[start : start + length])
            at = start + length
        self.rest = buffer[max(at, 0) :]

    def _skip_handshake(self, buffer: bytes) -> int:
        end = buffer.find(b"\r\n\r\n")
        self.opened = end >= 0
        return end + 4 if self.opened else -1

    def _frame(self, kind: int, payload: bytes) -> None:
        if kind == 0x82:
            self._packet(payload)
        elif payload[:1] == b"0":
            self.transport.write(masked(CONNECT))
        elif payload == b"2":
            self.transport.write(masked(b"3", 0x81))

    def _packet(self, payload: bytes) -> None:
        if self.connected.done():
            self.crowd.count(payload)
        else:
            assert msgpack.unpackb(payload)["type"] == 0, payload
            self.connected.set_result(None)

    def ask(self, number: int) -> None:
        packet = {**EVENT, "id": number, "data": ["command", QUESTION]}
        self.transport.write(masked(msgpack.packb(packet)))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.connected.done():
            self.connected.set_exception(error or ConnectionError("closed while connecting"))


class Crowd:
    def __init__(self) -> None:
        self.phones: list[Phone] = []
        self.arrived = 0
        self.wanted = 0
        self.enough = asyncio.Event()

    def count(self, _payload: bytes) -> None:
        self.arrived += 1
        if self.arrived >= self.wanted:
            self.enough.set()

    async def join(self, port: int, count: int) -> None:
        gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def one() -> None:
            async with gate:
                loop = asyncio.get_running_loop()
                _, phone = await loop.create_connection(lambda: Phone(self), "127.0.0.1", port)
                await phone.connected
                self.phones.append(phone)

        await asyncio.gather(*(one() for _ in range(count)))

    async def arrivals(self, wanted: int) -> int:
        """Waits until that many frames came, or none for some seconds; forgets them."""
        self.wanted = wanted
        while self.arrived < wanted:
            before = self.arrived
            self.enough.clear()
            try:
                await asyncio.wait_for(self.enough.wait(), QUIET_SECONDS)
            except TimeoutError:
                if self.arrived == before:
                    break
        arrived, self.arrived = self.arrived, 0
        return arrived

    async def ask(self, per_phone: int, milliseconds: float) -> int:
        for number in range(per_phone):
            for phone in self.phones:
                phone.ask(number)
            await asyncio.sleep(milliseconds / 1000)
        return await self.arrivals(per_phone * len(self.phones))


async def obey(port: int, count: int) -> None:
    crowd = Crowd()
    await crowd.join(port, count)
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while order := (await orders.readline()).split():
        if order[0] == b"await":
            print("delivered", await crowd.arrivals(int(order[1])), flush=True)
        else:
            answered = await crowd.ask(int(order[1]), float(order[2]))
            print("answered", answered, flush=True)


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(obey(int(sys.argv[1]), int(sys.argv[2])))
    sys.stdout.flush()
    os._exit(0)  # thousands of sockets need no ceremony
