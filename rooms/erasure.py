"""Erases for the law and sees it through: say so in the log, take the words out, clean the files.

What was begun is noted in the storage first, so that after a crash, at whatever moment, the next
start (or asking again) finishes it. Until the log says so nothing has changed; from then on nobody
is shown the words any more.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import NamedTuple

import structlog

from rooms.dialogue import Dialogue, decide
from rooms.erasing import EraseCard
from rooms.errors import Corrupted, DialogtischError, Erased, Forgotten, Refused
from rooms.hall import Hall
from rooms.log import Debt
from rooms.messages import ORGANISER, Call
from rooms.rewriting import rewrite, write_off

AGAIN_SECONDS = 30.0

log = structlog.get_logger(__name__)


class Erasure:
    """The one hand of this process that erases. Methods say whether no file holds the words now.

    False: the storage is run by others, who have to clean its files, replicas and backups.
    """

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._log = hall.storage
        self._one_at_a_time = asyncio.Lock()
        self._unfinished = asyncio.Event()

    async def erase_card(self, code: str, call: Call, command: EraseCard) -> bool:
        """Raises Refused, Forgotten, Unavailable, Busy; asking again goes on where it stopped."""
        live = await self._hall.live(code)
        is_erased = await live.read_fresh(lambda now: _is_erased(now, call, command))
        debts = _debts(code, call.fresh)
        with self._noting_failure():
            await self._log.owe(debts.asked)
            if not is_erased:
                answer = await live.perform(call, command)
                if not answer.ok and answer.reason != "already_erased":
                    raise answer.failure  # it may be in the log all the same
                await self._log.owe(debts.said)
            return await self._finish(code, debts)

    async def erase_dialogue(self, code: str, because: str) -> bool:
        """Cuts everybody off; only that the dialogue was erased, when and why, is kept."""
        debts = _debts(code, secrets.token_hex(8))
        with self._noting_failure():
            async with self._one_at_a_time:
                await self._log.owe(debts.asked)
                await write_off(self._log, code, because, self._hall.clock())
                await self._log.owe(debts.said)
                await self._hall.let_go(code, "dialogue_erased")
            return await self._finish(code, debts)

    @contextlib.asynccontextmanager
    async def finishing(self) -> AsyncIterator[None]:
        """Finishes beside the block what was begun and did not end, in this run or an earlier."""
        task = asyncio.create_task(self._see_through(), name="erasing")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def finish_all(self) -> None:
        """Tries again until nothing is owed any more but by dialogues that cannot be read."""
        while not await self._finish_owed():  # noqa: ASYNC110  (nobody rings when it can go on)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _see_through(self) -> None:
        while True:
            self._unfinished.clear()
            await self.finish_all()
            await self._unfinished.wait()

    async def _finish_owed(self) -> bool:
        """Whether trying again is of no use; one that fails keeps no other waiting."""
        try:
            owed = await self._log.owed()
        except DialogtischError as failed:
            log.error("erasing_not_finished", reason=str(failed))
            return False
        codes = sorted({debt.code for debt in owed})
        return all([await self._try_to_finish(code, owed) for code in codes])

    async def _try_to_finish(self, code: str, owed: list[Debt]) -> bool:
        try:
            await self._finish(code, [debt for debt in owed if debt.code == code])
        except Corrupted as broken:  # a repair comes first, and the start after it tries again
            log.error("erasing_not_finished", code=code, reason=str(broken))
        except DialogtischError as failed:
            log.error("erasing_not_finished", code=code, reason=str(failed))
            return False
        except Exception:
            log.exception("erasing_failed", code=code)
            return False
        return True

    async def _finish(self, code: str, debts: Iterable[Debt]) -> bool:
        async with self._one_at_a_time:
            if await rewrite(self._log, code, self._hall.clock):
                await self._look_again(code)
            clean = await self._log.purge()
            await self._log.settle(debts)
        log.info("erased", code=code, clean=clean)
        return clean

    @contextlib.contextmanager
    def _noting_failure(self) -> Iterator[None]:
        """Whatever fails here may have left something to finish."""
        try:
            yield
        except BaseException:
            self._unfinished.set()
            raise

    async def _look_again(self, code: str) -> None:
        """This process shows the new log at once; the others notice it as they follow the log."""
        try:
            live = await self._hall.live(code)
            live.doubt()
            await live.read(lambda _: None)
        except (Erased, Forgotten):
            pass


class Debts(NamedTuple):
    """What one erasing owes: from the moment it is asked for, and from that it stands in the log.

    Whoever finishes what others have begun may settle the first before there is anything to do.
    """

    asked: Debt
    said: Debt


def _debts(code: str, hand: str) -> Debts:
    return Debts(Debt(code, f"{hand}0"), Debt(code, f"{hand}1"))


def _is_erased(dialogue: Dialogue, call: Call, command: EraseCard) -> bool:
    """Raises Refused before anything is owed; what was erased already may still be unfinished."""
    try:
        decide(dialogue, call, command)
    except Refused as no:
        if no.reason != "already_erased":
            raise
        return True
    return False


def new_erasing(hall: Hall, fresh: str) -> Call:
    """The circumstances of an erasing that the organiser asks for."""
    return Call(by=ORGANISER, id=f"organiser:{fresh}.1", at=hall.clock(), fresh=fresh)
