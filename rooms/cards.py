"""Cards: one thought each, posted while a round is open, changed by their author until it closes.

The first text of a card is kept for ever.
"""

from collections.abc import Container
from typing import ClassVar

from msgspec.structs import replace

from rooms.dialogue import Command, Dialogue, Event
from rooms.errors import Refused, TooSoon
from rooms.marks import take_away
from rooms.messages import Call, CardId, Kind, Language, Participant, PersonId, Role, RoundId
from rooms.records import Card, Round
from rooms.texts import MOST_CARD_LETTERS, clean_text

MOST_CARDS = 10_000
MOST_CARDS_PER_PERSON = 500
# A phone that comes back after a while without network hands over all at once what it kept.
MOST_CARDS_A_MINUTE = 60
MINUTE_MS = 60_000
WRITERS: frozenset[Role] = frozenset({"participant", "host"})


class PostCard(Command, frozen=True):
    """Put one thought on the own table; `text` has 1 to 500 letters, `kind` as the round allows."""

    text: str
    kind: Kind

    who: ClassVar[frozenset[Role]] = WRITERS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        table = _own_table(dialogue, call)
        round_ = _open_round(dialogue)
        _check_kind(round_, self.kind)
        _check_room(dialogue, call)
        by_phone = isinstance(call.by, Participant)
        return [
            CardPosted(
                card=CardId(call.fresh),
                author=call.by.id,
                command=call.id,
                table=table,
                round=round_.id,
                kind=self.kind,
                text=clean_text(self.text, MOST_CARD_LETTERS),
                language=dialogue.people[PersonId(call.by.id)].language if by_phone else None,
                via="phone" if by_phone else "host",
                at=call.at,
            )
        ]


class EditCard(Command, frozen=True):
    """Change the own card's words or kind while its round is open."""

    card: CardId
    text: str
    kind: Kind

    who: ClassVar[frozenset[Role]] = WRITERS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        card = _own_open_card(dialogue, call, self.card)
        if self.kind != card.kind:
            _check_kind(dialogue.rounds[card.round], self.kind)
        text = clean_text(self.text, MOST_CARD_LETTERS)
        return [CardEdited(card=card.id, text=text, kind=self.kind)]


class WithdrawCard(Command, frozen=True):
    """Take the own card away while its round is open; dots on it return to those who gave them."""

    card: CardId

    who: ClassVar[frozenset[Role]] = WRITERS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        return [CardWithdrawn(card=_own_open_card(dialogue, call, self.card).id)]


class CardPosted(Event, frozen=True):
    card: CardId
    author: str
    command: str
    table: int
    round: RoundId
    kind: Kind
    text: str
    language: Language | None
    via: str
    at: int

    def apply(self, dialogue: Dialogue) -> None:
        posted = Card(
            id=self.card,
            author=self.author,
            command=self.command,
            table=self.table,
            round=self.round,
            kind=self.kind,
            text=self.text,
            original=self.text,
            language=self.language,
            via=self.via,
            order=dialogue.version,
            at=self.at,
        )
        dialogue.put(dialogue.cards, self.card, posted)
        author = dialogue.people.get(PersonId(self.author))
        if author:
            theirs = replace(author, cards=(*author.cards, self.card))
            dialogue.put(dialogue.people, author.id, theirs)
        dialogue.touch("my_cards", (self.author, self.card))

    def without(self, cards: Container[CardId]) -> Event:
        return replace(self, text="") if self.card in cards else self


class CardEdited(Event, frozen=True):
    card: CardId
    text: str
    kind: Kind

    def apply(self, dialogue: Dialogue) -> None:
        card = dialogue.cards[self.card]
        edited = replace(card, text=self.text, kind=self.kind, edited=True)
        dialogue.put(dialogue.cards, self.card, edited)
        dialogue.touch("my_cards", (card.author, card.id))

    def without(self, cards: Container[CardId]) -> Event:
        return replace(self, text="") if self.card in cards else self


class CardWithdrawn(Event, frozen=True):
    card: CardId

    def apply(self, dialogue: Dialogue) -> None:
        take_away(dialogue, dialogue.cards[self.card])


def _own_table(dialogue: Dialogue, call: Call) -> int:
    by = call.by
    table = dialogue.people[by.person].table if isinstance(by, Participant) else by.table
    if table is None or table not in dialogue.tables:
        raise Refused("no_table")
    return table


def _open_round(dialogue: Dialogue) -> Round:
    if "" not in dialogue.open_round:
        raise Refused("no_open_round")
    return dialogue.rounds[dialogue.open_round[""]]


def _check_kind(round_: Round, kind: Kind) -> None:
    if kind not in round_.kinds:
        raise Refused("kind_not_allowed")


def _check_room(dialogue: Dialogue, call: Call) -> None:
    if len(dialogue.cards) >= MOST_CARDS:
        raise Refused("dialogue_full")
    author = dialogue.people.get(PersonId(call.by.id))
    if author is None:
        return
    if len(author.cards) >= MOST_CARDS_PER_PERSON:
        raise Refused("too_many_cards")
    if len(author.cards) >= MOST_CARDS_A_MINUTE:
        earliest = dialogue.cards[author.cards[-MOST_CARDS_A_MINUTE]]
        # A clock that was put back must not silence anybody until it has caught up.
        if 0 <= call.at - earliest.at < MINUTE_MS:
            raise TooSoon("cards_too_fast")


def _own_open_card(dialogue: Dialogue, call: Call, key: CardId) -> Card:
    card = dialogue.cards.get(key)
    if card is None:
        raise Refused("unknown_card")
    if card.author != call.by.id:
        raise Refused("not_your_card")
    if dialogue.rounds[card.round].state != "open":
        raise Refused("round_closed")
    return card
