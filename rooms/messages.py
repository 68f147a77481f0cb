"""What passes between the parts: who speaks, a call, its answer, an audience and a frame.

Knows no rule and no storage. May import nothing of ours but the errors.
"""

import hashlib
from typing import Any, Literal, NewType

import msgspec

from rooms.errors import (
    Busy,
    DialogtischError,
    Forgotten,
    Malformed,
    Refused,
    Unavailable,
)

PersonId = NewType("PersonId", str)
TopicId = NewType("TopicId", str)
RoundId = NewType("RoundId", str)
CardId = NewType("CardId", str)
BallotId = NewType("BallotId", str)
OptionId = NewType("OptionId", str)
LinkId = NewType("LinkId", str)
TicketId = NewType("TicketId", str)
BatchId = NewType("BatchId", str)

Language = Literal["de", "en", "ar"]
Texts = dict[Language, str]
"""One authored text in several languages; the dialogue's first language is always present."""

Kind = Literal["idea", "worry", "question", "going_well"]
KINDS: tuple[Kind, ...] = ("idea", "worry", "question", "going_well")

Role = Literal["participant", "host", "moderator", "board"]
StaffRole = Literal["host", "moderator", "board"]


class Participant(msgspec.Struct, frozen=True):
    """Somebody with a phone: known only by a hash of the phone's token."""

    person: PersonId
    role: Literal["participant"] = "participant"

    @property
    def id(self) -> str:
        return self.person


class Staff(msgspec.Struct, frozen=True):
    """Somebody who entered by a personal link; `table` is set for a table host."""

    role: StaffRole
    link: LinkId
    table: int | None = None

    @property
    def id(self) -> str:
        return self.link


Actor = Participant | Staff
ORGANISER = Staff("moderator", LinkId("organiser"))
"""The organiser of the installation, who may do in every dialogue what its moderator may."""


class Call(msgspec.Struct, frozen=True):
    """One command's circumstances; rules take time, chance and identity only from here.

    `id` is unique for ever ("<person or link>:<tab>.<counter>"), `at` is the server's clock in
    milliseconds since 1970, `fresh` a random id for what the command may create. `again`: a copy
    that was sent before may still be on its way.
    """

    by: Actor
    id: str
    at: int
    fresh: str
    again: bool = False


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The one shape of an acknowledgement; given only when the log holds the command for good."""

    ok: bool
    version: int | None = None
    stamp: int | None = None
    error: str | None = None
    reason: str | None = None

    @classmethod
    def failed(cls, error: DialogtischError) -> "Answer":
        return cls(ok=False, error=error.error, reason=error.reason)

    @property
    def failure(self) -> DialogtischError:
        """What went wrong, as an error again."""
        if self.error == Busy.error:
            return Busy()
        kinds = {kind.error: kind for kind in (Refused, Malformed, Forgotten, Unavailable)}
        return kinds.get(self.error or "", DialogtischError)(self.reason or "internal")


class Audience(msgspec.Struct, frozen=True):
    """Those who see the same view: lobby, a table, its host, the board, moderators, a person."""

    kind: Literal["lobby", "table", "host", "board", "moderator", "person"]
    table: int = 0
    person: str = ""

    def __str__(self) -> str:
        if self.kind in ("table", "host"):
            return f"{self.kind}:{self.table}"
        return f"person:{self.person}" if self.person else self.kind

    @property
    def is_staff(self) -> bool:
        return self.kind in ("host", "board", "moderator")


class Frame(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """The difference of one audience's view: apply it only on top of version `from` of `epoch`.

    `of` says which of a phone's two views it changes; `from` null replaces the view whole. `stamp`
    tells version `to` from another one of that number, should the log lose its end and grow again.
    """

    of: Literal["shared", "mine"]
    epoch: int
    from_: int | None
    to: int
    stamp: int
    put: dict[str, Any]
    drop: list[str]


class Seen(msgspec.Struct, frozen=True):
    """The furthest a page has heard of, in its views or in an answer, with that version's stamp.

    Pages from before there were stamps say none.
    """

    epoch: int
    version: int
    stamp: int | None = None


NOTHING_SEEN = Seen(0, 0)


PSEUDONYM_DIGITS = 32  # 128 bits


def person_of(code: str, token: str) -> PersonId:
    """The pseudonym of a phone in one dialogue; the token itself is stored nowhere."""
    digest = hashlib.sha256(f"{code}:{token}".encode()).digest()
    return PersonId(digest.hex()[:PSEUDONYM_DIGITS])
