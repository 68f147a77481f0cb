"""Who is connected here, and what each audience still has to be told.

Speaks to connections only through an `Outlet`. Everything here is called when the dialogue stands
at a version that is on disk, so nobody is shown what could still be lost.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from rooms.abilities import MINE, SHARED, STAFF_ONLY
from rooms.dialogue import Dialogue, check_link
from rooms.errors import Refused
from rooms.messages import Actor, Audience, Frame, Participant, PersonId, Staff
from rooms.views import PresenceShown, Stream, audience_of, my_frame, my_whole

STAFF_PAUSE_S = 0.1
CONNECTIONS_PER_SLOWER_SECOND = 20_000


class Outlet(Protocol):
    """Where frames go out; the socket layer implements it. None of its methods waits."""

    def publish(self, code: str, audience: Audience, frame: Frame) -> None:
        """Give the frame to every connection of the audience, encoded once."""

    def hold(self) -> None:
        """From now on, what goes to somebody who is answered goes together with the answer."""

    def let_go(self) -> None:
        """Send what was held; follows `hold` before anything is waited for."""

    def move(self, connection: str, code: str, old: Audience | None, new: Audience | None) -> None:
        """From now on the connection belongs to `new` instead of `old`."""

    def cut(self, connection: str, reason: str) -> None:
        """End a connection whose link was revoked."""


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
        self._streams: dict[Audience, Stream] = {}
        self._mine: dict[PersonId, int] = {}
        self._connections_of: dict[PersonId, set[str]] = {}
        self._pending_mine: dict[PersonId, set[tuple[str, Any]]] = {}
        self._behind: dict[Audience, None] = {}
        self._presence: PresenceShown | None = None

    def __len__(self) -> int:
        return len(self._seats)

    @property
    def here(self) -> set[str]:
        """Who is connected: person ids, and `staff:<connection>` for staff."""
        staff = (f"staff:{name}" for name, s in self._seats.items() if isinstance(s.by, Staff))
        return {*self._connections_of, *staff}

    @property
    def has_staff(self) -> bool:
        return any(audience.is_staff for audience in self._streams)

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
        before = self._seats.get(connection)
        stream = self._sit(dialogue, connection, by, audience)
        stream_frame = self._advanced(dialogue, stream)
        fresh_enough = (
            epoch == stream.epoch and version is not None and version >= _seated_at(dialogue, by)
        )
        shared = stream.since(version or 0) if fresh_enough else stream.whole()
        if stream_frame:
            self.outlet.publish(self.code, audience, stream_frame)
        self.outlet.move(connection, self.code, before.audience if before else None, audience)
        if not isinstance(by, Participant):
            return [shared]
        self._flush_mine(dialogue, by.person)
        to = self._mine.setdefault(by.person, dialogue.version)
        self.outlet.move(connection, self.code, None, _own(by.person))
        return [shared, my_whole(dialogue, by.person, to)]

    def leave(self, connection: str) -> None:
        seat = self._seats.pop(connection, None)
        if seat is None:
            return
        self._stand_up(seat.audience)
        if isinstance(seat.by, Participant):
            others = self._connections_of[seat.by.person]
            others.discard(connection)
            if not others:
                del self._connections_of[seat.by.person]
                self._mine.pop(seat.by.person, None)
                self._pending_mine.pop(seat.by.person, None)

    def spread(self, dialogue: Dialogue) -> None:
        """Notes for every audience here what has changed, and tells everybody what is their own.

        That needs no pause: nobody's own view changes faster than they may give commands.
        """
        changed, dialogue.changed = dialogue.changed, set()
        # Most of what changes is votes, which no audience sees: a hall has a hundred audiences.
        shared = {(name, key) for name, key in changed if name in SHARED}
        if shared:
            self._note(shared, {one for one in shared if one[0] not in STAFF_ONLY})
        for name, key in changed:
            if name in MINE:
                self._note_mine(key[0], (name, key[1]))
        moving = [key[0] for name, key in changed if name == "me"]
        of = self._connections_of
        self._reseat(dialogue, [one for person in moving for one in of.get(person, ())])
        for person in list(self._pending_mine):
            self._flush_mine(dialogue, person)
        if any(name == "links" for name, _ in changed):
            self._cut_revoked(dialogue)

    def _note(self, for_staff: set[tuple[str, Any]], for_all: set[tuple[str, Any]]) -> None:
        for audience, stream in self._streams.items():
            changed = for_staff if audience.is_staff else for_all
            if changed:
                stream.pending |= changed
                self._behind[audience] = None

    def flush(self, dialogue: Dialogue) -> float | None:
        """Publishes what is due; returns in how many seconds the next frame is, if any waits."""
        now = time.monotonic()
        waits: list[float] = []
        behind, self._behind = self._behind, {}
        for audience in behind:
            stream = self._streams.get(audience)
            if stream is None or not stream.pending:
                continue
            if stream.due > now:
                self._behind[audience] = None
                waits.append(stream.due - now)
                continue
            stream.due = now + self._pause(audience)
            frame = stream.advance(dialogue)
            if frame:
                self.outlet.publish(self.code, audience, frame)
        return min(waits) if waits else None

    def waiting(self) -> dict[Audience, float]:
        """Who has something still to be told, and when their turn is."""
        return {
            audience: self._streams[audience].due
            for audience in self._behind
            if audience in self._streams
        }

    def restart(self, dialogue: Dialogue) -> None:
        """Gives everybody whole views of another copy of the dialogue, as after a new epoch."""
        self._cut_revoked(dialogue)
        # First the views, then the seats: who sits elsewhere in this copy must not be shown that
        # table as it was in the other one.
        whole = [(audience, one.restart(dialogue)) for audience, one in self._streams.items()]
        self._reseat(dialogue, list(self._seats))
        for audience, frame in whole:
            self.outlet.publish(self.code, audience, frame)
        self._pending_mine.clear()
        for person in self._mine:
            self._mine[person] = dialogue.version
            self.outlet.publish(
                self.code, _own(person), my_whole(dialogue, person, dialogue.version)
            )

    def show_presence(self, presence: PresenceShown) -> None:
        """Tells staff who is connected now; `presence` holds counts only."""
        self._presence = presence
        for audience, stream in self._streams.items():
            frame = stream.show_presence(presence) if audience.is_staff else None
            if frame:
                self.outlet.publish(self.code, audience, frame)

    def _sit(self, dialogue: Dialogue, connection: str, by: Actor, audience: Audience) -> Stream:
        before = self._seats.get(connection)
        self._seats[connection] = Seat(by, audience)
        if isinstance(by, Participant):
            self._connections_of.setdefault(by.person, set()).add(connection)
        stream = self._join(dialogue, audience)
        if before:
            self._stand_up(before.audience)
        return stream

    def _join(self, dialogue: Dialogue, audience: Audience) -> Stream:
        stream = self._streams.get(audience)
        if stream is None:
            stream = self._streams[audience] = Stream(dialogue, audience)
            if audience.is_staff and self._presence is not None:
                stream.show_presence(self._presence)
        stream.listeners += 1
        return stream

    def _stand_up(self, audience: Audience) -> None:
        stream = self._streams[audience]
        stream.listeners -= 1
        if not stream.listeners:
            del self._streams[audience]

    def _advanced(self, dialogue: Dialogue, stream: Stream) -> Frame | None:
        return stream.advance(dialogue) if stream.pending else None

    def _note_mine(self, person: PersonId, key: tuple[str, Any]) -> None:
        if person in self._connections_of:
            self._pending_mine.setdefault(person, set()).add(key)

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
            stream = self._streams[audience]
            frame = self._advanced(dialogue, stream)
            if frame:
                self.outlet.publish(self.code, audience, frame)
            for connection in self._connections_of[person]:
                self.outlet.move(connection, self.code, None, audience)
            self.outlet.publish(self.code, _own(person), stream.whole())

    def _leave_table(self, dialogue: Dialogue, connection: str, seat: Seat) -> PersonId | None:
        """Who has another audience now, if it is somebody with a phone."""
        audience = audience_of(dialogue, seat.by)
        if audience == seat.audience or not isinstance(seat.by, Participant):
            return None
        old, seat.audience = seat.audience, audience
        self._join(dialogue, audience)
        self._stand_up(old)
        self.outlet.move(connection, self.code, old, None)
        return seat.by.person

    def _flush_mine(self, dialogue: Dialogue, person: PersonId) -> None:
        keys = self._pending_mine.pop(person, None)
        if keys and person in self._mine:
            frame = my_frame(dialogue, person, self._mine[person], keys)
            self._mine[person] = frame.to
            self.outlet.publish(self.code, _own(person), frame)

    def _cut_revoked(self, dialogue: Dialogue) -> None:
        for connection, seat in list(self._seats.items()):
            try:
                check_link(dialogue, seat.by)
            except Refused as no:
                self.cut(connection, no.reason)

    def _pause(self, audience: Audience) -> float:
        if audience.is_staff:
            return STAFF_PAUSE_S
        return STAFF_PAUSE_S + len(self._seats) / CONNECTIONS_PER_SLOWER_SECOND


def _own(person: PersonId) -> Audience:
    return Audience("person", person=person)


def _seated_at(dialogue: Dialogue, by: Actor) -> int:
    person = dialogue.people.get(by.person) if isinstance(by, Participant) else None
    return person.seated_at if person else 0


def persons(here: Iterable[str]) -> list[PersonId]:
    """Those of a set of connected ids who are people and not staff."""
    return [PersonId(name) for name in here if not name.startswith("staff:")]
