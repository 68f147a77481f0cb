"""One process's copy of a dialogue and its way to the log: decide, append, catch up.

Commands of a batch are applied as they are decided, each on top of the one before, and taken back
if the append loses against another process; then the copy catches up and they are decided anew.
Only one task may use a writer. After `settle` or `catch_up` the copy is what the log holds.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from rooms.counts import counts
from rooms.dialogue import Command, Dialogue, Event, Place, check_there, decide
from rooms.entries import apply_events, apply_stored, body_of, seal_of, write_entry
from rooms.errors import (
    Busy,
    Conflict,
    Corrupted,
    DialogtischError,
    Refused,
    Unavailable,
    Unknown,
)
from rooms.log import Log, Position, Stored
from rooms.mending import replay_mended
from rooms.messages import Answer, Call
from rooms.refusals import RefusalKept, history_returns
from rooms.setting import EpochBegun

log = structlog.get_logger(__name__)

MOST_TRIES = 20
PATIENCE_S = 8.0
RETRY_PAUSE_S = 0.2
INTERNAL = DialogtischError("internal")
NONE_LOST = -1

Order = tuple[Call, Command]


class Writer:
    """`replaced` tells that the copy is another one since it was last looked at."""

    def __init__(self, dialogue: Dialogue, storage: Log, clock: Callable[[], int]) -> None:
        self.dialogue = dialogue
        self.code = dialogue.code
        self.replaced = False
        self._log = storage
        self._clock = clock
        self._lost_epoch = NONE_LOST

    @property
    def position(self) -> Position:
        return Position(self.dialogue.epoch, self.dialogue.version)

    async def settle(self, batch: Sequence[Order]) -> list[Answer]:
        """The answers to a batch, once what was accepted is on disk. Raises Unavailable, Busy.

        After an unknown outcome the log is read. If the append did reach it, its answers stand, the
        refusals too: decided again, what was refused would come behind what its sender said next.
        Otherwise the same commands are decided again, and if the append still reaches the log
        later, one of the two fails.
        """
        tried: list[list[Answer]] = []
        if self._owes_epoch:
            await self.catch_up()
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        for _ in range(MOST_TRIES):
            before, seal = self.position, self.dialogue.seal
            place = self.dialogue.begin()
            answers, entries = self._decide(batch)
            try:
                settled = await self._append(before, seal, entries, answers)
            except Unknown:
                counts.appends_unknown += 1
                self._take_back(place)
                tried += [answers] if entries else []
                await self._catch_up_patiently(deadline)
                if (landed := self._landed(batch, tried)) and await self._vouched():
                    return landed
                continue
            except BaseException:
                self._take_back(place)
                raise
            if settled:
                self.dialogue.commit()
                return answers
            counts.appends_lost += 1
            self._take_back(place)
            await self.catch_up(self._log.missed(self.code))
            if (landed := self._landed(batch, tried)) and await self._vouched():
                return landed
        raise Busy

    def _landed(self, batch: Sequence[Order], tried: Sequence[list[Answer]]) -> list[Answer] | None:
        """The answers of an append that reached the log after all, if one of these did."""
        for answers in tried:
            pairs = [(call, a) for (call, _), a in zip(batch, answers, strict=True)]
            if all(self._stands(call, answer) for call, answer in pairs):
                return answers
        return None

    def _stands(self, call: Call, answer: Answer) -> bool:
        """Whether what the log had to keep for this answer is there."""
        heard = self.dialogue.heard.get(call.id)
        if answer.ok:
            return heard is not None and heard.version == answer.version
        return not (call.again and answer.error == "refused") or call.id in self.dialogue.refused

    async def _vouched(self) -> bool:
        """Whether what the copy holds may be acknowledged, though this append did not bring it."""
        return await self._log.vouch(self.code, self.position, self.dialogue.seal)

    def take_in(self, entries: Sequence[Stored]) -> None:
        """Applies entries that others wrote; those it has already are skipped. Raises Corrupted."""
        for stored in entries:
            newer_epoch = stored.position.epoch > self.dialogue.epoch
            if newer_epoch or stored.position.version > self.dialogue.version:
                apply_stored(self.dialogue, stored)
                self.replaced = self.replaced or newer_epoch

    async def catch_up(self, missed: list[Stored] | None = None) -> None:
        """Brings the copy to the end of the log, and begins a new epoch if history was lost.

        `missed`: what the log holds from the copy's last entry on, if it was just told.
        Raises Unavailable, Forgotten, Corrupted.
        """
        await self._read_on(missed)
        while self._owes_epoch:
            if not await self._begin_epoch("the log lost entries this process had seen"):
                await self._read_on()

    async def begin_epoch(self, because: str) -> None:
        """Says in the log that entries before this point may be lost, so that all look again.

        Should that fail, catching up does it later. Raises as `catch_up` does.
        """
        self._lost_epoch = self.dialogue.epoch
        if not await self._begin_epoch(because):
            await self.catch_up()

    @property
    def _owes_epoch(self) -> bool:
        return self.dialogue.epoch <= self._lost_epoch

    async def _read_on(self, missed: list[Stored] | None = None) -> None:
        """Takes in what is new, if the log still holds the entry that the copy stands on."""
        at = self.dialogue.version
        found = missed
        if found is None:
            found = await self._log.read(self.code, after=max(0, at - 1))
        try:
            if at and (not found or found[0].seal != self.dialogue.seal):
                raise Corrupted(self.code, at)
            self.take_in(found)
        except Corrupted:
            await self._read_afresh()

    async def _read_afresh(self) -> None:
        """Replaces a copy that has no place in the log by what the log tells from its beginning."""
        entries = await self._log.read(self.code)
        self._lost_epoch = max(self._lost_epoch, self.dialogue.epoch)
        self.dialogue = await replay_mended(self._log, self.code, entries, self._clock)
        check_there(self.dialogue)
        self.replaced = True

    async def _begin_epoch(self, because: str) -> bool:
        """Whether the log took it; if not, somebody else was quicker."""
        log.error("epoch_begun", code=self.code, because=because, version=self.dialogue.version)
        before, seal, at = self.position, self.dialogue.seal, self._clock()
        epoch = max(at, before.epoch + 1)
        place = self.dialogue.begin()
        begun = False
        try:
            entry = self._apply(epoch, f"epoch:{epoch}", at, b"", [EpochBegun(because=because)])
            begun = await self._log.append(self.code, before, epoch, [entry], seal)
        finally:
            if begun:
                counts.epochs_begun += 1
                self.dialogue.commit()
                self.replaced = True
            else:
                self._take_back(place)
        return begun

    def _decide(self, batch: Sequence[Order]) -> tuple[list[Answer], list[tuple[bytes, bytes]]]:
        answers: list[Answer] = []
        entries: list[tuple[bytes, bytes]] = []
        for call, command in batch:
            place = self.dialogue.place()
            try:
                answers.append(self._decide_one(call, command, entries))
            except Refused as no:
                answers.append(self._refuse(call, command, no, entries))
            except DialogtischError as said:
                answers.append(Answer.failed(said))
            except Exception:
                self.dialogue.take_back(place)
                log.exception("command_failed", code=self.code, command=type(command).__name__)
                answers.append(Answer.failed(INTERNAL))
        return answers, entries

    def _decide_one(
        self, call: Call, command: Command, entries: list[tuple[bytes, bytes]]
    ) -> Answer:
        body = body_of(command)
        heard = self.dialogue.heard.get(call.id)
        if heard:
            if heard.body and heard.body != body:  # erased words leave no digest to compare
                raise Conflict
            if call.id in self.dialogue.refused:
                raise Refused(self.dialogue.refused[call.id])
            stamp = self.dialogue.stamp_at(heard.version)
            return Answer(ok=True, version=heard.version, stamp=stamp)
        events = decide(self.dialogue, call, command)
        epoch = self.dialogue.epoch or call.at
        entries.append(self._apply(epoch, call.id, call.at, body, events))
        return Answer(ok=True, version=self.dialogue.version, stamp=self.dialogue.stamps[-1])

    def _refuse(
        self, call: Call, command: Command, no: Refused, entries: list[tuple[bytes, bytes]]
    ) -> Answer:
        """Says no so that it stays one: a copy that is still on its way must not be taken later."""
        if call.id in self.dialogue.refused:
            return Answer.failed(no)
        if history_returns(self.dialogue, self._clock()):  # not no, but: offer it again later
            return Answer.failed(Unavailable("history_returns"))
        # A half of a pair of characters has no body that could be kept, and is refused for ever.
        if call.again and self.dialogue.version and no.reason != "forbidden_characters":
            kept = RefusalKept(command=call.id, reason=no.reason)
            epoch, body = self.dialogue.epoch, body_of(command)
            entries.append(self._apply(epoch, call.id, call.at, body, [kept]))
        return Answer.failed(no)

    def _apply(
        self, epoch: int, command_id: str, at: int, body: bytes, events: list[Event]
    ) -> tuple[bytes, bytes]:
        payload = write_entry(command_id, at, body, events)
        seal = seal_of(self.dialogue.seal, payload)
        apply_events(self.dialogue, epoch, seal, (command_id, at, body), events)
        return payload, seal

    async def _append(
        self,
        before: Position,
        seal: bytes,
        entries: list[tuple[bytes, bytes]],
        answers: list[Answer],
    ) -> bool:
        """Appends what was accepted; if that is nothing, only compares: refusals are as fresh."""
        if not entries and all(answer.ok for answer in answers):
            return await self._vouched()
        epoch, since = max(1, self.dialogue.epoch), time.perf_counter()
        kept = await self._log.append(self.code, before, epoch, entries, seal)
        if kept and entries:
            counts.append_seconds.note(time.perf_counter() - since)
            counts.append_entries.note(len(entries))
            counts.appended_bytes += sum(len(payload) for payload, _ in entries)
        return kept

    def _take_back(self, place: Place) -> None:
        self.dialogue.take_back(place)
        self.dialogue.commit()

    async def _catch_up_patiently(self, deadline: float) -> None:
        """Catches up as soon as the storage answers; Unavailable once the deadline has passed.

        A storage that dies at every append and comes back would keep readers waiting for ever.
        """
        while True:
            try:
                await self.catch_up()
            except Unavailable:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(RETRY_PAUSE_S)
            else:
                if asyncio.get_running_loop().time() > deadline:
                    raise Unavailable("storage_away")
                return
