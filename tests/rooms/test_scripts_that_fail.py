"""A script that fails is not rolled back: what an earlier call wrote stays. That must not matter.

Only the calls that write can leave half of it behind, and they come after every check. An append
that breaks off between two of its entries leaves whole entries of whole commands; their senders
repeat them, and each counts once (P2, P3).
"""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from processes import CODE, Process

from rooms import redis_log
from rooms.cards import PostCard
from rooms.entries import replay
from rooms.errors import Unavailable
from rooms.log import EMPTY, Position, Stored
from rooms.messages import Answer, Participant
from rooms.redis_line import Line, Script
from rooms.redis_log import RedisLog

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCRIPTS = [name for name, found in vars(redis_log).items() if isinstance(found, Script)]
WRITES = {"XADD", "UNLINK", "RENAME", "HSET"}
READS = {"XREVRANGE", "XRANGE", "XLEN", "HGET"}
CALLS_OF_AN_APPEND = 4  # one that looks, three that write
CALLS_OF_A_DRAFT = 5  # one that looks, one that clears, three that write
CALLS_OF_A_SWAP = 6  # three that look, two entries that came meanwhile, one that swaps
NEW = [Stored(Position(2, number + 1), b"blank %d" % number, b"other") for number in range(5)]
BREAKS = """
local made, the_real = 0, redis
local redis = {call = function(...)
  made = made + 1
  if made == %d then error('it breaks here') end
  return the_real.call(...)
end}
"""


def breaking(script: Script, at: int) -> Script:
    """The same script, whose call of that number raises an error."""
    return Script(BREAKS % at + script.text)


@pytest_asyncio.fixture(loop_scope="session")
async def log(valkey_url: str) -> AsyncIterator[RedisLog]:
    log = RedisLog(valkey_url)
    yield log
    await log.close()


@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_script_checks_everything_before_it_writes(name: str) -> None:
    calls = re.findall(r"redis\.call\('(\w+)'", getattr(redis_log, name).text)
    assert set(calls) <= WRITES | READS
    kinds = [call in WRITES for call in calls]
    assert kinds == sorted(kinds), calls
    assert any(kinds)


async def test_there_are_scripts_to_check() -> None:
    assert set(SCRIPTS) == {"APPEND", "SET_REHEARSAL", "DRAFT", "SWAP"}


