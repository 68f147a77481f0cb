"""Tables, topics, the run sheet, languages and links read a second time: how staff change them.

Texts are kept in the languages that are offered at that moment; the main one must be there.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaigns.faults.fold import State
    from campaigns.faults.rules import Who

Fields = dict[str, Any]
Rule = Callable[["State", "Who", Fields], str | None]
STAFF = ("moderator",)


def kept(state: "State", texts: dict[str, str]) -> dict[str, str]:
    """What the log holds of a text in several languages."""
    offered = state.about["languages"]
    return {one: texts[one].strip() for one in offered if texts.get(one, "").strip()}


def _is_empty(state: "State", texts: dict[str, str]) -> bool:
    return state.about["languages"][0] not in kept(state, texts)


# What events do


def _languages(state: "State", event: Fields) -> None:
    state.about["languages"] = list(event["languages"])


def _topic_changed(state: "State", event: Fields) -> None:
    known = state.topics[event["topic"]]  # a view made before goes on holding the old one
    state.topics[event["topic"]] = known | {name: event[name] for name in ("title", "question")}


def _topic_removed(state: "State", event: Fields) -> None:
    del state.topics[event["topic"]]


def _table_changed(state: "State", event: Fields) -> None:
    assert event["table"] in state.tables
    state.tables[event["table"]] = event["topic"]


def _table_removed(state: "State", event: Fields) -> None:
    del state.tables[event["table"]]
    state.heads.pop(event["table"], None)


def _changed(shelf: str) -> Callable[["State", Fields], None]:
    def read(state: "State", event: Fields) -> None:
        new = {key: one for key, one in event.items() if key not in ("name", shelf)}
        getattr(state, f"{shelf}s")[event[shelf]] |= new

    return read


def _removed(shelf: str) -> Callable[["State", Fields], None]:
    def read(state: "State", event: Fields) -> None:
        del getattr(state, f"{shelf}s")[event[shelf]]

    return read


READ: dict[str, Callable[["State", Fields], None]] = {
    "LanguagesOffered": _languages,
    "TopicChanged": _topic_changed,
    "TopicRemoved": _topic_removed,
    "TableChanged": _table_changed,
    "TableRemoved": _table_removed,
    "RoundChanged": _changed("round"),
    "RoundRemoved": _removed("round"),
    "BallotChanged": _changed("ballot"),
    "BallotRemoved": _removed("ballot"),
}


# What is refused


def _create(state: "State", who: "Who", body: Fields) -> str | None:
    return "already_created"


def _describe(state: "State", who: "Who", body: Fields) -> str | None:
    return "empty_text" if _is_empty(state, body["title"]) else None


def _offer(state: "State", who: "Who", body: Fields) -> str | None:
    wanted = body["languages"]
    if not wanted or len(set(wanted)) < len(wanted):
        return "no_language"
    return None if wanted[0] == state.about["languages"][0] else "main_language_stays"


def _topic(state: "State", who: "Who", body: Fields) -> str | None:
    return None if body["topic"] in state.topics else "unknown_topic"


def _change_topic(state: "State", who: "Who", body: Fields) -> str | None:
    return _topic(state, who, body) or _describe(state, who, body)


def _remove_topic(state: "State", who: "Who", body: Fields) -> str | None:
    in_use = body["topic"] in state.tables.values()
    return _topic(state, who, body) or ("topic_in_use" if in_use else None)


def _table(state: "State", who: "Who", body: Fields) -> str | None:
    return None if body["table"] in state.tables else "unknown_table"


def _change_table(state: "State", who: "Who", body: Fields) -> str | None:
    return _table(state, who, body) or _topic(state, who, body)


def _remove_table(state: "State", who: "Who", body: Fields) -> str | None:
    """Not while anybody sits there or any card lies there, hidden or not."""
    seated = any(one["table"] == body["table"] for one in state.people.values())
    cards = any(one["table"] == body["table"] for one in state.cards.values())
    return _table(state, who, body) or ("table_in_use" if seated or cards else None)


def _round(state: "State", who: "Who", body: Fields) -> str | None:
    if _is_empty(state, body["title"]):
        return "empty_text"
    return None if body["kinds"] else "no_kind"


def _change_round(state: "State", who: "Who", body: Fields) -> str | None:
    return _round(state, who, body) if body["round"] in state.rounds else "unknown_round"


def _remove_round(state: "State", who: "Who", body: Fields) -> str | None:
    known = state.rounds.get(body["round"])
    if known is None:
        return "unknown_round"
    return None if known["state"] == "planned" else "round_not_planned"


def _ballot(state: "State", who: "Who", body: Fields) -> str | None:
    if not set(body["rounds"]) <= set(state.rounds):
        return "unknown_round"
    if body["method"] == "dots" and body["most_per_option"] > body["dots"]:
        return "more_per_option_than_dots"
    texts = [body["title"], *body["statements"]]
    return "empty_text" if any(_is_empty(state, one) for one in texts) else None


def _planned(state: "State", who: "Who", body: Fields) -> str | None:
    ballot = state.ballots.get(body["ballot"])
    if ballot is None:
        return "unknown_ballot"
    return None if ballot["state"] == "planned" else "voting_already_opened"


def _change_ballot(state: "State", who: "Who", body: Fields) -> str | None:
    return _planned(state, who, body) or _ballot(state, who, body)


def _link(state: "State", who: "Who", body: Fields) -> str | None:
    return _table(state, who, body) if body["role"] == "host" else None


RULES: dict[str, tuple[tuple[str, ...], Rule]] = {
    "CreateDialogue": (STAFF, _create),
    "DescribeDialogue": (STAFF, _describe),
    "OfferLanguages": (STAFF, _offer),
    "AddTopic": (STAFF, _describe),
    "ChangeTopic": (STAFF, _change_topic),
    "RemoveTopic": (STAFF, _remove_topic),
    "AddTable": (STAFF, _topic),
    "ChangeTable": (STAFF, _change_table),
    "RemoveTable": (STAFF, _remove_table),
    "PlanRound": (STAFF, _round),
    "ChangeRound": (STAFF, _change_round),
    "RemoveRound": (STAFF, _remove_round),
    "PlanBallot": (STAFF, _ballot),
    "ChangeBallot": (STAFF, _change_ballot),
    "RemoveBallot": (STAFF, _planned),
    "IssueLink": (STAFF, _link),
}
