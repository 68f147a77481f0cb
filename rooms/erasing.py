"""Erasing for the law: that a card's words, or a whole dialogue, are gone for good, and why.

The commands here only say so, in the log and on every screen; rooms/rewriting.py then takes the
words out of the log itself. For the organiser alone: hiding can be undone, this cannot.
"""

from typing import ClassVar

from msgspec.structs import asdict

from rooms.dialogue import MODERATORS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.marks import take_away
from rooms.messages import ORGANISER, Audience, Call, CardId, Role
from rooms.records import Ending, ErasedCard, Moderation
from rooms.texts import MOST_TITLE_LETTERS, clean_text


class EraseCard(Command, frozen=True):
    """Take a card away for ever, its words from everywhere they are kept; organisers only.

    `reason` stays in the moderation log and must not repeat the words.
    """

    card: CardId
    reason: str

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if call.by.id != ORGANISER.id:
            raise Refused("organiser_only")
        if self.card in dialogue.erased:
            raise Refused("already_erased")
        if self.card not in dialogue.cards:
            raise Refused("unknown_card")
        if not self.reason.strip():
            raise Refused("needs_reason")
        reason = clean_text(self.reason, MOST_TITLE_LETTERS)
        return [CardErased(card=self.card, reason=reason, at=call.at)]


class CardErased(Event, frozen=True):
    card: CardId
    reason: str
    at: int

    def apply(self, dialogue: Dialogue) -> None:
        card = dialogue.cards[self.card]
        dialogue.put(dialogue.erased, card.id, ErasedCard(card.id, card.order))
        order = dialogue.version
        line = Moderation(order, self.at, card.id, "erased", self.reason, "organiser", None)
        dialogue.put(dialogue.moderation, order, line)
        take_away(dialogue, card)


class DialogueErased(Event, frozen=True):
    """The first and only entry of a log whose dialogue was erased."""

    because: str
    at: int

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.put(dialogue.ending, "", Ending(self.at, self.because))


class ErasedShown(Shown, frozen=True):
    """A card that was erased: a device that keeps its words drops them.

    They are those of the command that was acknowledged with the version `order`, and of all that
    changed the card `id`.
    """

    entry: ClassVar[str] = "erased:<id>"

    id: CardId
    order: int


def show_erased(dialogue: Dialogue, audience: Audience, key: CardId) -> ErasedShown:
    return ErasedShown(**asdict(dialogue.erased[key]))
