"""Ballots: opening, extending and closing a vote, and what is shown of it.

Opening fixes the options; closing counts. Until then no tally exists anywhere but in the log.
"""

from collections.abc import Container
from typing import ClassVar

from msgspec.structs import replace

from rooms.admittance import attendance, needs_ticket
from rooms.dialogue import MODERATORS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.marks import tally
from rooms.messages import Audience, BallotId, Call, CardId, Kind, Role, RoundId, Texts
from rooms.options import open_ballot, options_of, planned_ballot
from rooms.records import Option
from rooms.timers import Minutes, deadline_after, later_deadline

MOST_OPTIONS = 2_000


class OpenBallot(Command, frozen=True):
    """Let people vote, on the options as they are at this moment."""

    ballot: BallotId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        ballot = planned_ballot(dialogue, self.ballot)
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
