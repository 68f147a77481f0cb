"""Which evenings a hall keeps awake although nobody is there."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from faulty_log import FaultyLog, ForgetfulLog
from paper_screens import Screens
from processes import CODE, clock, new_call, soon, until

from rooms.hall import Hall
from rooms.messages import ORGANISER
from rooms.presence import MemoryPresence
from rooms.setting import CreateDialogue

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

TITLE = {"de": "Ein Abend"}
EVENING = CreateDialogue(title=TITLE, languages=("de",))
REHEARSAL = CreateDialogue(title=TITLE, languages=("de",), rehearsal=True)


@pytest_asyncio.fixture(loop_scope="session")
async def hall(storage: ForgetfulLog) -> AsyncIterator[Hall]:
    """A hall whose turns the test takes itself."""
    hall = Hall(FaultyLog(storage), MemoryPresence(clock), Screens(), "one", clock)
    yield hall
    storage_of(hall).away = False
    storage_of(hall).release()
    await hall.close()


def storage_of(hall: Hall) -> FaultyLog:
    assert isinstance(hall.storage, FaultyLog)
    return hall.storage


async def test_a_rehearsal_that_is_just_being_made_is_not_taken_for_a_removed_one(
    hall: Hall,
) -> None:
    """Its first entry is on its way to the disk, so the log still holds nothing of it."""
    log = storage_of(hall)
    log.hold()
    making = asyncio.create_task(hall.create(CODE, new_call(ORGANISER), REHEARSAL))
    await log.held()
    turn = asyncio.create_task(hall._renew())
    await asyncio.sleep(0.02)
    log.release()
    live = await soon(making)
    await soon(turn)
    assert hall.known(CODE) is live
    await log.remove(CODE)  # by another process
    await soon(hall._renew())
    assert hall.known(CODE) is None


async def test_an_evening_that_has_still_to_begin_its_new_epoch_stays_awake(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened anew it would no longer know that its end may be lost."""
    live, log = await hall.create(CODE, new_call(ORGANISER), EVENING), storage_of(hall)
    epoch = live.position.epoch
    monkeypatch.setattr("rooms.hall.IDLE_S", 0.0)
    log.away = True
    live.suspect("its file was mended")
    for _ in range(3):
        await asyncio.sleep(0.002)
        await hall._renew()
    assert hall.known(CODE) is live
    log.away = False
    live.doubt()
    await until(lambda: live.position.epoch > epoch)
    for _ in range(3):
        await asyncio.sleep(0.002)
        await hall._renew()
    assert hall.known(CODE) is None, "nobody is there"
