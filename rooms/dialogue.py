"""The dialogue itself: everything that is true of one evening at one version of its log.

State is a set of shelves of frozen records. Every change goes through `put` and `drop`, so that a
batch of commands that did not reach the log can be taken back and the views know what changed.
Holds no rule: those stand in the ability modules, which this module must not import.
"""

from array import array
from collections.abc import Container, Hashable, Iterator
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import msgspec

from rooms.errors import Erased, Refused
from rooms.messages import (
    Actor,
    BallotId,
    BatchId,
    Call,
    CardId,
    Language,
    LinkId,
    OptionId,
    PersonId,
    Role,
    RoundId,
    TicketId,
    TopicId,
)
from rooms.records import (
    Ballot,
    Batch,
    Card,
    Crowd,
    Description,
    Ending,
    ErasedCard,
    Heard,
    Moderation,
    Option,
    Person,
    Round,
    StaffLink,
    Table,
    Ticket,
    TicketRule,
    Topic,
    Voice,
)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(dict[K, V], Generic[K, V]):
    """The records of one sort, by their key, in the order in which they came."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class Dialogue:
    """One evening at one version. Changed only by events; read by rules and views."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.epoch = 0
        self.version = 0
        self.seal = b""
        self.stamps = array("I")
        self.at = 0
        self.begun_at = 0
        self.lost_at = 0
        self.description: Shelf[str, Description] = Shelf("description")
        self.topics: Shelf[TopicId, Topic] = Shelf("topics")
        self.tables: Shelf[int, Table] = Shelf("tables")
        self.people: Shelf[PersonId, Person] = Shelf("people")
        self.seats: Shelf[int, int] = Shelf("seats")
        self.crowd: Shelf[str, Crowd] = Shelf("crowd")
        self.rounds: Shelf[RoundId, Round] = Shelf("rounds")
        self.open_round: Shelf[str, RoundId] = Shelf("open_round")
        self.cards: Shelf[CardId, Card] = Shelf("cards")
        self.ballots: Shelf[BallotId, Ballot] = Shelf("ballots")
        self.options: Shelf[tuple[BallotId, OptionId], Option] = Shelf("options")
        self.voices: Shelf[tuple[BallotId, PersonId], Voice] = Shelf("voices")
        self.turnout: Shelf[BallotId, int] = Shelf("turnout")
        self.voters_at: Shelf[tuple[BallotId, int], int] = Shelf("voters_at")
        self.heads: Shelf[int, int] = Shelf("heads")
        self.tickets: Shelf[TicketId, Ticket] = Shelf("tickets")
        self.holders: Shelf[PersonId, TicketId] = Shelf("holders")
        self.batches: Shelf[BatchId, Batch] = Shelf("batches")
        self.ticket_rule: Shelf[str, TicketRule] = Shelf("ticket_rule")
        self.links: Shelf[LinkId, StaffLink] = Shelf("links")
        self.moderation: Shelf[int, Moderation] = Shelf("moderation")
        self.erased: Shelf[CardId, ErasedCard] = Shelf("erased")
        self.ending: Shelf[str, Ending] = Shelf("ending")
        self.heard: Shelf[str, Heard] = Shelf("heard")
        self.refused: Shelf[str, str] = Shelf("refused")
        self.changed: set[tuple[str, Any]] = set()
        self._undo: list[tuple[Shelf[Any, Any], Any, Any]] | None = None

    @property
    def shelves(self) -> Iterator[Shelf[Any, Any]]:
        return (shelf for shelf in vars(self).values() if isinstance(shelf, Shelf))

    @property
    def stamp(self) -> int:
        """That of the version it stands at."""
        return self.stamp_at(self.version)

    def stamp_at(self, version: int) -> int:
        """What tells this version from another one of the same number; 0 if there is none."""
        return self.stamps[version - 1] if 0 < version <= len(self.stamps) else 0

    @property
    def about(self) -> Description:
        return self.description[""]

    @property
    def main_language(self) -> Language:
        return self.about.languages[0]

    def put(self, shelf: Shelf[K, V], key: K, record: V) -> None:
        if self._undo is not None:
            self._undo.append((shelf, key, shelf.get(key, _ABSENT)))
        self.changed.add((shelf.name, key))
        shelf[key] = record

    def drop(self, shelf: Shelf[K, V], key: K) -> None:
        if self._undo is not None:
            self._undo.append((shelf, key, shelf.get(key, _ABSENT)))
        self.changed.add((shelf.name, key))
        shelf.pop(key, None)

    def touch(self, name: str, key: Any) -> None:
        """Says that something derived has changed, for the views."""
        self.changed.add((name, key))

    def begin(self) -> "Place":
        """From here on every change can be taken back; returns the place to come back to."""
        self._undo = []
        return self.place()

    def place(self) -> "Place":
        times = (self.at, self.begun_at, self.lost_at)
        return Place(len(self._undo or ()), self.epoch, self.version, self.seal, *times)

    def commit(self) -> None:
        self._undo = None

    def take_back(self, place: "Place") -> None:
        """Undoes everything since `place`; a dropped record returns, though to the shelf's end."""
        undo = self._undo or []
        while len(undo) > place.undone_to:
            shelf, key, before = undo.pop()
            if before is _ABSENT:
                shelf.pop(key, None)
            else:
                shelf[key] = before
        self.epoch, self.version, self.seal = place.epoch, place.version, place.seal
        self.at, self.begun_at, self.lost_at = place.at, place.begun_at, place.lost_at
        del self.stamps[place.version :]


