"""What becomes of a no: when it may be given, and when the log keeps it.

A command that was sent before, by a connection that is lost now, may have a copy that is still on
its way. Whoever is told no must be able to rely on it, so that copy has to find the no in the log.
"""

from rooms.dialogue import Dialogue, Event

RETURNING_MS = 10_000
"""So long after history was lost nobody is refused: what a command builds on, somebody's joining or
a round's opening, may just be on its way back from another phone."""


class RefusalKept(Event, frozen=True):
    """A repeated command was refused, and so will be every copy of it that comes later."""

    command: str
    reason: str

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.put(dialogue.refused, self.command, self.reason)


def history_returns(dialogue: Dialogue, now: int) -> bool:
    """An epoch that began because of a loss bears its time; one that erasing began says nothing."""
    return 0 <= now - dialogue.lost_at < RETURNING_MS
