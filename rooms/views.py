"""What each audience may see, as a flat map from key to value, and how two such maps differ.

An allow-list: a record reaches an audience only if its ability shows it to them.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal

from rooms.abilities import MINE, SHARED
from rooms.dialogue import Dialogue, Shelf, Shown
from rooms.messages import Actor, Audience, Frame, Participant, PersonId

View = dict[str, Any]
PRESENCE = "presence"
STORAGE = "storage"
PASSING = (PRESENCE, STORAGE)  # what is so at this moment and not part of the log
MOST_FRAMES_KEPT = 200


def audience_of(dialogue: Dialogue, by: Actor) -> Audience:
    """Whose view somebody shares: their table's, or the lobby's until they sit."""
    if isinstance(by, Participant):
        person = dialogue.people.get(by.person)
        if person is None or person.table is None:
            return Audience("lobby")
        return Audience("table", table=person.table)
    return Audience(by.role, table=by.table or 0)


def shared_view(dialogue: Dialogue, audience: Audience) -> View:
    """The whole view of an audience."""
    view: View = {}
    for shelf_name, (name, show) in SHARED.items():
        shelf: Shelf[Any, Any] = getattr(dialogue, shelf_name)
        for key in shelf:
            value = show(dialogue, audience, key)
            if value is not None:
                view[_key(name, key)] = value
    return view


def my_view(dialogue: Dialogue, person: PersonId) -> View:
    """The whole of what only this person sees: language and table, own cards, own votes."""
    known = dialogue.people.get(person)
    keys: list[tuple[str, Any]] = [("me", "")]
    keys += [("my_cards", card) for card in (known.cards if known else ())]
    keys += [
        ("my_votes", (ballot, option))
        for ballot in dialogue.ballots
        for option in getattr(dialogue.voices.get((ballot, person)), "marks", ())
    ]
    put, _ = my_changes(dialogue, person, keys)
    return put


def my_changes(
    dialogue: Dialogue, person: PersonId, keys: Iterable[tuple[str, Any]]
) -> tuple[View, list[str]]:
    """What to put into and drop from a person's own view after these keys were touched."""
    put: View = {}
    drop: list[str] = []
    for shelf, key in keys:
        name, show = MINE[shelf]
        value = show(dialogue, person, key)
        if value is None:
            drop.append(_key(name, key))
        else:
            put[_key(name, key)] = value
    return put, drop


def _key(name: str, key: Any) -> str:
    if key == "":
        return name
    return f"{name}:{':'.join(key)}" if isinstance(key, tuple) else f"{name}:{key}"


class PresenceShown(Shown, frozen=True):
    """Who is connected at this moment, by table number; not part of the log."""

    entry: ClassVar[str] = PRESENCE
    audiences: ClassVar[str] = "staff"

    connected: int
    tables: dict[str, int]
    staff: int


class StorageShown(Shown, frozen=True):
    """Nothing can be saved now, and why; missing while all is well; not part of the log."""

    entry: ClassVar[str] = STORAGE
    audiences: ClassVar[str] = "staff"

    reason: str


