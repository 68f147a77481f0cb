"""A second way for what a tab says: copies of its commands, forged ones, lies about versions."""

import asyncio
import contextlib
from typing import Any

from campaigns.faults.history import Connection, Fields, Order, Send
from campaigns.faults.tab import Tab
from server.phones.wire import ACK, CONNECT, EVENT, Packet, Wire, open_wire

PATIENCE_SECONDS = 1.0


class Ghost:
    """One connection with a tab's own token, to any process, that says its piece and leaves."""

    def __init__(self, stage: Any, tab: Tab) -> None:
        self._stage = stage
        self._tab = tab
        self._wire: Wire | None = None
        self._connection: Connection | None = None
        self._asked: dict[int, Any] = {}
        self._let_in: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def send(self, orders: list[Order]) -> None:
        """Each of them once; their answers count like any other."""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                wire = await self._come_in()
                await asyncio.gather(*(self._send(wire, order) for order in orders))
        self._leave()

    async def claim(self, epoch: int, version: int) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                wire = await self._come_in()
                await self._ask(wire, "hello", {"epoch": epoch, "version": version})
        self._leave()

    async def _come_in(self) -> Wire:
        number = self._stage.chance.randrange(self._stage.house.processes)
        url = f"http://127.0.0.1:{self._stage.house.ports[number]}"
        auth, cookie = self._tab.auth, self._tab.cookie
        wire = self._wire = await open_wire(url, auth["code"], cookie, self._hear, self._lost)
        wire.send({"type": CONNECT, "nsp": "/", "data": auth})
        await self._let_in
        name = f"{self._tab.name}'s ghost"
        self._connection = Connection(name, number, self._stage.history.now())
        return wire

    def _leave(self) -> None:
        if self._wire:
            self._wire.close()
        self._lost()

    def _send(self, wire: Wire, order: Order) -> "asyncio.Future[Fields]":
        assert self._connection
        send = Send(self._connection, self._stage.history.now())
        again = {} if order.forged else {"again": True}
        order.sends.append(send)
        answer = self._ask(wire, "command", {"id": order.own_id, **again, **order.body})

        def answered(done: "asyncio.Future[Fields]") -> None:
            if not done.cancelled() and not done.exception():
                send.heard, send.answer = self._stage.history.now(), done.result()

        answer.add_done_callback(answered)
        return answer

    def _ask(self, wire: Wire, event: str, body: Fields) -> "asyncio.Future[Fields]":
        number = len(self._asked) + 1
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        wire.send({"type": EVENT, "nsp": "/", "data": [event, body], "id": number})
        return answer

    def _hear(self, packet: Packet) -> None:
        if packet.type == CONNECT and not self._let_in.done():
            self._let_in.set_result(None)
        elif packet.type == ACK and packet.id in self._asked:
            answer = self._asked[packet.id]
            if not answer.done():
                answer.set_result(packet.data[0])

    def _lost(self) -> None:
        if self._connection:
            self._connection.ended = self._connection.ended or self._stage.history.now()
        for waiting in (self._let_in, *self._asked.values()):
            if not waiting.done():
                waiting.set_exception(ConnectionError("the ghost has left"))
                waiting.exception()
