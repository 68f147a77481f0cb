"""The list of bugs put in on purpose, and how one gets into a forked server process.

Each is a mistake that could be made in good faith. Whatever a bug wants to change must be there: a
bug whose target has vanished ends its process, and the campaign says so. It is found only by the
invariants that it names: whatever keeps an evening from being played at all finds nothing.
"""

import functools
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOT_PLAYED = "not played:"
"""So begin complaints about the campaign itself: they are no evidence of any bug."""
EVENING = "evening"
"""A file of this name in the house's folder says that people are acting."""
MODULES = (
    *("bugs_log", "bugs_answers", "bugs_rules", "bugs_paper", "bugs_erasing", "bugs_views"),
    *("bugs_plans", "bugs_here", "bugs_house", "bugs_pages"),
)


@dataclass(frozen=True)
class Bug:
    """`put_in` gets the number of the process; `faults` are those that bring it to light.

    `by` are the invariants that may find it; `in_pages`: it sits in phones and screens.
    """

    name: str
    sentence: str
    by: tuple[str, ...]
    put_in: Callable[[int], None]
    processes: int
    faults: tuple[str, ...]
    fsync: str
    in_pages: bool

    def found_in(self, broken: Iterable[str]) -> str | None:
        """The first complaint that shows this bug and not just that something is wrong."""
        return next((wrong for wrong in broken if wrong.split()[0] in self.by), None)


BUGS: dict[str, Bug] = {}
_evening: list[Path] = []


def bug(
    sentence: str,
    by: str,
    processes: int = 2,
    faults: tuple[str, ...] = (),
    fsync: str = "always",
    in_pages: bool = False,
) -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    """Lists a function as a seeded bug."""

    def listed(put_in: Callable[[int], None]) -> Callable[[int], None]:
        name = put_in.__name__
        assert name not in BUGS
        where = (processes, faults, fsync, in_pages)
        BUGS[name] = Bug(name, sentence, tuple(by.split()), put_in, *where)
        return put_in

    return listed


def seed(name: str, number: int, folder: Path | None = None) -> None:
    """Put the bug into this process, for good; the folder is the house's."""
    _evening[:] = [folder / EVENING] if folder else []
    BUGS[name].put_in(number)


def swap(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace what is there by what `make` makes of it; a name that is not there is an error."""
    if not hasattr(owner, name):
        raise AttributeError(f"{owner!r} has no {name}: the seeded bug must follow the code")
    setattr(owner, name, make(getattr(owner, name)))


def swap_while_acting(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """As `swap`, but the evening begins without the bug: what breaks it at once shows nothing."""

    def by_turns(right: Any) -> Any:
        wrong = make(right)

        @functools.wraps(right)
        def chosen(*given: Any, **named: Any) -> Any:
            acting = any(file.exists() for file in _evening)
            return (wrong if acting else right)(*given, **named)

        return chosen

    swap(owner, name, by_turns)


for _module in MODULES:
    importlib.import_module(f"campaigns.faults.{_module}")
