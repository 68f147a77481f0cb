"""What many see together: one stream of frames for every audience that somebody here belongs to.

Published in turns, at most ten a second and fewer when the hall is large.
"""

import time
from collections import Counter
from typing import Any

from rooms.abilities import STAFF_ONLY
from rooms.dialogue import Dialogue, Shown
from rooms.messages import Audience, Frame
from rooms.outlet import Outlet
from rooms.views import Stream

STAFF_PAUSE_S = 0.1
CONNECTIONS_PER_SLOWER_SECOND = 25_000


class SharedViews:
    """Those of one dialogue in this process."""

    def __init__(self, code: str, outlet: Outlet) -> None:
        self._code = code
        self._outlet = outlet
        self._streams: dict[Audience, Stream] = {}
        self._listeners: Counter[Audience] = Counter()
        self._behind: dict[Audience, None] = {}
        self._passing: dict[str, Shown] = {}

    @property
    def has_staff(self) -> bool:
        return any(audience.is_staff for audience in self._streams)

    def join(self, dialogue: Dialogue, audience: Audience) -> Stream:
        """One connection more listens to this audience's stream."""
        stream = self._streams.get(audience)
        if stream is None:
            stream = self._streams[audience] = Stream(dialogue, audience)
            if audience.is_staff:
                for name, shown in self._passing.items():
                    stream.show_passing(name, shown)
        self._listeners[audience] += 1
        return stream

    def leave(self, audience: Audience) -> None:
        """One connection less does."""
        self._listeners[audience] -= 1
        if not self._listeners[audience]:
            del self._listeners[audience], self._streams[audience]

    def note(self, changed: set[tuple[str, Any]]) -> None:
        """Something of what is shared has changed: who sees it, is behind now."""
        for_all = {one for one in changed if one[0] not in STAFF_ONLY}
        for audience, stream in self._streams.items():
            seen = changed if audience.is_staff else for_all
            if seen:
                stream.pending |= seen
                self._behind[audience] = None

    def flush(self, dialogue: Dialogue, connections: int) -> float | None:
        """Publishes what is due; returns in how many seconds the next frame is, if any waits."""
        now = time.monotonic()
        waits: list[float] = []
        behind, self._behind = self._behind, {}
        for audience in behind:
            stream = self._streams.get(audience)
            if stream is None or not stream.pending:
                continue
            if stream.due > now:
                self._behind[audience] = None
                waits.append(stream.due - now)
                continue
            stream.due = now + _pause(audience, connections)
            self._advance(dialogue, stream)
        return min(waits) if waits else None

    def catch_up(self, dialogue: Dialogue, audience: Audience) -> Stream:
        """The stream of an audience, once it was told what it had still to be told."""
        stream = self._streams[audience]
        if stream.pending:
            self._advance(dialogue, stream)
        return stream

    def waiting(self) -> dict[Audience, float]:
        """Who has something still to be told, and when their turn is."""
        return {
            audience: self._streams[audience].due
            for audience in self._behind
            if audience in self._streams
        }

    def restart(self, dialogue: Dialogue) -> dict[Audience, Frame]:
        """Whole views of another copy of the dialogue, which are still to be told."""
        return {audience: stream.restart(dialogue) for audience, stream in self._streams.items()}

    def show_passing(self, name: str, shown: Shown | None) -> None:
        """Tells staff what is so at this moment, None: no more."""
        if self._passing.get(name) == shown:
            return
        self._passing.pop(name, None)
        if shown is not None:
            self._passing[name] = shown
        for audience, stream in self._streams.items():
            frame = stream.show_passing(name, shown) if audience.is_staff else None
            if frame:
                self.tell(audience, frame)

    def tell(self, audience: Audience, frame: Frame) -> None:
        """Gives a frame to every connection of an audience."""
        self._outlet.publish(self._code, audience, frame)

    def _advance(self, dialogue: Dialogue, stream: Stream) -> None:
        frame = stream.advance(dialogue)
        if frame:
            self.tell(stream.audience, frame)


def _pause(audience: Audience, connections: int) -> float:
    if audience.is_staff:
        return STAFF_PAUSE_S
    return STAFF_PAUSE_S + connections / CONNECTIONS_PER_SLOWER_SECOND
