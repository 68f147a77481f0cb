"""How far this process's copy of a dialogue can be trusted, and comparing it with the log.

In doubt are: a copy whose storage was away, one of which a page knows otherwise, and one whose log
may have lost its end. Only the task of the dialogue compares, between appends.
"""

from collections.abc import Callable

from rooms.errors import Corrupted, Unavailable
from rooms.log import Stored
from rooms.writer import Writer


class Trust:
    """In the copy of one writer."""

    def __init__(self, writer: Writer) -> None:
        self.is_doubtful = True
        self.believes_pages = True
        """Once per return of the storage, for pages may lie about what they have seen."""
        self._writer = writer
        self._suspicion = ""
        self._arrived: list[Stored] = []

    def absorb(self, entries: list[Stored]) -> None:
        self._arrived.extend(entries)

    def suspect(self, because: str) -> None:
        self._suspicion = because

    @property
    def is_suspect(self) -> bool:
        """Whether a new epoch has still to begin."""
        return bool(self._suspicion)

    def doubt(self) -> None:
        """The storage was away: it may have lost something."""
        self.is_doubtful = self.believes_pages = True

    async def compare(self, knows_other: Callable[[], bool]) -> None:
        """Brings the copy to what the log holds, as far as the storage can be reached."""
        try:
            await self._take_in_arrived()
            if self.is_doubtful:
                await self._writer.catch_up()
                self.is_doubtful = False
            if self._suspicion:
                await self._writer.begin_epoch(self._suspicion)
                self._suspicion = ""
            if knows_other():
                await self._look_for_lost_history(knows_other)
        except Unavailable:
            self.is_doubtful = True

    async def _take_in_arrived(self) -> None:
        arrived, self._arrived = self._arrived, []
        try:
            self._writer.take_in(arrived)
        except Corrupted:
            await self._writer.catch_up()

    async def _look_for_lost_history(self, knows_other: Callable[[], bool]) -> None:
        """A page knows of what is not in the copy: if the log lacks it too, it was lost."""
        await self._writer.catch_up()
        if self.believes_pages and knows_other():
            self.believes_pages = False
            await self._writer.begin_epoch("a page has heard of what the log does not hold")
