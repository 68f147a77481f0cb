"""Head counts: how many people sit at a table or in the hall, beside how many of them have voted.

More voters than people means that somebody voted with a second browser. Nobody is turned away for
it; it is shown to moderators at once and stands in the results.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec.structs import replace

from rooms.admittance import HALL, touch_attendance
from rooms.dialogue import MODERATORS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.messages import Audience, BallotId, Call, Role, Staff
from rooms.options import known_ballot

COUNTERS: frozenset[Role] = frozenset({"moderator", "host"})
Heads = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class CountHeads(Command, frozen=True):
    """Say how many people sit at a table, or in the hall (table 0); null: nobody has counted."""

    table: int
    people: Heads | None

    who: ClassVar[frozenset[Role]] = COUNTERS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if isinstance(call.by, Staff) and call.by.role == "host" and call.by.table != self.table:
            raise Refused("other_table")
        if self.table != HALL and self.table not in dialogue.tables:
            raise Refused("unknown_table")
        return [HeadsCounted(table=self.table, people=self.people)]


class ShowOvershoot(Command, frozen=True):
    """Have the board say, beside a closed ballot's result, where more voted than sat; or not."""

    ballot: BallotId
    shown: bool

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        ballot = known_ballot(dialogue, self.ballot)
        if ballot.state != "closed":
            raise Refused("voting_not_closed")
        if not any(one.is_over for one in ballot.attendance):
            raise Refused("no_overshoot")
        return [OvershootShown(ballot=ballot.id, shown=self.shown)]


class HeadsCounted(Event, frozen=True):
    table: int
    people: int | None

    def apply(self, dialogue: Dialogue) -> None:
        if self.people is None:
            dialogue.drop(dialogue.heads, self.table)
        else:
            dialogue.put(dialogue.heads, self.table, self.people)
        touch_attendance(dialogue)


class OvershootShown(Event, frozen=True):
    ballot: BallotId
    shown: bool

    def apply(self, dialogue: Dialogue) -> None:
        ballot = replace(dialogue.ballots[self.ballot], overshoot_shown=self.shown)
        dialogue.put(dialogue.ballots, self.ballot, ballot)
        dialogue.touch("turnout", self.ballot)


class HeadsShown(Shown, frozen=True):
    """How many people were counted at this table, or in the hall (table 0)."""

    entry: ClassVar[str] = "heads:<table>"
    audiences: ClassVar[str] = "moderators, and the table's host"

    table: int
    people: int


def show_heads(dialogue: Dialogue, audience: Audience, table: int) -> HeadsShown | None:
    own = audience.kind == "host" and audience.table == table
    if audience.kind != "moderator" and not own:
        return None
    return HeadsShown(table=table, people=dialogue.heads[table])
