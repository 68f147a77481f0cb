"""The list of bugs put in on purpose, and how one gets into a forked server process.

Each is a mistake that could be made in good faith. Whatever a bug wants to change must be there: a
bug whose target has vanished ends its process, and the campaign says so.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MODULES = ("bugs_log", "bugs_answers", "bugs_rules", "bugs_views", "bugs_house")


@dataclass(frozen=True)
class Bug:
    """`put_in` gets the number of the process; `faults` are those that bring it to light."""

    name: str
    sentence: str
    put_in: Callable[[int], None]
    processes: int
    faults: tuple[str, ...]
    fsync: str


BUGS: dict[str, Bug] = {}


def bug(
    sentence: str, processes: int = 2, faults: tuple[str, ...] = (), fsync: str = "always"
) -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    """Lists a function as a seeded bug."""

    def listed(put_in: Callable[[int], None]) -> Callable[[int], None]:
        name = put_in.__name__
        assert name not in BUGS
        BUGS[name] = Bug(name, sentence, put_in, processes, faults, fsync)
        return put_in

    return listed


def seed(name: str, number: int) -> None:
    """Put the bug into this process, for good."""
    BUGS[name].put_in(number)


def swap(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace what is there by what `make` makes of it; a name that is not there is an error."""
    if not hasattr(owner, name):
        raise AttributeError(f"{owner!r} has no {name}: the seeded bug must follow the code")
    setattr(owner, name, make(getattr(owner, name)))


for _module in MODULES:
    importlib.import_module(f"campaigns.faults.{_module}")
