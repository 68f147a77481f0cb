"""The evening as its log tells it: a second reading of the events, which knows nothing of rooms/.

Dots that were given back are taken off the table here and then, instead of being passed over later
as the product does; whatever is shown or exported must come out the same.
"""

from collections.abc import Callable
from typing import Any

from campaigns.faults import erasing, heads, paper, plans
from campaigns.faults.stream import Entry

Fields = dict[str, Any]
ANSWERS = {1: "agree", 0: "pass", -1: "disagree"}


class State:
    """One version of the evening, in plain dicts."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.epoch = 0
        self.version = 0
        self.at = 0
        self.seal = b""
        self.about: Fields = {}
        self.topics: dict[str, Fields] = {}
        self.tables: dict[int, str] = {}
        self.people: dict[str, Fields] = {}
        self.rounds: dict[str, Fields] = {}
        self.cards: dict[str, Fields] = {}
        self.ballots: dict[str, Fields] = {}
        self.options: dict[tuple[str, str], Fields] = {}
        self.marks: dict[tuple[str, str], dict[str, int]] = {}
        self.voted_at: dict[tuple[str, str], int] = {}
        self.heads: dict[int, int] = {}
        self.tickets: dict[str, Fields] = {}
        self.batches: dict[str, Fields] = {}
        self.ticket_rule: Fields = {}
        self.erased: dict[str, Fields] = {}
        self.links: dict[str, Fields] = {}
        self.moderation: list[Fields] = []
        self.heard: dict[str, int] = {}

    def take(self, entry: Entry) -> None:
        """Bring it one version on; raises KeyError if the entry cannot follow."""
        self.epoch, self.version, self.at = entry.epoch, entry.version, entry.at
        self.seal = entry.seal
        for event in entry.events:
            READ[event["name"]](self, event)
        self.heard[entry.id] = entry.version

    def lies(self, ballot: str, person: str) -> dict[str, int]:
        """What counts of somebody's marks in a ballot at this moment."""
        mine = self.marks.get((ballot, person), {})
        return {key: value for key, value in mine.items() if not self.options[ballot, key]["gone"]}

    def voters(self, ballot: str) -> int:
        return sum(bool(self.lies(where, who)) for where, who in self.marks if where == ballot)

    def ticket_on(self, person: str) -> str | None:
        """The ticket that this person's phone holds."""
        found = (key for key, one in self.tickets.items() if one["holder"] == person)
        return next(found, None)

    def take_off(self, card: str) -> None:
        """Open ballots lose what was made from the card; dots on it go back to who gave them."""
        for option in _votable(self, card):
            option["gone"] = True
            if self.ballots[option["ballot"]]["method"] == "dots":
                for (ballot, _), mine in self.marks.items():
                    if ballot == option["ballot"]:
                        mine.pop(option["id"], None)

    @property
    def open_round(self) -> Fields | None:
        return next((one for one in self.rounds.values() if one["state"] == "open"), None)


def _created(state: State, event: Fields) -> None:
    state.about = {"goal": {}, "afterwards": {}, **_without(event, "name")}


def _described(state: State, event: Fields) -> None:
    state.about |= _without(event, "name")


def _topic(state: State, event: Fields) -> None:
    texts = {"title": event["title"], "question": event["question"]}
    state.topics[event["topic"]] = {"id": event["topic"], **texts, "order": state.version}


def _table(state: State, event: Fields) -> None:
    state.tables[event["table"]] = event["topic"]


def _joined(state: State, event: Fields) -> None:
    state.people[event["person"]] = {"language": event["language"], "table": None}


def _language(state: State, event: Fields) -> None:
    state.people[event["person"]]["language"] = event["language"]


def _seated(state: State, event: Fields) -> None:
    state.people[event["person"]]["table"] = event["table"]


def _round(state: State, event: Fields) -> None:
    planned = {"id": event["round"], **_without(event, "name", "round")}
    more = {"order": state.version, "state": "planned", "deadline": None}
    state.rounds[event["round"]] = planned | more


def _round_opened(state: State, event: Fields) -> None:
    state.rounds[event["round"]] |= {"state": "open", "deadline": event["deadline"]}


def _round_closed(state: State, event: Fields) -> None:
    state.rounds[event["round"]] |= {"state": "closed", "deadline": None}


def _posted(state: State, event: Fields) -> None:
    card = {"id": event["card"], **_without(event, "name", "card"), "original": event["text"]}
    more = {"order": state.version, "edited": False, "hidden": None}
    state.cards[event["card"]] = card | more


def _edited(state: State, event: Fields) -> None:
    card = state.cards[event["card"]]
    card |= {"text": event["text"], "kind": event["kind"], "edited": True}


def _withdrawn(state: State, event: Fields) -> None:
    del state.cards[event["card"]]
    state.take_off(event["card"])


