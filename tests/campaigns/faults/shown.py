"""What each audience must see of an evening: the allow-lists of docs/protocol.md, written again."""

from collections.abc import Iterator
from typing import Any

from campaigns.faults.fold import ANSWERS, Fields, State
from campaigns.faults.heads import attendance_for
from campaigns.faults.paper import needs_ticket

View = dict[str, Any]
Audience = tuple[str, int]
"""A role and its table (0: none): lobby, table, host, board, moderator."""

LOBBY: Audience = ("lobby", 0)
CARD = ("id", "table", "round", "kind", "text", "order", "edited", "via")
MY_CARD = ("id", "table", "round", "kind", "text", "order")
ROUND = ("id", "title", "question", "kinds", "minutes", "state", "order", "deadline")
BALLOT = (
    *("id", "title", "method", "dots", "most_per_option", "own_table", "rounds", "kinds"),
    *("statements", "minutes", "order", "state", "deadline", "tickets", "overshoot_shown"),
)
LINK = ("id", "role", "table", "label", "revoked")
MODERATION = ("order", "at", "card", "action", "reason", "role", "table")


def shared_view(state: State, audience: Audience) -> View:
    """Everything but what is so at this moment (`presence`, `storage`), which is not in the log."""
    kind, _ = audience
    view: View = {"dialogue": {"code": state.code, **state.about}}
    view |= {f"topic:{key}": topic for key, topic in state.topics.items()}
    view |= {f"table:{n}": {"number": n, "topic": topic} for n, topic in state.tables.items()}
    view |= {f"round:{key}": _only(ROUND, one) for key, one in state.rounds.items()}
    view |= {f"ballot:{key}": _ballot(state, one, kind) for key, one in state.ballots.items()}
    view |= {f"erased:{key}": dict(one) for key, one in state.erased.items()}
    view |= _cards(state, audience)
    view |= _options(state, audience)
    if kind in ("host", "board", "moderator"):
        view |= _counts(state, audience)
    if kind == "moderator":
        view |= {f"link:{key}": _only(LINK, one) for key, one in state.links.items()}
        view |= {f"batch:{key}": dict(batch) for key, batch in state.batches.items()}
        view |= {"ticketrule": dict(state.ticket_rule)} if state.ticket_rule else {}
        view |= {f"moderation:{one['order']}": _only(MODERATION, one) for one in state.moderation}
    return view


def my_view(state: State, person: str) -> View:
    known = state.people.get(person)
    where = known or {"language": None, "table": None}
    ticket = state.ticket_on(person) is not None
    view: View = {"me": {"joined": known is not None, "ticket": ticket, **where}}
    for key, card in state.cards.items():
        if card["author"] == person:
            command = card["command"].partition(":")[2]
            hidden = _reason(card)
            view[f"mycard:{key}"] = {**_only(MY_CARD, card), "hidden": hidden, "command": command}
    for ballot, whose in state.marks:
        if whose == person:
            for option, value in state.lies(ballot, person).items():
                view[f"vote:{ballot}:{option}"] = _vote(state, person, ballot, option, value)
    return view


def audiences_of(state: State, person: str) -> Audience:
    known = state.people.get(person)
    return ("table", known["table"]) if known and known["table"] is not None else LOBBY


def _cards(state: State, audience: Audience) -> View:
    kind, table = audience
    return {
        f"card:{key}": {**_only(CARD, card), "hidden": _reason(card)}
        for key, card in state.cards.items()
        if kind != "lobby"
        and table in (0, card["table"])
        and (card["hidden"] is None or kind in ("host", "moderator"))
    }


def _options(state: State, audience: Audience) -> View:
    return {
        f"option:{option['ballot']}:{option['id']}": _option(state, option, audience[0])
        for option in _options_in_sight(state, audience)
    }


def _options_in_sight(state: State, audience: Audience) -> Iterator[Fields]:
    kind, table = audience
    everywhere = kind in ("board", "moderator")
    for (ballot, _), option in state.options.items():
        own_table = state.ballots[ballot]["own_table"] and option["table"] is not None
        if everywhere or not own_table or option["table"] == table:
            yield option


def _option(state: State, option: Fields, kind: str) -> Fields:
    card = state.cards.get(option["card"]) if option["card"] else None
    withdrawn = option["card"] is not None and card is None
    hidden = card is not None and card["hidden"] is not None and kind != "moderator"
    covered = withdrawn or hidden
    same = _only(("id", "ballot", "card", "table", "kind", "order", "tally"), option)
    text = {} if covered else option["text"]
    return {**same, "text": text, "gone": option["gone"] or covered}


def _counts(state: State, audience: Audience) -> View:
    seated = [one["table"] for one in state.people.values()]
    view: View = {
        f"seats:{number}": {"number": number, "joined": seated.count(number)}
        for number in state.tables
    }
    view |= {
        f"turnout:{key}": {
            "ballot": key,
            "voters": state.voters(key),
            "attendance": attendance_for(state, audience, ballot),
        }
        for key, ballot in state.ballots.items()
    }
    view |= {
        f"heads:{table}": {"table": table, "people": people}
        for table, people in state.heads.items()
        if audience in (("moderator", 0), ("host", table))
    }
    if seated:
        view["people"] = {"joined": len(seated), "without_table": seated.count(None)}
    return view


def _ballot(state: State, ballot: Fields, kind: str) -> Fields:
    sealed = {"sealed_version": None, "seal": None}
    if kind == "moderator":
        sealed = _only(("sealed_version", "seal"), ballot)
    return {**_only(BALLOT, ballot), "tickets": needs_ticket(state, ballot), **sealed}


def _vote(state: State, person: str, ballot: str, option: str, value: int) -> Fields:
    shown: Fields = {"ballot": ballot, "option": option}
    if state.ballots[ballot]["method"] == "dots":
        shown["dots"] = value
    else:
        shown["answer"] = ANSWERS[value]
    known = state.options[ballot, option]
    elsewhere = known["table"] not in (None, state.people[person]["table"])
    if elsewhere and state.ballots[ballot]["own_table"]:
        card = state.cards.get(known["card"])
        in_sight = card is not None and card["hidden"] is None
        shown |= {"table": known["table"], "text": known["text"] if in_sight else {}}
    return shown


def _reason(card: Fields) -> Fields | None:
    return None if card["hidden"] is None else {"reason": card["hidden"]}


def _only(names: tuple[str, ...], fields: Fields) -> Fields:
    return {name: fields[name] for name in names}
