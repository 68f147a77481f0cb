"""Screens that hold what they were told, exactly as the client does, over the bytes of the wire."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec

from rooms.dialogue import Dialogue
from rooms.errors import DialogtischError
from rooms.guests import Welcome
from rooms.live import LiveDialogue
from rooms.messages import NOTHING_SEEN, Actor, Audience, Frame, Participant, Seen
from rooms.views import PASSING, audience_of, my_view, shared_view

Wire = dict[str, Any]


def on_the_wire(thing: object) -> Any:
    """What arrives at the other end."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(thing))


class Held:
    """One view as a screen holds it."""

    def __init__(self) -> None:
        self.epoch: int | None = None
        self.version: int | None = None
        self.entries: Wire = {}

    def take(self, frame: Wire) -> bool:
        """Whether the frame fits on what is held; one that is known already changes nothing."""
        if frame["from"] is None:
            self.entries = dict(frame["put"])
        elif frame["epoch"] != self.epoch or frame["from"] > (self.version or 0):
            return False
        elif frame["from"] < (self.version or 0):
            return True
        else:
            for key in frame["drop"]:
                self.entries.pop(key, None)
            self.entries.update(frame["put"])
        self.epoch, self.version = frame["epoch"], frame["to"]
        return True


class Screen:
    """One page: a phone, a board, a moderator's or a host's."""

    def __init__(self, connection: str, by: Actor) -> None:
        self.connection = connection
        self.by = by
        self.held = {"shared": Held(), "mine": Held()}
        self.received: list[Wire] = []
        self.misfits: list[Wire] = []
        self.cut: str | None = None
        self.refused: DialogtischError | None = None
        self.greeted = False

    @property
    def shared(self) -> Wire:
        return self.held["shared"].entries

    @property
    def mine(self) -> Wire:
        return self.held["mine"].entries

    @property
    def epoch(self) -> int | None:
        return self.held["shared"].epoch

    @property
    def version(self) -> int | None:
        return self.held["shared"].version

    def show(self, frame: Wire) -> None:
        self.received.append(frame)
        if not self.held[frame["of"]].take(frame):
            self.misfits.append(frame)

    def say_hello(
        self,
        live: LiveDialogue,
        then: Callable[[Welcome], None] = lambda welcome: None,
        seen: Seen = NOTHING_SEEN,
    ) -> None:
        """Offers what is held; the frames of the welcome are shown at once."""
        self.greeted = False

        def welcomed(welcome: Welcome | DialogtischError) -> None:
            if isinstance(welcome, DialogtischError):
                self.refused = welcome
                return
            self.greeted = True
            for frame in welcome.frames:
                self.show(on_the_wire(frame))
            then(welcome)

        live.hello(self.connection, self.by, self.epoch, self.version, welcomed, seen)

    def check(self, dialogue: Dialogue) -> None:
        """P8: what is held is exactly what a fresh page would be shown."""
        assert not self.misfits
        held = {key: value for key, value in self.shared.items() if key not in PASSING}
        assert held == on_the_wire(shared_view(dialogue, audience_of(dialogue, self.by)))
        if isinstance(self.by, Participant):
            assert self.mine == on_the_wire(my_view(dialogue, self.by.person))


class Screens:
    """The outlet of one process: knows which screen belongs to which audience."""

    def __init__(self) -> None:
        self.screens: dict[str, Screen] = {}
        self._audiences: dict[Audience, set[str]] = defaultdict(set)
        self.published: list[tuple[Audience, Wire]] = []
        self._made = 0

    def screen(self, by: Actor) -> Screen:
        self._made += 1
        made = Screen(f"screen{self._made}", by)
        self.screens[made.connection] = made
        return made

    def plug(self, screen: Screen) -> None:
        """A page comes over from another process, by a new connection."""
        self._made += 1
        screen.connection = f"moved{self._made}"
        self.screens[screen.connection] = screen

    def publish(self, code: str, audience: Audience, frame: Frame) -> None:
        sent = on_the_wire(frame)
        self.published.append((audience, sent))
        for connection in sorted(self._audiences[audience]):
            self.screens[connection].show(sent)

    def hold(self) -> None: ...

    def let_go(self) -> None: ...

    def move(self, connection: str, code: str, old: Audience | None, new: Audience | None) -> None:
        if old is not None:
            self._audiences[old].discard(connection)
        if new is not None:
            self._audiences[new].add(connection)

    def cut(self, connection: str, reason: str) -> None:
        self.screens[connection].cut = reason
        self.unplug(connection)

    def unplug(self, connection: str) -> None:
        """The screen hears nothing any more; the dialogue is not told."""
        for members in self._audiences.values():
            members.discard(connection)
