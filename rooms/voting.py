"""Casting votes: dots within a budget, and agree / disagree / pass on statements.

A mark is absolute (this option has two dots of mine), so sending it twice changes nothing.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from rooms.dialogue import PARTICIPANTS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.marks import ANSWER_NAMES, ANSWERS, counts, spent, takes_part
from rooms.messages import Audience, BallotId, Call, OptionId, PersonId, Role
from rooms.options import open_ballot
from rooms.records import Ballot, Mark, Option, Voice


class PlaceDots(Command, frozen=True):
    """Have `dots` dots on this option (0 takes them back), within budget and the option's limit."""

    ballot: BallotId
    option: OptionId
    dots: Annotated[int, msgspec.Meta(ge=0, le=1_000)]

    who: ClassVar[frozenset[Role]] = PARTICIPANTS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        ballot, option = _votable(dialogue, call, self.ballot, self.option)
        if ballot.method != "dots":
            raise Refused("wrong_method")
        person = PersonId(call.by.id)
        if self.dots > ballot.most_per_option:
            raise Refused("too_many_on_option")
        already = _present(dialogue, ballot.id, person, option.id)
        if spent(dialogue, ballot.id, person) - already + self.dots > ballot.dots:
            raise Refused("no_dots_left")
        return [
            DotsPlaced(ballot=ballot.id, option=option.id, person=person, dots=self.dots),
        ]


class AnswerStatement(Command, frozen=True):
    """Agree, disagree or pass on one statement; the last answer counts."""

    ballot: BallotId
    option: OptionId
    answer: Literal["agree", "disagree", "pass"]

    who: ClassVar[frozenset[Role]] = PARTICIPANTS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        ballot, option = _votable(dialogue, call, self.ballot, self.option)
        if ballot.method != "agreement":
            raise Refused("wrong_method")
        return [
            StatementAnswered(
                ballot=ballot.id,
                option=option.id,
                person=PersonId(call.by.id),
                answer=ANSWERS[self.answer],
            )
        ]


class DotsPlaced(Event, frozen=True):
    ballot: BallotId
    option: OptionId
    person: PersonId
    dots: int

    def apply(self, dialogue: Dialogue) -> None:
        _mark(dialogue, self.ballot, self.person, self.option, self.dots or None)


class StatementAnswered(Event, frozen=True):
    """`answer` is 1 for agree, 0 for pass, -1 for disagree."""

    ballot: BallotId
    option: OptionId
    person: PersonId
    answer: int

    def apply(self, dialogue: Dialogue) -> None:
        _mark(dialogue, self.ballot, self.person, self.option, self.answer)


def _votable(
    dialogue: Dialogue, call: Call, ballot_id: BallotId, option_id: OptionId
) -> tuple[Ballot, Option]:
    ballot = open_ballot(dialogue, ballot_id)
    option = dialogue.options.get((ballot_id, option_id))
    if option is None:
        raise Refused("unknown_option")
    if option.gone:
        raise Refused("option_gone")
    if ballot.own_table and option.table is not None:
        table = dialogue.people[PersonId(call.by.id)].table
        if option.table != table:
            raise Refused("other_table")
    return ballot, option


def _present(dialogue: Dialogue, ballot: BallotId, person: PersonId, option: OptionId) -> int:
    if not counts(dialogue, ballot, person, option):
        return 0
    return dialogue.voices[(ballot, person)].marks[option].value


def _mark(
    dialogue: Dialogue, ballot: BallotId, person: PersonId, option: OptionId, value: int | None
) -> None:
    before = dialogue.voices.get((ballot, person))
    marks = dict(before.marks) if before else {}
    if value is None:
        marks.pop(option, None)
    else:
        marks[option] = Mark(value, dialogue.version)
    after = Voice(marks)
    dialogue.put(dialogue.voices, (ballot, person), after)
    dialogue.touch("my_votes", (person, (ballot, option)))
    more = takes_part(dialogue, ballot, after) - takes_part(dialogue, ballot, before)
    if more:
        dialogue.put(dialogue.turnout, ballot, dialogue.turnout.get(ballot, 0) + more)


class VoteShown(Shown, frozen=True, omit_defaults=True):
    """One's own mark on an option: `dots`, or `answer` agree, disagree or pass."""

    entry: ClassVar[str] = "vote:<ballot>:<option>"
    audiences: ClassVar[str] = "the person"

    ballot: BallotId
    option: OptionId
    dots: int | None = None
    answer: str | None = None


class TurnoutShown(Shown, frozen=True):
    """How many people have put something into a ballot; says nothing of what."""

    entry: ClassVar[str] = "turnout:<ballot>"
    audiences: ClassVar[str] = "staff"

    ballot: BallotId
    voters: int


def show_my_vote(
    dialogue: Dialogue, person: PersonId, key: tuple[BallotId, OptionId]
) -> VoteShown | None:
    ballot, option = key
    if not counts(dialogue, ballot, person, option):
        return None
    value = dialogue.voices[(ballot, person)].marks[option].value
    if dialogue.ballots[ballot].method == "dots":
        return VoteShown(ballot=ballot, option=option, dots=value)
    return VoteShown(ballot=ballot, option=option, answer=ANSWER_NAMES[value])


def show_turnout(dialogue: Dialogue, audience: Audience, ballot: BallotId) -> TurnoutShown | None:
    if not audience.is_staff:
        return None
    return TurnoutShown(ballot=ballot, voters=dialogue.turnout[ballot])
