"""How often and how long: plain numbers that the hot places add to and the server shows.

One set for the process, like the process's memory and processor time, which they are read beside.
Only numbers and names of ours go in: nothing that anybody typed, no token, no address.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from typing import Any

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COMMANDS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Spread:
    """How amounts are spread over steps; the last count is of what lies above every step."""

    __slots__ = ("counts", "steps", "total")

    def __init__(self, steps: tuple[float, ...]) -> None:
        self.steps = steps
        self.counts = [0] * (len(steps) + 1)
        self.total = 0.0

    def note(self, amount: float) -> None:
        self.counts[bisect_left(self.steps, amount)] += 1
        self.total += amount


class Counts:
    """Everything that the dialogues of this process count."""

    def __init__(self) -> None:
        self.answered: Counter[tuple[str, str]] = Counter()
        """By command and by "ok" or the kind of error."""
        self.append_seconds = Spread(SECONDS)
        self.append_entries = Spread(COMMANDS)
        self.appended_bytes = 0
        self.appends_lost = 0
        """Another process was quicker."""
        self.appends_unknown = 0
        """No answer came; the log was read to see what had happened."""
        self.shown_seconds = Spread(SECONDS)
        """From a command's arrival to the last frame that shows what it changed."""
        self.epochs_begun = 0


counts = Counts()


class Marked:
    """One command at a time on its way to the screens, timed until the last of them shows it.

    One at a time costs a comparison per command, and tells the same as timing every single one.
    """

    def __init__(self) -> None:
        self._command: object = None
        self._since = 0.0
        self._unseen: Mapping[Any, float] | None = None
        self._kept = False

    def arrived(self, command: object) -> None:
        if self._command is None:
            self._command, self._since = command, time.perf_counter()

    def answered(self, command: object, ok: bool) -> None:
        if command is self._command:
            self._kept = ok
            if not ok:
                self._command = None

    def published(self, waiting: Mapping[Any, float]) -> None:
        """`waiting`: every screen with something still to be told, and when its turn is."""
        if not self._kept:
            return
        before = waiting if self._unseen is None else self._unseen
        self._unseen = {who: due for who, due in before.items() if waiting.get(who) == due}
        if not self._unseen:
            counts.shown_seconds.note(time.perf_counter() - self._since)
            self._command, self._unseen, self._kept = None, None, False

    def __bool__(self) -> bool:
        return self._kept
