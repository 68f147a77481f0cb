"""Who is in which room, and how one frame reaches all of them: framed once, written to each wire.

server/stock.py does the same by python-socketio's own means.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from server.engine import Engine
from server.frames import Wire
from server.packets import ack_packet, disconnect_packet, event_packet, ready_frame
from server.traffic import traffic

VIEW = "view"

Reply = Callable[[object], None]
Hear = Callable[[Sequence[Any], Reply], None]
"""Told every event of one connection, in order, and how to answer it."""


class Fanout(Protocol):
    """A connection is known by its Socket.IO sid, a room by its name. Nothing here ever waits."""

    def plug(self, connection: str, environ: dict[str, Any], hear: Hear, largest: int) -> None:
        """The connection is welcome; its messages may have `largest` bytes."""

    def unplug(self, connection: str) -> None:
        """The connection is gone; it has left its rooms."""

    def join(self, connection: str, room: str) -> None: ...

    def leave(self, connection: str, room: str) -> None: ...

    def publish(self, room: str, view: object) -> None: ...

    def hold(self) -> None:
        """From now on, what goes to somebody who is answered goes together with the answer."""

    def let_go(self) -> None:
        """Send what was held; must follow `hold` before anything is waited for."""

    def cut(self, connection: str, reason: str) -> None:
        """Send it away and close it."""


class ReadyFanout:
    """Writes one ready frame to every wire of a room."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wires: dict[str, Wire] = {}
        self._rooms: dict[str, dict[str, Wire]] = {}
        self._holding: list[Wire] | None = None

    def plug(self, connection: str, environ: dict[str, Any], hear: Hear, largest: int) -> None:
        wire = self._engine.welcome(environ)
        if wire is None:  # it left while it was being let in; `unplug` follows
            return

        def answer(number: int, body: object) -> None:
            traffic.acks += 1
            frame = ready_frame(ack_packet(number, body))
            if self._holding is None:
                wire.write(frame)
            elif wire.hold(frame):
                self._holding.append(wire)

        wire.listener = lambda number, event: hear(event, lambda body: answer(number, body))
        wire.allow(largest)
        self._wires[connection] = wire

    def unplug(self, connection: str) -> None:
        wire = self._wires.pop(connection, None)
        if wire is not None:
            wire.cut("goodbye")

    def join(self, connection: str, room: str) -> None:
        wire = self._wires.get(connection)
        if wire is not None:
            self._rooms.setdefault(room, {})[connection] = wire

    def leave(self, connection: str, room: str) -> None:
        wires = self._rooms.get(room, {})
        wires.pop(connection, None)
        if not wires:
            self._rooms.pop(room, None)

    def publish(self, room: str, view: object) -> None:
        wires = self._rooms.get(room)
        if wires:
            frame = ready_frame(event_packet(VIEW, view))
            traffic.frames += len(wires)
            traffic.frame_bytes += len(frame) * len(wires)
            for wire in wires.values():
                wire.offer(frame)

    def hold(self) -> None:
        self._holding = []

    def let_go(self) -> None:
        holding, self._holding = self._holding, None
        for wire in holding or ():
            wire.let_go()

    def cut(self, connection: str, reason: str) -> None:
        wire = self._wires.get(connection)
        if wire is not None:
            wire.write(ready_frame(disconnect_packet()))
            wire.cut(reason)
