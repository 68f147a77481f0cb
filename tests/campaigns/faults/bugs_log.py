"""Bugs on the way to the log: appending, comparing, sealing, catching up, epochs."""

import asyncio
import contextlib
import hashlib
from typing import Any

from msgspec.structs import replace

import rooms.entries
import rooms.redis_log
import rooms.writer
from campaigns.faults.bugs import bug, swap, swap_while_acting
from rooms.errors import Unavailable, Unknown
from rooms.guests import Guest
from rooms.redis_line import Line, Script
from rooms.redis_log import RedisLog
from rooms.writer import Writer


@bug(
    "The answer leaves before the append has returned.",
    by="I1 I7",
    faults=("storage killed", "storage frozen"),
)
def ack_before_append(number: int) -> None:
    under_way = set()

    def hasty(append: Any) -> Any:
        async def answer_at_once(self: Writer, *asked: Any) -> bool:
            task = asyncio.ensure_future(append(self, *asked))
            under_way.add(task)
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            return True

        return answer_at_once

    swap(Writer, "_append", hasty)


@bug("A repeated command is not recognised.", by="I3", faults=("frames delivered twice",) * 2)
def repeats_are_not_recognised(number: int) -> None:
    def forgetful(decide: Any) -> Any:
        def decided(self: Writer, call: Any, command: Any, entries: Any) -> Any:
            self.dialogue.heard.pop(call.id, None)
            return decide(self, call, command, entries)

        return decided

    swap(Writer, "_decide_one", forgetful)


@bug(
    "The same id with another body is taken for a repeat.",
    by="I3",
    faults=("id forged with another body",) * 3,
)
def other_body_is_a_repeat(number: int) -> None:
    swap(rooms.writer, "body_of", lambda _: lambda command: b"same")


@bug("A lost reply is taken for success.", by="I1", faults=("storage killed", "storage frozen"))
def lost_reply_is_success(number: int) -> None:
    def trusting(append: Any) -> Any:
        async def appended(self: Writer, *asked: Any) -> bool:
            try:
                return bool(await append(self, *asked))
            except Unknown:
                return True

        return appended

    swap(Writer, "_append", trusting)


@bug(
    "A lost reply is taken for failure, and the command appended afresh.",
    by="I3",
    faults=("storage frozen", "storage frozen"),
)
def lost_reply_is_failure(number: int) -> None:
    _decide_afresh()


@bug(
    "The storage's client sends a script again when no answer came, and what was tried is decided "
    "afresh: alone neither the comparing append nor the ids would let the second one in.",
    by="I3",
    faults=("storage frozen",) * 3,
)
def retries_on(number: int) -> None:
    def naive(run: Any) -> Any:
        async def again(self: Line, *asked: Any, **named: Any) -> Any:
            for _ in range(3):
                with contextlib.suppress(Unavailable):
                    return await run(self, *asked, **named)
            return await run(self, *asked, **named)

        return again

    swap(Line, "run", naive)
    _decide_afresh()


def _decide_afresh() -> None:
    """A command that was tried once is not looked for in the log."""

    def forgetting(settle: Any) -> Any:
        async def settled(self: Writer, batch: Any) -> Any:
            decide, tried = self._decide_one, set()

            def anew(call: Any, command: Any, entries: Any) -> Any:
                if call.id in tried:
                    self.dialogue.heard.pop(call.id, None)
                tried.add(call.id)
                return decide(call, command, entries)

            self._decide_one = anew  # type: ignore[method-assign]
            try:
                return await settle(self, batch)
            finally:
                del self._decide_one

        return settled

    assert hasattr(Writer, "_decide_one")
    swap(Writer, "settle", forgetting)


@bug("A refusal is not compared with the log: a copy that lags refuses wrongly.", by="I4")
def stale_refusals(number: int) -> None:
    def lazy(append: Any) -> Any:
        async def appended(
            self: Writer, before: Any, seal: Any, entries: Any, answers: Any
        ) -> bool:
            return True if not entries else await append(self, before, seal, entries, answers)

        return appended

    swap(Writer, "_append", lazy)


@bug(
    "Entries are appended without comparing where the log ends.",
    by="I1 I7 I10 I11 I15",
    faults=("history lost",),
)
def append_without_compare(number: int) -> None:
    def blind(append: Script) -> Script:
        lines = append.text.splitlines()
        [compares] = [nth for nth, line in enumerate(lines) if line.startswith("if tail ~= ARGV")]
        lines[compares] = "if false then"
        return Script("\n".join(lines))

    swap(rooms.redis_log, "APPEND", blind)


