"""Rounds: when people may post and which kinds of cards. At most one round is open."""

from typing import ClassVar

from msgspec.structs import replace

from rooms.dialogue import MODERATORS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.messages import Audience, Call, Kind, Role, RoundId, Texts
from rooms.records import Round
from rooms.texts import MOST_PARAGRAPH_LETTERS, MOST_TITLE_LETTERS, clean_texts
from rooms.timers import Minutes, deadline_after, later_deadline

MOST_ROUNDS = 100


class PlanRound(Command, frozen=True):
    """Add a round to the end of the run sheet, not yet open."""

    title: Texts
    question: Texts
    kinds: tuple[Kind, ...]
    minutes: Minutes

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if len(dialogue.rounds) >= MOST_ROUNDS:
            raise Refused("too_many_rounds")
        title, question = _clean(dialogue, self.title, self.question)
        return [
            RoundPlanned(
                round=RoundId(call.fresh),
                title=title,
                question=question,
                kinds=_check_kinds(self.kinds),
                minutes=self.minutes,
            )
        ]


class ChangeRound(Command, frozen=True):
    """Change a round's title, question, kinds or planned minutes, even while it is open."""

    round: RoundId
    title: Texts
    question: Texts
    kinds: tuple[Kind, ...]
    minutes: Minutes

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _known(dialogue, self.round)
        title, question = _clean(dialogue, self.title, self.question)
        return [
            RoundChanged(
                round=self.round,
                title=title,
                question=question,
                kinds=_check_kinds(self.kinds),
                minutes=self.minutes,
            )
        ]


class RemoveRound(Command, frozen=True):
    """Strike a round that was never opened from the run sheet."""

    round: RoundId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if _known(dialogue, self.round).state != "planned":
            raise Refused("round_not_planned")
        return [RoundRemoved(round=self.round)]


class OpenRound(Command, frozen=True):
    """Let people post; another open round closes. A closed round may be opened again."""

    round: RoundId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        wanted = _known(dialogue, self.round)
        if wanted.state == "open":
            raise Refused("round_already_open")
        closing = [RoundClosed(round=other) for other in dialogue.open_round.values()]
        deadline = deadline_after(call.at, wanted.minutes)
        return [*closing, RoundOpened(round=self.round, deadline=deadline)]


class ExtendRound(Command, frozen=True):
    """Move the open round's deadline by `minutes`, from now if it has passed already."""

    round: RoundId
    minutes: Minutes

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        extended = _check_open(dialogue, self.round)
        deadline = later_deadline(extended.deadline, call.at, self.minutes)
        return [RoundExtended(round=self.round, deadline=deadline)]


class CloseRound(Command, frozen=True):
    """Nothing can be posted, edited or withdrawn any more."""

    round: RoundId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _check_open(dialogue, self.round)
        return [RoundClosed(round=self.round)]


class RoundPlanned(Event, frozen=True):
    round: RoundId
    title: Texts
    question: Texts
    kinds: tuple[Kind, ...]
    minutes: int

    def apply(self, dialogue: Dialogue) -> None:
        planned = Round(
            self.round, self.title, self.question, self.kinds, self.minutes, dialogue.version
        )
        dialogue.put(dialogue.rounds, self.round, planned)


class RoundChanged(Event, frozen=True):
    round: RoundId
    title: Texts
    question: Texts
    kinds: tuple[Kind, ...]
    minutes: int

    def apply(self, dialogue: Dialogue) -> None:
        changed = replace(
            dialogue.rounds[self.round],
            title=self.title,
            question=self.question,
            kinds=self.kinds,
            minutes=self.minutes,
        )
        dialogue.put(dialogue.rounds, self.round, changed)


class RoundRemoved(Event, frozen=True):
    round: RoundId

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.drop(dialogue.rounds, self.round)


class RoundOpened(Event, frozen=True):
    round: RoundId
    deadline: int

    def apply(self, dialogue: Dialogue) -> None:
        opened = replace(dialogue.rounds[self.round], state="open", deadline=self.deadline)
        dialogue.put(dialogue.rounds, self.round, opened)
        dialogue.put(dialogue.open_round, "", self.round)


class RoundExtended(Event, frozen=True):
    round: RoundId
    deadline: int

    def apply(self, dialogue: Dialogue) -> None:
        extended = replace(dialogue.rounds[self.round], deadline=self.deadline)
        dialogue.put(dialogue.rounds, self.round, extended)


class RoundClosed(Event, frozen=True):
    round: RoundId

    def apply(self, dialogue: Dialogue) -> None:
        closed = replace(dialogue.rounds[self.round], state="closed", deadline=None)
        dialogue.put(dialogue.rounds, self.round, closed)
        dialogue.drop(dialogue.open_round, "")


def _clean(dialogue: Dialogue, title: Texts, question: Texts) -> tuple[Texts, Texts]:
    offered = dialogue.about.languages
    return (
        clean_texts(title, offered, MOST_TITLE_LETTERS),
        clean_texts(question, offered, MOST_PARAGRAPH_LETTERS, needed=False),
    )


def _check_kinds(kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
    if not kinds:
        raise Refused("no_kind")
    return tuple(dict.fromkeys(kinds))


def _known(dialogue: Dialogue, key: RoundId) -> Round:
    if key not in dialogue.rounds:
        raise Refused("unknown_round")
    return dialogue.rounds[key]


def _check_open(dialogue: Dialogue, key: RoundId) -> Round:
    known = _known(dialogue, key)
    if known.state != "open":
        raise Refused("round_not_open")
    return known


class RoundShown(Shown, frozen=True):
    """A round of the run sheet; `state` is planned, open or closed.

    `deadline` (ms since 1970, server clock) guides people; only the moderator closes the round.
    """

    entry: ClassVar[str] = "round:<id>"

    id: RoundId
    title: Texts
    question: Texts
    kinds: tuple[Kind, ...]
    minutes: int
    state: str
    order: int
    deadline: int | None


def show_round(dialogue: Dialogue, audience: Audience, key: RoundId) -> RoundShown:
    known = dialogue.rounds[key]
    return RoundShown(**{name: getattr(known, name) for name in RoundShown.__struct_fields__})
