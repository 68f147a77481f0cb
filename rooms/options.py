"""What can be voted on in a ballot: made from cards and statements, and shown to whom."""

from typing import Any, ClassVar

from rooms.dialogue import Dialogue, Shown
from rooms.errors import Refused
from rooms.messages import Audience, BallotId, CardId, Kind, OptionId, Texts
from rooms.records import Ballot, Option


def known_ballot(dialogue: Dialogue, key: BallotId) -> Ballot:
    if key not in dialogue.ballots:
        raise Refused("unknown_ballot")
    return dialogue.ballots[key]


def planned_ballot(dialogue: Dialogue, key: BallotId) -> Ballot:
    """The ballot if it was not opened yet; raises Refused."""
    ballot = known_ballot(dialogue, key)
    if ballot.state != "planned":
        raise Refused("voting_already_opened")
    return ballot


def open_ballot(dialogue: Dialogue, key: BallotId) -> Ballot:
    """The ballot if people can vote in it now; raises Refused."""
    ballot = known_ballot(dialogue, key)
    if ballot.state != "open":
        raise Refused("voting_closed" if ballot.state == "closed" else "voting_not_open")
    return ballot


def options_of(dialogue: Dialogue, ballot: Ballot) -> tuple[Option, ...]:
    """The ballot's statements, then the cards it asks for, in the order they were posted."""
    cards = [
        card
        for card in dialogue.cards.values()
        if card.hidden is None
        and (not ballot.rounds or card.round in ballot.rounds)
        and (not ballot.kinds or card.kind in ballot.kinds)
    ]
    if ballot.statements and not ballot.rounds and not ballot.kinds:
        cards = []
    sources: list[dict[str, Any]] = [
        {"text": text, "card": None, "table": None, "kind": None} for text in ballot.statements
    ]
    for card in sorted(cards, key=lambda card: card.order):
        text = {dialogue.main_language: card.text}
        sources.append({"text": text, "card": card.id, "table": card.table, "kind": card.kind})
    return tuple(
        Option(id=OptionId(str(order)), ballot=ballot.id, order=order, **source)
        for order, source in enumerate(sources, 1)
    )


def option_text(dialogue: Dialogue, option: Option, audience: Audience) -> Texts:
    """A statement in its languages; a card's words under the first language, or none if covered.

    Old logs hold them under the language of the author's phone, which is nobody's business.
    """
    if option.card is None:
        return option.text
    if _is_covered(dialogue, option.card, audience):
        return {}
    return {dialogue.main_language: next(iter(option.text.values()))}


class OptionShown(Shown, frozen=True):
    """What can be voted on. `tally` is null until the ballot is closed, for everybody.

    Then it is {dots, voters} or {agree, disagree, pass}. A card's `text` stands under the first
    language, whatever language it is in. `gone`: its card is hidden or
    withdrawn, nothing can be put on it. Then `text` is empty; moderators still read a hidden one.
    """

    entry: ClassVar[str] = "option:<ballot>:<id>"
    audiences: ClassVar[str] = "everybody; where people vote at their own table, only that table's"

    id: OptionId
    ballot: BallotId
    text: Texts
    card: CardId | None
    table: int | None
    kind: Kind | None
    order: int
    gone: bool
    tally: dict[str, int] | None


def show_option(
    dialogue: Dialogue, audience: Audience, key: tuple[BallotId, OptionId]
) -> OptionShown | None:
    option = dialogue.options[key]
    if dialogue.ballots[option.ballot].own_table and not _is_at(audience, option):
        return None
    covered = option.card is not None and _is_covered(dialogue, option.card, audience)
    return OptionShown(
        id=option.id,
        ballot=option.ballot,
        text=option_text(dialogue, option, audience),
        card=option.card,
        table=option.table,
        kind=option.kind,
        order=option.order,
        gone=option.gone or covered,
        tally=option.tally,
    )


def _is_covered(dialogue: Dialogue, key: CardId, audience: Audience) -> bool:
    """A withdrawn card's words are covered for everybody, a hidden one's not for moderators."""
    card = dialogue.cards.get(key)
    if card is None:
        return True
    return card.hidden is not None and audience.kind != "moderator"


def _is_at(audience: Audience, option: Option) -> bool:
    """Whether an option is of the audience's table; the board and moderators are at all of them."""
    if audience.kind in ("board", "moderator") or option.table is None:
        return True
    return audience.table == option.table
