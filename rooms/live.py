"""A live dialogue: the one task that owns this process's copy, its commands and its audiences.

Commands that arrive while an append is under way wait and go into the next one together. Answers,
welcomes and frames leave only between appends, when the copy is what the log holds.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from rooms.audiences import Audiences
from rooms.counts import Marked, counts
from rooms.dialogue import Command, Dialogue
from rooms.errors import Busy, Corrupted, DialogtischError, Erased, Forgotten, Unavailable
from rooms.guests import Guest, Guests, Welcome
from rooms.log import Log, Position, Stored
from rooms.messages import NOTHING_SEEN, Actor, Answer, Call, Seen
from rooms.outlet import Outlet
from rooms.rest import Rest
from rooms.trust import Trust
from rooms.waiting import Queue, Readers, Waiting
from rooms.writer import INTERNAL, Writer

log = structlog.get_logger(__name__)

T = TypeVar("T")


class LiveDialogue:
    """One dialogue in this process."""

    def __init__(
        self, dialogue: Dialogue, storage: Log, outlet: Outlet, clock: Callable[[], int]
    ) -> None:
        self.code = dialogue.code
        self.audiences = Audiences(dialogue.code, outlet)
        self.position = Position(dialogue.epoch, dialogue.version)
        self.compared_at = 0.0
        """When the log was last seen to end where the copy does, by the monotonic clock."""
        self._writer = Writer(dialogue, storage, clock)
        self._trust = Trust(self._writer)
        self._queue, self._rest = Queue(), Rest()
        self._guests = Guests(self.audiences)
        self._readers, self._doubters = Readers(), Readers()
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._broken: DialogtischError | None = None
        self._marked = Marked()
        self._closing = False
        self._task = asyncio.create_task(self._run(), name=f"dialogue {self.code}")

    @property
    def dialogue(self) -> Dialogue:
        """The copy; while an append is under way it may be ahead of the log."""
        return self._writer.dialogue

    @property
    def has_company(self) -> bool:
        """Whether anybody is connected, or has just come and waits for the welcome."""
        return bool(len(self.audiences) or self._guests)

    def submit(self, call: Call, command: Command, answer: Callable[[Answer], None]) -> None:
        """Have a command decided; `answer` is called once it is on disk, or refused, or failed."""
        if self._closing:
            answer(Answer.failed(Unavailable("going_down")))
        elif self._queue.is_full:
            answer(Answer.failed(Busy()))
        else:
            waiting = Waiting(call, command, answer)
            self._marked.arrived(waiting)
            self._queue.add(waiting)
            self._wake.set()

    async def perform(self, call: Call, command: Command) -> Answer:
        """As `submit`, for those who can wait."""
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.submit(
            call, command, lambda answer: None if answered.done() else answered.set_result(answer)
        )
        return await answered

    def hello(
        self,
        connection: str,
        by: Actor,
        epoch: int | None,
        version: int | None,
        welcome: Callable[[Welcome | DialogtischError], None],
        seen: Seen = NOTHING_SEEN,
    ) -> None:
        """Seat a connection; `welcome` is called before any frame that comes after it."""
        if self._closing:
            welcome(Unavailable("going_down"))
            return
        self._guests.add(Guest(connection, by, epoch, version, welcome, seen))
        self._wake.set()

    def leave(self, connection: str) -> None:
        self._guests.leave(connection)
        self.audiences.leave(connection)

    def absorb(self, entries: list[Stored]) -> None:
        """Takes in what the log got; entries of this very process are skipped."""
        self._trust.absorb(entries)
        self._wake.set()

    def suspect(self, because: str) -> None:
        """The log may have lost its end: begin a new epoch, so that everybody looks again."""
        self._trust.suspect(because)
        self._wake.set()

    @property
    def is_suspect(self) -> bool:
        """Whether a new epoch has still to begin."""
        return self._trust.is_suspect

    def doubt(self) -> None:
        """The storage was away: compare positions before trusting the copy again."""
        self._trust.doubt()
        self._wake.set()

    async def read(self, reader: Callable[[Dialogue], T]) -> T:
        """What `reader` makes of the copy, at a moment when it is exactly what the log holds."""
        return await self._read_by(self._readers, reader)

    async def read_fresh(self, reader: Callable[[Dialogue], T]) -> T:
        """As `read`, after another look at the log: for saying no. Raises Unavailable."""
        return await self._read_by(self._doubters, reader)

    async def _read_by(self, readers: Readers, reader: Callable[[Dialogue], T]) -> T:
        if self._closing:
            raise Unavailable("going_down")
        done = readers.add(reader)
        self._wake.set()
        return await done

    async def close(self) -> None:
        """Finishes what was begun, then lets go."""
        self._closing = True
        self._wake.set()
        await self._task
        if self._timer:
            self._timer.cancel()

    async def _run(self) -> None:
        while not (self._closing and not self._queue):
            await self._wake.wait()
            if self._queue and not self._closing and (pause := self._queue.pause()):
                await asyncio.sleep(pause)
            self._wake.clear()
            try:
                await self._turn()
            except Erased as erased:
                self._broken = erased
                self._fail(erased)
                self.audiences.cut_everybody(erased.reason)
            except (Corrupted, Forgotten) as broken:
                log.error("dialogue_broken", code=self.code, reason=str(broken))
                self._broken = broken
                self._fail(broken)
            except Exception:
                log.exception("dialogue_turn_failed", code=self.code)
                self._trust.is_doubtful = True
                self._fail(INTERNAL)
        self._fail(Unavailable("going_down"))

    async def _turn(self) -> None:
        if self._broken:
            self._fail(self._broken)
            return
        await self._compare()
        batch, answers = await self._write() if self._queue else ([], [])
        self.audiences.outlet.hold()
        try:
            self._answer(batch, answers)
            self._publish()
        finally:
            self.audiences.outlet.let_go()
        self._guests.greet(self.dialogue, self._trust)
        self._readers.serve(self.dialogue)
        self.position = self._writer.position
        if batch and (due := self._queue.next_append) is not None:
            # Not at once: what was just answered has still to leave.
            asyncio.get_running_loop().call_soon(self._rest.until, due)
        if self._queue or self._guests:
            self._wake.set()

    async def _compare(self) -> None:
        # Who doubts the copy while others' commands are under way, waits for the look after that.
        doubters = len(self._doubters)
        self._trust.is_doubtful |= bool(doubters)
        await self._trust.compare(lambda: self._guests.anybody_knows_other_than(self.dialogue))
        away = self._trust.is_doubtful
        self._doubters.serve(Unavailable("storage_away") if away else self.dialogue, doubters)

    async def _write(self) -> tuple[list[Waiting], list[Answer]]:
        """What was settled, and the answers that may leave now."""
        before, batch = self._writer.position, self._queue.take()
        try:
            answers = await self._writer.settle([(one.call, one.command) for one in batch])
        except (Unavailable, Busy) as failed:
            self._trust.is_doubtful = True
            answers = [Answer.failed(failed)] * len(batch)
        except Exception as failed:
            said = failed if isinstance(failed, DialogtischError) else INTERNAL
            self._answer(batch, [Answer.failed(said)] * len(batch))
            raise
        if self._writer.position != before:
            self.compared_at = time.monotonic()
        return batch, answers

    def _answer(self, batch: list[Waiting], answers: list[Answer]) -> None:
        for waiting, answer in zip(batch, answers, strict=True):
            counts.answered[type(waiting.command).__name__, answer.error or "ok"] += 1
            self._marked.answered(waiting, answer.ok)
            if answer.reason == "not_allowed":
                role, name = waiting.call.by.role, type(waiting.command).__name__
                log.warning("command_not_allowed", code=self.code, role=role, command=name)
            try:
                waiting.answer(answer)
            except Exception:  # a bug of one connection; the others of the batch wait for theirs
                log.exception("answer_failed", code=self.code)

    def _publish(self) -> None:
        if self._writer.replaced:
            self._writer.replaced = False
            self.dialogue.changed.clear()
            self.audiences.restart(self.dialogue)
        self.audiences.spread(self.dialogue)
        pause = self.audiences.flush(self.dialogue)
        if self._marked:
            self._marked.published(self.audiences.waiting())
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if pause is not None:
            self._timer = asyncio.get_running_loop().call_later(pause, self._wake.set)

    def _fail(self, failed: DialogtischError) -> None:
        waiting = self._queue.take_all()
        self._answer(waiting, [Answer.failed(failed)] * len(waiting))
        self._guests.turn_away(failed)
        self._readers.serve(failed)
        self._doubters.serve(failed)
