"""Casting votes: dots within a budget, and agree / disagree / pass on statements.

A mark is absolute (this option has two dots of mine), so sending it twice changes nothing. Who
moves to another table keeps what was given at the former one, and can still take it back.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from rooms.admittance import attendance
from rooms.dialogue import PARTICIPANTS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.marks import ANSWER_NAMES, ANSWERS, change_voice, counts, spent
from rooms.messages import Audience, BallotId, Call, OptionId, PersonId, Role, Texts
from rooms.options import open_ballot, option_text
from rooms.records import Attendance, Ballot, Mark, Option, Voice


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
        if self.dots > already and _is_elsewhere(dialogue, ballot, option, person):
            raise Refused("other_table")
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
        person = PersonId(call.by.id)
        takes_back = self.answer == "pass" and counts(dialogue, ballot.id, person, option.id)
        if _is_elsewhere(dialogue, ballot, option, person) and not takes_back:
            raise Refused("other_table")
        return [
            StatementAnswered(
                ballot=ballot.id,
                option=option.id,
                person=person,
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
    if ballot.tickets and PersonId(call.by.id) not in dialogue.holders:
        raise Refused("needs_ticket")
    return ballot, option


def _is_elsewhere(dialogue: Dialogue, ballot: Ballot, option: Option, person: PersonId) -> bool:
    """Where people vote at their own table: whether the option belongs to another one."""
    if not ballot.own_table or option.table is None:
        return False
    return option.table != dialogue.people[person].table


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
    table = dialogue.people[person].table or 0
    change_voice(dialogue, ballot, person, Voice(marks, table))
    dialogue.touch("my_votes", (person, (ballot, option)))


class VoteShown(Shown, frozen=True, omit_defaults=True):
    """One's own mark on an option: `dots`, or `answer` agree, disagree or pass.

    `table` and `text` say what the option is if it belongs to a table one has left meanwhile.
    """

    entry: ClassVar[str] = "vote:<ballot>:<option>"
    audiences: ClassVar[str] = "the person"

    ballot: BallotId
    option: OptionId
    dots: int | None = None
    answer: str | None = None
    table: int | None = None
    text: Texts | None = None


class TurnoutShown(Shown, frozen=True):
    """How many people have put something into a ballot; says nothing of what.

    `attendance` sets voters beside heads, in the hall (table 0) and where people were counted;
    moderators see it at once, the board where more voted than sat and a moderator shows it.
    """

    entry: ClassVar[str] = "turnout:<ballot>"
    audiences: ClassVar[str] = "staff"

    ballot: BallotId
    voters: int
    attendance: tuple[Attendance, ...]


def show_my_vote(
    dialogue: Dialogue, person: PersonId, key: tuple[BallotId, OptionId]
) -> VoteShown | None:
    ballot, option = key
    if not counts(dialogue, ballot, person, option):
        return None
    value = dialogue.voices[(ballot, person)].marks[option].value
    by_dots = dialogue.ballots[ballot].method == "dots"
    known = dialogue.options[key]
    elsewhere = _is_elsewhere(dialogue, dialogue.ballots[ballot], known, person)
    return VoteShown(
        ballot=ballot,
        option=option,
        dots=value if by_dots else None,
        answer=None if by_dots else ANSWER_NAMES[value],
        table=known.table if elsewhere else None,
        text=option_text(dialogue, known, Audience("person")) if elsewhere else None,
    )


def show_turnout(dialogue: Dialogue, audience: Audience, ballot: BallotId) -> TurnoutShown | None:
    if not audience.is_staff:
        return None
    return TurnoutShown(
        ballot=ballot,
        voters=dialogue.turnout[ballot],
        attendance=_attendance_for(dialogue, audience, dialogue.ballots[ballot]),
    )


def _attendance_for(
    dialogue: Dialogue, audience: Audience, ballot: Ballot
) -> tuple[Attendance, ...]:
    if audience.kind == "moderator":
        return attendance(dialogue, ballot)
    if audience.kind == "board" and ballot.overshoot_shown:
        return tuple(one for one in ballot.attendance if one.is_over)
    return ()
