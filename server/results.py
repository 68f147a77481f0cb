"""The results of a dialogue as plain facts: what the board showed, and nothing about who said it.

No person appears, not even by a pseudonym. Hidden cards stand apart with their reason; withdrawn
cards are not there at all; votes and tallies only of closed ballots. One version, one result.
"""

import hmac
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rooms.admittance import attendance, needs_ticket, ticket_rule
from rooms.dialogue import Dialogue
from rooms.marks import counted
from rooms.messages import Audience, BallotId, CardId, RoundId
from rooms.options import OptionShown, show_option
from rooms.records import Attendance, Ballot, Voice

SCHEMA = 1
MODERATORS = Audience("moderator")


def results(dialogue: Dialogue, shuffle_key: bytes) -> dict[str, Any]:
    """Everything worth keeping of the evening, ready for JSON and for the sheets.

    `shuffle_key` decides the order of the voices within a ballot: it must stay the same for one
    dialogue and be unknown outside, so that a number proves nothing to anybody.
    """
    about = dialogue.about
    numbers = card_numbers(dialogue)
    shown = [card for card in dialogue.cards.values() if card.hidden is None]
    on_table = Counter(card.table for card in shown)
    in_round = Counter(card.round for card in shown)
    return {
        "schema": SCHEMA,
        "code": dialogue.code,
        "epoch": dialogue.epoch,
        "version": dialogue.version,
        "at": dialogue.at,
        "title": about.title,
        "goal": about.goal,
        "afterwards": about.afterwards,
        "languages": list(about.languages),
        "rehearsal": about.rehearsal,
        "seal": dialogue.seal.hex(),
        "counts": _counts(dialogue),
        "tickets": _tickets(dialogue),
        "tables": [_table(dialogue, number, on_table) for number in sorted(dialogue.tables)],
        "rounds": _rounds(dialogue, in_round),
        "cards": [_card(dialogue, number, key) for key, number in numbers.items()],
        "ballots": [_ballot(dialogue, nth, ballot, numbers) for nth, ballot in _ballots(dialogue)],
        "votes": list(_votes(dialogue, shuffle_key)),
        "moderation": _moderation(dialogue, numbers),
    }


def card_numbers(dialogue: Dialogue) -> dict[CardId, int]:
    """Cards are numbered from 1 in the order in which they were posted."""
    ordered = sorted(dialogue.cards.values(), key=lambda card: card.order)
    return {card.id: number for number, card in enumerate(ordered, 1)}


def _counts(dialogue: Dialogue) -> dict[str, int]:
    hidden = sum(card.hidden is not None for card in dialogue.cards.values())
    return {
        "joined": len(dialogue.people),
        "without_table": sum(person.table is None for person in dialogue.people.values()),
        "tables": len(dialogue.tables),
        "rounds": len(dialogue.rounds),
        "cards": len(dialogue.cards) - hidden,
        "hidden_cards": hidden,
        "ballots": len(dialogue.ballots),
    }


def _tickets(dialogue: Dialogue) -> dict[str, Any]:
    """How many there were and what became of them; never when, in which order, on which phone."""
    batches = dialogue.batches.values()
    rule = ticket_rule(dialogue)
    return {
        "issued": sum(batch.issued for batch in batches),
        "redeemed": sum(batch.redeemed for batch in batches),
        "voided": sum(batch.voided for batch in batches),
        "freed": rule.freed,
    }


def _table(dialogue: Dialogue, number: int, cards: Counter[int]) -> dict[str, Any]:
    topic = dialogue.topics[dialogue.tables[number].topic]
    return {
        "table": number,
        "topic": topic.title,
        "question": topic.question,
        "joined": dialogue.seats.get(number, 0),
        "cards": cards[number],
    }


