"""Hiding a card by rule: always with a reason, always logged, always reversible."""

from collections.abc import Container
from typing import ClassVar

from msgspec.structs import asdict, replace

from rooms.dialogue import Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.marks import put_back, take_off
from rooms.messages import Audience, Call, CardId, Role, Staff
from rooms.records import Card, Moderation
from rooms.texts import MOST_TITLE_LETTERS, clean_text

HIDERS: frozenset[Role] = frozenset({"moderator", "host"})


class HideCard(Command, frozen=True):
    """Take a card off the tables and the board, for a `reason` its author can read."""

    card: CardId
    reason: str

    who: ClassVar[frozenset[Role]] = HIDERS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        card = _card_in_reach(dialogue, call, self.card)
        if card.hidden is not None:
            raise Refused("already_hidden")
        if not self.reason.strip():
            raise Refused("needs_reason")
        reason = clean_text(self.reason, MOST_TITLE_LETTERS)
        return [
            CardHidden(card=card.id, reason=reason, at=call.at, role=call.by.role, table=_at(call))
        ]


class UnhideCard(Command, frozen=True):
    """Show a hidden card again. Dots it lost while hidden stay with the people who gave them."""

    card: CardId

    who: ClassVar[frozenset[Role]] = HIDERS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        card = _card_in_reach(dialogue, call, self.card)
        if card.hidden is None:
            raise Refused("not_hidden")
        return [CardUnhidden(card=card.id, at=call.at, role=call.by.role, table=_at(call))]


class CardHidden(Event, frozen=True):
    card: CardId
    reason: str
    at: int
    role: Role
    table: int | None

    def apply(self, dialogue: Dialogue) -> None:
        hidden = replace(dialogue.cards[self.card], hidden=self.reason)
        dialogue.put(dialogue.cards, self.card, hidden)
        dialogue.touch("my_cards", (hidden.author, hidden.id))
        _log(dialogue, "hidden", self.card, self.at, self.reason, self.role, self.table)
        take_off(dialogue, self.card)

    def without(self, cards: Container[CardId]) -> Event:
        """A reason may quote what it is about."""
        return replace(self, reason="") if self.card in cards else self


class CardUnhidden(Event, frozen=True):
    card: CardId
    at: int
    role: Role
    table: int | None

    def apply(self, dialogue: Dialogue) -> None:
        shown = replace(dialogue.cards[self.card], hidden=None)
        dialogue.put(dialogue.cards, self.card, shown)
        dialogue.touch("my_cards", (shown.author, shown.id))
        _log(dialogue, "unhidden", self.card, self.at, "", self.role, self.table)
        put_back(dialogue, self.card)


def _card_in_reach(dialogue: Dialogue, call: Call, key: CardId) -> Card:
    card = dialogue.cards.get(key)
    if card is None:
        raise Refused("unknown_card")
    if call.by.role == "host" and card.table != _at(call):
        raise Refused("other_table")
    return card


def _at(call: Call) -> int | None:
    return call.by.table if isinstance(call.by, Staff) else None


def _log(
    dialogue: Dialogue,
    action: str,
    card: CardId,
    at: int,
    reason: str,
    role: str,
    table: int | None,
) -> None:
    order = dialogue.version
    entry = Moderation(order, at, card, action, reason, role, table)
    dialogue.put(dialogue.moderation, order, entry)


class ModerationShown(Shown, frozen=True):
    """A line of the moderation log: `action` is hidden, unhidden or erased, `at` ms since 1970."""

    entry: ClassVar[str] = "moderation:<order>"
    audiences: ClassVar[str] = "moderators"

    order: int
    at: int
    card: CardId
    action: str
    reason: str
    role: str
    table: int | None


def show_moderation(dialogue: Dialogue, audience: Audience, order: int) -> ModerationShown | None:
    if audience.kind != "moderator":
        return None
    return ModerationShown(**asdict(dialogue.moderation[order]))