def _hidden(state: State, event: Fields) -> None:
    state.cards[event["card"]]["hidden"] = event["reason"]
    _moderated(state, event, "hidden", event["reason"])
    state.take_off(event["card"])


def _unhidden(state: State, event: Fields) -> None:
    state.cards[event["card"]]["hidden"] = None
    _moderated(state, event, "unhidden", "")
    for option in _votable(state, event["card"]):
        option["gone"] = False


def _moderated(state: State, event: Fields, action: str, reason: str) -> None:
    said = {key: event[key] for key in ("at", "card", "role", "table")}
    said |= {"reason": reason, "bare": "bare" in event}
    state.moderation.append({"order": state.version, "action": action, **said})


def _votable(state: State, card: str) -> list[Fields]:
    """The options made from a card on ballots that are open now."""
    return [
        option
        for (ballot, _), option in state.options.items()
        if option["card"] == card and state.ballots[ballot]["state"] == "open"
    ]


def _ballot(state: State, event: Fields) -> None:
    planned = {"id": event["ballot"], **_without(event, "name", "ballot")}
    more = {"order": state.version, "state": "planned", "deadline": None}
    more |= {"sealed_version": None, "seal": None, "overshoot_shown": False, "attendance": []}
    state.ballots[event["ballot"]] = planned | more


def _ballot_opened(state: State, event: Fields) -> None:
    for option in event["options"]:
        state.options[event["ballot"], option["id"]] = dict(option)
    ballot = state.ballots[event["ballot"]]
    tickets = paper.needs_ticket(state, ballot)
    ballot |= {"state": "open", "deadline": event["deadline"], "tickets": tickets}


def _ballot_closed(state: State, event: Fields) -> None:
    ballot = state.ballots[event["ballot"]]
    for (where, key), option in state.options.items():
        if where == ballot["id"]:
            option["tally"] = _tally(state, ballot, key)
    sealed = {"sealed_version": state.version, "seal": state.seal.hex()}
    sealed["attendance"] = heads.attendance(state, ballot)
    ballot |= {"state": "closed", "deadline": None, **sealed}


def _tally(state: State, ballot: Fields, option: str) -> dict[str, int]:
    voices = (state.lies(where, who) for where, who in state.marks if where == ballot["id"])
    given = [mine[option] for mine in voices if option in mine]
    if ballot["method"] == "dots":
        return {"dots": sum(given), "voters": len(given)}
    return {name: given.count(value) for value, name in ANSWERS.items()}


def _dots(state: State, event: Fields) -> None:
    mine = _marks_of(state, event)
    mine[event["option"]] = event["dots"]
    if not event["dots"]:
        del mine[event["option"]]


def _answered(state: State, event: Fields) -> None:
    _marks_of(state, event)[event["option"]] = event["answer"]


def _marks_of(state: State, event: Fields) -> dict[str, int]:
    """Those of who votes now, at the table where they sit."""
    where = event["ballot"], event["person"]
    state.voted_at[where] = state.people[event["person"]]["table"] or 0
    return state.marks.setdefault(where, {})


def _link(state: State, event: Fields) -> None:
    issued = {"id": event["link"], **_without(event, "name", "link"), "revoked": False}
    state.links[event["link"]] = issued


def _revoked(state: State, event: Fields) -> None:
    state.links[event["link"]]["revoked"] = True


def _nothing(state: State, event: Fields) -> None:
    """That a repeat was refused changes no fact."""


def _extended(shelf: str) -> Callable[[State, Fields], None]:
    def read(state: State, event: Fields) -> None:
        getattr(state, f"{shelf}s")[event[shelf]]["deadline"] = event["deadline"]

    return read


def _without(fields: Fields, *names: str) -> Fields:
    return {key: value for key, value in fields.items() if key not in names}


READ: dict[str, Callable[[State, Fields], None]] = {
    "DialogueCreated": _created,
    "DialogueDescribed": _described,
    **erasing.READ,
    "RefusalKept": _nothing,
    "TopicAdded": _topic,
    "TableAdded": _table,
    "PersonJoined": _joined,
    "LanguageChosen": _language,
    "TableTaken": _seated,
    "RoundPlanned": _round,
    "RoundOpened": _round_opened,
    "RoundExtended": _extended("round"),
    "RoundClosed": _round_closed,
    "CardPosted": _posted,
    "CardEdited": _edited,
    "CardWithdrawn": _withdrawn,
    "CardHidden": _hidden,
    "CardUnhidden": _unhidden,
    "BallotPlanned": _ballot,
    "BallotOpened": _ballot_opened,
    "BallotExtended": _extended("ballot"),
    "BallotClosed": _ballot_closed,
    "DotsPlaced": _dots,
    "StatementAnswered": _answered,
    **paper.READ,
    **heads.READ,
    **plans.READ,
    "LinkIssued": _link,
    "LinkRevoked": _revoked,
}
"""Every event the campaign can cause. Another one in a log is an error of its own."""
