"""An end to what is written down: a flood of broken packets must not fill the disk with logs."""

import logging
import time
from collections import Counter
from collections.abc import Callable

from server.limits import Bucket

AT_ONCE = 20
PER_SECOND = 0.2
ALL_AT_ONCE = 500
ALL_PER_SECOND = 5.0
MOST_KINDS = 500
OTHERS = "others"


class Patience:
    """Each kind of line may be written so often, and all of them together so often.

    `asked` answers None when a line is one too many, else how many of its kind were left out.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all = Bucket(ALL_AT_ONCE, ALL_PER_SECOND, clock)
        self._kinds: dict[str, Bucket] = {}
        self._left_out: Counter[str] = Counter()

    def asked(self, kind: str) -> int | None:
        if kind not in self._kinds and len(self._kinds) >= MOST_KINDS:
            kind = OTHERS
        bucket = self._kinds.setdefault(kind, Bucket(AT_ONCE, PER_SECOND, self._clock))
        if not (bucket.take() and self._all.take()):
            self._left_out[kind] += 1
            return None
        return self._left_out.pop(kind, 0)


def quiet_logger(name: str) -> logging.Logger:
    """A library's logger that says errors only: each broken packet is a warning to it."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.ERROR)
    return logger
