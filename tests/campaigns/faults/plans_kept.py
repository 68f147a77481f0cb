"""What must stand in the log when staff have changed tables, topics, the run sheet or languages."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from campaigns.faults.plans import kept

if TYPE_CHECKING:
    from campaigns.faults.fold import State
    from campaigns.faults.rules import Who

Fields = dict[str, Any]
Effect = Callable[["State", "Who", Fields], list[Fields]]
TEXTS = ("title", "question")
BALLOT = ("method", "dots", "most_per_option", "own_table", "tickets", "rounds", "kinds", "minutes")


def _event(name: str, *same: str, texts: tuple[str, ...] = ()) -> Effect:
    """An event with fields of the command, and of its texts those in offered languages."""

    def effect(state: "State", who: "Who", body: Fields) -> list[Fields]:
        said = {field: body[field] for field in same}
        return [{"name": name, **said, **{key: kept(state, body[key]) for key in texts}}]

    return effect


def _table_added(state: "State", who: "Who", body: Fields) -> list[Fields]:
    number = max(state.tables, default=0) + 1
    return [{"name": "TableAdded", "table": number, "topic": body["topic"]}]


def _round_told(name: str, *same: str) -> Effect:
    plain = _event(name, *same, "minutes", texts=("title", "question"))

    def effect(state: "State", who: "Who", body: Fields) -> list[Fields]:
        [told] = plain(state, who, body)
        return [{**told, "kinds": list(dict.fromkeys(body["kinds"]))}]

    return effect


def _ballot_told(name: str, *same: str) -> Effect:
    plain = _event(name, *same, *BALLOT, texts=("title",))

    def effect(state: "State", who: "Who", body: Fields) -> list[Fields]:
        [told] = plain(state, who, body)
        return [{**told, "statements": [kept(state, one) for one in body["statements"]]}]

    return effect


def _issued(state: "State", who: "Who", body: Fields) -> list[Fields]:
    table = body["table"] if body["role"] == "host" else None
    told = {"role": body["role"], "table": table, "label": body["label"].strip()}
    return [{"name": "LinkIssued", **told}]


EFFECTS: dict[str, Effect] = {
    "DescribeDialogue": _event("DialogueDescribed", texts=("title", "goal", "afterwards")),
    "OfferLanguages": _event("LanguagesOffered", "languages"),
    "AddTopic": _event("TopicAdded", texts=TEXTS),
    "ChangeTopic": _event("TopicChanged", "topic", texts=TEXTS),
    "RemoveTopic": _event("TopicRemoved", "topic"),
    "AddTable": _table_added,
    "ChangeTable": _event("TableChanged", "table", "topic"),
    "RemoveTable": _event("TableRemoved", "table"),
    "PlanRound": _round_told("RoundPlanned"),
    "ChangeRound": _round_told("RoundChanged", "round"),
    "RemoveRound": _event("RoundRemoved", "round"),
    "PlanBallot": _ballot_told("BallotPlanned"),
    "ChangeBallot": _ballot_told("BallotChanged", "ballot"),
    "RemoveBallot": _event("BallotRemoved", "ballot"),
    "IssueLink": _issued,
}