class Place(NamedTuple):
    """Where a dialogue stood, to come back to."""

    undone_to: int
    epoch: int
    version: int
    seal: bytes
    at: int
    begun_at: int
    lost_at: int


_ABSENT = object()


class Command(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag=True,
    tag_field="name",
):
    """An order somebody gives. `decide` answers with events or raises `Refused`."""

    who: ClassVar[frozenset[Role]] = frozenset()
    before_joining: ClassVar[bool] = False

    def decide(self, dialogue: Dialogue, call: Call) -> list["Event"]:
        raise NotImplementedError


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="name"):
    """A fact of the log. `apply` cannot fail; the dialogue already stands at the fact's version."""

    def apply(self, dialogue: Dialogue) -> None:
        raise NotImplementedError

    def without(self, cards: Container[CardId]) -> "Event":
        """The same fact without a word of these cards. Every event that holds words says how."""
        return self


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a view, found there under `entry`: the allow-list of what may be seen."""

    entry: ClassVar[str]
    audiences: ClassVar[str] = "everybody"


def decide(dialogue: Dialogue, call: Call, command: Command) -> list[Event]:
    """What would come of the command now: its events, or `Refused` with the reason."""
    _check_standing(dialogue, call, command)
    return command.decide(dialogue, call)


def _check_standing(dialogue: Dialogue, call: Call, command: Command) -> None:
    by = call.by
    if by.role not in command.who:
        raise Refused("not_allowed")
    if by.role == "participant":
        if not command.before_joining and by.id not in dialogue.people:
            raise Refused("not_joined")
        return
    check_link(dialogue, by)


def check_there(dialogue: Dialogue) -> None:
    """Raises Erased if nothing is left of it but that it was erased."""
    for ending in dialogue.ending.values():
        raise Erased(ending.at, ending.because)


def check_link(dialogue: Dialogue, by: Actor) -> None:
    """Raises Refused if somebody of the staff has no link that counts; phones need none."""
    if by.role == "participant" or by.id == "organiser":
        return
    link = dialogue.links.get(LinkId(by.id))
    if link is None or link.revoked:
        raise Refused("link_revoked")


MODERATORS: frozenset[Role] = frozenset({"moderator"})
PARTICIPANTS: frozenset[Role] = frozenset({"participant"})
