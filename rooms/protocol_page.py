"""Writes the protocol page from the classes themselves; a test asserts that it is current.

With this page and an ordinary Socket.IO client another program can take part in an evening.
"""

import ast
import inspect
import json
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from rooms import (
    admittance,
    ballots,
    cards_shown,
    dialogue,
    heads,
    hiding,
    links,
    options,
    people,
    setting,
    tables,
    texts,
    tickets,
    views,
    voting,
)
from rooms.abilities import ABILITIES, COMMANDS, EVENTS
from rooms.agenda import RoundShown
from rooms.dialogue import Shown
from rooms.errors import DialogtischError
from rooms.protocol_words import AFTER, BEFORE, REASONS

SHOWN: tuple[type[Shown], ...] = (
    setting.DialogueShown,
    tables.TopicShown,
    tables.TableShown,
    RoundShown,
    cards_shown.CardShown,
    ballots.BallotShown,
    options.OptionShown,
    people.SeatsShown,
    people.PeopleShown,
    voting.TurnoutShown,
    heads.HeadsShown,
    tickets.BatchShown,
    tickets.TicketRuleShown,
    links.LinkShown,
    hiding.ModerationShown,
    views.PresenceShown,
    views.StorageShown,
)
SHOWN_MINE: tuple[type[Shown], ...] = (people.MeShown, cards_shown.MyCardShown, voting.VoteShown)


def protocol_page() -> str:
    """The whole page as Markdown."""
    parts = [
        BEFORE,
        "## Commands\n",
        *(_section(command, _who(command)) for command in COMMANDS),
        "## The shared view\n",
        *(_section(shown, f"Seen by: {shown.audiences}.", shown.entry) for shown in SHOWN),
        "## One's own view (`of: mine`)\n",
        *(_section(shown, f"Seen by: {shown.audiences}.", shown.entry) for shown in SHOWN_MINE),
        "## Errors\n",
        _errors(),
        "## Reasons of refusals\n",
        _reasons(),
        AFTER,
        "## Events in the log\n",
        "Never sent to a client; the results file and a later reader of the log meet them.\n",
        *(_section(event, "") for event in EVENTS),
    ]
    return "\n".join(parts).rstrip() + "\n"


def refusal_reasons() -> set[str]:
    """Every reason a rule can give, as written in the rules themselves."""
    modules = [*ABILITIES, admittance, dialogue, options, texts]
    calls = (
        node
        for module in modules
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"
    )
    return {reason for call in calls for reason in _literals(call.args[0])}


def _literals(reason: ast.expr) -> list[str]:
    if isinstance(reason, ast.IfExp):
        return [*_literals(reason.body), *_literals(reason.orelse)]
    value = reason.value if isinstance(reason, ast.Constant) else None
    return [value] if isinstance(value, str) else []


def _section(kind: type[msgspec.Struct], note: str, title: str | None = None) -> str:
    lines = [f"### {title or kind.__name__}\n", _doc(kind)]
    if note:
        lines.append(f"\n{note}")
    fields = msgspec.structs.fields(kind)
    if fields:
        hints = get_type_hints(kind, include_extras=True)
        lines.append("\n| field | type | |\n|---|---|---|")
        lines += [f"| `{f.name}` | {_type(hints[f.name])} | {_default(f)} |" for f in fields]
    return "\n".join(lines) + "\n"


def _doc(kind: type[Any]) -> str:
    doc = kind.__doc__
    return inspect.cleandoc(doc) if doc and not doc.startswith("Event(") else ""


def _who(command: type[Any]) -> str:
    note = "Given by: " + ", ".join(sorted(command.who)) + "."
    return note + (" Allowed before joining." if command.before_joining else "")


def _default(field: Any) -> str:
    if field.required:
        return ""
    return f"default {json.dumps(field.default)}"


def _type(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if hasattr(hint, "__supertype__"):
        return "id"
    if hasattr(hint, "__metadata__"):
        meta = hint.__metadata__[0]
        return f"{_type(arguments[0])} {meta.ge} to {meta.le}"
    if hint is type(None):
        return "null"
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"map {_type(arguments[0])} → {_type(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        inner = get_type_hints(hint)
        return "{" + ", ".join(f"{name}: {_type(kind)}" for name, kind in inner.items()) + "}"
    if origin is None:
        return {str: "text", int: "integer", bool: "true or false"}[hint]
    if all(isinstance(argument, str) for argument in arguments):
        return ", ".join(f"`{argument}`" for argument in arguments)
    return " or ".join(_type(argument) for argument in arguments)


def _errors() -> str:
    rows = ["| error | meaning |", "|---|---|"]
    for kind in _errors_of(DialogtischError):
        rows.append(f"| `{kind.error}` | {_doc(kind).splitlines()[0]} |")
    return "\n".join(rows) + "\n"


def _errors_of(kind: type[DialogtischError]) -> list[type[DialogtischError]]:
    found: dict[str, type[DialogtischError]] = {}
    for child in kind.__subclasses__():
        found.setdefault(child.error, child)
    return list(found.values())


def _reasons() -> str:
    rows = ["| reason | meaning |", "|---|---|"]
    rows += [f"| `{reason}` | {REASONS[reason]} |" for reason in sorted(refusal_reasons())]
    return "\n".join(rows) + "\n"