@bug("The seals of a batch are computed for another order than it is kept in.", by="I15")
def entries_reordered(number: int) -> None:
    def reordering(append: Any) -> Any:
        async def appended(
            self: RedisLog, code: Any, expected: Any, epoch: Any, entries: Any, on: Any = None
        ) -> Any:
            return await append(self, code, expected, epoch, list(entries)[::-1], on)

        return appended

    swap_while_acting(RedisLog, "append", reordering)


@bug("A new entry is not sealed to the one before it.", by="I15")
def seal_without_chain(number: int) -> None:
    def alone(seal: Any) -> Any:
        return lambda before, payload: hashlib.blake2b(payload, digest_size=16).digest()

    swap(rooms.writer, "seal_of", alone)
    swap(rooms.entries, "seal_of", alone)


@bug(
    "News that do not follow the copy are applied all the same.",
    by="I1 I4 I6 I10 I11",
    faults=("history lost", "history lost"),
)
def gaps_are_tolerated(number: int) -> None:
    def tolerant(apply: Any) -> Any:
        def applied(dialogue: Any, stored: Any) -> None:
            entry = rooms.entries._entry.decode(stored.payload)
            events = rooms.entries._events.decode(entry.events)
            told = (entry.id, entry.at, entry.body)
            rooms.entries.apply_events(dialogue, stored.position.epoch, stored.seal, told, events)

        return applied

    swap(rooms.writer, "apply_stored", tolerant)


@bug(
    "Lost history is not answered with a new epoch.",
    by="I1 I10 I11 I14",
    faults=("history lost", "history lost"),
)
def epoch_ignored(number: int) -> None:
    swap(Writer, "_owes_epoch", lambda _: False)


@bug(
    "The stamp of what a page has heard is not compared with the log's.",
    by="I1 I7 I10 I11 I14",
    faults=("history lost, all killed", "history lost, all killed"),
)
def stamp_ignored(number: int) -> None:
    swap(Guest, "is_of_another_past_than", lambda _: lambda self, here: False)


@bug("A refused command is appended to the log all the same.", by="I4 I6")
def refused_is_appended(number: int) -> None:
    def stubborn(decide: Any) -> Any:
        def decided(self: Writer, call: Any, command: Any, entries: Any) -> Any:
            try:
                return decide(self, call, command, entries)
            except Exception:
                if call.id not in self.dialogue.heard:
                    body = rooms.writer.body_of(command)
                    epoch = self.dialogue.epoch
                    entries.append(self._apply(epoch, call.id, call.at, body, []))
                raise

        return decided

    swap(Writer, "_decide_one", stubborn)


@bug("That a repeat was refused is not kept.", by="I4", faults=("copy that comes late",) * 2)
def refusals_are_forgotten(number: int) -> None:
    def forgetful(refuse: Any) -> Any:
        def refused(self: Writer, call: Any, command: Any, no: Any, entries: Any) -> Any:
            return refuse(self, replace(call, again=False), command, no, entries)

        return refused

    swap(Writer, "_refuse", forgetful)


@bug("Who is connected is written into the log.", by="I2")
def presence_in_the_log(number: int) -> None:
    def noting(decide: Any) -> Any:
        def decided(self: Writer, batch: Any) -> Any:
            answers, entries = decide(self, batch)
            if entries and len(self.dialogue.heard) % 10 == 0:
                call = batch[0][0]
                note = f"here:{call.at}"
                entries.append(self._apply(self.dialogue.epoch, note, call.at, b"", []))
            return answers, entries

        return decided

    swap(Writer, "_decide", noting)


@bug("What was taken back stays in the copy.", by="I4 I6 I10 I11", processes=4)
def batch_not_taken_back(number: int) -> None:
    from rooms.dialogue import Dialogue

    def heads_only(take_back: Any) -> Any:
        def taken(self: Any, place: Any) -> None:
            self.epoch, self.version, self.seal = place.epoch, place.version, place.seal
            self.at, self.begun_at = place.at, place.begun_at
            del self.stamps[place.version :]

        return taken

    swap_while_acting(Dialogue, "take_back", heads_only)
