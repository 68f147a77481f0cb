"""Judges what was seen: every view at every frame equals what the log tells of that version.

A view goes by the name (epoch, version). That one equality holds most of what matters on a screen:
nothing of another table, no author, no tally too early, no hidden card, nothing missed or kept.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator

from campaigns.faults.erasing import resealed_up_to
from campaigns.faults.fold import State
from campaigns.faults.here import PASSING, PRESENCE, STORAGE
from campaigns.faults.history import Fields, Seen, TabStory
from campaigns.faults.judge import Evening
from campaigns.faults.rules import Who
from campaigns.faults.shown import Audience, View, audiences_of, my_view, shared_view
from campaigns.faults.stream import Entry

PASSING_KEYS = {PRESENCE: {"connected", "tables", "staff"}, STORAGE: {"reason"}}
STAFF = ("host", "board", "moderator")
Name = tuple[int, int]
"""Epoch and version: by what a view is known."""


class Truth:
    """The views of one log, made for the versions that somebody has seen."""

    def __init__(self, code: str, log: list[Entry], wanted: set[Name]) -> None:
        self.names: set[Name] = set()
        self.seats: dict[str, list[tuple[int, Audience]]] = defaultdict(list)
        self.revoked: dict[str, int] = {}
        self._views: dict[tuple[int, Audience | str], View] = {}
        self._code = code
        self._log = log
        self._wanted = {version for _, version in wanted}
        self._who: set[Audience | str] = set()
        self.state = State(code)
        self._resealed = resealed_up_to(log)
        self._bare = {f"moderation:{e.version}" for e in log if any("bare" in v for v in e.events)}

    def ask(self, audiences: set[Audience], persons: set[str]) -> None:
        """Reads the log once and keeps the views of all these at all wanted versions."""
        state = self.state
        for entry in self._log:
            state.take(entry)
            self.names.add((entry.epoch, entry.version))
            self._note(entry)
            if entry.version in self._wanted or entry is self._log[-1]:
                for audience in audiences:
                    self._views[entry.version, audience] = shared_view(state, audience)
                for person in persons:
                    self._views[entry.version, person] = my_view(state, person)

    def view(self, version: int, who: Audience | str) -> View:
        return self.comparable(version, self._views[version, who])

    def comparable(self, version: int, view: View) -> View:
        """Without what was another before words were erased: seals, reasons for hiding.

        A reason goes with the first rewriting that knows its card is gone: only the last is sure.
        """
        if version >= self._resealed:
            return view
        alike = {key: one | {"seal": None} if "seal" in one else one for key, one in view.items()}
        return alike | {key: view[key] | {"reason": ""} for key in self._bare & set(view)}

    def shows_later(self, held: View, whose: Collection[Audience | str], version: int) -> bool:
        """Whether this view is also that of some later version: nothing of it was undone."""
        state = State(self._code)
        for entry in self._log:
            state.take(entry)
            if entry.version < version:
                continue
            views = (self.comparable(entry.version, _view(state, one)) for one in whose)
            if self.comparable(entry.version, held) in views:
                return True
        return False

    def could_sit(self, person: str, since: int) -> set[Audience]:
        """The audiences of somebody at this version and later."""
        moves = self.seats[person]
        before = [audience for version, audience in moves if version <= since]
        return {before[-1] if before else ("lobby", 0)} | {a for v, a in moves if v > since}

    def _note(self, entry: Entry) -> None:
        for event in entry.events:
            if event["name"] == "TableTaken":
                seat = audiences_of(self.state, event["person"])
                self.seats[event["person"]].append((entry.version, seat))
            elif event["name"] == "LinkRevoked":
                self.revoked.setdefault(event["link"], entry.version)


def _view(state: State, who: Audience | str) -> View:
    return my_view(state, who) if isinstance(who, str) else shared_view(state, who)


def truths(evening: Evening) -> list[Truth]:
    """Of the log as it is, and of those that were lost."""
    stories = evening.history.tabs
    wanted = {(s.frame["epoch"], s.frame["to"]) for tab in stories for s in tab.seen}
    persons = {tab.who.id for tab in stories if tab.who.role == "participant"}
    events = [event for log in evening.logs for entry in log for event in entry.events]
    taken = {event["table"] for event in events if event["name"] == "TableTaken"}
    audiences: set[Audience] = {("lobby", 0), *(("table", table) for table in taken)}
    audiences |= {(t.who.role, t.who.table or 0) for t in stories if t.who.role in STAFF}
    made = [Truth(evening.code, log, wanted) for log in evening.logs]
    for truth in made:
        truth.ask(audiences, persons)
    return made


def judge_screens(evening: Evening, made: list[Truth]) -> Iterator[str]:
    for tab in evening.history.tabs:
        yield from Screen(tab, made).judge()


class Screen:
    """Applies again what one tab applied, and compares after each frame."""

    def __init__(self, tab: TabStory, made: list[Truth]) -> None:
        self._tab = tab
        self._truths = made
        self._held: dict[str, View] = {"shared": {}, "mine": {}}
        self._epoch = 0
        self._highest: dict[str, int] = {}
        self._line: int | None = None
        self._seats: set[Audience] = set()

    def judge(self) -> Iterator[str]:
        for seen in self._tab.seen:
            wrong = next(self._frame(seen), None)
            if wrong:
                yield f"{wrong} (tab {self._tab.name}, moment {seen.at})"
                return

    def _frame(self, seen: Seen) -> Iterator[str]:
        frame = seen.frame
        if frame["from"] is not None and frame["epoch"] != self._epoch:
            yield f"I14 a difference crosses from epoch {self._epoch} to {frame['epoch']}"
        if frame["epoch"] != self._epoch:
            self._epoch, self._highest = frame["epoch"], {}
        self._apply(frame)
        yield from self._passing(frame)
        name = (frame["epoch"], frame["to"])
        there = [truth for truth in self._truths if name in truth.names]
        if not there:
            yield f"I7 a view calls itself {name}, and no log has such a version"
            return
        complaints = [self._differs(truth, frame) for truth in there]
        if all(complaints):
            yield complaints[0] or ""
            return
        if not seen.amid:
            yield from self._steps_back(there, frame)
        yield from self._revoked(there, frame)

    def _apply(self, frame: Fields) -> None:
        of = frame["of"]
        if frame["from"] is None:
            self._held[of] = dict(frame["put"])
            if of == "shared":
                self._seats = set()
        else:
            for key in frame["drop"]:
                self._held[of].pop(key, None)
            self._held[of].update(frame["put"])

    def _differs(self, truth: Truth, frame: Fields) -> str | None:
        version, who = frame["to"], self._tab.who
        if frame["of"] == "mine":
            return difference(
                truth.view(version, who.id), self._held["mine"], "I10 my view", version
            )
        shown = {key: value for key, value in self._held["shared"].items() if key not in PASSING}
        held = truth.comparable(version, shown)
        possible = _audiences(truth, who, version)
        fitting = {one for one in possible if truth.view(version, one) == held}
        if self._seats:
            fitting &= self._seats
        if fitting:
            self._seats = fitting
            return None
        one = sorted(self._seats or possible)[0]
        return difference(truth.view(version, one), held, f"I10 the view of {one}", version) or (
            f"I13 the view of {sorted(self._seats)} at {version} was shown, not of {possible}"
        )

    def _steps_back(self, there: list[Truth], frame: Fields) -> Iterator[str]:
        """I10: within an epoch nobody is shown less than before."""
        of, to = frame["of"], frame["to"]
        highest = self._highest.get(of, 0)
        self._highest[of] = max(highest, to)
        if to >= highest or len(self._truths) > 1:
            return
        whose = {self._tab.who.id} if of == "mine" else self._seats
        held = {key: value for key, value in self._held[of].items() if key not in PASSING}
        if not there[0].shows_later(held, whose, highest):
            yield f"I10 after version {highest} of {of} this tab was shown version {to}"

    def _passing(self, frame: Fields) -> Iterator[str]:
        for name, keys in PASSING_KEYS.items():
            shown = frame["put"].get(name)
            if shown is not None and (
                self._tab.who.role not in STAFF or set(shown) != keys or frame["of"] == "mine"
            ):
                yield f"I13 {self._tab.who.role} was shown {shown}"

    def _revoked(self, there: list[Truth], frame: Fields) -> Iterator[str]:
        end = there[0].revoked.get(self._tab.who.id)
        if end is not None and frame["to"] > end:
            yield f"I13 the link was revoked at {end}, and version {frame['to']} was shown to it"


def _audiences(truth: Truth, who: Who, version: int) -> set[Audience]:
    if who.role == "participant":
        return truth.could_sit(who.id, version)
    return {(who.role, who.table or 0)}


def difference(expected: View, held: View, what: str, version: int) -> str | None:
    """The first thing in which a view is not what the log tells."""
    for key in sorted({*expected, *held}):
        if expected.get(key) != held.get(key):
            wanted, found = expected.get(key), held.get(key)
            return f"{what} at version {version} differs in {key}: {found}, the log tells {wanted}"
    return None
