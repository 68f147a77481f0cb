"""A live dialogue: the one task that owns this process's copy, its commands and its audiences.

Commands that arrive while an append is under way wait and go into the next one together. Answers,
welcomes and frames leave only between appends, when the copy is what the log holds.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import msgspec
import structlog

from rooms.audiences import Audiences, Outlet
from rooms.counts import Marked, counts
from rooms.dialogue import Command, Dialogue
from rooms.errors import (
    Busy,
    Corrupted,
    DialogtischError,
    Erased,
    Forgotten,
    Refused,
    Unavailable,
)
from rooms.log import Log, Position, Stored
from rooms.messages import NOTHING_SEEN, Actor, Answer, Call, Frame, Seen
from rooms.writer import INTERNAL, Writer

log = structlog.get_logger(__name__)

T = TypeVar("T")

MOST_WAITING = 10_000
MOST_PER_APPEND = 500
RETURNING_MS = 10_000
"""So long after history was lost nobody is refused: what a command builds on, somebody's joining or
a round's opening, may just be on its way back from another phone."""
GATHER_S = 0.010
"""At least this long from one append to the next, so that a hall's votes share them."""


class Welcome(msgspec.Struct, frozen=True):
    """The answer to a hello: where the dialogue stands and the frames the connection needs."""

    epoch: int
    version: int
    frames: list[Frame]


class Guest(msgspec.Struct, frozen=True):
    """A connection that said hello, and what it holds already."""

    connection: str
    by: Actor
    epoch: int | None
    version: int | None
    welcome: Callable[[Welcome | DialogtischError], None]
    seen: Seen = NOTHING_SEEN


class Waiting(msgspec.Struct, frozen=True):
    call: Call
    command: Command
    answer: Callable[[Answer], None]


