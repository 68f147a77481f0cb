"""The table of contents: every ability, its commands, its events and what it shows to whom.

A command is found on the wire by its class name, an event in the log likewise.
"""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from rooms import (
    agenda,
    ballot_plans,
    ballots,
    cards,
    cards_shown,
    erasing,
    heads,
    hiding,
    links,
    options,
    people,
    redeeming,
    refusals,
    setting,
    tables,
    tickets,
    voting,
)
from rooms.dialogue import Command, Dialogue, Event, Shown
from rooms.errors import Malformed
from rooms.messages import Audience, PersonId

Show = Callable[[Dialogue, Audience, Any], Shown | None]
ShowMine = Callable[[Dialogue, PersonId, Any], Shown | None]

ABILITIES = (
    *(setting, tables, people, agenda, cards, hiding, erasing),
    *(ballot_plans, ballots, voting, heads, tickets, redeeming, links, refusals),
)


def _in_order(base: type[Any]) -> list[Any]:
    names = [module.__name__ for module in ABILITIES]
    found: list[type[Any]] = base.__subclasses__()
    known = [each for each in found if each.__module__ in names]
    return sorted(known, key=lambda each: names.index(each.__module__))


COMMANDS: list[type[Command]] = _in_order(Command)
EVENTS: list[type[Event]] = _in_order(Event)

SHARED: dict[str, tuple[str, Show]] = {
    "description": ("dialogue", setting.show_description),
    "topics": ("topic", tables.show_topic),
    "tables": ("table", tables.show_table),
    "rounds": ("round", agenda.show_round),
    "cards": ("card", cards_shown.show_card),
    "ballots": ("ballot", ballots.show_ballot),
    "options": ("option", options.show_option),
    "seats": ("seats", people.show_seats),
    "crowd": ("people", people.show_crowd),
    "turnout": ("turnout", voting.show_turnout),
    "heads": ("heads", heads.show_heads),
    "batches": ("batch", tickets.show_batch),
    "ticket_rule": ("ticketrule", tickets.show_ticket_rule),
    "links": ("link", links.show_link),
    "moderation": ("moderation", hiding.show_moderation),
    "erased": ("erased", erasing.show_erased),
}
"""Shelf -> name of the view's entries, and who is shown what of a record (None: nothing)."""

STAFF_ONLY = frozenset({"seats", "crowd", "turnout"})
"""Shelves that only staff are shown anything of: the tables of a hall need not look at them."""

MINE: dict[str, tuple[str, ShowMine]] = {
    "me": ("me", people.show_me),
    "my_cards": ("mycard", cards_shown.show_my_card),
    "my_votes": ("vote", voting.show_my_vote),
}
"""What only the person sees; a change is touched as (name, (person, key))."""

ANY_EVENT: Any = reduce(or_, EVENTS)

# msgspec keeps what it knows about a class, but learns a union afresh with every call.
_NAMED = {command.__name__: command for command in COMMANDS}


def read_command(fields: dict[str, Any]) -> Command:
    """The command that a phone sent as `{name, ...fields}`; `Malformed` says what is wrong."""
    named = _NAMED.get(str(fields.get("name")))
    if named is None:
        raise Malformed(f"no command is called {fields.get('name')!r}")
    try:
        return msgspec.convert(fields, named)
    except msgspec.ValidationError as wrong:
        raise Malformed(str(wrong)) from None
