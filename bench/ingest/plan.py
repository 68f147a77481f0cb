"""What all servers are asked: who votes, how often, for what."""

from pathlib import Path

SCRIPT = Path(__file__).with_name("vote.lua")
PHONES = 1_000
DOTS = 5
OPTIONS = 20
RATES = (200, 1_000, 4_000)
MOST_FOR_STOCK = 1_000  # more than one core can do: votes would only wait
TURN_SECONDS = 2.0
TURNS = 5
EVERYBODY_RATE = 20
EVERYBODY_TURNS = 3


def mark(nth: int) -> tuple[int, int]:
    """The option and the dots of a phone's nth vote: five on five options, all taken back, on."""
    round_, place = divmod(nth, DOTS)
    return (round_ // 2 * DOTS + place) % OPTIONS, 1 - round_ % 2
