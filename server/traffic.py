"""What goes over the wires, counted: plain numbers for server/metrics.py.

One set for the process, as in rooms/counts.py. Only our own words may become a key here.
"""

from collections import Counter

from rooms.errors import DialogtischError, Forgotten

MOST_REASONS = 50


class Traffic:
    """Everything that the sockets of this process count."""

    def __init__(self) -> None:
        self.frames = 0
        """Views offered to a wire, one per wire."""
        self.frame_bytes = 0
        self.frames_missed = 0
        """Not written because the phone lagged behind; it catches up later."""
        self.acks = 0
        self.lagged = 0
        self.caught_up = 0
        self.malformed = 0
        self.cut: Counter[str] = Counter()
        """By reason, `stalled` among them: ten seconds without reading anything."""
        self.turned_away: Counter[str] = Counter()
        """Connections that were not let in, by reason; unknown_code is a failed join."""

    def turn_away(self, error: DialogtischError) -> str:
        """Counts it and gives the reason it was counted under."""
        # What was forgotten says its code, which is no reason and without end.
        reason = "unknown_code" if isinstance(error, Forgotten) else error.reason
        known = reason in self.turned_away or len(self.turned_away) < MOST_REASONS
        counted = reason if known else "other"
        self.turned_away[counted] += 1
        return counted


traffic = Traffic()
