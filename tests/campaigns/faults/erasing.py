"""Erasing for the law read a second time: who may, what comes of it, and the log as it was before.

The words are gone from the log, so what was seen before is judged by what phones remember of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from campaigns.faults.stream import STAMP, Entry

if TYPE_CHECKING:
    from campaigns.faults.fold import State
    from campaigns.faults.history import Order
    from campaigns.faults.rules import Who

Fields = dict[str, Any]
Orders = Mapping[str, "list[Order]"]
ERASED = "words of a card were erased"
MARK = "#"


def erased_in(log: Sequence[Entry]) -> Iterator[Fields]:
    """What the log says of every card that was erased."""
    for entry in log:
        yield from (event for event in entry.events if event["name"] == "CardErased")


def gone_in(log: Sequence[Entry], is_asked: bool) -> Iterator[str]:
    """The cards whose words go with the next rewriting.

    Those of withdrawn ones go too, also when an erasing that was asked for was cut off before it
    stood in the log: whoever comes next finds that a rewriting is owed.
    """
    names = {"CardErased", "CardWithdrawn"} if is_asked else {"CardErased"}
    for entry in log:
        yield from (event["card"] for event in entry.events if event["name"] in names)


def resealed_up_to(log: Sequence[Entry]) -> int:
    """The version of the last epoch that began because words went: before it all seals are new."""
    return max((entry.version for entry in log if _is_rewriting(entry)), default=0)


def _is_rewriting(entry: Entry) -> bool:
    return any(event.get("because") == ERASED for event in entry.events)


def with_words(code: str, log: Sequence[Entry], orders: Orders) -> list[Entry]:
    """The log as it was told before words were taken out; what has none is marked `bare`."""
    from campaigns.faults.fold import State

    state = State(code)
    told: list[Entry] = []
    for entry in log:
        restored = [_with_words(state, entry, event, orders) for event in entry.events]
        told.append(entry._replace(events=entry.events if entry.body else restored))
        state.take(told[-1])
    return told


def _with_words(state: "State", entry: Entry, event: Fields, orders: Orders) -> Fields:
    name = event["name"]
    if name == "BallotOpened":
        options = [_option_with_words(state, option) for option in event["options"]]
        return {**event, "options": options}
    asked = {"CardPosted": "PostCard", "CardEdited": "EditCard", "CardHidden": "HideCard"}
    given = [o.body for o in orders.get(entry.id, ()) if o.body["name"] == asked.get(name)]
    field = "reason" if name == "CardHidden" else "text"
    if not given or event[field]:
        return event
    return {**event, field: given[0][field], "bare": True}


def _option_with_words(state: "State", option: Fields) -> Fields:
    card = state.cards.get(option["card"] or "")
    if card is None or option["text"]:
        return option
    return {**option, "text": {state.about["languages"][0]: card["text"]}}


def words_of_erased(told: Sequence[Entry]) -> set[str]:
    """Everything that was ever written on an erased card or about it, if no other text says it."""
    cards = {event["card"] for event in erased_in(told)}
    events = [event for entry in told for event in entry.events if event.get("card") in cards]
    said = {event.get("text") or event.get("reason", "") for event in events}
    return {words for words in said if isinstance(words, str) and MARK in words}


def forget_old_stamps(history: Any, log: Sequence[Entry]) -> None:
    """Answers from before a log was sealed anew carry stamps that nothing can confirm any more."""
    end = resealed_up_to(log)
    for order in history.orders:
        for send in order.accepted:
            version = send.answer["version"]
            if version < end:
                send.answer = {**send.answer, "stamp": STAMP.unpack_from(log[version - 1].seal)[0]}


# What the second reading knows of it


def _erased(state: "State", event: Fields) -> None:
    card = state.cards.pop(event["card"])
    state.erased[event["card"]] = {"id": event["card"], "order": card["order"]}
    said = {"at": event["at"], "card": event["card"], "role": "organiser", "table": None}
    line = {"order": state.version, "action": "erased", "reason": event["reason"], **said}
    line["bare"] = False
    state.moderation.append(line)
    state.take_off(event["card"])


def _epoch(state: "State", event: Fields) -> None:
    """A new epoch changes no fact; after an erasing the reasons for hiding are gone as well."""
    for line in state.moderation if event["because"] == ERASED else ():
        if line["bare"] and line["card"] not in state.cards:
            line["reason"] = ""


def _erase(state: "State", who: "Who", body: Fields) -> str | None:
    if who.id != "organiser":
        return "organiser_only"
    if body["card"] in state.erased:
        return "already_erased"
    return None if body["card"] in state.cards else "unknown_card"


def _erasing(state: "State", who: "Who", body: Fields) -> list[Fields]:
    return [{"name": "CardErased", "card": body["card"], "reason": body["reason"]}]


READ: dict[str, Callable[["State", Fields], None]] = {"CardErased": _erased, "EpochBegun": _epoch}
RULES: dict[str, tuple[tuple[str, ...], Callable[["State", "Who", Fields], str | None]]] = {
    "EraseCard": (("moderator",), _erase),
}
EFFECTS: dict[str, Callable[["State", "Who", Fields], list[Fields]]] = {"EraseCard": _erasing}
