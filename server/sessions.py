"""Sessions of staff that were ended: known to all processes by the storage, remembered here."""

import contextlib
import time
from collections.abc import Callable, Iterable

from rooms.ended import Ended
from rooms.errors import Unavailable


class Sessions:
    """A session lasts `seconds` at most, so nobody need remember longer what was ended."""

    def __init__(
        self, ended: Ended, seconds: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ended = ended
        self._seconds = seconds
        self._clock = clock
        self._known_to_have_ended: dict[str, float] = {}
        self._organisers: int | None = None
        self._last_cut = ""

    async def end(self, session: str) -> None:
        """It is worth nothing from now on, in every process. Raises Unavailable."""
        await self._ended.end(session, self._seconds)
        self._remember(session)

    async def end_and_cut(self, session: str) -> None:
        """As `end`, and whoever is in by it has to go, in every process. Raises Unavailable."""
        await self.end(session)
        await self._ended.cut(session)

    async def cut_among(self, here: Iterable[str]) -> list[str]:
        """Those that have to go, asked only if any was cut since last time. Raises Unavailable."""
        last = await self._ended.last_cut()
        if last == self._last_cut:
            return []
        cut = [session for session in here if await self._ended.is_cut(session)]
        self._last_cut = last
        return cut

    async def has_ended(self, session: str) -> bool:
        """While the storage is away nobody can tell; staff go on reading then, as phones do."""
        if session not in self._known_to_have_ended:
            with contextlib.suppress(Unavailable):
                if await self._ended.has(session):
                    self._remember(session)
        return session in self._known_to_have_ended

    def _remember(self, session: str) -> None:
        """And forget those whose time is up anyway."""
        now = self._clock()
        ended = {**self._known_to_have_ended, session: now}
        fresh = {one: at for one, at in ended.items() if now - at < self._seconds}
        self._known_to_have_ended = fresh

    async def ask_for_organisers(self) -> int:
        """How many of the organiser's links were ended.

        Asked each time, for another process may have ended one; while it cannot be asked, as
        before. Raises Unavailable if it never could: an ended link must not open the door.
        """
        try:
            self._organisers = await self._ended.organisers()
        except Unavailable:
            if self._organisers is None:
                raise
        return self._organisers
