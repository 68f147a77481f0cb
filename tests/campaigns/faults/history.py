"""What happened in an evening as the phones tell it: what they sent, were answered and saw.

One counter is the clock of everything, so that "before" never depends on a machine's clock.
"""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from campaigns.faults.rules import Who

Fields = dict[str, Any]
FINAL = ("refused", "malformed", "conflict", "forgotten")


@dataclass(eq=False, slots=True)
class Connection:
    """One connection of a tab to a process; `ended` 0 while it lives, `ended_s` by a real clock."""

    tab: str
    process: int
    begun: int
    ended: int = 0
    ended_s: float = 0.0


@dataclass(eq=False, slots=True)
class Send:
    """One time a command left a tab; `heard` is the moment of its answer, 0 if there was none."""

    connection: Connection
    at: int
    heard: int = 0
    answer: Fields | None = None

    @property
    def told(self) -> tuple[int, int]:
        """Version and stamp, if it was accepted."""
        answer = self.answer or {}
        return answer["version"], answer["stamp"]


@dataclass(eq=False, slots=True)
class Order:
    """One command of one tab. A forged one carries the id of another.

    `latest`: the copy whose answer its tab believes.
    """

    who: Who
    own_id: str
    body: Fields
    tab: str
    invoked: int = 0
    sends: list[Send] = field(default_factory=list)
    forged: bool = False
    saved_in: int | None = None
    latest: Send | None = None

    @property
    def id(self) -> str:
        return f"{self.who.id}:{self.own_id}"

    @property
    def answered(self) -> list[Send]:
        return [send for send in self.sends if send.answer is not None]

    @property
    def accepted(self) -> list[Send]:
        return [send for send in self.answered if send.answer and send.answer.get("ok")]

    @property
    def refused(self) -> list[Send]:
        return [s for s in self.answered if s.answer and s.answer.get("error") == "refused"]


@dataclass(eq=False, slots=True)
class Made:
    """A dialogue the organiser wants beside the first; code and link come with the answer."""

    wanted: Fields
    code: str = ""
    link: str = ""


@dataclass(eq=False, slots=True)
class Seen:
    """A frame that a tab applied, and the moment.

    `amid` others that are applied in the same go: a page shows only what comes of all of them.
    """

    at: int
    connection: Connection
    frame: Fields
    amid: bool = False


@dataclass(eq=False, slots=True)
class TabStory:
    """All that one tab applied, in order. `cut`: why it was turned away; `has_left`: for good."""

    who: Who
    name: str
    seen: list[Seen] = field(default_factory=list)
    cut: str = ""
    has_left: bool = False


class History:
    """One evening's; `erasings` and `made` are the organiser's.

    `kills`: when which process was; `touched` are tabs whose way has failed.
    """

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.erasings: list[Order] = []
        self.made: list[Made] = []
        self.tabs: list[TabStory] = []
        self.oddities: list[str] = []
        self.faults: list[tuple[int, str]] = []
        self.connections: list[Connection] = []
        self.kills: list[tuple[float, int]] = []
        self.touched: set[str] = set()
        self._clock = itertools.count(1)

    def now(self) -> int:
        return next(self._clock)

    def odd(self, what: str) -> None:
        """Something no phone may ever meet."""
        self.oddities.append(what)

    def killed(self, process: int) -> None:
        self.kills.append((time.monotonic(), process))

    def ended(self, connection: Connection) -> None:
        if not connection.ended:
            connection.ended, connection.ended_s = self.now(), time.monotonic()

    def fault(self, name: str) -> None:
        self.faults.append((self.now(), name))
