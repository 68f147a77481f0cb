"""Timers of rounds and ballots: they guide people; only the moderator closes."""

from typing import Annotated

import msgspec

MS_PER_MINUTE = 60_000
Minutes = Annotated[int, msgspec.Meta(ge=1, le=600)]


def deadline_after(at: int, minutes: int) -> int:
    """The deadline of what begins `at` (ms since 1970) and is planned for so many minutes."""
    return at + minutes * MS_PER_MINUTE


def later_deadline(deadline: int | None, at: int, minutes: int) -> int:
    """The deadline moved by `minutes`, counted from `at` if it has passed by then."""
    return deadline_after(max(deadline or at, at), minutes)
