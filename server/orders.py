"""What the two events of a client say, a greeting or a command; raises Malformed otherwise."""

import re
from typing import Any

import msgspec

from rooms.abilities import read_command
from rooms.dialogue import Command
from rooms.errors import Malformed
from rooms.messages import NOTHING_SEEN, Actor, Call, Seen
from server.making import fresh_id

_COMMAND_ID = re.compile(r"[a-z0-9]{6,16}\.[0-9]{1,9}")
LONGEST_COMPLAINT = 200


class Greeting(msgspec.Struct):
    """A page says what it holds: nothing yet, or the shared view at a version of an epoch.

    `protocol`: the one it speaks; pages from before it was said speak the first.
    """

    epoch: int | None = None
    version: int | None = None
    seen: Seen | None = None
    protocol: int = 1

    @property
    def furthest(self) -> Seen:
        return self.seen or NOTHING_SEEN


def read_greeting(body: Any) -> Greeting:
    """The body of a `hello`."""
    try:
        return msgspec.convert(body, Greeting)
    except msgspec.ValidationError as wrong:
        raise Malformed(str(wrong)[:LONGEST_COMPLAINT]) from None


def read_order(by: Actor, body: Any, at: int) -> tuple[Call, Command]:
    """The body of a `command`: `{id, name, again, ...fields}`, given at `at` (ms since 1970).

    The id of the call begins with who gave it, so nobody can use up another one's.
    """
    if not isinstance(body, dict):
        raise Malformed("no_command")
    own = body.pop("id", None)
    if not isinstance(own, str) or not _COMMAND_ID.fullmatch(own):
        raise Malformed("command_id")
    again = body.pop("again", False)
    if not isinstance(again, bool):
        raise Malformed("again")
    try:
        command = read_command(body)
    except Malformed as wrong:
        raise Malformed(wrong.reason[:LONGEST_COMPLAINT]) from None
    return Call(by, f"{by.id}:{own}", at, fresh_id(), again), command
