"""The fan-out as python-socketio does it by itself: one task, one queue, one send per client.

For comparison, and should a new uvicorn break the wires of server/frames.py. A client that does
not read is noticed only by its missing pong.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import socketio  # type: ignore[import-untyped]

from rooms.errors import Malformed
from server import limits
from server.fanout import VIEW, Hear
from server.incoming import MALFORMED_ALLOWED
from server.packets import LimitedPacket

_WELCOME = "dialogtisch.welcome"


class StockFanout:
    """Rooms, frames and answers by python-socketio."""

    def __init__(self, sio: socketio.AsyncServer) -> None:
        self._sio = sio
        self._under_way: set[asyncio.Task[Any]] = set()
        self._hear: dict[str, Hear] = {}
        self._begin = sio.eio.handlers["connect"]
        sio.eio.on("connect", self._expect_connect)
        sio.eio.on("message", _closing_after_malformed(sio))
        sio.on("*", self._event)

    async def _expect_connect(self, engine_id: str, environ: dict[str, Any]) -> None:
        """python-socketio would let a socket that never says CONNECT stay for ever."""
        loop = asyncio.get_running_loop()
        loop.call_later(limits.CONNECT_SECONDS, self._turn_out_stranger, engine_id, environ)
        await self._begin(engine_id, environ)

    def _turn_out_stranger(self, engine_id: str, environ: dict[str, Any]) -> None:
        if _WELCOME not in environ:
            self._start(self._sio.eio.disconnect(engine_id))

    def plug(self, connection: str, environ: dict[str, Any], hear: Hear, largest: int) -> None:
        environ[_WELCOME] = True
        self._hear[connection] = hear

    def unplug(self, connection: str) -> None:
        self._hear.pop(connection, None)

    async def _event(self, name: str, connection: str, *body: Any) -> object:
        """Lets an event be heard as python-socketio hands it over, and waits for the answer."""
        answered: asyncio.Future[object] = asyncio.get_running_loop().create_future()

        def answer(said: object) -> None:
            if not answered.done():  # it is when the server goes down meanwhile
                answered.set_result(said)

        self._hear[connection]([name, *body], answer)
        return await answered

    def join(self, connection: str, room: str) -> None:
        if self._sio.manager.is_connected(connection, "/"):
            self._sio.manager.basic_enter_room(connection, "/", room)

    def leave(self, connection: str, room: str) -> None:
        self._sio.manager.basic_leave_room(connection, "/", room)

    def publish(self, room: str, view: object) -> None:
        # Tasks start in the order they were made, and an emit queues for everybody before it waits.
        self._start(self._sio.emit(VIEW, view, room=room))

    def hold(self) -> None:
        """Everything goes through queues of python-socketio's own."""

    def let_go(self) -> None:
        """See `hold`."""

    def cut(self, connection: str, reason: str) -> None:
        self._start(self._send_away(connection))

    async def _send_away(self, connection: str) -> None:
        engine_id = self._sio.manager.eio_sid_from_sid(connection, "/")
        await self._sio.disconnect(connection)
        await self._sio.eio.disconnect(engine_id)

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


def _closing_after_malformed(
    sio: socketio.AsyncServer,
) -> Callable[[str, Any], Coroutine[Any, Any, None]]:
    """python-socketio's own reading of a message, with an end to malformed ones."""
    read = sio.eio.handlers["message"]

    async def message(engine_id: str, content: Any) -> None:
        try:
            if not isinstance(content, bytes):
                raise Malformed("no_messagepack")
            LimitedPacket(encoded_packet=content)
        except Malformed:
            session = await sio.eio.get_session(engine_id)
            session["malformed"] = session.get("malformed", 0) + 1
            if session["malformed"] > MALFORMED_ALLOWED:
                await sio.eio.disconnect(engine_id)
            return
        await read(engine_id, content)

    return message
