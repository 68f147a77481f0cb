"""Good commands of every kind there is, made from their classes, so that new ones come along."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import msgspec
from msgspec import inspect

from campaigns.packets.values import text
from rooms.abilities import COMMANDS

Known = Mapping[str, Sequence[Any]]
"""Ids that are really there, by the field that names them: card, ballot, option, round, ..."""

# What a guest of the hall may say at all; everything else is refused before a rule is asked.
GUESTS = tuple(command for command in COMMANDS if "participant" in command.who)


def good_order(rng: Random, known: Known, commands: Sequence[type] = COMMANDS) -> dict[str, Any]:
    """The fields of a command as a page would send it, without its id."""
    command = rng.choice(commands)
    fields: dict[str, Any] = {"name": command.__name__}
    for field in msgspec.structs.fields(command):
        if field.required or rng.random() < 0.5:
            name = field.encode_name
            kind = inspect.type_info(field.type)
            fields[name] = _value(rng, kind, known.get(name))
    return fields


def _value(rng: Random, kind: inspect.Type, there: Sequence[Any] | None) -> Any:
    if there and not isinstance(kind, (inspect.VarTupleType, inspect.ListType)):
        return rng.choice(there)
    match kind:
        case inspect.LiteralType(values=values):
            return rng.choice(values)
        case inspect.IntType(ge=least, le=most):
            return rng.randint(least or 0, most or 20)
        case inspect.BoolType():
            return rng.random() < 0.5
        case inspect.UnionType(types=types):
            return _value(rng, rng.choice(types), there)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return [_value(rng, item, there) for _ in range(rng.randrange(4))]
        case inspect.DictType(key_type=key, value_type=value):
            return {_value(rng, key, None): _value(rng, value, None) for _ in range(2)}
        case inspect.NoneType():
            return None
        case _:
            return rng.choice(there) if there else text(rng)
