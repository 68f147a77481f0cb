"""The product for phones that post like machines: no cap of cards a minute, else all the same."""

import rooms.cards
from server.__main__ import main

if __name__ == "__main__":
    rooms.cards.MINUTE_MS = 0
    main()
