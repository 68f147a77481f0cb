"""What must come of a command that was taken: its events, without what the server chooses."""

from collections.abc import Callable
from typing import Any

from campaigns.faults import erasing, heads, paper, plans_kept
from campaigns.faults.fold import ANSWERS, Fields, State
from campaigns.faults.rules import PHONES, Who, sources_of

VALUES = {name: value for value, name in ANSWERS.items()}
Effect = Callable[[State, Who, Fields], list[Fields]]


def effects(state: State, who: Who, body: Fields, id: str) -> list[Fields]:
    """What stands in the log when the command was accepted at this version."""
    return EFFECTS[body["name"]](state, who, {**body, "id": id})


def differs(expected: list[Fields], found: list[Fields]) -> str | None:
    """In what the log's events are not those that must have come of a command."""
    names = [event["name"] for event in found]
    if [event["name"] for event in expected] != names:
        return f"{names} instead of {[event['name'] for event in expected]}"
    for wanted, event in zip(expected, found, strict=True):
        for key, value in wanted.items():
            if _plain(event.get(key)) != _plain(value):
                return f"{event['name']}.{key} is {event.get(key)!r} instead of {value!r}"
    return None


def _plain(value: Any) -> Any:
    """Lists and tuples are the same on the wire."""
    return list(value) if isinstance(value, tuple) else value


def _event(name: str, *fields: str) -> Effect:
    def effect(state: State, who: Who, body: Fields) -> list[Fields]:
        return [{"name": name, **{field: body[field] for field in fields}}]

    return effect


def _of_person(name: str, *fields: str) -> Effect:
    def effect(state: State, who: Who, body: Fields) -> list[Fields]:
        return [{"name": name, "person": who.id, **{field: body[field] for field in fields}}]

    return effect


def _moderated(name: str, *fields: str) -> Effect:
    def effect(state: State, who: Who, body: Fields) -> list[Fields]:
        by = {"role": who.role, "table": who.table}
        return [{"name": name, **by, **{field: body[field] for field in fields}}]

    return effect


def _join(state: State, who: Who, body: Fields) -> list[Fields]:
    name = "LanguageChosen" if who.id in state.people else "PersonJoined"
    return [{"name": name, "person": who.id, "language": body["language"]}]


def _posted(state: State, who: Who, body: Fields) -> list[Fields]:
    phone = state.people[who.id] if who.role == PHONES else None
    assert state.open_round
    return [
        {
            "name": "CardPosted",
            "author": who.id,
            "command": body["id"],
            "round": state.open_round["id"],
            "kind": body["kind"],
            "text": body["text"],
            "via": "phone" if phone else "host",
            "table": phone["table"] if phone else who.table,
            "language": phone["language"] if phone else None,
        }
    ]


def _round_opened(state: State, who: Who, body: Fields) -> list[Fields]:
    other = state.open_round
    closed = [{"name": "RoundClosed", "round": other["id"]}] if other else []
    return [*closed, {"name": "RoundOpened", "round": body["round"]}]


def _ballot_opened(state: State, who: Who, body: Fields) -> list[Fields]:
    same = {"ballot": body["ballot"], "gone": False, "since": 0, "tally": None}
    options = [
        {**source, **same, "id": str(order), "order": order}
        for order, source in enumerate(sources_of(state, state.ballots[body["ballot"]]), 1)
    ]
    return [{"name": "BallotOpened", "ballot": body["ballot"], "options": options}]


def _answered(state: State, who: Who, body: Fields) -> list[Fields]:
    placed = {"ballot": body["ballot"], "option": body["option"], "person": who.id}
    return [{"name": "StatementAnswered", **placed, "answer": VALUES[body["answer"]]}]


EFFECTS: dict[str, Effect] = {
    "Join": _join,
    "ChooseLanguage": _of_person("LanguageChosen", "language"),
    "TakeTable": _of_person("TableTaken", "table"),
    "PostCard": _posted,
    "EditCard": _event("CardEdited", "card", "text", "kind"),
    "WithdrawCard": _event("CardWithdrawn", "card"),
    "HideCard": _moderated("CardHidden", "card", "reason"),
    "UnhideCard": _moderated("CardUnhidden", "card"),
    "OpenRound": _round_opened,
    "CloseRound": _event("RoundClosed", "round"),
    "ExtendRound": _event("RoundExtended", "round"),
    "OpenBallot": _ballot_opened,
    "CloseBallot": _event("BallotClosed", "ballot"),
    "ExtendBallot": _event("BallotExtended", "ballot"),
    "PlaceDots": _of_person("DotsPlaced", "ballot", "option", "dots"),
    "AnswerStatement": _answered,
    "RevokeLink": _event("LinkRevoked", "link"),
    **paper.EFFECTS,
    **heads.EFFECTS,
    **erasing.EFFECTS,
    **plans_kept.EFFECTS,
}
"""What comes of every command the campaign gives."""
