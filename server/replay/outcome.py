"""What the product says a vote came to, at one place, beside our own count of the votes."""

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple, TypeVar

from server.replay.counting import Tally

K = TypeVar("K", bound=Hashable)


class Check(NamedTuple):
    """One place where the product says something; `wrong` has a line for all that is not so."""

    place: str
    compared: int
    wrong: list[str]


def check_same(place: str, expected: Mapping[K, Any], found: Mapping[K, Any]) -> Check:
    """Every key with the same value on both sides, and no key on one side only."""
    keys = [*expected, *(key for key in found if key not in expected)]
    wrong = [
        f"{key}: counted {expected.get(key)}, found {found.get(key)}"
        for key in keys
        if expected.get(key) != found.get(key)
    ]
    return Check(place, len(expected), wrong)


def check_voices(place: str, expected: Counter[K], found: Counter[K]) -> Check:
    """The same things said by as many people; nothing tells who they were."""
    missing, strange = (expected - found).total(), (found - expected).total()
    wrong = (
        [f"{missing} people missing, {strange} said something else"] if missing + strange else []
    )
    return Check(place, expected.total(), wrong)


def tally_of(said: Mapping[str, Any] | None) -> Tally | None:
    """A tally as the protocol and the files name it."""
    return (
        None
        if said is None
        else Tally(int(said["agree"]), int(said["disagree"]), int(said["pass"]))
    )
