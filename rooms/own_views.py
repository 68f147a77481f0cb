"""What each person with a phone sees alone: who of them is connected, and what each has been told.

It needs no pause, unlike what many see: nobody's own view changes faster than they may give
commands.
"""

from collections.abc import Collection
from typing import Any

from rooms.dialogue import Dialogue
from rooms.messages import Audience, Frame, PersonId
from rooms.outlet import Outlet
from rooms.views import my_frame, my_whole


class OwnViews:
    """Those of one dialogue in this process."""

    def __init__(self, code: str, outlet: Outlet) -> None:
        self._code = code
        self._outlet = outlet
        self._connections: dict[PersonId, set[str]] = {}
        self._told: dict[PersonId, int] = {}
        self._pending: dict[PersonId, set[tuple[str, Any]]] = {}

    @property
    def people(self) -> Collection[PersonId]:
        return self._connections.keys()

    def connections_of(self, person: PersonId) -> Collection[str]:
        return self._connections.get(person, ())

    def enter(self, dialogue: Dialogue, connection: str, person: PersonId) -> Frame:
        """From now on this connection is told too; returns the view whole."""
        self._connections.setdefault(person, set()).add(connection)
        self._tell_pending(dialogue, person)
        to = self._told.setdefault(person, dialogue.version)
        self._outlet.move(connection, self._code, None, _of(person))
        return my_whole(dialogue, person, to)

    def leave(self, connection: str, person: PersonId) -> None:
        others = self._connections[person]
        others.discard(connection)
        if not others:
            del self._connections[person]
            self._told.pop(person, None)
            self._pending.pop(person, None)

    def note(self, person: PersonId, key: tuple[str, Any]) -> None:
        """Something of this person's own has changed."""
        if person in self._connections:
            self._pending.setdefault(person, set()).add(key)

    def spread(self, dialogue: Dialogue) -> None:
        """Tells everybody what has changed."""
        for person in list(self._pending):
            self._tell_pending(dialogue, person)

    def restart(self, dialogue: Dialogue) -> None:
        """Tells everybody the whole view of another copy of the dialogue."""
        self._pending.clear()
        for person in self._told:
            self._told[person] = dialogue.version
            self.tell(person, my_whole(dialogue, person, dialogue.version))

    def tell(self, person: PersonId, frame: Frame) -> None:
        """Gives a frame to every connection of one person."""
        self._outlet.publish(self._code, _of(person), frame)

    def _tell_pending(self, dialogue: Dialogue, person: PersonId) -> None:
        keys = self._pending.pop(person, None)
        if keys and person in self._told:
            frame = my_frame(dialogue, person, self._told[person], keys)
            self._told[person] = frame.to
            self.tell(person, frame)


def _of(person: PersonId) -> Audience:
    return Audience("person", person=person)
