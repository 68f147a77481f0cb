"""Ballots: planning, opening, extending and closing a vote, and its options.

Opening fixes the options; closing counts. Until then no tally exists anywhere but in the log.
"""

from collections.abc import Container
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from rooms.admittance import attendance, needs_ticket
from rooms.dialogue import MODERATORS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.marks import tally
from rooms.messages import Audience, BallotId, Call, CardId, Kind, Role, RoundId, Texts
from rooms.options import known_ballot, open_ballot, options_of
from rooms.records import Ballot, Option
from rooms.texts import MOST_CARD_LETTERS, MOST_TITLE_LETTERS, clean_texts
from rooms.timers import Minutes, deadline_after, later_deadline

MOST_BALLOTS = 100
MOST_STATEMENTS = 1_000
MOST_OPTIONS = 2_000
Dots = Annotated[int, msgspec.Meta(ge=1, le=100)]


class BallotPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a ballot is about.

    Options are the typed `statements` and the cards of the chosen rounds and kinds. Where neither
    rounds nor kinds are chosen, that is every card, or none if there are statements. `own_table`:
    people vote only on the cards of their own table. `tickets`: only who holds a ticket votes.
    """

    title: Texts
    method: Literal["dots", "agreement"]
    dots: Dots = 3
    most_per_option: Dots = 1
    own_table: bool = False
    tickets: bool = False
    rounds: tuple[RoundId, ...] = ()
    kinds: tuple[Kind, ...] = ()
    statements: tuple[Texts, ...] = ()
    minutes: Minutes = 10


class PlanBallot(Command, BallotPlan, frozen=True):
    """Add a ballot to the run sheet, not yet open."""

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if len(dialogue.ballots) >= MOST_BALLOTS:
            raise Refused("too_many_ballots")
        return [BallotPlanned(ballot=BallotId(call.fresh), **_cleaned(dialogue, self))]


class ChangeBallot(Command, BallotPlan, frozen=True):
    """Change a ballot that was not opened yet."""

    ballot: BallotId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _planned(dialogue, self.ballot)
        return [BallotChanged(ballot=self.ballot, **_cleaned(dialogue, self))]


class RemoveBallot(Command, frozen=True):
    """Strike a ballot that was not opened from the run sheet."""

    ballot: BallotId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _planned(dialogue, self.ballot)
        return [BallotRemoved(ballot=self.ballot)]


class OpenBallot(Command, frozen=True):
    """Let people vote, on the options as they are at this moment."""

    ballot: BallotId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        ballot = _planned(dialogue, self.ballot)
        options = options_of(dialogue, ballot)
        if not options:
            raise Refused("no_options")
        if len(options) > MOST_OPTIONS:
            raise Refused("too_many_options")
        if needs_ticket(dialogue, ballot) and not dialogue.tickets:
            raise Refused("no_tickets_issued")
        deadline = deadline_after(call.at, ballot.minutes)
        return [BallotOpened(ballot=ballot.id, options=options, deadline=deadline)]


class ExtendBallot(Command, frozen=True):
    """Move the open ballot's deadline by `minutes`, from now if it has passed already."""

    ballot: BallotId
    minutes: Minutes

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        ballot = open_ballot(dialogue, self.ballot)
        deadline = later_deadline(ballot.deadline, call.at, self.minutes)
        return [BallotExtended(ballot=ballot.id, deadline=deadline)]


class CloseBallot(Command, frozen=True):
    """End the vote and show the tallies to everybody. A closed ballot cannot be opened again."""

    ballot: BallotId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        return [BallotClosed(ballot=open_ballot(dialogue, self.ballot).id)]


class BallotPlanned(Event, BallotPlan, frozen=True):
    ballot: BallotId

    def apply(self, dialogue: Dialogue) -> None:
        planned = Ballot(id=self.ballot, order=dialogue.version, **_plan(self))
        dialogue.put(dialogue.ballots, self.ballot, planned)
        dialogue.put(dialogue.turnout, self.ballot, 0)


class BallotChanged(Event, BallotPlan, frozen=True):
    ballot: BallotId

    def apply(self, dialogue: Dialogue) -> None:
        changed = replace(dialogue.ballots[self.ballot], **_plan(self))
        dialogue.put(dialogue.ballots, self.ballot, changed)


