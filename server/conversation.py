"""What a welcome connection says: hello and command, in its order, each answered once.

Nothing here waits for the storage or for a client; answers come when the dialogue gives them.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from rooms.errors import DialogtischError, Erased, Forgotten, Malformed, Unavailable
from rooms.guests import Welcome
from rooms.hall import Hall
from rooms.live import LiveDialogue
from rooms.messages import Actor, Answer, Staff
from rooms.writer import INTERNAL
from server.fanout import Reply
from server.limits import Bucket, Caller, TooFast
from server.orders import Greeting, read_greeting, read_order
from server.shells import PROTOCOL

log = structlog.get_logger(__name__)

TOO_FAST_AT_ONCE = 100
TOO_FAST_PER_SECOND = 1
COMMANDS_A_HELLO_IS_WORTH = 4
SHORTEST_RECONNECT_MS = 500
RECONNECT_MS_PER_CONNECTION = 2
STAFF_RECONNECT_MS = 300
LONGEST_RECONNECT_MS = 10_000


@dataclass(slots=True, eq=False)
class Line:
    """One welcome connection; `cut` ends it, giving a reason."""

    connection: str
    code: str
    by: Actor
    caller: Caller
    cut: Callable[[str], None]
    session: str = ""
    rooms: set[str] = field(default_factory=set)
    patience: Bucket = field(default_factory=lambda: Bucket(TOO_FAST_AT_ONCE, TOO_FAST_PER_SECOND))
    gone: bool = False


class Conversation:
    """Takes what lines say to the dialogues of the hall; `connections` counts all lines.

    `build` names the pages this server hands out, so that an older one can offer to be loaded anew.
    """

    def __init__(self, hall: Hall, connections: Callable[[], int], build: str = "") -> None:
        self._hall = hall
        self._connections = connections
        self._build = build
        self._waking: set[asyncio.Task[None]] = set()

    def hear(self, line: Line, event: Sequence[Any], reply: Reply) -> None:
        """One event of a client."""
        try:
            self._obey(line, event, reply)
        except DialogtischError as said:
            reply(Answer.failed(said))
        except Exception:
            log.exception("event_failed", code=line.code, role=line.by.role, heard=event[0])
            reply(Answer.failed(INTERNAL))

    def _obey(self, line: Line, event: Sequence[Any], reply: Reply) -> None:
        match event:
            case ["command", body]:
                _check_pace(line, 1, again=isinstance(body, dict) and body.get("again") is True)
                self._command(line, body, reply)
            case ["hello", body]:
                _check_pace(line, COMMANDS_A_HELLO_IS_WORTH)
                self._hello(line, read_greeting(body), reply)
            case _:
                raise Malformed("unknown_event")

    def _command(self, line: Line, body: Any, reply: Reply) -> None:
        call, command = read_order(line.by, body, self._hall.clock())
        live = self._hall.known(line.code)
        if live is None:
            raise Unavailable("dialogue_asleep")  # the next hello wakes it
        live.submit(call, command, reply)

    def _hello(self, line: Line, greeting: Greeting, reply: Reply) -> None:
        live = self._hall.known(line.code)
        if live is not None:
            self._greet(live, line, greeting, reply)
            return
        task = asyncio.ensure_future(self._wake(line, greeting, reply))
        self._waking.add(task)
        task.add_done_callback(self._waking.discard)

    async def _wake(self, line: Line, greeting: Greeting, reply: Reply) -> None:
        """The dialogue went to sleep between connect and hello."""
        try:
            live = await self._hall.live(line.code)
        except DialogtischError as said:
            reply(_not_welcome(said))
        except Exception:
            log.exception("hello_failed", code=line.code)
            reply(Answer.failed(INTERNAL))
        else:
            self._greet(live, line, greeting, reply)

    def _greet(self, live: LiveDialogue, line: Line, greeting: Greeting, reply: Reply) -> None:
        if line.gone:
            return
        live.hello(
            line.connection,
            line.by,
            greeting.epoch,
            greeting.version,
            lambda welcome: reply(self._answer(line.by, welcome)),
            greeting.furthest,
        )

    def _answer(self, by: Actor, welcome: Welcome | DialogtischError) -> object:
        if isinstance(welcome, DialogtischError):
            return _not_welcome(welcome)
        return {
            "ok": True,
            "epoch": welcome.epoch,
            "version": welcome.version,
            "now": self._hall.clock(),
            "protocol": PROTOCOL,
            "build": self._build,
            "reconnect_within": reconnect_within(self._connections(), by),
            "views": welcome.frames,
        }


def reconnect_within(connections: int, by: Actor) -> int:
    """Milliseconds over which somebody should come back when that many fell all at once.

    Staff first: they are few, and the hall waits for them.
    """
    if isinstance(by, Staff):
        return STAFF_RECONNECT_MS
    return window(connections)


def window(connections: int) -> int:
    """Milliseconds in which so many phones can come back."""
    needed = connections * RECONNECT_MS_PER_CONNECTION
    return min(max(SHORTEST_RECONNECT_MS, needed), LONGEST_RECONNECT_MS)


def _check_pace(line: Line, tokens: int, again: bool = False) -> None:
    """Raises TooFast; whoever does not slow down at all is cut."""
    caller = line.caller
    if (again and caller.repeats.take(tokens)) or caller.commands.take(tokens):
        return
    if not line.patience.take():
        line.cut("too_fast")
    raise TooFast


def _not_welcome(error: DialogtischError) -> Answer:
    """A dialogue that is gone is to a page the same as a code that never was."""
    gone = isinstance(error, Forgotten) and not isinstance(error, Erased)
    return Answer.failed(Forgotten("unknown_code") if gone else error)
