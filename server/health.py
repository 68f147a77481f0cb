"""Whether all is well: asks the storage itself, and knows when the server goes down.

Three questions, because a wrong answer to the wrong asker ends an evening: a proxy that took "the
store is away" for "this process is dead" would cut every phone off while all of them wait safely.
"""

import asyncio
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rooms.errors import DialogtischError
from rooms.hall import Hall
from rooms.log import PartlyAway
from server.storage import Storage

WRITES = ("durable", "not_durable")
ANSWER_WITHIN_S = 2.0
BELIEVED_S = 1.0


class Health:
    """`/healthz` for people and alarms, `/healthz/ready` for a proxy, `/healthz/live` to restart.

    `state` and `reachable` are what the storage said last; asking again costs it little.
    """

    def __init__(self, hall: Hall, storage: Storage, leaving: asyncio.Event) -> None:
        self.reachable = True
        self._partly = False
        self._leaving = leaving
        self._hall = hall
        self._storage = storage
        self._asked_at = -BELIEVED_S
        self._asking: asyncio.Task[bool] | None = None

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self.whole),
            Route("/healthz/ready", self.ready),
            Route("/healthz/live", self.live),
        ]

    @property
    def state(self) -> str:
        """durable or not_durable while everything is kept, else what is wrong."""
        if self._leaving.is_set():
            return "going_down"
        state = self._storage.state()
        if state not in WRITES:
            return state
        if not self.reachable:
            return "partly_away" if self._partly else "away"
        return "partly_away" if self._hall.unread else state

    async def whole(self, _: Request) -> Response:
        """200 only if what is posted now will be kept."""
        await self.look()
        state = self.state
        well = state in WRITES
        return JSONResponse({"ok": well, "storage": state}, 200 if well else 503)

    async def ready(self, _: Request) -> Response:
        """200 unless this process goes down: the storage is the same for all of them."""
        leaves = self._leaving.is_set()
        return JSONResponse({"ok": not leaves}, 503 if leaves else 200)

    async def live(self, _: Request) -> Response:
        """200 whenever the loop comes round to it; starting it anew would mend nothing else."""
        return JSONResponse({"ok": True})

    async def look(self) -> None:
        """Asks the storage, at most once a second however many want to know."""
        if self._asking is None and time.monotonic() - self._asked_at < BELIEVED_S:
            return
        if self._asking is None:
            self._asking = asyncio.create_task(self._answers())
        self.reachable = await asyncio.shield(self._asking)

    async def _answers(self) -> bool:
        """Of a cluster, every node that has dialogues must answer and serve them."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._hall.storage.check()
        except (DialogtischError, TimeoutError) as away:
            self._partly = isinstance(away, PartlyAway)
            return False
        finally:
            self._asked_at = time.monotonic()
            self._asking = None
        return True
