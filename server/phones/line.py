"""One connection's conversation: let in or not, events with their answers, views, the end."""

import asyncio
from collections.abc import Callable
from typing import Any

from server.phones.wire import (
    ACK,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    EVENT,
    Packet,
    Wire,
    open_wire,
)

Ack = dict[str, Any]
Hear = Callable[[Ack], None]


class NotLetIn(Exception):
    """The server does not want this screen; the text is its reason, such as `unknown_code`."""


class Line:
    """Tells `view` every frame and `ended` once when it is over; it is never opened twice.

    `sent_away`: the server ended it on purpose.
    """

    def __init__(self, view: Callable[[Ack], None], ended: Callable[["Line"], None]) -> None:
        self.sent_away = False
        self._view = view
        self._ended = ended
        self._wire: Wire | None = None
        self._admission: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked: dict[int, Hear] = {}
        self._number = 0

    async def open(self, url: str, auth: dict[str, str], cookie: str) -> None:
        """Connect and be let in. Raises NotLetIn, OSError."""
        self._wire = await open_wire(url, auth["code"], cookie, self._hear, self._lost)
        self._wire.send({"type": CONNECT, "nsp": "/", "data": auth})
        await self._admission

    def ask(self, event: str, body: object, hear: Hear) -> None:
        """Send an event; `hear` is called with its answer, or never if the line is lost."""
        if self._wire is None:
            return
        self._number += 1
        self._asked[self._number] = hear
        self._wire.send({"type": EVENT, "nsp": "/", "data": [event, body], "id": self._number})

    async def answer(self, event: str, body: object) -> Ack:
        """The answer to an event. Raises ConnectionError if the line is lost before."""
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self.ask(event, body, lambda ack: None if answer.done() else answer.set_result(ack))
        if self._wire:
            either: list[asyncio.Future[Any]] = [answer, self._wire.closed]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise ConnectionError("lost before the answer")
        return answer.result()

    def close(self) -> None:
        if self._wire:
            self._wire.close()

    async def closed(self) -> None:
        if self._wire:
            await self._wire.closed

    def _hear(self, packet: Packet) -> None:
        if packet.type == ACK and packet.id is not None:
            hear = self._asked.pop(packet.id, None)
            if hear:
                hear(packet.data[0])
        elif packet.type == EVENT and packet.data[0] == "view":
            self._view(packet.data[1])
        elif packet.type in (CONNECT, CONNECT_ERROR):
            self._hear_admission(packet)
        elif packet.type == DISCONNECT:
            self.sent_away = True
            self.close()

    def _hear_admission(self, packet: Packet) -> None:
        if self._admission.done():
            return
        if packet.type == CONNECT:
            self._admission.set_result(None)
        else:
            said = packet.data.get("data") or {}
            self._admission.set_exception(NotLetIn(said.get("reason", packet.data["message"])))

    def _lost(self) -> None:
        self._asked.clear()
        if not self._admission.done():
            self._admission.set_exception(ConnectionError("lost while coming in"))
        self._admission.exception()  # seen, in case nobody waits for it
        self._ended(self)