@pytest.mark.parametrize("at", range(1, CALLS_OF_AN_APPEND + 2))
async def test_an_append_that_breaks_at_any_call_leaves_whole_entries_in_order(
    log: RedisLog, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    entries = [(b"%d" % number, b"seal %d" % number) for number in range(3)]
    with monkeypatch.context() as broken:
        broken.setattr(redis_log, "APPEND", breaking(redis_log.APPEND, at))
        if at > CALLS_OF_AN_APPEND:  # that this means anything: nothing breaks there
            assert await log.append(CODE, EMPTY, 1, entries)
        else:
            with pytest.raises(Unavailable):
                await log.append(CODE, EMPTY, 1, entries)
    there = [(one.payload, one.seal) for one in await log.read(CODE)]
    assert there == entries[: max(0, at - 2)]
    if len(there) < 3:
        tail = await log.tail(CODE)
        assert await log.append(CODE, tail, 1, entries[len(there) :])
    assert [one.payload for one in await log.read(CODE)] == [b"0", b"1", b"2"]


@pytest.mark.parametrize("at", range(1, CALLS_OF_AN_APPEND + 1))
async def test_p3_cards_whose_append_broke_off_count_once_when_they_are_sent_again(
    log: RedisLog, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    process = await Process.begin(log)
    phones = [await process.guest() for _ in range(3)]
    with monkeypatch.context() as broken:
        broken.setattr(redis_log, "APPEND", breaking(redis_log.APPEND, at))
        first = await post_all(process, phones)
    assert {answer.error for answer in first} == {"unavailable"}
    again = await post_all(process, phones)
    assert all(answer.ok for answer in again), again
    told = replay(CODE, await log.read(CODE))
    assert sorted(card.text for card in told.cards.values()) == ["Karte 0", "Karte 1", "Karte 2"]
    assert [answer.version for answer in await post_all(process, phones)] == [
        answer.version for answer in again
    ]
    await process.close()


async def post_all(process: Process, phones: list[Participant]) -> list[Answer]:
    """Each phone its card, in one append; the ids are the same every time."""
    cards = (
        process.do(phone, PostCard(text=f"Karte {nth}", kind="idea"), f"{phone.id}:tab.{nth}")
        for nth, phone in enumerate(phones)
    )
    return list(await asyncio.gather(*cards))


@pytest.mark.parametrize("at", range(1, CALLS_OF_A_DRAFT + 1))
async def test_a_draft_that_breaks_at_any_call_replaces_nothing(
    log: RedisLog, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    old = [(b"word %d" % number, b"seal") for number in range(3)]
    assert await log.append(CODE, EMPTY, 1, old)
    tail = (await log.read(CODE))[-1]
    with monkeypatch.context() as broken:
        broken.setattr(redis_log, "DRAFT", breaking(redis_log.DRAFT, at))
        with pytest.raises(Unavailable):
            await log.draft(CODE, tail, NEW[:3])
    assert not await swapped(log, tail)
    assert await log.draft(CODE, tail, NEW[:3])
    assert await swapped(log, tail), "a repeat finishes it"
    assert await log.read(CODE) == NEW


async def test_chunks_of_two_drafts_never_mix(
    log: RedisLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_log, "CHUNK", 1)
    assert await log.append(CODE, EMPTY, 1, [(b"word %d" % number, b"seal") for number in range(3)])
    tail = (await log.read(CODE))[-1]
    other = [Stored(one.position, one.payload, b"yet another") for one in NEW[:3]]
    drafts = await asyncio.gather(log.draft(CODE, tail, NEW[:3]), log.draft(CODE, tail, other))
    assert drafts == [False, True]
    assert not await swapped(log, tail)
    assert await log.swap(CODE, tail, other[-1], [])


@pytest.mark.parametrize("at", range(1, CALLS_OF_A_SWAP + 2))
async def test_a_swap_that_breaks_at_any_call_leaves_the_old_log_or_the_new_one(
    log: RedisLog, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    old = [(b"word %d" % number, b"seal") for number in range(3)]
    assert await log.append(CODE, EMPTY, 1, old)
    tail = (await log.read(CODE))[-1]
    assert await log.draft(CODE, tail, NEW[:3])
    with monkeypatch.context() as broken:
        broken.setattr(redis_log, "SWAP", breaking(redis_log.SWAP, at))
        kept = await swapped(log, tail)
    assert kept == (at > CALLS_OF_A_SWAP)
    assert await log.read(CODE) == NEW if kept else await payloads(log) == [one for one, _ in old]
    if not kept:
        assert await log.draft(CODE, tail, NEW[:3])
        assert await swapped(log, tail), "a repeat finishes it"
        assert await log.read(CODE) == NEW


async def payloads(log: RedisLog) -> list[bytes]:
    return [one.payload for one in await log.read(CODE)]


async def swapped(log: RedisLog, tail: Stored) -> bool:
    try:
        return await log.swap(CODE, tail, NEW[2], NEW[3:])
    except Unavailable:
        return False


async def test_scripts_that_the_store_forgets_under_load_are_not_noticed(
    log: RedisLog, valkey_url: str
) -> None:
    process, other = await Process.begin(log), Line(valkey_url)
    phones = [await process.guest() for _ in range(8)]
    flushing = asyncio.create_task(forget_scripts(other))
    answers = []
    for number in range(25):
        posts = (process.do(one, PostCard(text=f"{number}", kind="idea")) for one in phones)
        answers += await asyncio.gather(*posts)
    flushing.cancel()
    assert all(answer.ok for answer in answers)
    assert len(replay(CODE, await log.read(CODE)).cards) == 200
    await process.close()
    await asyncio.gather(flushing, return_exceptions=True)
    await other.close()


async def forget_scripts(line: Line) -> None:
    while True:
        await line.ask("SCRIPT", "FLUSH")
        await asyncio.sleep(0.001)
