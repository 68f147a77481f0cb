"""The Socket.IO layer: who comes and goes, and the outlet of the live dialogues.

Turns connections into lines and audiences into rooms. Decides nothing about dialogues: who may
connect stands in server/admission.py, what is said then in server/conversation.py.
"""

import asyncio
import contextlib
from collections import Counter
from functools import partial
from typing import Any

import socketio  # type: ignore[import-untyped]
import structlog

from rooms.errors import DialogtischError, Unavailable
from rooms.hall import Hall
from rooms.messages import Actor, Audience, Frame, Participant
from rooms.writer import INTERNAL
from server.admission import Admission, StaffDoor
from server.conversation import Conversation, Line
from server.engine import PING_SECONDS, PONG_SECONDS, Engine, Register, Requests
from server.fanout import Fanout, ReadyFanout
from server.incoming import MESSAGE_BYTES
from server.limits import Caller
from server.packets import LimitedPacket
from server.quiet import quiet_logger
from server.serving import STAFF_MESSAGE_BYTES
from server.sessions import Sessions
from server.settings import Settings
from server.stock import StockFanout
from server.traffic import traffic

log = structlog.get_logger(__name__)

CONNECTIONS_PER_PERSON = 3
CONNECTIONS_PER_LINK = 20
LOOK_FOR_ENDED_SECONDS = 0.5


class Sockets:
    """Implements rooms.outlet.Outlet. Call `open` with the hall before anybody connects."""

    _admission: Admission
    _conversation: Conversation
    _hall: Hall

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lines: dict[str, Line] = {}
        self._callers: dict[tuple[str, str], Caller] = {}
        self.sio = _server(settings)
        self._engine: Engine | None = None
        self._fanout: Fanout
        if settings.fanout == "stock":
            self._fanout = StockFanout(self.sio)
        else:
            self._engine = Engine(self.sio)
            self._fanout = ReadyFanout(self._engine)
        self.sio.on("connect", self._connect)
        self.sio.on("disconnect", self._disconnect)

    def open(self, hall: Hall, door: StaffDoor, build: str = "") -> None:
        """Where the dialogues are, who knows the staff, and which pages are handed out."""
        self._hall = hall
        self._admission = Admission(self._settings, hall, door)
        self._conversation = Conversation(hall, self.__len__, build)

    def app(self, others: Any) -> Any:
        """The ASGI app: sockets below /socket.io/, everything else goes to `others`."""
        return self._engine.app(others) if self._engine else Requests(self.sio, others)

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def roles(self) -> Counter[str]:
        """How many connections there are of each role."""
        return Counter(line.by.role for line in self._lines.values())

    @property
    def held(self) -> dict[str, int]:
        """How many things are kept for connections, by what they are: leaks would show here."""
        kept = {"lines": len(self._lines), "callers": len(self._callers)}
        kept["socketio_environs"] = len(self.sio.environ)
        kept["engine_sockets"] = len(self.sio.eio.sockets)
        return {**kept, **(self._engine.held if self._engine else {})}

    # Coming

    async def _connect(self, connection: str, environ: dict[str, Any], auth: Any = None) -> None:
        try:
            code, by, session = await self._admission.admit(environ["asgi.scope"], auth)
        except DialogtischError as refused:
            log.info("connection_refused", reason=traffic.turn_away(refused))
            raise _refusal(refused) from None
        except Exception:
            traffic.turn_away(INTERNAL)
            log.exception("connect_failed")
            raise _refusal(INTERNAL) from None
        line = self._admit(connection, environ, code, by)
        line.session = session

    def _admit(self, connection: str, environ: dict[str, Any], code: str, by: Actor) -> Line:
        caller = self._callers.setdefault((code, by.id), Caller())
        line = Line(connection, code, by, caller, cut=partial(self.cut, connection))
        self._lines[connection] = line
        caller.connections.append(connection)
        log.debug("connected", code=code, role=by.role, connections=len(self._lines))
        is_phone = isinstance(by, Participant)
        largest = MESSAGE_BYTES if is_phone else STAFF_MESSAGE_BYTES
        self._fanout.plug(connection, environ, partial(self._conversation.hear, line), largest)
        # The oldest goes, not the newest: it is most likely what a lost wifi left behind.
        most = CONNECTIONS_PER_PERSON if is_phone else CONNECTIONS_PER_LINK
        for surplus in caller.connections[:-most]:
            self.cut(surplus, "too_many_connections")
        return line

    async def cut_signed_out(self, sessions: Sessions) -> None:
        """Whoever came in by a session that was ended, here or in another process, has to go."""
        while True:
            await asyncio.sleep(LOOK_FOR_ENDED_SECONDS)
            here = {line.session for line in self._lines.values()} - {""}
            with contextlib.suppress(Unavailable):
                cut = set(await sessions.cut_among(here)) if here else set()
                for line in [one for one in self._lines.values() if one.session in cut]:
                    self.cut(line.connection, "signed_out")

    # The outlet of the live dialogues

    def publish(self, code: str, audience: Audience, frame: Frame) -> None:
        self._fanout.publish(_room(code, audience), frame)

    def move(self, connection: str, code: str, old: Audience | None, new: Audience | None) -> None:
        line = self._lines.get(connection)
        if line is None:
            return
        if old is not None:
            self._leave(line, _room(code, old))
        if new is not None:
            line.rooms.add(_room(code, new))
            self._fanout.join(connection, _room(code, new))

    def hold(self) -> None:
        self._fanout.hold()

    def let_go(self) -> None:
        self._fanout.let_go()

    def cut(self, connection: str, reason: str) -> None:
        line = self._lines.get(connection)
        if line is None:
            return
        for room in list(line.rooms):
            self._leave(line, room)
        log.info("connection_cut", code=line.code, role=line.by.role, reason=reason)
        self._fanout.cut(connection, reason)

    def _leave(self, line: Line, room: str) -> None:
        line.rooms.discard(room)
        self._fanout.leave(line.connection, room)

    # Going

    async def _disconnect(self, connection: str, _reason: str) -> None:
        line = self._lines.pop(connection, None)
        if line is None:
            return
        line.gone = True
        log.debug("disconnected", code=line.code, role=line.by.role)
        for room in list(line.rooms):
            self._leave(line, room)
        self._fanout.unplug(connection)
        line.caller.connections.remove(connection)
        if not line.caller.connections:
            self._callers.pop((line.code, line.by.id), None)
        live = self._hall.known(line.code)
        if live is not None:
            live.leave(connection)


def _server(settings: Settings) -> socketio.AsyncServer:
    """python-socketio with everything closed that is not needed.

    The origin is checked in server/admission.py: its own check would trust X-Forwarded-Host and
    could not tell a page why it is not let in.
    """
    stock = settings.fanout == "stock"
    return socketio.AsyncServer(
        client_manager=None if stock else Register(),
        async_mode="asgi",
        transports=["websocket"],
        serializer=LimitedPacket,
        async_handlers=False,  # with its default one client's commands overtake each other
        max_http_buffer_size=STAFF_MESSAGE_BYTES if stock else MESSAGE_BYTES,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        cors_allowed_origins=[],
        http_compression=False,
        allow_upgrades=False,
        logger=quiet_logger("socketio.server"),
        engineio_logger=quiet_logger("engineio.server"),
    )


def _room(code: str, audience: Audience) -> str:
    return f"{code}/{audience}"


def _refusal(error: DialogtischError) -> socketio.exceptions.ConnectionRefusedError:
    """What a page gets as connect_error, with `data` saying why."""
    said = {"error": error.error, "reason": error.reason}
    return socketio.exceptions.ConnectionRefusedError(error.error, said)
