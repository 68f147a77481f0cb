"""Commands on their way: sent in order, few at once, offered again with the same id.

Goes no faster than the server lets one person go; history that was lost goes beside the measure.
Commands about the same thing never travel together: when the server is busy it sends one back while
those behind it pass.
"""

import asyncio
import random
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from server.limits import (
    COMMANDS_AT_ONCE,
    COMMANDS_PER_SECOND,
    REPEATS_AT_ONCE,
    REPEATS_PER_SECOND,
)
from server.phones.line import Ack

Told = Callable[[str, float, Ack], None]
"""Called at each final answer: the command's name, seconds since it was first sent, the answer."""

MOST_UNDER_WAY = 8
ANSWERED_KEPT = 200
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 8.0
PASSING = ("busy", "unavailable", "internal")

# Some room below the server's limits: a hello costs too, and the network squeezes what was spaced.
AT_ONCE = COMMANDS_AT_ONCE * 3 // 4
SECONDS_APART = 1 / (COMMANDS_PER_SECOND * 0.98)
AGAIN_AT_ONCE = REPEATS_AT_ONCE * 3 // 4
AGAIN_SECONDS_APART = 1 / (REPEATS_PER_SECOND * 0.98)

LANES: dict[str, Callable[[dict[str, Any]], str | None]] = {
    "PostCard": lambda body: None,
    "EditCard": lambda body: f"card {body['card']}",
    "WithdrawCard": lambda body: f"card {body['card']}",
    "HideCard": lambda body: f"card {body['card']}",
    "UnhideCard": lambda body: f"card {body['card']}",
    "PlaceDots": lambda body: f"dots {body['ballot']}",
    "AnswerStatement": lambda body: f"answer {body['option']}",
}
"""What a command is about; None: about nothing else. All others wait for everything before them."""


@dataclass(slots=True, eq=False)
class Order:
    """One command and who waits for its answer."""

    body: dict[str, Any]
    answer: "asyncio.Future[Ack]"
    sent: float | None = None
    again: bool = False
    is_history: bool = False
    """It was acknowledged once; the storage has lost that."""


class Pace:
    """Says how long to wait before the next command; one call of `take` per command."""

    __slots__ = ("_apart", "_at_once", "_free_at")

    def __init__(self, at_once: int = AT_ONCE, seconds_apart: float = SECONDS_APART) -> None:
        self._at_once, self._apart = at_once, seconds_apart
        self._free_at = 0.0

    def wait(self, now: float) -> float:
        return max(0.0, self._free_at - now - self._at_once * self._apart)

    def take(self, now: float) -> None:
        self._free_at = max(self._free_at, now) + self._apart


class Outbox:
    """`offer` sends a command body with the callback for its answer, while the line is up."""

    def __init__(
        self, offer: Callable[[dict[str, Any], Callable[[Ack], None]], None], told: Told | None
    ) -> None:
        self._offer = offer
        self._told = told
        self._tab = secrets.token_hex(5)
        self._counter = 0
        self._unanswered: dict[str, Order] = {}
        self._answered: deque[dict[str, Any]] = deque(maxlen=ANSWERED_KEPT)
        self._under_way: set[str] = set()
        self._pace = Pace()
        self._again_pace = Pace(AGAIN_AT_ONCE, AGAIN_SECONDS_APART)
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = False
        self._tries = 0

    @property
    def pause(self) -> float:
        """Seconds until the next command may leave."""
        return self._pace.wait(time.monotonic())

    def put(self, name: str, fields: dict[str, Any]) -> "asyncio.Future[Ack]":
        """The future of the final answer."""
        self._counter += 1
        return self._add({"id": f"{self._tab}.{self._counter}", "name": name, **fields})

    def open(self) -> None:
        """The line is up."""
        self._is_open = True
        self._pump()

    def shut(self) -> None:
        """The line is down; what was under way may have arrived or not."""
        self._is_open = False
        self._under_way.clear()

    def offer_again(self) -> None:
        """History was lost: what was acknowledged goes out again, with the same ids and first."""
        answered, self._answered = list(self._answered), deque(maxlen=ANSWERED_KEPT)
        later, self._unanswered = self._unanswered, {}
        for body in answered:
            self._add(body, is_history=True)
        self._unanswered.update(later)

    def fail(self, error: Exception) -> None:
        """There will be no answers any more."""
        self.shut()
        if self._timer:
            self._timer.cancel()
        for order in self._unanswered.values():
            if not order.answer.done():
                order.answer.set_exception(error)
                order.answer.exception()  # seen: whoever does not wait need not be warned
        self._unanswered.clear()

    def _add(self, body: dict[str, Any], is_history: bool = False) -> "asyncio.Future[Ack]":
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._unanswered[body["id"]] = Order(body, answer, again=is_history, is_history=is_history)
        self._pump()
        return answer

    def _pump(self) -> None:
        if not self._is_open or self._timer:
            return
        now = time.monotonic()
        for order in self._free():
            if order.body["id"] in self._under_way:
                continue
            if len(self._under_way) >= MOST_UNDER_WAY:
                return
            if pause := self._pace_of(order, now).wait(now):
                self._pause(pause)
                return
            self._send(order, now)

    def _free(self) -> Iterator[Order]:
        """What need not wait for the answer to something before it."""
        taken: set[str] = set()
        for place, order in enumerate(self._unanswered.values()):
            lane = LANES.get(order.body["name"])
            if lane is None:
                if place == 0:
                    yield order
                return
            about = lane(order.body)
            if about is None or about not in taken:
                yield order
            if about is not None:
                taken.add(about)

    def _send(self, order: Order, now: float) -> None:
        self._pace_of(order, now).take(now)
        order.sent = order.sent or now
        self._under_way.add(order.body["id"])
        body = {**order.body, "again": True} if order.again else order.body
        order.again = True
        self._offer(body, lambda ack: self._hear(order, ack))

    def _pace_of(self, order: Order, now: float) -> Pace:
        is_beside = order.is_history and not self._again_pace.wait(now)
        return self._again_pace if is_beside else self._pace

    def _hear(self, order: Order, ack: Ack) -> None:
        self._under_way.discard(order.body["id"])
        if ack["ok"] or ack["error"] not in PASSING:
            self._settle(order, ack)
        elif not self._timer:
            self._try_later()
        self._pump()

    def _settle(self, order: Order, ack: Ack) -> None:
        if self._unanswered.pop(order.body["id"], None) is None:
            return  # answered before the line was lost, and once more after it came back
        self._tries = 0
        if ack["ok"]:
            self._answered.append(order.body)
        if self._told:
            self._told(order.body["name"], time.monotonic() - (order.sent or 0.0), ack)
        if not order.answer.done():
            order.answer.set_result(ack)

    def _try_later(self) -> None:
        """Whoever finds the server busy again and again asks ever less often."""
        longest = min(FIRST_RETRY_SECONDS * 2**self._tries, LONGEST_RETRY_SECONDS)
        self._tries += 1
        self._pause(longest * (0.5 + random.random() / 2))

    def _pause(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._resume)

    def _resume(self) -> None:
        self._timer = None
        self._pump()
