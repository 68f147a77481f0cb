"""Who is connected here, where they sit, and what that lets them see.

Speaks to connections only through an `Outlet`. Everything here is called when the dialogue stands
at a version that is on disk, so nobody is shown what could still be lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rooms.abilities import MINE, SHARED
from rooms.dialogue import Dialogue, check_link
from rooms.errors import Refused
from rooms.messages import Actor, Audience, Frame, Participant, PersonId, Staff
from rooms.outlet import Outlet
from rooms.own_views import OwnViews
from rooms.shared_views import SharedViews
from rooms.views import PRESENCE, STORAGE, PresenceShown, StorageShown, audience_of


@dataclass(slots=True)
class Seat:
    """One connection's place in the dialogue."""

    by: Actor
    audience: Audience


class Audiences:
    """The connections of one dialogue in this process and the views they hold."""

    def __init__(self, code: str, outlet: Outlet) -> None:
        self.code = code
        self.outlet = outlet
        self._seats: dict[str, Seat] = {}
        self._shared = SharedViews(code, outlet)
        self._own = OwnViews(code, outlet)

    def __len__(self) -> int:
        return len(self._seats)

    @property
    def here(self) -> set[str]:
        """Who is connected: person ids, and `staff:<connection>` for staff."""
        staff = (f"staff:{name}" for name, s in self._seats.items() if isinstance(s.by, Staff))
        return {*self._own.people, *staff}

    @property
    def has_staff(self) -> bool:
        return self._shared.has_staff

    def cut_everybody(self, reason: str) -> None:
        for connection in list(self._seats):
            self.cut(connection, reason)

    def cut(self, connection: str, reason: str) -> None:
        self.outlet.cut(connection, reason)

    def enter(
        self, dialogue: Dialogue, connection: str, by: Actor, epoch: int | None, version: int | None
    ) -> list[Frame]:
        """Seats a connection and returns the frames it needs: what it missed, or whole views.

        Raises Refused if the link it came by was revoked.
        """
        check_link(dialogue, by)
        audience = audience_of(dialogue, by)
        before = self._sit(dialogue, connection, Seat(by, audience))
        stream = self._shared.catch_up(dialogue, audience)
        fresh_enough = (
            epoch == stream.epoch and version is not None and version >= _seated_at(dialogue, by)
        )
        shared = stream.since(version or 0) if fresh_enough else stream.whole()
        self.outlet.move(connection, self.code, before.audience if before else None, audience)
        if not isinstance(by, Participant):
            return [shared]
        return [shared, self._own.enter(dialogue, connection, by.person)]

    def leave(self, connection: str) -> None:
        seat = self._seats.pop(connection, None)
        if seat is None:
            return
        self._shared.leave(seat.audience)
        if isinstance(seat.by, Participant):
            self._own.leave(connection, seat.by.person)

    def spread(self, dialogue: Dialogue) -> None:
        """Notes for every audience here what has changed, and tells everybody what is their own."""
        changed, dialogue.changed = dialogue.changed, set()
        # Most of what changes is votes, which no audience sees: a hall has a hundred audiences.
        shared: set[tuple[str, Any]] = set()
        moving: list[PersonId] = []
        for one in changed:
            name, key = one
            if name in MINE:
                self._own.note(key[0], (name, key[1]))
                if name == "me":
                    moving.append(key[0])
            elif name in SHARED:
                shared.add(one)
        if shared:
            self._shared.note(shared)
        if moving:
            of = self._own.connections_of
            self._reseat(dialogue, [one for person in moving for one in of(person)])
        self._own.spread(dialogue)
        if any(name == "links" for name, _ in shared):
            self._cut_revoked(dialogue)

    def flush(self, dialogue: Dialogue) -> float | None:
        """Publishes what is due; returns in how many seconds the next frame is, if any waits."""
        return self._shared.flush(dialogue, len(self._seats))

    def waiting(self) -> dict[Audience, float]:
        """Who has something still to be told, and when their turn is."""
        return self._shared.waiting()

    def restart(self, dialogue: Dialogue) -> None:
        """Gives everybody whole views of another copy of the dialogue, as after a new epoch."""
        self._cut_revoked(dialogue)
        # First the views, then the seats: who sits elsewhere in this copy must not be shown that
        # table as it was in the other one.
        whole = self._shared.restart(dialogue)
        self._reseat(dialogue, list(self._seats))
        for audience, frame in whole.items():
            self._shared.tell(audience, frame)
        self._own.restart(dialogue)

    def show_presence(self, presence: PresenceShown) -> None:
        """Tells staff who is connected now; `presence` holds counts only."""
        self._shared.show_passing(PRESENCE, presence)

    def show_storage(self, trouble: str | None) -> None:
        """Tells staff why nothing can be saved now, or that it can."""
        self._shared.show_passing(STORAGE, StorageShown(reason=trouble) if trouble else None)

    def _sit(self, dialogue: Dialogue, connection: str, seat: Seat) -> Seat | None:
        """Where the connection sat before."""
        before = self._seats.get(connection)
        self._seats[connection] = seat
        self._shared.join(dialogue, seat.audience)
        if before:
            self._shared.leave(before.audience)
        return before

    def _reseat(self, dialogue: Dialogue, connections: Iterable[str]) -> None:
        """Whoever took another table leaves the old one's view and gets the new one whole.

        First everybody leaves: whom a table is told about when somebody comes, must still be there.
        """
        came: dict[PersonId, Audience] = {}
        for connection in connections:
            person = self._leave_table(dialogue, connection, self._seats[connection])
            if person is not None:
                came[person] = self._seats[connection].audience
        for person, audience in came.items():
            stream = self._shared.catch_up(dialogue, audience)
            for connection in self._own.connections_of(person):
                self.outlet.move(connection, self.code, None, audience)
            self._own.tell(person, stream.whole())

    def _leave_table(self, dialogue: Dialogue, connection: str, seat: Seat) -> PersonId | None:
        """Who has another audience now, if it is somebody with a phone."""
        audience = audience_of(dialogue, seat.by)
        if audience == seat.audience or not isinstance(seat.by, Participant):
            return None
        old, seat.audience = seat.audience, audience
        self._shared.join(dialogue, audience)
        self._shared.leave(old)
        self.outlet.move(connection, self.code, old, None)
        return seat.by.person

    def _cut_revoked(self, dialogue: Dialogue) -> None:
        for connection, seat in list(self._seats.items()):
            try:
                check_link(dialogue, seat.by)
            except Refused as no:
                self.cut(connection, no.reason)


def _seated_at(dialogue: Dialogue, by: Actor) -> int:
    person = dialogue.people.get(by.person) if isinstance(by, Participant) else None
    return person.seated_at if person else 0


def persons(here: Iterable[str]) -> list[PersonId]:
    """Those of a set of connected ids who are people and not staff."""
    return [PersonId(name) for name in here if not name.startswith("staff:")]
