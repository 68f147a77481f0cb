"""Finding a dialogue by the code somebody typed, without making it easy to guess codes."""

import asyncio

from rooms.errors import Erased, Forgotten
from rooms.hall import Hall
from rooms.live import LiveDialogue
from server.limits import FailedJoins


class KnownCodes:
    """Right codes are never slowed down; wrong ones are, for everybody together."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self._failed_joins = FailedJoins()

    async def live(self, code: str) -> LiveDialogue:
        """As Hall.live. Raises Forgotten after a pause when there were too many wrong codes."""
        try:
            return await self.hall.live(code)
        except Erased:
            raise
        except Forgotten:
            await asyncio.sleep(self._failed_joins.pause())
            raise
