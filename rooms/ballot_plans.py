"""Ballots on the run sheet: planning, changing and striking a vote that was not opened yet."""

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from rooms.dialogue import MODERATORS, Command, Dialogue, Event
from rooms.errors import Refused
from rooms.messages import BallotId, Call, Kind, Role, RoundId, Texts
from rooms.options import planned_ballot
from rooms.records import Ballot
from rooms.texts import MOST_CARD_LETTERS, MOST_TITLE_LETTERS, clean_texts
from rooms.timers import Minutes

MOST_BALLOTS = 100
MOST_STATEMENTS = 1_000
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
        planned_ballot(dialogue, self.ballot)
        return [BallotChanged(ballot=self.ballot, **_cleaned(dialogue, self))]


class RemoveBallot(Command, frozen=True):
    """Strike a ballot that was not opened from the run sheet."""

    ballot: BallotId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        planned_ballot(dialogue, self.ballot)
        return [BallotRemoved(ballot=self.ballot)]


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
