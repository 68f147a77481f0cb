"""P12: a torn last entry is cut off and said to be; what is broken elsewhere stays closed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from desk import JOIN, another, desk_at, told
from faulty_log import FaultyLog, ForgetfulLog
from processes import CODE, Process, clock, facts, new_phone

from rooms.cards import PostCard
from rooms.entries import read_entry, replay, seal_of
from rooms.errors import Corrupted, Newer, Unavailable
from rooms.log import Log, Stored
from rooms.mending import BECAUSE, replay_mended
from rooms.messages import ORGANISER
from rooms.redis_log import RedisLog
from rooms.setting import EpochBegun

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

CARD = PostCard(text="Mehr Bänke", kind="idea")


@pytest.fixture(params=["memory", "redis"])
def url(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("valkey_url") if request.param == "redis" else None


@pytest_asyncio.fixture(loop_scope="session")
async def log(url: str | None) -> AsyncIterator[Log]:
    opened = RedisLog(url) if url else unwatched()
    opened.unwatched = True
    yield opened
    await opened.close()


def unwatched() -> ForgetfulLog:
    log = ForgetfulLog()
    log.unwatched = True
    return log


async def tear(log: Log) -> list[Stored]:
    """Another entry, of which the last bytes are wrong; what was sound before it."""
    sound = await log.read(CODE)
    last = sound[-1]
    torn = (last.payload, seal_of(last.seal, last.payload)[:-3] + b"\0\0\0")
    assert await log.append(CODE, last.position, last.position.epoch, [torn], last.seal)
    return sound


async def test_p12_a_torn_last_entry_is_cut_off_and_a_new_epoch_says_so(log: Log) -> None:
    desk = await desk_at(log)
    before = facts(desk.dialogue)
    sound = await tear(log)
    with pytest.raises(Corrupted):
        replay(CODE, await log.read(CODE))
    mended = await replay_mended(log, CODE, await log.read(CODE), clock)
    *kept, begun = await log.read(CODE)
    assert kept == sound
    assert read_entry(begun)[1] == [EpochBegun(because=BECAUSE)]
    assert mended.epoch > sound[-1].position.epoch
    assert facts(mended).keys() == before.keys()
    again = await another(log)
    await again.must(new_phone(), JOIN)
    assert facts(again.dialogue) == await told(log)


async def test_what_is_broken_further_up_is_left_for_somebody_to_look_at(log: Log) -> None:
    await desk_at(log)
    sound = await tear(log)
    last = (await log.read(CODE))[-1]
    assert await log.append(CODE, last.position, last.position.epoch, [(b"x", b"y")], last.seal)
    before = await log.read(CODE)
    with pytest.raises(Corrupted) as broken:
        await replay_mended(log, CODE, before, clock)
    assert broken.value.version == len(sound) + 1
    assert await log.read(CODE) == before


async def test_a_log_of_one_torn_entry_stays_as_it_is() -> None:
    log = unwatched()
    await desk_at(log)
    log.forget(CODE, len(await log.read(CODE)) - 1)
    log.garble(CODE, 1)
    with pytest.raises(Corrupted):
        await replay_mended(log, CODE, await log.read(CODE), clock)
    assert len(await log.read(CODE)) == 1


async def test_what_a_newer_program_wrote_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    log = unwatched()
    desk = await desk_at(log)
    monkeypatch.setattr("rooms.entries.SCHEMA", 99)
    await desk.must(new_phone(), JOIN)
    monkeypatch.undo()
    before = await log.read(CODE)
    with pytest.raises(Newer):
        await replay_mended(log, CODE, before, clock)
    assert await log.read(CODE) == before


async def test_of_two_processes_that_find_it_torn_one_cuts_it() -> None:
    log = unwatched()
    await desk_at(log)
    sound = await tear(log)
    torn = await log.read(CODE)
    found = await asyncio.gather(*(replay_mended(log, CODE, torn, clock) for _ in range(5)))
    assert len(await log.read(CODE)) == len(sound) + 1
    assert len({one.seal for one in found}) == 1


async def test_while_the_storage_is_away_again_nothing_is_said_of_it() -> None:
    log = unwatched()
    await desk_at(log)
    await tear(log)
    way = FaultyLog(log)
    torn = await way.read(CODE)
    way.away = True
    with pytest.raises(Unavailable):
        await replay_mended(way, CODE, torn, clock)
    assert await log.read(CODE) == torn


async def test_p12_a_hall_whose_storage_comes_back_torn_goes_on(
    one: Process, storage: ForgetfulLog
) -> None:
    """The card was promised: its phone has it still, and offers it again in the new epoch."""
    guest = await one.guest()
    board = await one.screen(ORGANISER)
    await one.must(guest, CARD)
    await one.shown()
    epoch = board.epoch or 0
    storage.unwatched = True
    storage.tear(CODE)
    one.live.doubt()
    await one.must(new_phone(), JOIN)
    await one.shown()
    assert (board.epoch or 0) > epoch
    assert not any(key.startswith("card:") for key in board.shared)
    await one.must(guest, CARD)
    await one.shown()
    assert any(key.startswith("card:") for key in board.shared)
    board.check(await one.steady())


async def test_where_the_server_checks_the_files_itself_nothing_is_cut_behind_its_back() -> None:
    """Its start knows what had reached the disk: what is torn all the same was promised."""
    log = ForgetfulLog()
    await desk_at(log)
    await tear(log)
    torn = await log.read(CODE)
    with pytest.raises(Corrupted):
        await replay_mended(log, CODE, torn, clock)
    assert await log.read(CODE) == torn