def _rounds(dialogue: Dialogue, cards: Counter[RoundId]) -> list[dict[str, Any]]:
    ordered = sorted(dialogue.rounds.values(), key=lambda round_: round_.order)
    return [
        {
            "round": number,
            "title": round_.title,
            "question": round_.question,
            "kinds": list(round_.kinds),
            "state": round_.state,
            "cards": cards[round_.id],
        }
        for number, round_ in enumerate(ordered, 1)
    ]


def _card(dialogue: Dialogue, number: int, key: CardId) -> dict[str, Any]:
    card = dialogue.cards[key]
    return {
        "card": number,
        "table": card.table,
        "topic": dialogue.topics[dialogue.tables[card.table].topic].title,
        "round": dialogue.rounds[card.round].title,
        "kind": card.kind,
        "text": card.text,
        "original": card.original if card.original != card.text else None,
        "edited": card.edited,
        "via": card.via,
        "hidden": card.hidden,
    }


def _ballots(dialogue: Dialogue) -> Iterator[tuple[int, Ballot]]:
    return enumerate(sorted(dialogue.ballots.values(), key=lambda ballot: ballot.order), 1)


def _ballot(
    dialogue: Dialogue, number: int, ballot: Ballot, numbers: dict[CardId, int]
) -> dict[str, Any]:
    return {
        "ballot": number,
        "title": ballot.title,
        "method": ballot.method,
        "dots": ballot.dots,
        "most_per_option": ballot.most_per_option,
        "own_table": ballot.own_table,
        "tickets": needs_ticket(dialogue, ballot),
        "state": ballot.state,
        "voters": dialogue.turnout.get(ballot.id, 0),
        "attendance": [_attendance(one) for one in attendance(dialogue, ballot)],
        "sealed_version": ballot.sealed_version,
        "seal": ballot.seal,
        "options": [
            {
                "option": option.order,
                "text": option.text,
                "card": numbers.get(option.card) if option.card else None,
                "table": option.table,
                "kind": option.kind,
                "gone": option.gone,
                "tally": option.tally,
            }
            for option in _options(dialogue, ballot)
        ],
    }


def _attendance(one: Attendance) -> dict[str, Any]:
    """Voters beside heads where somebody counted; no table means the whole hall."""
    return {
        "table": one.table or None,
        "voters": one.voters,
        "people": one.people,
        "over": one.is_over,
    }


def _options(dialogue: Dialogue, ballot: Ballot) -> Iterator[OptionShown]:
    """As moderators see them: the words of a withdrawn card are gone, a hidden one's are not."""
    shown = (show_option(dialogue, MODERATORS, (ballot.id, key)) for key in ballot.options)
    return filter(None, shown)


def _votes(dialogue: Dialogue, shuffle_key: bytes) -> Iterator[dict[str, Any]]:
    for number, ballot in _ballots(dialogue):
        if ballot.state != "closed":
            continue
        for voter, voice in enumerate(_shuffled(dialogue, ballot.id, shuffle_key), 1):
            for option, value in sorted(
                counted(dialogue, ballot.id, voice), key=lambda mark: mark[0].order
            ):
                yield {"ballot": number, "voter": voter, "option": option.order, "value": value}


def _shuffled(dialogue: Dialogue, ballot: BallotId, shuffle_key: bytes) -> list[Voice]:
    """The voices that count, each ballot in another order that nobody outside can foresee."""
    cast = [
        (hmac.digest(shuffle_key, f"{ballot}:{person}".encode(), "sha256"), voice)
        for (where, person), voice in dialogue.voices.items()
        if where == ballot and any(True for _ in counted(dialogue, ballot, voice))
    ]
    return [voice for _, voice in sorted(cast, key=lambda entry: entry[0])]


def _moderation(dialogue: Dialogue, numbers: dict[CardId, int]) -> list[dict[str, Any]]:
    """What was hidden and shown again; a card withdrawn since then has no number."""
    return [
        {
            "at": entry.at,
            "card": numbers.get(entry.card),
            "action": entry.action,
            "reason": entry.reason,
            "role": entry.role,
            "table": entry.table,
        }
        for _, entry in sorted(dialogue.moderation.items())
    ]
