"""The network between one tab and the hall: a TCP proxy that fails as networks fail.

Everything that passes can be delayed, held back as in a dead corner, throttled to nothing or cut
in the middle of a frame. What was held back may still arrive when the tab has long come back by
another way: so a command can reach two processes, the older copy last.
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, cast

SMALL_BUFFER_BYTES = 2048
DRAIN_SECONDS = 0.3


class Flow:
    """One direction of one connection: chunks in order, each not before its time."""

    def __init__(self, held: Callable[[], bool]) -> None:
        self.to: asyncio.Transport | None = None
        self._chunks: deque[tuple[float, bytes]] = deque()
        self._held = held
        self._timer: asyncio.TimerHandle | None = None

    def push(self, chunk: bytes, delay: float) -> None:
        loop = asyncio.get_running_loop()
        self._chunks.append((loop.time() + delay, chunk))
        self.pump()

    def pump(self) -> None:
        if self._timer or self.to is None:
            return
        loop = asyncio.get_running_loop()
        while self._chunks and not self._held():
            due, chunk = self._chunks[0]
            if due > loop.time():
                self._timer = loop.call_later(due - loop.time(), self._resume)
                return
            self._chunks.popleft()
            self.to.write(chunk)

    def _resume(self) -> None:
        self._timer = None
        self.pump()


class Pair:
    """One connection: the tab's end, the server's end, and what is between them."""

    def __init__(self, air: "Air", process: int, port: int) -> None:
        self.process = process
        self.up = Flow(lambda: air.is_held or self.lingers)
        self.down = Flow(lambda: air.is_held)
        self.lingers = False
        self.near: asyncio.Transport | None = None
        self.far: asyncio.Transport | None = None
        self.heard: list[bytes] = []
        self.in_one_go = -1
        self.most_in_one_go = 0
        self._air = air
        self._port = port

    async def dial(self) -> None:
        loop = asyncio.get_running_loop()
        end = socket.socket()
        end.setblocking(False)
        if self._air.is_narrow:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        try:
            await loop.sock_connect(end, ("127.0.0.1", self._port))
        except OSError:
            with contextlib.suppress(OSError):  # the loop may have closed it
                end.close()
            self.hang_up()
            return
        try:
            await loop.create_connection(lambda: _Far(self), sock=end)
        except OSError:  # the loop has closed it, and its number may be another's already
            end.detach()
            self.hang_up()

    def from_tab(self, chunk: bytes) -> None:
        self.stop_counting()
        if not self._spend(len(chunk)):
            return
        self.up.push(chunk, self._air.delay)

    def from_server(self, chunk: bytes) -> None:
        self.heard.append(chunk)
        if self.in_one_go >= 0:
            self.in_one_go += len(chunk)
            self.most_in_one_go = max(self.most_in_one_go, self.in_one_go)
        if self.near is None or not self._spend(len(chunk)):
            return
        self.down.push(chunk, self._air.delay)

    def tab_left(self) -> None:
        """The server learns of it, unless this connection is to be forgotten half open."""
        self.near = self.down.to = None
        if self._air.leaves_half_open and self.far:
            self.lingers = True
            self._air.half_open.append(self)
        elif self.far:
            self.far.abort()

    def arrive_late(self) -> None:
        """What the tab had sent before it gave up reaches the server now."""
        self.lingers = False
        self.up.pump()

    def server_left(self) -> None:
        self.far = self.up.to = None
        if self.near:
            self.near.abort()

    def stop_counting(self) -> None:
        self.in_one_go = -1

    def hang_up(self) -> None:
        for end in (self.near, self.far):
            if end:
                end.abort()

    def _spend(self, count: int) -> bool:
        """Whether the cut does not fall into this chunk."""
        air = self._air
        if air.bytes_left is None:
            return True
        air.bytes_left -= count
        if air.bytes_left >= 0:
            return True
        air.bytes_left = None
        self.hang_up()
        return False


class Air:
    """One tab's way. `dial_to` says which process the next connection reaches, and its port."""

    def __init__(self, dial_to: Callable[[], tuple[int, int]]) -> None:
        self.port = 0
        self.delay = 0.0
        self.is_held = False
        self.is_gone = False
        self.is_narrow = False
        self.leaves_half_open = False
        self.bytes_left: int | None = None
        self.pairs: list[Pair] = []
        self.half_open: list[Pair] = []
        self._dial_to = dial_to
        self._dialling: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Near(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        for pair in self.pairs:
            pair.hang_up()
        await asyncio.gather(*self._dialling, return_exceptions=True)

    @property
    def process(self) -> int:
        """The process that the newest connection leads to."""
        return self.pairs[-1].process if self.pairs else 0

    def drop(self) -> None:
        """Every connection breaks at once, and both sides learn it."""
        for pair in self.pairs:
            pair.hang_up()

    def hold(self) -> None:
        """The dead corner: everything stays open and nothing arrives any more."""
        self.is_held = True

    def stall(self) -> None:
        """The tab stops reading: what the server sends piles up on the server's side."""
        for pair in self.pairs:
            if pair.far and pair.near:
                pair.far.pause_reading()

    def read_on(self) -> None:
        """What comes before the tab says anything has been waiting in the server's queue."""
        for pair in self.pairs:
            if pair.far and not pair.far.is_reading():
                pair.in_one_go = 0
                pair.far.resume_reading()
                asyncio.get_running_loop().call_later(DRAIN_SECONDS, pair.stop_counting)

    def recover(self) -> None:
        """Whatever was held arrives now."""
        self.is_held = self.is_gone = self.leaves_half_open = False
        self.delay, self.bytes_left = 0.0, None
        self.read_on()
        for pair in self.pairs:
            pair.up.pump()
            pair.down.pump()

    def deliver_late(self) -> None:
        late, self.half_open = self.half_open, []
        for pair in late:
            pair.arrive_late()

    def reset_dead_ends(self) -> None:
        """The server learns of every connection whose tab has long left."""
        for pair in self.pairs:
            if pair.far and pair.near is None:
                pair.far.abort()

    def answer(self, near: asyncio.Transport) -> Pair | None:
        if self.is_gone:
            near.abort()
            return None
        pair = Pair(self, *self._dial_to())
        pair.near = pair.down.to = near
        self.pairs.append(pair)
        task = asyncio.create_task(pair.dial())
        self._dialling.add(task)
        task.add_done_callback(self._dialling.discard)
        return pair


class _Near(asyncio.Protocol):
    def __init__(self, air: Air) -> None:
        self._air = air
        self._pair: Pair | None = None

    def connection_made(self, transport: Any) -> None:
        self._pair = self._air.answer(cast(asyncio.Transport, transport))

    def data_received(self, data: bytes) -> None:
        if self._pair:
            self._pair.from_tab(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._pair:
            self._pair.tab_left()


class _Far(asyncio.Protocol):
    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def connection_made(self, transport: Any) -> None:
        pair = self._pair
        pair.far = pair.up.to = cast(asyncio.Transport, transport)
        pair.up.pump()
        if pair.near is None:
            pair.tab_left()

    def data_received(self, data: bytes) -> None:
        self._pair.from_server(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._pair.server_left()
