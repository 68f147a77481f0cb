"""I17: memory, open files, the log of the servers and what waits for a page stay bounded."""

import asyncio
from collections.abc import Iterator
from types import TracebackType

import msgpack
import psutil

from campaigns.faults.stage import Stage

LOOK_SECONDS = 0.2
MOST_GROWTH_BYTES = 60_000_000
MOST_FILES = 250
MOST_TOLD_BYTES = 2_000_000
MOST_QUEUED_BYTES = 80_000


class Bounds:
    """Looks at every process of a house again and again while an evening is played.

    What a process held when it was seen first is what it may grow from, for all evenings of the
    house.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._house = stage.house
        self._wrong: dict[str, str] = {}
        self._told_before = self._told()

    async def __aenter__(self) -> "Bounds":
        self._looking = asyncio.create_task(self._look_on())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._looking.cancel()
        await asyncio.gather(self._looking, return_exceptions=True)

    def broken(self) -> Iterator[str]:
        self._look()
        yield from self._wrong.values()
        yield from self._queue()

    async def _look_on(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        for number, pid in enumerate(self._house.pids):
            if pid is not None and self._house.opened[number].is_set():
                self._look_at(number, pid)
        if (told := self._told() - self._told_before) > MOST_TOLD_BYTES:
            self._wrong["told"] = f"I17 the servers have told {told} bytes in one evening"

    def _look_at(self, number: int, pid: int) -> None:
        try:
            process = psutil.Process(pid)
            memory, files = process.memory_info().rss, process.num_fds()
        except psutil.Error:
            return
        grown = memory - self._house.memory_at_first.setdefault(pid, memory)
        if grown > MOST_GROWTH_BYTES:
            self._wrong["memory"] = f"I17 process {number} has grown by {grown} bytes to {memory}"
        if files > MOST_FILES:
            self._wrong["files"] = f"I17 process {number} has {files} files open"

    def _told(self) -> int:
        return self._house.log.stat().st_size if self._house.log.exists() else 0

    def _queue(self) -> Iterator[str]:
        board = self._stage.board
        most = max((pair.most_in_one_go for pair in board.air.pairs), default=0)
        largest = sorted(len(msgpack.packb(seen.frame)) for seen in board.story.seen)[-2:]
        if most > MOST_QUEUED_BYTES + sum(largest):  # one fills the queue, one may come after it
            yield f"I17 {most} bytes waited for a page that did not read"
