"""How much one person may ask, and how fast codes may be guessed.

Nothing here knows an address: a whole hall can share one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rooms.errors import Busy, DialogtischError

COMMANDS_AT_ONCE = 40
COMMANDS_PER_SECOND = 10
# As many as a page keeps answered: after a new epoch they must not hold up what is tapped now.
REPEATS_AT_ONCE = 200
REPEATS_PER_SECOND = 1
# Long enough for us, not for them: when 3,000 phones arrive at once on a busy machine, it can take
# more than 5 seconds to read what they said; turning them out would bring them all back.
CONNECT_SECONDS = 15.0
FAILED_JOINS_AT_ONCE = 60
FAILED_JOINS_PER_SECOND = 2
FAILED_JOIN_PAUSE_S = 2.0

Clock = Callable[[], float]


class TooFast(Busy):
    """This person asks more than a person can; nothing was kept, the phone tries again later."""

    def __init__(self) -> None:
        DialogtischError.__init__(self, "too_fast")


class Bucket:
    """Holds `most` tokens at first and gets `per_second` new ones; `clock` gives seconds."""

    __slots__ = ("_at", "_clock", "_level", "_most", "_per_second")

    def __init__(self, most: float, per_second: float, clock: Clock = time.monotonic) -> None:
        self._most = self._level = float(most)
        self._per_second = per_second
        self._clock = clock
        self._at = clock()

    def take(self, tokens: float = 1.0) -> bool:
        """Whether that many tokens were there; then they are gone."""
        now = self._clock()
        self._level = min(self._most, self._level + (now - self._at) * self._per_second)
        self._at = now
        if self._level < tokens:
            return False
        self._level -= tokens
        return True


@dataclass(slots=True)
class Caller:
    """One person or staff link in one dialogue, with all its connections, the oldest first."""

    connections: list[str] = field(default_factory=list)
    commands: Bucket = field(default_factory=lambda: Bucket(COMMANDS_AT_ONCE, COMMANDS_PER_SECOND))
    repeats: Bucket = field(default_factory=lambda: Bucket(REPEATS_AT_ONCE, REPEATS_PER_SECOND))


class FailedJoins:
    """Counts wrong codes of everybody together; right ones are never counted nor slowed."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._allowed = Bucket(FAILED_JOINS_AT_ONCE, FAILED_JOINS_PER_SECOND, clock)

    def pause(self) -> float:
        """Seconds to wait before the next wrong code is answered."""
        return 0.0 if self._allowed.take() else FAILED_JOIN_PAUSE_S
