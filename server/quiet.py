"""Loggers of libraries that would write a traceback for every broken packet somebody sends."""

import logging
from collections import Counter


class FirstOfEach(logging.Filter):
    """Lets the first record of each wording through and counts the others in `seen`."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        wording = str(record.msg)[:100]
        if len(self.seen) < 1_000 or wording in self.seen:
            self.seen[wording] += 1
        return self.seen[wording] == 1


def quiet_logger(name: str) -> logging.Logger:
    """The library's logger, for errors only, each wording once."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.ERROR)
    if not any(isinstance(known, FirstOfEach) for known in logger.filters):
        logger.addFilter(FirstOfEach())
    return logger
