"""An evening to try the rules on: arranged only by real commands, in memory, within milliseconds.

Clock and ids are its own, so every run is the same. Each accepted command goes through the bytes
of an entry as it would in a log, so every rule test also tests that its events survive them.
"""

import msgspec
import pytest

from rooms.abilities import read_command
from rooms.agenda import OpenRound, PlanRound
from rooms.ballot_plans import PlanBallot
from rooms.ballots import OpenBallot
from rooms.cards import PostCard
from rooms.dialogue import Command, Dialogue, decide
from rooms.entries import apply_stored, body_of, seal_of, write_entry
from rooms.errors import Refused
from rooms.links import IssueLink
from rooms.log import Position, Stored
from rooms.messages import (
    ORGANISER,
    Actor,
    BallotId,
    Call,
    CardId,
    Kind,
    LinkId,
    OptionId,
    Participant,
    RoundId,
    Staff,
    TopicId,
    person_of,
)
from rooms.people import Join, TakeTable
from rooms.setting import CreateDialogue
from rooms.tables import AddTable, AddTopic
from rooms.views import View, audience_of, my_view, shared_view

CODE = "ABCDEFGH"
BEGIN = 1_800_000_000_000
EPOCH = 7
MINUTE = 60_000


class Evening:
    """A dialogue in German and Arabic with one moderator; everything else is up to the test."""

    def __init__(self, *languages: str) -> None:
        self.dialogue = Dialogue(CODE)
        self.log: list[Stored] = []
        self.now = BEGIN
        self._count = 0
        offered = languages or ("de", "ar")
        title = {language: "Ein Abend" for language in offered}
        self.do(ORGANISER, CreateDialogue(title=title, languages=offered))
        link = self.do(ORGANISER, IssueLink(role="moderator"))
        self.moderator = Staff("moderator", LinkId(link))

    def do(self, by: Actor, command: Command) -> str:
        """Has the command carried out; returns the id of what it may have made."""
        call = self._call(by)
        events = decide(self.dialogue, call, read_command(_fields(command)))
        payload = write_entry(call.id, call.at, body_of(command), events)
        place = Position(EPOCH, self.dialogue.version + 1)
        stored = Stored(place, payload, seal_of(self.dialogue.seal, payload))
        self.log.append(stored)
        apply_stored(self.dialogue, stored)
        return call.fresh

    def refuses(self, by: Actor, command: Command, reason: str) -> None:
        """The command is refused for this very reason, and nothing has changed."""
        before = self.dialogue.version
        with pytest.raises(Refused) as no:
            self.do(by, command)
        assert no.value.reason == reason
        assert self.dialogue.version == before

    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    def _call(self, by: Actor) -> Call:
        self._count += 1
        self.now += 1
        return Call(by, f"{by.id}:tab{by.id[:4]}.{self._count}", self.now, f"n{self._count}")

    # People

    def stranger(self) -> Participant:
        """Somebody whose phone has opened the page but who has not joined."""
        self._count += 1
        return Participant(person_of(CODE, f"{self._count:032x}"))

    def person(self, table: int | None = None, language: str = "de") -> Participant:
        person = self.stranger()
        self.do(person, Join(language=language))
        if table is not None:
            self.do(person, TakeTable(table=table))
        return person

    def staff(self, role: str, table: int | None = None) -> Staff:
        link = self.do(self.moderator, IssueLink(role=role, table=table))
        return Staff(role, LinkId(link), table)

    # The hall and the run sheet

    def topic(self, title: str = "Wohnen") -> TopicId:
        return TopicId(self.do(self.moderator, AddTopic(title={"de": title}, question={})))

    def table(self, topic: TopicId | None = None) -> int:
        """Puts up a table, on a topic of its own if none is named; returns its number."""
        self.do(self.moderator, AddTable(topic=topic or self.topic()))
        return max(self.dialogue.tables)

    def round(self, kinds: tuple[Kind, ...] = ("idea", "worry"), minutes: int = 10) -> RoundId:
        plan = PlanRound(title={"de": "Sammeln"}, question={}, kinds=kinds, minutes=minutes)
        return RoundId(self.do(self.moderator, plan))

    def open_round(self, kinds: tuple[Kind, ...] = ("idea", "worry")) -> RoundId:
        planned = self.round(kinds)
        self.do(self.moderator, OpenRound(round=planned))
        return planned

    def card(self, by: Actor, text: str = "Mehr Bänke im Park", kind: Kind = "idea") -> CardId:
        return CardId(self.do(by, PostCard(text=text, kind=kind)))

    # Votes

    def ballot(self, method: str = "dots", **plan: object) -> BallotId:
        planned = PlanBallot(title={"de": "Gewichten"}, method=method, **plan)
        return BallotId(self.do(self.moderator, planned))

    def open_ballot(self, method: str = "dots", **plan: object) -> BallotId:
        planned = self.ballot(method, **plan)
        self.do(self.moderator, OpenBallot(ballot=planned))
        return planned

    def options(self, ballot: BallotId) -> tuple[OptionId, ...]:
        return self.dialogue.ballots[ballot].options

    def tally(self, ballot: BallotId, option: OptionId) -> dict[str, int] | None:
        """What everybody is shown of the result."""
        shown = self.view(self.moderator)[f"option:{ballot}:{option}"].tally
        return dict(shown) if shown is not None else None

    # What is seen

    def view(self, by: Actor) -> View:
        return shared_view(self.dialogue, audience_of(self.dialogue, by))

    def mine(self, person: Participant) -> View:
        return my_view(self.dialogue, person.person)


def statements(*texts: str) -> tuple[dict[str, str], ...]:
    return tuple({"de": text} for text in texts)


def _fields(command: Command) -> dict[str, object]:
    """The command as a phone would send it."""
    fields: dict[str, object] = msgspec.to_builtins(command)
    return fields
