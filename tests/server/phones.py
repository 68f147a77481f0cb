"""A phone without a page: speaks Socket.IO in MessagePack over a raw websocket."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, Self

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR = range(5)
PATIENCE_S = 5.0


async def until(holds: Callable[[], object]) -> None:
    """Waits for what nobody announces."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class NotLetIn(Exception):
    """The server answered CONNECT with connect_error; `reason` is what its data says."""

    def __init__(self, said: dict[str, Any]) -> None:
        super().__init__(said)
        self.error = said["data"]["error"]
        self.reason = said["data"]["reason"]


class Phone:
    """`heard` is every packet in its order: ("view", frame), ("ack", number, body) and so on."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[tuple[Any, ...]] = []
        self.sent_away = False
        self._numbers = itertools.count(1)
        self._counter = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._let_in: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str, query: str = "", **more: Any) -> Self:
        """A socket that has not said CONNECT yet."""
        address = f"{url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket{query}"
        return cls(await connect(address, ping_interval=None, **more))

    @classmethod
    async def join(cls, url: str, auth: object, **more: Any) -> Self:
        """A welcome phone; raises NotLetIn."""
        phone = await cls.open(url, **more)
        await phone.send({"type": CONNECT, "nsp": "/", "data": auth})
        try:
            async with asyncio.timeout(PATIENCE_S):
                await phone._let_in
        except BaseException:
            await phone.close()
            raise
        return phone

    @property
    def views(self) -> list[dict[str, Any]]:
        return [what[1] for what in self.heard if what[0] == "view"]

    async def send(self, packet: object) -> None:
        await self.socket.send(msgpack.packb(packet))

    async def begin(self, name: str, body: object) -> "asyncio.Future[Any]":
        """Sends an event; the future is its answer."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self.send({"type": EVENT, "nsp": "/", "data": [name, body], "id": number})
        return answer

    async def ask(self, name: str, body: object) -> Any:
        answer = await self.begin(name, body)
        async with asyncio.timeout(PATIENCE_S):
            return await answer

    async def hello(self, epoch: int | None = None, version: int | None = None) -> Any:
        return await self.ask("hello", {"epoch": epoch, "version": version})

    async def command(self, name: str, **fields: Any) -> Any:
        own = {"id": f"abcdef12.{next(self._counter)}", "name": name}
        return await self.ask("command", {**own, **fields})

    async def until_heard(self, what: Any) -> tuple[Any, ...]:
        """The first packet, old or new, for which `what(packet)` is true."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            while True:
                for packet in self.heard:
                    if what(packet):
                        return packet
                await self._news.wait()

    async def until_closed(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait([self._reading])

    @property
    def is_closed(self) -> bool:
        return self._reading.done()

    async def close(self) -> None:
        await self.socket.close()
        await asyncio.wait([self._reading])
        for future in (self._let_in, *self._answers.values()):
            future.cancel()

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                if isinstance(message, bytes):
                    await self._hear(msgpack.unpackb(message))
                elif message == "2":
                    await self.socket.send("3")
                elif message == "1":
                    await self.socket.close()
        except ConnectionClosed:
            pass
        async with self._news:
            self._news.notify_all()

    async def _hear(self, packet: dict[str, Any]) -> None:
        kind = packet["type"]
        if kind == CONNECT:
            self.connection = packet["data"]["sid"]
            self._let_in.set_result(None)
        elif kind == CONNECT_ERROR:
            self._let_in.set_exception(NotLetIn(packet["data"]))
        elif kind == DISCONNECT:
            self.sent_away = True
            self.heard.append(("disconnect", packet))
        elif kind == ACK:
            self.heard.append(("ack", packet["id"], packet["data"][0]))
            answer = self._answers.pop(packet["id"], None)
            if answer is not None:
                answer.set_result(packet["data"][0])
        else:
            name, body = packet["data"]
            self.heard.append((name, body))
        async with self._news:
            self._news.notify_all()
