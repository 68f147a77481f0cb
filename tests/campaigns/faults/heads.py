"""Head counts read a second time: who may count, and how many voted where so many sit."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaigns.faults.fold import State
    from campaigns.faults.rules import Who

Fields = dict[str, Any]
HALL = 0


def attendance(state: "State", ballot: Fields) -> list[Fields]:
    """Voters beside heads, as far as somebody has counted; a closed ballot keeps its own."""
    if ballot["state"] != "open":
        return list(ballot["attendance"])
    heads = {table: state.heads[table] for table in sorted(state.heads)}
    if HALL not in heads and state.tables and not set(state.tables) - set(heads):
        heads = {HALL: sum(heads.values())} | heads
    return [
        {"table": table, "voters": _voters(state, ballot["id"], table), "people": people}
        for table, people in heads.items()
    ]


def attendance_for(state: "State", audience: tuple[str, int], ballot: Fields) -> list[Fields]:
    """As much of it as this audience is shown."""
    if audience[0] == "moderator":
        return attendance(state, ballot)
    if audience[0] != "board" or not ballot["overshoot_shown"]:
        return []
    return [one for one in ballot["attendance"] if is_over(one)]


def is_over(one: Fields) -> bool:
    return bool(one["voters"] > one["people"])


def _voters(state: "State", ballot: str, table: int) -> int:
    voters = [who for where, who in state.marks if where == ballot and state.lies(ballot, who)]
    if table == HALL:
        return len(voters)
    return sum(state.voted_at[ballot, who] == table for who in voters)


def _counted(state: "State", event: Fields) -> None:
    if event["people"] is None:
        state.heads.pop(event["table"], None)
    else:
        state.heads[event["table"]] = event["people"]


def _shown(state: "State", event: Fields) -> None:
    state.ballots[event["ballot"]]["overshoot_shown"] = event["shown"]


def _count(state: "State", who: "Who", body: Fields) -> str | None:
    if who.role == "host" and who.table != body["table"]:
        return "other_table"
    return None if body["table"] in (HALL, *state.tables) else "unknown_table"


def _show(state: "State", who: "Who", body: Fields) -> str | None:
    ballot = state.ballots.get(body["ballot"])
    if ballot is None:
        return "unknown_ballot"
    if ballot["state"] != "closed":
        return "voting_not_closed"
    return None if any(map(is_over, ballot["attendance"])) else "no_overshoot"


def _counting(state: "State", who: "Who", body: Fields) -> list[Fields]:
    return [{"name": "HeadsCounted", "table": body["table"], "people": body["people"]}]


def _showing(state: "State", who: "Who", body: Fields) -> list[Fields]:
    return [{"name": "OvershootShown", "ballot": body["ballot"], "shown": body["shown"]}]


READ: dict[str, Callable[["State", Fields], None]] = {
    "HeadsCounted": _counted,
    "OvershootShown": _shown,
}
RULES: dict[str, tuple[tuple[str, ...], Callable[["State", "Who", Fields], str | None]]] = {
    "CountHeads": (("host", "moderator"), _count),
    "ShowOvershoot": (("moderator",), _show),
}
EFFECTS: dict[str, Callable[["State", "Who", Fields], list[Fields]]] = {
    "CountHeads": _counting,
    "ShowOvershoot": _showing,
}