class BallotRemoved(Event, frozen=True):
    ballot: BallotId

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.drop(dialogue.ballots, self.ballot)
        dialogue.drop(dialogue.turnout, self.ballot)


class BallotOpened(Event, frozen=True):
    ballot: BallotId
    options: tuple[Option, ...]
    deadline: int

    def apply(self, dialogue: Dialogue) -> None:
        for option in self.options:
            dialogue.put(dialogue.options, (self.ballot, option.id), option)
        planned = dialogue.ballots[self.ballot]
        opened = replace(
            planned,
            state="open",
            tickets=needs_ticket(dialogue, planned),
            deadline=self.deadline,
            options=tuple(option.id for option in self.options),
        )
        dialogue.put(dialogue.ballots, self.ballot, opened)
        dialogue.touch("turnout", self.ballot)

    def without(self, cards: Container[CardId]) -> Event:
        bare = tuple(
            replace(option, text={}) if option.card in cards else option for option in self.options
        )
        return replace(self, options=bare)


class BallotExtended(Event, frozen=True):
    ballot: BallotId
    deadline: int

    def apply(self, dialogue: Dialogue) -> None:
        extended = replace(dialogue.ballots[self.ballot], deadline=self.deadline)
        dialogue.put(dialogue.ballots, self.ballot, extended)


class BallotClosed(Event, frozen=True):
    ballot: BallotId

    def apply(self, dialogue: Dialogue) -> None:
        ballot = dialogue.ballots[self.ballot]
        for option, result in tally(dialogue, ballot).items():
            key = (self.ballot, option)
            dialogue.put(dialogue.options, key, replace(dialogue.options[key], tally=result))
        closed = replace(
            ballot,
            state="closed",
            deadline=None,
            attendance=attendance(dialogue, ballot),
            sealed_version=dialogue.version,
            seal=dialogue.seal.hex(),
        )
        dialogue.put(dialogue.ballots, self.ballot, closed)
        dialogue.touch("turnout", self.ballot)


def _plan(plan: BallotPlan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in BallotPlan.__struct_fields__}


def _cleaned(dialogue: Dialogue, plan: BallotPlan) -> dict[str, Any]:
    offered = dialogue.about.languages
    if len(plan.statements) > MOST_STATEMENTS:
        raise Refused("too_many_options")
    if any(round_ not in dialogue.rounds for round_ in plan.rounds):
        raise Refused("unknown_round")
    if plan.method == "dots" and plan.most_per_option > plan.dots:
        raise Refused("more_per_option_than_dots")
    return {
        **_plan(plan),
        "title": clean_texts(plan.title, offered, MOST_TITLE_LETTERS),
        "statements": tuple(
            clean_texts(statement, offered, MOST_CARD_LETTERS) for statement in plan.statements
        ),
    }


def _planned(dialogue: Dialogue, key: BallotId) -> Ballot:
    ballot = known_ballot(dialogue, key)
    if ballot.state != "planned":
        raise Refused("voting_already_opened")
    return ballot


class BallotShown(Shown, frozen=True):
    """A ballot and its rule; `method` is dots or agreement, `state` planned, open or closed.

    Moderators also read, once it is closed, the log's `seal` up to the close, and its version.
    """

    entry: ClassVar[str] = "ballot:<id>"

    id: BallotId
    title: Texts
    method: str
    dots: int
    most_per_option: int
    own_table: bool
    tickets: bool
    rounds: tuple[RoundId, ...]
    kinds: tuple[Kind, ...]
    statements: tuple[Texts, ...]
    minutes: int
    order: int
    state: str
    deadline: int | None
    overshoot_shown: bool
    sealed_version: int | None
    seal: str | None


def show_ballot(dialogue: Dialogue, audience: Audience, key: BallotId) -> BallotShown:
    ballot = dialogue.ballots[key]
    shown = {name: getattr(ballot, name) for name in BallotShown.__struct_fields__}
    shown["tickets"] = needs_ticket(dialogue, ballot)
    if audience.kind != "moderator":
        shown |= {"sealed_version": None, "seal": None}
    return BallotShown(**shown)
