"""The frozen records a dialogue is made of; each stands on a shelf under its key."""

import msgspec

from rooms.messages import (
    BallotId,
    BatchId,
    CardId,
    Kind,
    Language,
    LinkId,
    OptionId,
    PersonId,
    RoundId,
    StaffRole,
    Texts,
    TicketId,
    TopicId,
)


class Description(msgspec.Struct, frozen=True):
    title: Texts
    goal: Texts
    afterwards: Texts
    languages: tuple[Language, ...]
    rehearsal: bool


class Topic(msgspec.Struct, frozen=True):
    id: TopicId
    title: Texts
    question: Texts
    order: int


class Table(msgspec.Struct, frozen=True):
    number: int
    topic: TopicId


class Person(msgspec.Struct, frozen=True):
    """`seated_at` is the version at which the person took the present table (0: none yet)."""

    id: PersonId
    language: Language
    table: int | None = None
    seated_at: int = 0
    cards: tuple[CardId, ...] = ()


class Round(msgspec.Struct, frozen=True):
    id: RoundId
    title: Texts
    question: Texts
    kinds: tuple[Kind, ...]
    minutes: int
    order: int
    state: str = "planned"
    deadline: int | None = None


class Card(msgspec.Struct, frozen=True):
    """`original` is the first text and never changes; `command` names what posted the card."""

    id: CardId
    author: str
    command: str
    table: int
    round: RoundId
    kind: Kind
    text: str
    original: str
    language: Language | None
    via: str
    order: int
    at: int
    edited: bool = False
    hidden: str | None = None


class Attendance(msgspec.Struct, frozen=True):
    """How many people have voted and how many sit there: at a table, or in the hall (table 0)."""

    table: int
    voters: int
    people: int

    @property
    def is_over(self) -> bool:
        return self.voters > self.people


class Ballot(msgspec.Struct, frozen=True):
    """The last ones are filled when it closes; `seal` is the log's, the close included."""

    id: BallotId
    title: Texts
    method: str
    dots: int
    most_per_option: int
    own_table: bool
    rounds: tuple[RoundId, ...]
    kinds: tuple[Kind, ...]
    statements: tuple[Texts, ...]
    minutes: int
    order: int
    state: str = "planned"
    deadline: int | None = None
    options: tuple[OptionId, ...] = ()
    tickets: bool = False
    attendance: tuple[Attendance, ...] = ()
    overshoot_shown: bool = False
    sealed_version: int | None = None
    seal: str | None = None


class Option(msgspec.Struct, frozen=True):
    """What can be voted on; `tally` is filled when the ballot closes and never before.

    Marks put before version `since` do not count: they were given back when the card was hidden.
    """

    id: OptionId
    ballot: BallotId
    text: Texts
    card: CardId | None
    table: int | None
    kind: Kind | None
    order: int
    gone: bool = False
    since: int = 0
    tally: dict[str, int] | None = None


class Mark(msgspec.Struct, frozen=True, gc=False):
    """Dots on an option, or 1 agree, 0 pass, -1 disagree; and the version that put them there."""

    value: int
    version: int


class Voice(msgspec.Struct, frozen=True):
    """What one person put into one ballot, and at which table they last did so (0: at none)."""

    marks: dict[OptionId, Mark]
    table: int = 0


class Ticket(msgspec.Struct, frozen=True):
    """A printed ticket, known by a hash of its secret; `holder` is the phone it is on now."""

    id: TicketId
    batch: BatchId
    holder: PersonId | None = None
    redeemed: bool = False
    void: bool = False


class Batch(msgspec.Struct, frozen=True):
    """Tickets printed together, and how many of them were ever redeemed, and voided."""

    id: BatchId
    order: int
    at: int
    issued: int
    redeemed: int = 0
    voided: int = 0


class TicketRule(msgspec.Struct, frozen=True):
    """Whether every ballot of the evening needs tickets, and how often a ticket was freed."""

    always: bool = False
    freed: int = 0


class StaffLink(msgspec.Struct, frozen=True):
    id: LinkId
    role: StaffRole
    table: int | None
    label: str
    revoked: bool = False


class Moderation(msgspec.Struct, frozen=True):
    order: int
    at: int
    card: CardId
    action: str
    reason: str
    role: str
    table: int | None


class ErasedCard(msgspec.Struct, frozen=True):
    """That there was a card, posted at version `order`. Of its words nothing is left."""

    id: CardId
    order: int


class Ending(msgspec.Struct, frozen=True):
    """That a whole dialogue was erased, when and why; the only thing that is left of it."""

    at: int
    because: str


class Crowd(msgspec.Struct, frozen=True):
    joined: int = 0
    without_table: int = 0


class Heard(msgspec.Struct, frozen=True, gc=False):
    """That a command is in the log: at which version, and the digest of its body."""

    version: int
    body: bytes