class LiveDialogue:
    """One dialogue in this process."""

    def __init__(
        self, dialogue: Dialogue, storage: Log, outlet: Outlet, clock: Callable[[], int]
    ) -> None:
        self.code = dialogue.code
        self.audiences = Audiences(dialogue.code, outlet)
        self.position = Position(dialogue.epoch, dialogue.version)
        self._writer = Writer(dialogue, storage, clock)
        self._clock = clock
        self._log = storage
        self._waiting: deque[Waiting] = deque()
        self._guests: list[Guest] = []
        self._readers: list[Callable[[Dialogue | DialogtischError], None]] = []
        self._arrived: list[Stored] = []
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._doubtful = True
        self._believing = True
        self._suspicion = ""
        self._broken: DialogtischError | None = None
        self._marked = Marked()
        self._closing = False
        self.compared_at = 0.0
        """When the log was last seen to end where the copy does, by the monotonic clock."""
        self._appended_at = 0.0
        self._served: Actor | None = None
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
        elif len(self._waiting) >= MOST_WAITING:
            answer(Answer.failed(Busy()))
        else:
            waiting = Waiting(call, command, answer)
            self._marked.arrived(waiting)
            self._waiting.append(waiting)
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
        self._guests.append(Guest(connection, by, epoch, version, welcome, seen))
        self._wake.set()

    def leave(self, connection: str) -> None:
        self._guests = [guest for guest in self._guests if guest.connection != connection]
        self.audiences.leave(connection)

    def absorb(self, entries: list[Stored]) -> None:
        """Takes in what the log got; entries of this very process are skipped."""
        self._arrived.extend(entries)
        self._wake.set()

    def suspect(self, because: str) -> None:
        """The log may have lost its end: begin a new epoch, so that everybody looks again."""
        self._suspicion = because
        self._wake.set()

    @property
    def is_suspect(self) -> bool:
        """Whether a new epoch has still to begin."""
        return bool(self._suspicion)

    def doubt(self) -> None:
        """The storage was away: compare positions before trusting the copy again."""
        self._doubtful = self._believing = True
        self._wake.set()

    async def read(self, reader: Callable[[Dialogue], T]) -> T:
        """What `reader` makes of the copy, at a moment when it is exactly what the log holds."""
        if self._closing:
            raise Unavailable("going_down")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._readers.append(lambda found: _resolve(done, reader, found))
        self._wake.set()
        return await done

    async def read_fresh(self, reader: Callable[[Dialogue], T]) -> T:
        """As `read`, after another look at the log: for saying no. Raises Unavailable."""
        self._doubtful = True

        def fresh(found: Dialogue) -> T:
            if self._doubtful:  # the log could not be reached
                raise Unavailable("storage_away")
            return reader(found)

        return await self.read(fresh)

    async def close(self) -> None:
        """Finishes what was begun, then lets go."""
        self._closing = True
        self._wake.set()
        await self._task
        if self._timer:
            self._timer.cancel()

    async def _run(self) -> None:
        while not (self._closing and not self._waiting):
            await self._wake.wait()
            if self._waiting:
                await self._gather()
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
                self._doubtful = True
                self._fail(INTERNAL)
        self._fail(Unavailable("going_down"))

    async def _gather(self) -> None:
        """Commands that follow each other closely share their way to the disk.

        Somebody alone, who gives one command after the other, waits for nobody.
        """
        pause = self._appended_at + GATHER_S - time.monotonic()
        alone = len(self._waiting) == 1 and self._waiting[0].call.by == self._served
        if pause > 0 and not alone and not self._closing:
            await asyncio.sleep(pause)

    async def _turn(self) -> None:
        if self._broken:
            self._fail(self._broken)
            return
        await self._compare()
        batch, answers = await self._write() if self._waiting else ([], [])
        self.audiences.outlet.hold()
        try:
            self._answer(batch, answers)
            self._publish()
        finally:
            self.audiences.outlet.let_go()
        self._greet()
        readers, self._readers = self._readers, []
        for reader in readers:
            reader(self.dialogue)
        self.position = self._writer.position
        if self._waiting:
            self._wake.set()

    async def _compare(self) -> None:
        """Brings the copy to what the log holds, as far as the storage can be reached."""
        try:
            await self._take_in_arrived()
            if self._doubtful:
                await self._writer.catch_up()
                self._doubtful = False
            if self._suspicion:
                await self._writer.begin_epoch(self._suspicion)
                self._suspicion = ""
            if any(self._knows_other(guest) for guest in self._guests):
                await self._look_for_lost_history()
        except Unavailable:
            self._doubtful = True

    async def _take_in_arrived(self) -> None:
        arrived, self._arrived = self._arrived, []
        try:
            self._writer.take_in(arrived)
        except Corrupted:
            await self._writer.catch_up()

    def _knows_other(self, guest: Guest) -> bool:
        """It knows of a version of this very epoch that the copy lacks, or has otherwise."""
        known = (guest.epoch, guest.version), (guest.seen.epoch, guest.seen.version)
        here = self.dialogue
        is_ahead = any(epoch == here.epoch and (to or 0) > here.version for epoch, to in known)
        return is_ahead or self._is_of_another_past(guest.seen)

    def _is_of_another_past(self, seen: Seen) -> bool:
        """The log has lost its end and grown again: what was seen has another stamp here."""
        here = self.dialogue
        if seen.stamp is None or seen.epoch != here.epoch or not 0 < seen.version <= here.version:
            return False
        return seen.stamp != here.stamp_at(seen.version)

    async def _look_for_lost_history(self) -> None:
        """A page knows of what is not in the copy: if the log lacks it too, it was lost.

        That is believed once per return of the storage, for pages may lie.
        """
        await self._writer.catch_up()
        if self._believing and any(self._knows_other(guest) for guest in self._guests):
            self._believing = False
            await self._writer.begin_epoch("a page has heard of what the log does not hold")

    async def _write(self) -> tuple[list[Waiting], list[Answer]]:
        """What was settled, and the answers that may leave now."""
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_PER_APPEND))]
        before, self._appended_at = self._writer.position, time.monotonic()
        self._served = batch[-1].call.by
        try:
            answers = await self._writer.settle([(one.call, one.command) for one in batch])
            if self._history_returns():
                answers = [_not_yet(answer) for answer in answers]
        except (Unavailable, Busy) as failed:
            self._doubtful = True
            answers = [Answer.failed(failed)] * len(batch)
        except Exception as failed:
            said = failed if isinstance(failed, DialogtischError) else INTERNAL
            self._answer(batch, [Answer.failed(said)] * len(batch))
            raise
        if self._writer.position != before:
            self.compared_at = time.monotonic()
        return batch, answers

    def _history_returns(self) -> bool:
        """The first epoch bears the time of the beginning, every other one that of a loss."""
        epoch, begun = self.dialogue.epoch, self.dialogue.begun_at
        return epoch > begun and 0 <= self._clock() - epoch < RETURNING_MS

    def _answer(self, batch: list[Waiting], answers: list[Answer]) -> None:
        for waiting, answer in zip(batch, answers, strict=True):
            counts.answered[type(waiting.command).__name__, answer.error or "ok"] += 1
            self._marked.answered(waiting, answer.ok)
            if answer.reason == "not_allowed":
                role, name = waiting.call.by.role, type(waiting.command).__name__
                log.warning("command_not_allowed", code=self.code, role=role, command=name)
            waiting.answer(answer)

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

    def _greet(self) -> None:
        guests, self._guests = self._guests, []
        for guest in guests:
            if not self._knows_other(guest):
                self._welcome(guest)
            elif self._doubtful:  # what it holds is newer than all we could show it now
                guest.welcome(Unavailable("storage_away"))
            elif self._believing:
                self._guests.append(guest)  # came during the append: first look for lost history
                self._wake.set()
            else:
                self._welcome(guest)

    def _welcome(self, guest: Guest) -> None:
        # No difference leads from a view of another past to this one.
        epoch = None if self._is_of_another_past(guest.seen) else guest.epoch
        try:
            frames = self.audiences.enter(
                self.dialogue, guest.connection, guest.by, epoch, guest.version
            )
        except Refused as no:  # the link was revoked after the connection had been let in
            guest.welcome(no)
            self.audiences.cut(guest.connection, no.reason)
            return
        position = self._writer.position
        guest.welcome(Welcome(position.epoch, position.version, frames))

    def _fail(self, failed: DialogtischError) -> None:
        waiting, self._waiting = self._waiting, deque()
        self._answer(list(waiting), [Answer.failed(failed)] * len(waiting))
        guests, self._guests = self._guests, []
        for guest in guests:
            guest.welcome(failed)
        readers, self._readers = self._readers, []
        for reader in readers:
            reader(failed)


def _not_yet(answer: Answer) -> Answer:
    """Not no, but: offer it again later."""
    return Answer.failed(Unavailable("history_returns")) if answer.error == "refused" else answer


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
