"""What waits for a live dialogue's next turn: commands for an append, readers for a steady copy."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import msgspec

from rooms.dialogue import Command, Dialogue
from rooms.errors import DialogtischError
from rooms.messages import Actor, Answer, Call

T = TypeVar("T")

MOST_WAITING = 10_000
MOST_PER_APPEND = 500
GATHER_S = 0.015
"""At least this long from one append to the next, so that a hall's votes share them."""


class Waiting(msgspec.Struct, frozen=True):
    call: Call
    command: Command
    answer: Callable[[Answer], None]


class Queue:
    """The commands of one dialogue, in the order they came."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._taken_at = 0.0
        self._is_crowded = False
        self._served: Actor | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= MOST_WAITING

    def add(self, waiting: Waiting) -> None:
        self._waiting.append(waiting)

    def pause(self) -> float:
        """So many seconds are given to others, so that they share the way to the disk.

        Somebody alone, who gives one command after the other, waits for nobody.
        """
        alone = len(self._waiting) == 1 and self._waiting[0].call.by == self._served
        return 0.0 if alone else max(0.0, self._taken_at + GATHER_S - time.monotonic())

    def take(self) -> list[Waiting]:
        """The next batch, which must not be empty."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_PER_APPEND))]
        now, by = time.monotonic(), batch[-1].call.by
        closely = now < self._taken_at + 2 * GATHER_S
        self._is_crowded = len(batch) > 1 or (closely and by != self._served)
        self._taken_at, self._served = now, by
        return batch

    @property
    def next_append(self) -> float | None:
        """When a crowd's next append may begin, by the monotonic clock; None: there is no crowd."""
        return self._taken_at + GATHER_S if self._is_crowded else None

    def take_all(self) -> list[Waiting]:
        waiting, self._waiting = self._waiting, deque()
        return list(waiting)


class Readers:
    """Those who want to read the copy at a moment when it is exactly what the log holds."""

    def __init__(self) -> None:
        self._readers: list[Callable[[Dialogue | DialogtischError], None]] = []

    def add(self, reader: Callable[[Dialogue], T]) -> "asyncio.Future[T]":
        """What `reader` will have made of the copy."""
        read: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._readers.append(lambda found: _resolve(read, reader, found))
        return read

    def __len__(self) -> int:
        return len(self._readers)

    def serve(self, found: Dialogue | DialogtischError, first: int | None = None) -> None:
        """Gives it to everybody, or to the first of them; the others go on waiting."""
        first = len(self) if first is None else first
        readers, self._readers = self._readers[:first], self._readers[first:]
        for reader in readers:
            reader(found)


def _resolve(
    future: "asyncio.Future[T]", reader: Callable[[Dialogue], T], found: Dialogue | DialogtischError
) -> None:
    if future.done():
        return
    try:
        if isinstance(found, DialogtischError):
            raise found
        future.set_result(reader(found))
    except Exception as wrong:
        future.set_exception(wrong)
