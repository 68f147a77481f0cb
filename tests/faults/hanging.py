"""The product's server, which stands still for ever once it gets SIGUSR1."""

import signal
import sys
import time

from server.__main__ import main


def stand_still(*_: object) -> None:
    while True:
        time.sleep(60)


signal.signal(signal.SIGUSR1, stand_still)
main(sys.argv[1:])
