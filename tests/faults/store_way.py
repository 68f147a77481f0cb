"""The way from the server to a store on another machine: it falls silent, or breaks off anywhere.

A TCP proxy in this process. `silence` keeps every connection open and carries nothing, as a cable
that was pulled: nobody is told. What was said meanwhile arrives when the way is mended.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK = 65_536


class StoreWay:
    """Leads a port of its own to the store's; `broken` counts the connections that broke off."""

    def __init__(self, store_port: int) -> None:
        self.broken = 0
        self._store_port = store_port
        self._carries = asyncio.Event()
        self._carries.set()
        self._bytes_left: int | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server

    @asynccontextmanager
    async def open(self) -> AsyncIterator["StoreWay"]:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        yield self
        self._server.close()
        self._break_off()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def store_url(self) -> str:
        """Past this way, to the store itself."""
        return f"redis://127.0.0.1:{self._store_port}"

    def silence(self) -> None:
        self._carries.clear()

    def mend(self) -> None:
        self._carries.set()

    def break_off_after(self, count: int) -> None:
        """So many more bytes are carried, questions and answers together; then all breaks off."""
        self._bytes_left = count

    def _break_off(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._store_port)
        self._open.add(far_writer)
        ways = (self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))
        await asyncio.gather(*ways, return_exceptions=True)
        for one in (writer, far_writer):
            one.transport.abort()
            self._open.discard(one)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                await self._carries.wait()
                writer.write(self._still_carried(chunk))
                await writer.drain()
                if self._bytes_left == 0:
                    self._bytes_left = None
                    self.broken += 1
                    await asyncio.sleep(0)  # what was written is on its way before it breaks
                    self._break_off()
        finally:
            writer.close()

    def _still_carried(self, chunk: bytes) -> bytes:
        if self._bytes_left is None:
            return chunk
        carried = chunk[: self._bytes_left]
        self._bytes_left -= len(carried)
        return carried
