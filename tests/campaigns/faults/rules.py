"""What the workshop allows: the rules of the evening, written again.

`why_not` gives the reason for which a command must be refused, or None.
"""

from collections.abc import Callable
from typing import NamedTuple

from campaigns.faults import erasing, heads, paper, plans
from campaigns.faults.fold import Fields, State

PHONES, HOSTS, MODERATORS = "participant", "host", "moderator"


class Who(NamedTuple):
    """Who gives a command: `id` is the person's pseudonym or the staff link."""

    id: str
    role: str
    table: int | None = None


Rule = Callable[[State, Who, Fields], str | None]


def why_not(state: State, who: Who, body: Fields) -> str | None:
    """The reason for which this command must be refused at this version, if any."""
    roles, rule = RULES[body["name"]]
    if who.role not in roles:
        return "not_allowed"
    if who.role == PHONES:
        if body["name"] != "Join" and who.id not in state.people:
            return "not_joined"
    elif who.id != "organiser" and state.links.get(who.id, {"revoked": True})["revoked"]:
        return "link_revoked"
    return rule(state, who, body)


def _language(state: State, who: Who, body: Fields) -> str | None:
    return None if body["language"] in state.about["languages"] else "language_not_offered"


def _table(state: State, who: Who, body: Fields) -> str | None:
    return None if body["table"] in state.tables else "unknown_table"


def _post(state: State, who: Who, body: Fields) -> str | None:
    table = state.people[who.id]["table"] if who.role == PHONES else who.table
    if table not in state.tables:
        return "no_table"
    if state.open_round is None:
        return "no_open_round"
    return None if body["kind"] in state.open_round["kinds"] else "kind_not_allowed"


def _own_card(state: State, who: Who, body: Fields) -> str | None:
    card = state.cards.get(body["card"])
    if card is None:
        return "unknown_card"
    if card["author"] != who.id:
        return "not_your_card"
    return None if state.rounds[card["round"]]["state"] == "open" else "round_closed"


def _edit(state: State, who: Who, body: Fields) -> str | None:
    if reason := _own_card(state, who, body):
        return reason
    card = state.cards[body["card"]]
    allowed = (card["kind"], *state.rounds[card["round"]]["kinds"])
    return None if body["kind"] in allowed else "kind_not_allowed"


def _hide(state: State, who: Who, body: Fields) -> str | None:
    return _reach(state, who, body) or _is(state, body, hidden=False)


def _unhide(state: State, who: Who, body: Fields) -> str | None:
    return _reach(state, who, body) or _is(state, body, hidden=True)


def _reach(state: State, who: Who, body: Fields) -> str | None:
    card = state.cards.get(body["card"])
    if card is None:
        return "unknown_card"
    return "other_table" if who.role == HOSTS and card["table"] != who.table else None


def _is(state: State, body: Fields, hidden: bool) -> str | None:
    if (state.cards[body["card"]]["hidden"] is not None) == hidden:
        return None
    return "not_hidden" if hidden else "already_hidden"


def _open_round(state: State, who: Who, body: Fields) -> str | None:
    known = state.rounds.get(body["round"])
    if known is None:
        return "unknown_round"
    return "round_already_open" if known["state"] == "open" else None


def _in_open_round(state: State, who: Who, body: Fields) -> str | None:
    known = state.rounds.get(body["round"])
    if known is None:
        return "unknown_round"
    return None if known["state"] == "open" else "round_not_open"


def _open_ballot(state: State, who: Who, body: Fields) -> str | None:
    ballot = state.ballots.get(body["ballot"])
    if ballot is None:
        return "unknown_ballot"
    if ballot["state"] != "planned":
        return "voting_already_opened"
    if not sources_of(state, ballot):
        return "no_options"
    if paper.needs_ticket(state, ballot) and not state.tickets:
        return "no_tickets_issued"
    return None


def _in_open_ballot(state: State, who: Who, body: Fields) -> str | None:
    ballot = state.ballots.get(body["ballot"])
    if ballot is None:
        return "unknown_ballot"
    if ballot["state"] == "open":
        return None
    return "voting_closed" if ballot["state"] == "closed" else "voting_not_open"