class Stream:
    """The view one audience holds at present, and its last frames for those who missed some."""

    def __init__(self, dialogue: Dialogue, audience: Audience) -> None:
        self.audience = audience
        self.pending: set[tuple[str, Any]] = set()
        self.due = 0.0
        self._restart(dialogue)

    def _restart(self, dialogue: Dialogue) -> None:
        self.pending.clear()
        self.epoch = dialogue.epoch
        self.version = dialogue.version
        self.stamp = dialogue.stamp
        self.view = shared_view(dialogue, self.audience)
        self._kept: deque[Frame] = deque(maxlen=MOST_FRAMES_KEPT)
        self._since = self.version

    def restart(self, dialogue: Dialogue) -> Frame:
        """A whole view again, after a new epoch or a replaced copy."""
        passing = {name: self.view[name] for name in PASSING if name in self.view}
        self._restart(dialogue)
        self.view |= passing
        return self.whole()

    def advance(self, dialogue: Dialogue) -> Frame | None:
        """The frame for what is pending, up to the dialogue's version; None if nothing shows."""
        changed, self.pending = self.pending, set()
        put: View = {}
        drop: list[str] = []
        for key, value in self._shown(dialogue, changed):
            if value is None:
                if self.view.pop(key, None) is not None:
                    drop.append(key)
            elif self.view.get(key) != value:
                self.view[key] = put[key] = value
        if not put and not drop:
            return None
        start, self.stamp = self.version, dialogue.stamp
        return self._keep(self._frame(start, dialogue.version, put, drop))

    def show_passing(self, name: str, shown: Shown | None) -> Frame | None:
        """What is so at this moment, None: no more; not part of the log, so the version stays."""
        if self.view.get(name) == shown:
            return None
        put, drop = ({}, [name]) if shown is None else ({name: shown}, [])
        self.view.pop(name, None)
        self.view |= put
        return self._keep(self._frame(self.version, self.version, put, drop))

    def whole(self) -> Frame:
        return self._frame(None, self.version, dict(self.view), [])

    def since(self, version: int) -> Frame:
        """What was missed after `version`, or the whole view if that cannot be told.

        It cannot if it is too long ago, or if no frame of ours ended there: a page that comes from
        another process may hold what came and went between two of our frames.
        """
        if version != self._since and all(frame.to != version for frame in self._kept):
            return self.whole()
        put, drop = self._storage()
        for frame in self._kept:
            if frame.to < version:
                continue
            put.update(frame.put)
            drop.update(dict.fromkeys(frame.drop))
            for key in frame.put:
                drop.pop(key, None)
            for key in frame.drop:
                put.pop(key, None)
        return self._frame(version, self.version, put, list(drop))

    def _storage(self) -> tuple[View, dict[str, None]]:
        """What to put and drop so that staff hold no old trouble: no version tells if they do."""
        if not self.audience.is_staff:
            return {}, {}
        if STORAGE in self.view:
            return {STORAGE: self.view[STORAGE]}, {}
        return {}, {STORAGE: None}

    def _shown(
        self, dialogue: Dialogue, changed: Iterable[tuple[str, Any]]
    ) -> Iterator[tuple[str, Any]]:
        for shelf_name, key in changed:
            if shelf_name not in SHARED:
                continue
            name, show = SHARED[shelf_name]
            known = key in getattr(dialogue, shelf_name)
            yield _key(name, key), show(dialogue, self.audience, key) if known else None

    def _keep(self, frame: Frame) -> Frame:
        if len(self._kept) == MOST_FRAMES_KEPT:
            self._since = self._kept[0].to
        self._kept.append(frame)
        self.version = frame.to
        return frame

    def _frame(self, start: int | None, to: int, put: View, drop: list[str]) -> Frame:
        return _frame("shared", (self.epoch, to, self.stamp), start, put, drop)


def _frame(
    of: Literal["shared", "mine"],
    end: tuple[int, int, int],
    start: int | None,
    put: View,
    drop: list[str],
) -> Frame:
    """`end`: epoch, version and stamp that it leads to."""
    epoch, to, stamp = end
    return Frame(of=of, epoch=epoch, from_=start, to=to, stamp=stamp, put=put, drop=drop)


def my_frame(dialogue: Dialogue, person: PersonId, start: int, keys: Iterable[Any]) -> Frame:
    """The frame that brings a person's own view from version `start` to the present."""
    put, drop = my_changes(dialogue, person, keys)
    return _frame("mine", _end(dialogue, dialogue.version), start, put, drop)


def my_whole(dialogue: Dialogue, person: PersonId, to: int) -> Frame:
    """A person's own view whole, named version `to`: nothing of it has changed since then."""
    return _frame("mine", _end(dialogue, to), None, my_view(dialogue, person), [])


def _end(dialogue: Dialogue, version: int) -> tuple[int, int, int]:
    return dialogue.epoch, version, dialogue.stamp_at(version)
