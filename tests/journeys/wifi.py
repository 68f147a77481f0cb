"""The hall's wireless network as one device sees it: a SOCKS5 proxy that can fail as networks fail.

It knows one place, the hall's server under the address on the table cards; whatever else a page
asks for is noted and not found.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK = 65_536
DONE, NOT_ALLOWED = 0, 2
NOWHERE = b"\x00\x01\x00\x00\x00\x00\x00\x00"


class Wifi:
    """Leads `address`, such as ("192.168.178.20", 8000), to a port of this machine."""

    def __init__(self, address: tuple[str, int], port: int) -> None:
        self.asked_elsewhere: set[tuple[str, int]] = set()
        self.has_failed = False
        self.address = address
        self._port = port
        self._lets_in = True
        self._lets_sockets_in = True
        self._flows = asyncio.Event()
        self._flows.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server

    @asynccontextmanager
    async def switched_on(self) -> AsyncIterator["Wifi"]:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        yield self
        self.cut()
        self._server.close()
        await self._server.wait_closed()

    @property
    def proxy(self) -> str:
        return f"socks5://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Out of reach: what is open breaks, nothing new begins."""
        self.has_failed = True
        self._lets_in = False
        self._break()

    def swallow(self) -> None:
        """The dead corner: everything stays open and nothing arrives any more."""
        self.has_failed = True
        self._flows.clear()

    def carry_pages_only(self) -> None:
        """So weak that a page comes through, but no socket."""
        self.has_failed = True
        self._lets_in = True
        self._lets_sockets_in = False
        self._flows.set()
        self._break()

    def recover(self) -> None:
        """What was swallowed arrives now, as the network's own repetitions make it."""
        self._lets_in = self._lets_sockets_in = True
        self._flows.set()

    def _break(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._connect(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the page gave up, or the server is away: both are seen at the other end
        finally:
            writer.transport.abort()
            self._open.discard(writer)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wanted = await self._wanted(reader, writer)
        if wanted != self.address or not self._lets_in:
            if wanted != self.address:
                self.asked_elsewhere.add(wanted)
            return writer.write(bytes([5, NOT_ALLOWED]) + NOWHERE)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._open.add(far_writer)
        try:
            writer.write(bytes([5, DONE]) + NOWHERE)
            there = asyncio.create_task(self._pass_on(reader, far_writer))
            back = asyncio.create_task(self._pass_on(far_reader, writer))
            _, unfinished = await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
            for direction in unfinished:
                direction.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
        finally:
            far_writer.transport.abort()
            self._open.discard(far_writer)

    async def _wanted(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[str, int]:
        """The greeting of SOCKS5 up to the place it names."""
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = ".".join(map(str, await reader.readexactly(4 if kind == 1 else 16)))
        return host, int.from_bytes(await reader.readexactly(2))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            await self._flows.wait()
            if chunk.startswith(b"GET /socket.io/") and not self._lets_sockets_in:
                return
            writer.write(chunk)
            await writer.drain()
