"""The product on a disk that others fill: SIGUSR1 leaves a little room, SIGUSR2 makes much again.

Only the question how much is free is answered otherwise; everything that acts on it is as it is.
"""

import shutil
import signal
import sys

from server.__main__ import main
from server.embedded import LEAST_FREE_BYTES

really = shutil.disk_usage
cramped = False


def usage(path: object) -> object:
    found = really(path)  # type: ignore[arg-type]
    return found._replace(free=LEAST_FREE_BYTES - 1) if cramped else found


def fill(*_: object) -> None:
    global cramped
    cramped = True


def clear(*_: object) -> None:
    global cramped
    cramped = False


shutil.disk_usage = usage  # type: ignore[assignment]
signal.signal(signal.SIGUSR1, fill)
signal.signal(signal.SIGUSR2, clear)
main(sys.argv[1:])
