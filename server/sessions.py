"""Sessions of staff that were ended: known to all processes by the storage, remembered here."""

import contextlib

from rooms.ended import Ended
from rooms.errors import Unavailable


class Sessions:
    """A session lasts `seconds` at most, so what was ended need not be remembered longer."""

    def __init__(self, ended: Ended, seconds: int) -> None:
        self._ended = ended
        self._seconds = seconds
        self._known_to_have_ended: set[str] = set()
        self.organisers = 0
        """How many of the organiser's links were ended, as far as it was asked."""

    async def end(self, session: str) -> None:
        """It is worth nothing from now on, in every process. Raises Unavailable."""
        await self._ended.end(session, self._seconds)
        self._known_to_have_ended.add(session)

    async def has_ended(self, session: str) -> bool:
        """While the storage is away nobody can tell; staff go on reading then, as phones do."""
        if session not in self._known_to_have_ended:
            with contextlib.suppress(Unavailable):
                if await self._ended.has(session):
                    self._known_to_have_ended.add(session)
        return session in self._known_to_have_ended

    async def ask_for_organisers(self) -> int:
        """Asked each time, for another process may have ended one; while it cannot, as before."""
        with contextlib.suppress(Unavailable):
            self.organisers = await self._ended.organisers()
        return self.organisers
