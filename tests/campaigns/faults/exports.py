"""Judges the downloads: they equal what the log tells, computed a second time (I16, P13)."""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from campaigns.faults.fold import Fields, State
from campaigns.faults.heads import attendance, is_over
from campaigns.faults.paper import needs_ticket
from campaigns.faults.shown import shared_view

ABOUT = ("title", "goal", "afterwards", "languages", "rehearsal")
CARD = ("table", "kind", "text", "edited", "via", "hidden")


def judge_export(state: State, found: Fields) -> Iterator[str]:
    """What is wrong with a results.json of the state's version."""
    for name, expected in _expected(state).items():
        if found[name] != expected:
            yield f"I16 {name} of the export: {found[name]}, the log tells {expected}"
    text = json.dumps(found)
    for person in state.people:
        if person in text:
            yield f"I13 the export names {person}"
    if _voices(found) != _voices_told(state):
        yield f"I16 the votes of the export are not those in the log: {_voices(found)}"


def judge_cards_file(state: State, content: bytes) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    cells = Counter(cell for row in rows for cell in row)
    for card in state.cards.values():
        if cells[card["text"]] < 1:
            yield f"I16 cards.csv lacks {card['text']!r}"
    if len(rows) - 1 != len(state.cards):
        yield f"I16 cards.csv has {len(rows) - 1} cards, the log tells {len(state.cards)}"

    told = [_topic_and_round(state, card) for card in in_order(state.cards)]
    for nth, (row, titles) in enumerate(zip(rows[1:], told, strict=False), 1):
        if row[:4] != [str(nth), *titles]:
            yield f"I16 cards.csv says {row[:4]}, the log tells {titles}"


def _topic_and_round(state: State, card: Fields) -> list[str]:
    topic = state.topics[state.tables[card["table"]]]
    return [
        str(card["table"]),
        text_of(topic["title"]),
        text_of(state.rounds[card["round"]]["title"]),
    ]


def in_order(shelf: dict[str, Fields]) -> list[Fields]:
    return sorted(shelf.values(), key=lambda one: one["order"])


def text_of(texts: dict[str, str]) -> str:
    """The main language's, which is German in all evenings, or whichever there is."""
    return texts.get("de") or next(iter(texts.values()), "")


def _expected(state: State) -> Fields:
    cards = in_order(state.cards)
    hidden = sum(card["hidden"] is not None for card in cards)
    seated = [person["table"] for person in state.people.values()]
    return {
        "code": state.code,
        "epoch": state.epoch,
        "version": state.version,
        "at": state.at,
        "seal": state.seal.hex(),
        **{name: state.about[name] for name in ABOUT},
        "counts": {
            "joined": len(seated),
            "without_table": seated.count(None),
            "tables": len(state.tables),
            "rounds": len(state.rounds),
            "cards": len(cards) - hidden,
            "hidden_cards": hidden,
            "ballots": len(state.ballots),
        },
        "tickets": _tickets(state),
        "tables": [_table(state, number, seated.count(number)) for number in sorted(state.tables)],
        "rounds": _rounds(state),
        "cards": [_card(state, number, card) for number, card in enumerate(cards, 1)],
        "ballots": _ballots(state, {card["id"]: nth for nth, card in enumerate(cards, 1)}),
        "moderation": _moderation(state, {card["id"]: nth for nth, card in enumerate(cards, 1)}),
    }


def _table(state: State, number: int, joined: int) -> Fields:
    topic = state.topics[state.tables[number]]
    shown = [c for c in state.cards.values() if c["table"] == number and c["hidden"] is None]
    texts = {"topic": topic["title"], "question": topic["question"]}
    return {"table": number, **texts, "joined": joined, "cards": len(shown)}


def _rounds(state: State) -> list[Fields]:
    shown = Counter(card["round"] for card in state.cards.values() if card["hidden"] is None)
    same = ("title", "question", "kinds", "state")
    return [
        {**{name: one[name] for name in same}, "round": nth, "cards": shown[one["id"]]}
        for nth, one in enumerate(in_order(state.rounds), 1)
    ]


def _card(state: State, number: int, card: Fields) -> Fields:
    return {
        **{name: card[name] for name in CARD},
        "card": number,
        "topic": state.topics[state.tables[card["table"]]]["title"],
        "round": state.rounds[card["round"]]["title"],
        "original": card["original"] if card["original"] != card["text"] else None,
    }


def _ballots(state: State, numbers: dict[str, int]) -> list[Fields]:
    seen = shared_view(state, ("moderator", 0))
    rule: tuple[str, ...] = ("title", "method", "dots", "most_per_option", "own_table")
    rule += ("state", "sealed_version", "seal")
    return [
        {
            **{name: ballot[name] for name in rule},
            "ballot": nth,
            "voters": state.voters(ballot["id"]),
            "tickets": needs_ticket(state, ballot),
            "attendance": [_attendance(one) for one in attendance(state, ballot)],
            "options": [
                {
                    **{name: option[name] for name in ("text", "table", "kind", "gone", "tally")},
                    "option": option["order"],
                    "card": numbers.get(option["card"]),
                }
                for key, option in seen.items()
                if key.startswith(f"option:{ballot['id']}:")
            ],
        }
        for nth, ballot in enumerate(in_order(state.ballots), 1)
    ]


def _attendance(one: Fields) -> Fields:
    return {**one, "table": one["table"] or None, "over": is_over(one)}


def _tickets(state: State) -> Fields:
    batches = state.batches.values()
    counted = {name: sum(b[name] for b in batches) for name in ("issued", "redeemed", "voided")}
    return {**counted, "freed": state.ticket_rule.get("freed", 0)}


def _moderation(state: State, numbers: dict[str, int]) -> list[Fields]:
    same = ("at", "action", "reason", "role", "table")
    return [
        {**{name: one[name] for name in same}, "card": numbers.get(one["card"])}
        for one in state.moderation
    ]


def _voices(found: Fields) -> Counter[Any]:
    """Each voter's marks as a bag: in which order they stand must tell nothing."""
    voices: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for vote in found["votes"]:
        voices[vote["ballot"], vote["voter"]].append((vote["option"], vote["value"]))
    return Counter((ballot, tuple(sorted(marks))) for (ballot, _), marks in voices.items())


def _voices_told(state: State) -> Counter[Any]:
    told: Counter[Any] = Counter()
    for nth, ballot in enumerate(in_order(state.ballots), 1):
        for where, person in state.marks:
            lies = state.lies(where, person) if where == ballot["id"] else {}
            if lies and ballot["state"] == "closed":
                told[nth, tuple(sorted((int(key), value) for key, value in lies.items()))] += 1
    return told
