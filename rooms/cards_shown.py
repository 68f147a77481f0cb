"""What is shown of a card, and to whom. Who wrote it is known to the log, shown to nobody."""

from typing import ClassVar

import msgspec

from rooms.dialogue import Dialogue, Shown
from rooms.messages import Audience, CardId, Kind, PersonId, RoundId
from rooms.records import Card


class Hidden(msgspec.Struct, frozen=True):
    """Why a card was hidden."""

    reason: str


class CardShown(Shown, frozen=True):
    """A card on the table; `via` is phone or host, `hidden` null unless it was hidden."""

    entry: ClassVar[str] = "card:<id>"
    audiences: ClassVar[str] = (
        "the card's table (not hidden ones), its host, the board (not hidden ones), moderators"
    )

    id: CardId
    table: int
    round: RoundId
    kind: Kind
    text: str
    order: int
    edited: bool
    via: str
    hidden: Hidden | None


class MyCardShown(Shown, frozen=True):
    """A card of one's own; `command` is the id ("<tab>.<counter>") that posted it."""

    entry: ClassVar[str] = "mycard:<id>"
    audiences: ClassVar[str] = "the person"

    id: CardId
    table: int
    round: RoundId
    kind: Kind
    text: str
    order: int
    hidden: Hidden | None
    command: str


def show_card(dialogue: Dialogue, audience: Audience, key: CardId) -> CardShown | None:
    card = dialogue.cards[key]
    if audience.kind == "lobby" or (audience.table and audience.table != card.table):
        return None
    if card.hidden is not None and audience.kind in ("table", "board"):
        return None
    return CardShown(
        id=card.id,
        table=card.table,
        round=card.round,
        kind=card.kind,
        text=card.text,
        order=card.order,
        edited=card.edited,
        via=card.via,
        hidden=_hidden(card),
    )


def show_my_card(dialogue: Dialogue, person: PersonId, key: CardId) -> MyCardShown | None:
    card = dialogue.cards.get(key)
    if card is None or card.author != person:
        return None
    return MyCardShown(
        id=card.id,
        table=card.table,
        round=card.round,
        kind=card.kind,
        text=card.text,
        order=card.order,
        hidden=_hidden(card),
        command=card.command.partition(":")[2],
    )


def _hidden(card: Card) -> Hidden | None:
    return None if card.hidden is None else Hidden(card.hidden)
