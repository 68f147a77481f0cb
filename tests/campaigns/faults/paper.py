"""Printed tickets read a second time: whose they are, what they let people do, what is refused.

A ticket is known by the hash of its secret; what a phone voted goes with the ticket that leaves it.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaigns.faults.fold import State
    from campaigns.faults.rules import Who

Fields = dict[str, Any]
SYMBOLS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TYPED = re.compile(f"[{SYMBOLS}]{{8}}")
MOST_AT_ONCE = 500


def ticket_of(code: str, secret: str) -> str | None:
    """What the log calls the ticket with this secret; None if no ticket can have it."""
    typed = secret.upper().replace("-", "").replace(" ", "")
    if not TYPED.fullmatch(typed):
        return None
    return hashlib.sha256(f"{code}:ticket:{typed}".encode()).hexdigest()[:32]


def needs_ticket(state: "State", ballot: Fields) -> bool:
    planned_more = ballot["state"] == "planned" and state.ticket_rule.get("always", False)
    return bool(ballot["tickets"] or planned_more)


def more_voters_than_tickets(state: "State") -> Iterator[str]:
    """I6 of ballots that need tickets: whoever counts holds one, and each is held once."""
    held = [ticket["holder"] for ticket in state.tickets.values() if ticket["holder"]]
    if len(set(held)) < len(held):
        yield f"at version {state.version} somebody holds two tickets"
    for key, ballot in state.ballots.items():
        if ballot["state"] != "open" or not ballot["tickets"]:
            continue
        voters = {who for where, who in state.marks if where == key and state.lies(key, who)}
        if not voters <= set(held):
            yield f"at version {state.version} {voters - set(held)} vote without a ticket"


# What events do


def _issued(state: "State", event: Fields) -> None:
    for ticket in event["tickets"]:
        known = {"batch": event["batch"], "holder": None, "redeemed": False, "void": False}
        state.tickets[ticket] = known
    counted = {"issued": len(event["tickets"]), "redeemed": 0, "voided": 0}
    batch = {"id": event["batch"], "order": state.version, "at": event["at"]}
    state.batches[event["batch"]] = batch | counted


def _redeemed(state: "State", event: Fields) -> None:
    ticket = state.tickets[event["ticket"]]
    state.batches[ticket["batch"]]["redeemed"] += not ticket["redeemed"]
    ticket |= {"holder": event["person"], "redeemed": True}


def _freed(state: "State", event: Fields) -> None:
    _leave_phone(state, event["ticket"])
    state.ticket_rule = {"always": False, **state.ticket_rule}
    state.ticket_rule["freed"] = state.ticket_rule.get("freed", 0) + 1


def _voided(state: "State", event: Fields) -> None:
    for key in event["tickets"]:
        _leave_phone(state, key)
        state.tickets[key]["void"] = True
        state.batches[state.tickets[key]["batch"]]["voided"] += 1


def _asked(state: "State", event: Fields) -> None:
    state.ticket_rule = {"freed": 0, **state.ticket_rule, "always": event["always"]}


def _leave_phone(state: "State", key: str) -> None:
    holder, state.tickets[key]["holder"] = state.tickets[key]["holder"], None
    for ballot in state.ballots.values():
        if ballot["state"] == "open" and ballot["tickets"]:
            state.marks.pop((ballot["id"], holder), None)


READ: dict[str, Callable[["State", Fields], None]] = {
    "TicketsIssued": _issued,
    "TicketRedeemed": _redeemed,
    "TicketFreed": _freed,
    "TicketsVoided": _voided,
    "TicketsAsked": _asked,
}


# What is refused


def _issue(state: "State", who: "Who", body: Fields) -> str | None:
    if not body["secrets"]:
        return "no_tickets"
    if len(body["secrets"]) > MOST_AT_ONCE:
        return "too_many_tickets"
    keys = [ticket_of(state.code, secret) for secret in body["secrets"]]
    if None in keys:
        return "unknown_ticket"
    is_known = len(set(keys)) < len(keys) or any(key in state.tickets for key in keys)
    return "ticket_known" if is_known else None


def _valid(state: "State", who: "Who", body: Fields) -> str | None:
    ticket = state.tickets.get(ticket_of(state.code, body["secret"]) or "")
    if ticket is None:
        return "unknown_ticket"
    return "ticket_void" if ticket["void"] else None


def _redeem(state: "State", who: "Who", body: Fields) -> str | None:
    if reason := _valid(state, who, body):
        return reason
    key = ticket_of(state.code, body["secret"])
    if state.tickets[key or ""]["holder"] not in (None, who.id):
        return "ticket_used"
    return None if state.ticket_on(who.id) in (None, key) else "has_ticket"


def _free(state: "State", who: "Who", body: Fields) -> str | None:
    if reason := _valid(state, who, body):
        return reason
    ticket = state.tickets[ticket_of(state.code, body["secret"]) or ""]
    return "ticket_not_redeemed" if ticket["holder"] is None else None


def _void_unused(state: "State", who: "Who", body: Fields) -> str | None:
    if body["batch"] not in state.batches:
        return "unknown_batch"
    return None if _unused(state, body["batch"]) else "no_unused_tickets"


def _unused(state: "State", batch: str) -> list[str]:
    return [
        key
        for key, ticket in state.tickets.items()
        if ticket["batch"] == batch and not ticket["redeemed"] and not ticket["void"]
    ]


def _always(state: "State", who: "Who", body: Fields) -> str | None:
    return None


RULES: dict[str, tuple[tuple[str, ...], Callable[["State", "Who", Fields], str | None]]] = {
    "IssueTickets": (("moderator",), _issue),
    "RedeemTicket": (("participant",), _redeem),
    "FreeTicket": (("moderator",), _free),
    "VoidTicket": (("moderator",), _valid),
    "VoidUnusedTickets": (("moderator",), _void_unused),
    "AskForTickets": (("moderator",), _always),
}


# What comes of a command


def _issuing(state: "State", who: "Who", body: Fields) -> list[Fields]:
    keys = [ticket_of(state.code, secret) for secret in body["secrets"]]
    return [{"name": "TicketsIssued", "tickets": keys}]


def _redeeming(state: "State", who: "Who", body: Fields) -> list[Fields]:
    key = ticket_of(state.code, body["secret"])
    return [{"name": "TicketRedeemed", "ticket": key, "person": who.id}]


def _freeing(state: "State", who: "Who", body: Fields) -> list[Fields]:
    return [{"name": "TicketFreed", "ticket": ticket_of(state.code, body["secret"])}]


def _voiding(state: "State", who: "Who", body: Fields) -> list[Fields]:
    return [{"name": "TicketsVoided", "tickets": [ticket_of(state.code, body["secret"])]}]


def _voiding_unused(state: "State", who: "Who", body: Fields) -> list[Fields]:
    return [{"name": "TicketsVoided", "tickets": _unused(state, body["batch"])}]


def _asking(state: "State", who: "Who", body: Fields) -> list[Fields]:
    return [{"name": "TicketsAsked", "always": body["always"]}]


EFFECTS: dict[str, Callable[["State", "Who", Fields], list[Fields]]] = {
    "IssueTickets": _issuing,
    "RedeemTicket": _redeeming,
    "FreeTicket": _freeing,
    "VoidTicket": _voiding,
    "VoidUnusedTickets": _voiding_unused,
    "AskForTickets": _asking,
}