def _vote(state: State, who: Who, body: Fields, method: str) -> str | None:
    if reason := _in_open_ballot(state, who, body):
        return reason
    ballot = state.ballots[body["ballot"]]
    option = state.options.get((body["ballot"], body["option"]))
    if option is None:
        return "unknown_option"
    if option["gone"]:
        return "option_gone"
    if ballot["tickets"] and state.ticket_on(who.id) is None:
        return "needs_ticket"
    return None if ballot["method"] == method else "wrong_method"


def _dots(state: State, who: Who, body: Fields) -> str | None:
    if reason := _vote(state, who, body, "dots"):
        return reason
    ballot = state.ballots[body["ballot"]]
    if body["dots"] > ballot["most_per_option"]:
        return "too_many_on_option"
    lies = state.lies(ballot["id"], who.id)
    if body["dots"] > lies.get(body["option"], 0) and _is_elsewhere(state, who, body):
        return "other_table"
    others = {**lies, body["option"]: body["dots"]}
    return "no_dots_left" if sum(others.values()) > ballot["dots"] else None


def _answer(state: State, who: Who, body: Fields) -> str | None:
    if reason := _vote(state, who, body, "agreement"):
        return reason
    lies = state.lies(body["ballot"], who.id)
    takes_back = body["answer"] == "pass" and body["option"] in lies
    return "other_table" if _is_elsewhere(state, who, body) and not takes_back else None


def _is_elsewhere(state: State, who: Who, body: Fields) -> bool:
    """Whether people vote at their own table, and this option is another one's."""
    table = state.options[body["ballot"], body["option"]]["table"]
    own_table = state.ballots[body["ballot"]]["own_table"]
    return own_table and table not in (None, state.people[who.id]["table"])


def _link(state: State, who: Who, body: Fields) -> str | None:
    return None if body["link"] in state.links else "unknown_link"


def sources_of(state: State, ballot: Fields) -> list[Fields]:
    """What a ballot's options are made from at this version."""
    cards = [
        card
        for card in sorted(state.cards.values(), key=lambda card: card["order"])
        if card["hidden"] is None
        and (not ballot["rounds"] or card["round"] in ballot["rounds"])
        and (not ballot["kinds"] or card["kind"] in ballot["kinds"])
    ]
    if ballot["statements"] and not ballot["rounds"] and not ballot["kinds"]:
        cards = []
    typed = {"card": None, "table": None, "kind": None}
    main = state.about["languages"][0]
    return [
        *({"text": text, **typed} for text in ballot["statements"]),
        *(
            {
                "text": {main: card["text"]},
                "card": card["id"],
                "table": card["table"],
                "kind": card["kind"],
            }
            for card in cards
        ),
    ]


RULES: dict[str, tuple[tuple[str, ...], Rule]] = {
    "Join": ((PHONES,), _language),
    "ChooseLanguage": ((PHONES,), _language),
    "TakeTable": ((PHONES,), _table),
    "PostCard": ((PHONES, HOSTS), _post),
    "EditCard": ((PHONES, HOSTS), _edit),
    "WithdrawCard": ((PHONES, HOSTS), _own_card),
    "HideCard": ((HOSTS, MODERATORS), _hide),
    "UnhideCard": ((HOSTS, MODERATORS), _unhide),
    "OpenRound": ((MODERATORS,), _open_round),
    "CloseRound": ((MODERATORS,), _in_open_round),
    "ExtendRound": ((MODERATORS,), _in_open_round),
    "OpenBallot": ((MODERATORS,), _open_ballot),
    "CloseBallot": ((MODERATORS,), _in_open_ballot),
    "ExtendBallot": ((MODERATORS,), _in_open_ballot),
    "PlaceDots": ((PHONES,), _dots),
    "AnswerStatement": ((PHONES,), _answer),
    "RevokeLink": ((MODERATORS,), _link),
    **paper.RULES,
    **heads.RULES,
    **erasing.RULES,
    **plans.RULES,
}
"""Who may, and when it is refused, for every command the campaign gives."""
