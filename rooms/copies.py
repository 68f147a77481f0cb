"""Waiting until replicas have what was appended, for those who want that before it is acknowledged.

What was appended and not copied in time is neither saved nor lost. Its dialogue is not read again
before the copies are made: a reader would take it for saved and acknowledge it.
"""

from rooms.errors import Unavailable, Unknown
from rooms.redis_cluster import Asking

COPY_MS = 2_000  # less than a line waits for any answer


class Copies:
    """`wanted`: how many replicas; 0 asks nobody."""

    def __init__(self, line: Asking, wanted: int) -> None:
        self.wanted = wanted
        self._line = line
        self._owed: set[str] = set()

    async def await_for(self, key: str) -> None:
        """Returns once what this line wrote is copied. Raises Unknown when it is not in time."""
        if self.wanted and await self._made(key) < self.wanted:
            raise Unknown("too_few_replicas")

    def owe(self, key: str) -> None:
        """What was written here last may not have been copied."""
        if self.wanted:
            self._owed.add(key)

    async def make_up_for(self, key: str) -> None:
        """Returns once everything in this stream is copied. Raises Unavailable until then."""
        if key in self._owed:
            await self.confirm(key)
            self._owed.discard(key)

    async def confirm(self, key: str) -> None:
        """As `make_up_for`, also for what another process wrote there."""
        # WAIT counts from this connection's own last write, and the connection may be a new one.
        await self._line.ask("SET", f"{key}:copied", 1, "PX", COPY_MS)
        if await self._made(key) < self.wanted:
            raise Unavailable("too_few_replicas")

    async def _made(self, key: str) -> int:
        return int(await self._line.ask("WAIT", self.wanted, COPY_MS, on=key))
