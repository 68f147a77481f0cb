"""The organiser, who works over HTTP: erases cards, makes a second dialogue beside the first.

Asks until there is an answer, or is cut off.
"""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from campaigns.faults.history import Connection, Fields, Made, Order, Send
from campaigns.faults.rules import Who
from server.phones import Desk, NotAnswered

AGAIN_SECONDS = 0.15
ORGANISER = Who("organiser", "moderator")


class Organiser:
    """`waiting`: erasings that have no answer yet and will be asked for again."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def waits(self) -> bool:
        return bool(self._under_way)

    def erase(self, card: str, process: int, patient: bool = True) -> None:
        """Without patience it is asked for once, and what comes of it is the servers' business."""
        history = self._stage.history
        number = len(history.erasings) + 1
        body = {"name": "EraseCard", "card": card, "reason": f"Name {self._stage.seed}.{number}"}
        order = Order(ORGANISER, f"erasing.{number}", body, "organiser", history.now())
        history.erasings.append(order)
        self._begin(self._see_through(order, process, patient))

    def make(self, wanted: Fields, process: int) -> None:
        """Asks for a dialogue until one is made; what was begun before an answer is nobody's."""
        made = Made(wanted)
        self._stage.history.made.append(made)
        self._begin(self._make(made, process))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def desk(self, process: int) -> Desk:
        """The organiser's browser at one of the processes."""
        desk = Desk(f"http://127.0.0.1:{self._stage.house.ports[process]}")
        desk._cookies = dict(self._stage.desk._cookies)
        return desk

    async def _make(self, made: Made, process: int) -> None:
        while not made.code:
            try:
                said = await self.desk(process).post("/api/dialogues", made.wanted)
                made.code, made.link = said["code"], said["moderator_link"]
            except NotAnswered as no:
                if _reason(str(no)).get("error") == "refused":
                    self._stage.history.odd(f"I4 a dialogue was not made: {no}")
                    return
            except OSError:
                pass
            process = (process + 1) % self._stage.house.processes
            await asyncio.sleep(AGAIN_SECONDS)

    async def _see_through(self, order: Order, process: int, patient: bool) -> None:
        while await self._ask(order, process) not in ("done", "refused") and patient:
            await asyncio.sleep(AGAIN_SECONDS)
            process = (process + 1) % self._stage.house.processes

    async def _ask(self, order: Order, process: int) -> str:
        """done, refused, or why it has to be asked again."""
        stage = self._stage
        now = stage.history.now()
        send = Send(Connection("organiser", process, now), now)
        order.sends.append(send)
        asked = {"card": order.body["card"], "reason": order.body["reason"]}
        try:
            said = await self.desk(process).post(f"/api/dialogues/{stage.code}/erasures", asked)
        except NotAnswered as no:
            said = _reason(str(no))
        except OSError:
            return "unreachable"
        send.heard, send.answer = stage.history.now(), said
        return "done" if said.get("ok") else str(said.get("error"))


def _reason(said: str) -> Fields:
    """What stands in a refusal of HTTP, after the status."""
    try:
        found: Fields = json.loads(said[said.index("{") :])
    except ValueError:
        return {"ok": False, "error": "unreadable", "reason": said[:80]}
    return found
