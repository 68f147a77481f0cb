"""The promises of every log, kept by the one in memory and the one on disk alike.

L1  Compare-and-set: an append that expects another tail keeps nothing and says so.
L2  Versions have no gap, within an epoch and across epochs.
L3  Epochs only rise.
L4  Several entries of one append are kept all or none, in order, byte for byte.
L5  Whatever one client appended, every client reads.
L6  Racing clients never lose an entry and never keep one twice.
L7  News are exactly the entries past each position, for the dialogues that have some.
L8  News of another past show that they do not continue it.
L9  A code is claimed once, listed until it is removed, and free again afterwards.
L10 Removing forgets every entry of that dialogue and none of another.
L11 The secret is 32 bytes, made once, the same for every client and connection.
L12 A long log is read whole and in order, from any version on.
L13 Of all who note a rehearsal of one evening, each hears of the one before, once.
L14 Both logs give the same answers to the same calls.
L15 A whole draft takes the place of the log it was made from; any other log stays as it is.
L16 What is owed stays noted until it is settled.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from rooms.log import EMPTY, Debt, Log, MemoryLog, Position, Stored
from rooms.redis_log import RedisLog

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE, OTHER = "ABCDEFGH", "JKMNPQRS"
Open = Callable[[], Log]


@pytest.fixture(params=["memory", "redis"])
def storage(request: pytest.FixtureRequest) -> Open:
    """Makes clients of one storage."""
    if request.param == "redis":
        return partial(RedisLog, request.getfixturevalue("valkey_url"))
    memory = MemoryLog()
    return lambda: memory


@pytest_asyncio.fixture(loop_scope="session")
async def open_log(storage: Open) -> AsyncIterator[Open]:
    """Opens one more client and closes it after the test."""
    opened: list[Log] = []

    def open_one() -> Log:
        opened.append(storage())
        return opened[-1]

    yield open_one
    for log in opened:
        await log.close()


@pytest.fixture
def log(open_log: Open) -> Log:
    return open_log()


def entries(*texts: str) -> list[tuple[bytes, bytes]]:
    return [(text.encode(), f"seal {text}".encode()) for text in texts]


def stored(epoch: int, version: int, text: str) -> Stored:
    return Stored(Position(epoch, version), text.encode(), f"seal {text}".encode())


async def test_l1_an_append_that_expects_another_tail_keeps_nothing(log: Log) -> None:
    assert await log.append(CODE, EMPTY, 1, entries("first"))
    assert not await log.append(CODE, EMPTY, 1, entries("late"))
    assert not await log.append(CODE, Position(1, 2), 1, entries("early"))
    assert not await log.append(CODE, Position(2, 1), 2, entries("other past"))
    assert await log.read(CODE) == [stored(1, 1, "first")]


async def test_l1_an_append_on_another_seal_keeps_nothing(log: Log) -> None:
    assert await log.append(CODE, EMPTY, 1, entries("a"), b"")
    assert not await log.append(CODE, Position(1, 1), 1, entries("b"), b"seal of a lost entry")
    assert not await log.append(CODE, Position(1, 1), 1, [], b"")
    assert await log.append(CODE, Position(1, 1), 1, entries("b"), b"seal a")
    assert await log.append(CODE, Position(1, 2), 1, entries("c"))
    assert [entry.payload for entry in await log.read(CODE)] == [b"a", b"b", b"c"]


async def test_l1_an_append_of_nothing_only_compares(log: Log) -> None:
    assert await log.append(CODE, EMPTY, 1, [])
    assert not await log.append(CODE, Position(1, 1), 1, [])
    assert await log.tail(CODE) == EMPTY


async def test_l2_versions_go_on_without_a_gap_in_a_new_epoch(log: Log) -> None:
    assert await log.append(CODE, EMPTY, 1, entries("a", "b"))
    assert await log.append(CODE, Position(1, 2), 4, entries("c"))
    assert await log.append(CODE, Position(4, 3), 4, entries("d"))
    places = [entry.position for entry in await log.read(CODE)]
    assert places == [Position(1, 1), Position(1, 2), Position(4, 3), Position(4, 4)]
    assert await log.tail(CODE) == Position(4, 4)


@pytest.mark.parametrize("epoch", [0, 1])
async def test_l3_an_epoch_never_falls(log: Log, epoch: int) -> None:
    assert await log.append(CODE, EMPTY, 2, entries("a"))
    with pytest.raises(ValueError, match="epochs only rise"):
        await log.append(CODE, Position(2, 1), epoch, entries("b"))
    assert await log.tail(CODE) == Position(2, 1)


async def test_l4_any_bytes_come_back_as_they_were(log: Log) -> None:
    odd = [(b"", b""), (bytes(range(256)) * 300, b"\x00\xff\r\n"), (b"*3\r\n$4\r\n", b"-ERR x")]
    assert await log.append(CODE, EMPTY, 1, odd)
    assert [(entry.payload, entry.seal) for entry in await log.read(CODE)] == odd


async def test_l5_what_one_client_appended_another_reads(open_log: Open) -> None:
    one, other = open_log(), open_log()
    assert await other.tail(CODE) == EMPTY
    assert await one.append(CODE, EMPTY, 1, entries("a"))
    assert await other.read(CODE) == [stored(1, 1, "a")]
    assert await other.append(CODE, Position(1, 1), 1, entries("b"))
    assert await one.tail(CODE) == Position(1, 2)


async def test_l6_two_clients_racing_a_thousand_appends_lose_and_double_none(
    open_log: Open,
) -> None:
    async def race(log: Log, name: str) -> int:
        tail, beaten = EMPTY, 0
        for count in range(500):
            while not await log.append(CODE, tail, 1, entries(f"{name}{count}")):
                tail, beaten = await log.tail(CODE), beaten + 1
            tail = Position(1, tail.version + 1)
            await asyncio.sleep(0)
        return beaten

    beaten = await asyncio.gather(race(open_log(), "a"), race(open_log(), "b"))
    assert sum(beaten) > 100, "the two hardly met, so this showed nothing"
    kept = await open_log().read(CODE)
    assert [entry.position.version for entry in kept] == list(range(1, 1001))
    for name in ("a", "b"):
        own = [entry.payload.decode() for entry in kept if entry.payload.startswith(name.encode())]
        assert own == [f"{name}{count}" for count in range(500)]


async def test_l6_of_twenty_appends_at_one_tail_one_is_kept(open_log: Open) -> None:
    answers = await asyncio.gather(
        *(open_log().append(CODE, EMPTY, 1, entries(str(one))) for one in range(20))
    )
    assert answers.count(True) == 1
    assert answers.count(False) == 19


async def test_l7_news_are_what_stands_past_each_position(log: Log) -> None:
    codes = [f"CODE{one:04}" for one in range(300)]
    for one, code in enumerate(codes):
        assert await log.append(code, EMPTY, 1, entries(*(f"{code} {n}" for n in range(one % 4))))
    news = await log.news({code: Position(1, 1) for code in codes} | {"NOTTHERE": EMPTY})
    assert news == {
        code: [stored(1, n + 1, f"{code} {n}") for n in range(1, one % 4)]
        for one, code in enumerate(codes)
        if one % 4 > 1
    }


async def test_l7_nobody_asked_for_has_no_news(log: Log) -> None:
    assert await log.append(CODE, EMPTY, 1, entries("a"))
    assert await log.news({}) == {}
    assert await log.news({CODE: Position(1, 1), OTHER: EMPTY}) == {}


async def test_l8_news_after_a_lost_tail_do_not_continue_the_old_position(log: Log) -> None:
    assert await log.append(CODE, EMPTY, 1, entries("a"))
    assert await log.append(CODE, Position(1, 1), 2, entries("b"))
    news = await log.news({CODE: Position(1, 50)})
    assert news == {CODE: [stored(2, 2, "b")]}


async def test_l9_a_code_is_claimed_once_and_listed_until_removed(open_log: Open) -> None:
    one, other = open_log(), open_log()
    assert await one.claim(OTHER)
    assert await one.claim(CODE)
    assert not await other.claim(CODE)
    assert await other.codes() == [CODE, OTHER]
    await other.remove(CODE)
    assert await one.codes() == [OTHER]
    assert await one.claim(CODE)


async def test_l9_a_hundred_claims_of_one_code_have_one_winner(open_log: Open) -> None:
    logs = [open_log(), open_log()]
    won = await asyncio.gather(*(logs[one % 2].claim(CODE) for one in range(100)))
    assert won.count(True) == 1


async def test_l10_removing_forgets_one_dialogue_and_no_other(log: Log) -> None:
    for code in (CODE, OTHER):
        await log.claim(code)
        assert await log.append(code, EMPTY, 1, entries(code))
    await log.remove(CODE)
    assert await log.read(CODE) == []
    assert await log.tail(CODE) == EMPTY
    assert not await log.append(CODE, Position(1, 1), 1, entries("to a dialogue that is gone"))
    assert await log.read(OTHER) == [stored(1, 1, OTHER)]


async def test_l11_the_secret_stays_the_same_for_everybody(open_log: Open) -> None:
    secrets = await asyncio.gather(*(open_log().secret() for _ in range(10)))
    assert len(set(secrets)) == 1
    assert len(secrets[0]) == 32
    assert any(secrets[0])


async def test_l11_a_renewed_secret_is_another_one_for_everybody(open_log: Open) -> None:
    first = await open_log().secret()
    await open_log().renew_secret()
    secrets = await asyncio.gather(*(open_log().secret() for _ in range(10)))
    assert len({first, *secrets}) == 2
    assert len(secrets[0]) == 32


@pytest.mark.parametrize("after", [0, 1, 999, 1000, 1001, 2499, 2500, 9999])
async def test_l12_a_long_log_is_read_from_any_version_on(log: Log, after: int) -> None:
    assert await log.append(CODE, EMPTY, 1, entries(*map(str, range(1, 1501))))
    assert await log.append(CODE, Position(1, 1500), 2, entries(*map(str, range(1501, 2501))))
    versions = [entry.position.version for entry in await log.read(CODE, after)]
    assert versions == list(range(after + 1, 2501))


@pytest.mark.parametrize("seed", range(5))
async def test_l14_a_random_evening_reads_the_same_in_both_logs(valkey_url: str, seed: int) -> None:
    memory, redis = MemoryLog(), RedisLog(valkey_url)
    chance = random.Random(seed)
    for _ in range(200):
        name, words = random_call(chance)
        answers = [await getattr(log, name)(*words) for log in (memory, redis)]
        assert answers[0] == answers[1], f"seed {seed}: {name}{words}"
    await redis.close()


def random_call(chance: random.Random) -> tuple[str, tuple[Any, ...]]:
    code = chance.choice([CODE, OTHER])
    place = Position(1, chance.randrange(1, 6)) if chance.random() < 0.8 else EMPTY
    calls: list[tuple[str, tuple[Any, ...]]] = [
        ("append", (code, place, 1, entries(*"ab"[: chance.randrange(3)]))),
        ("append", (code, EMPTY, 1, entries("x"))),
        ("read", (code, chance.randrange(6))),
        ("tail", (code,)),
        ("news", ({CODE: place, OTHER: EMPTY},)),
        ("claim", (code,)),
        ("codes", ()),
    ]
    return ("remove", (code,)) if chance.random() < 0.03 else chance.choice(calls)


async def test_l13_everybody_who_notes_a_rehearsal_hears_of_the_one_before(open_log: Open) -> None:
    one, other = open_log(), open_log()
    assert await one.rehearsal_of(CODE) is None
    names = [f"CODE{nth:04}" for nth in range(20)]
    before = await asyncio.gather(
        *((one, other)[nth % 2].set_rehearsal(CODE, name) for nth, name in enumerate(names))
    )
    last = await other.rehearsal_of(CODE)
    assert sorted(filter(None, [*before, last])) == names
    assert await one.rehearsal_of(OTHER) is None
    await one.remove(CODE)
    assert await other.rehearsal_of(CODE) is None


async def drafted(log: Log, count: int) -> list[Stored]:
    """A log of `count` entries and beside it the draft that is to replace it."""
    await log.append(CODE, EMPTY, 1, entries(*(f"word {n}" for n in range(count))))
    draft = [stored(1, n + 1, f"bare {n}") for n in range(count)]
    assert await log.draft(CODE, (await log.read(CODE))[-1], draft)
    return draft


async def test_l15_a_whole_draft_takes_the_logs_place(log: Log) -> None:
    draft = await drafted(log, 3)
    (tail,) = await log.read(CODE, 2)
    closing = stored(7, 4, "closing")
    assert await log.swap(CODE, tail, draft[-1], [closing])
    assert await log.read(CODE) == [*draft, closing]
    assert await log.append(CODE, closing.position, 7, entries("more"), closing.seal)


async def test_l15_a_log_that_went_on_is_not_replaced(log: Log) -> None:
    draft = await drafted(log, 3)
    (tail,) = await log.read(CODE, 2)
    await log.append(CODE, tail.position, 1, entries("meanwhile"))
    before = await log.read(CODE)
    assert not await log.swap(CODE, tail, draft[-1], [])
    assert await log.read(CODE) == before
    rest = [stored(1, 4, "meanwhile, bare"), stored(7, 5, "closing")]
    assert await log.swap(CODE, before[-1], draft[-1], rest)
    assert await log.read(CODE) == [*draft, *rest]


async def test_l15_a_log_whose_end_was_replaced_is_another_log(log: Log) -> None:
    draft = await drafted(log, 2)
    assert not await log.swap(CODE, stored(1, 2, "never there"), draft[-1], [])
    assert [one.payload for one in await log.read(CODE)] == [b"word 0", b"word 1"]


async def test_l15_half_a_draft_replaces_nothing(log: Log) -> None:
    draft = await drafted(log, 3)
    (tail,) = await log.read(CODE, 2)
    assert await log.draft(CODE, tail, draft[2:])
    assert not await log.swap(CODE, tail, draft[-1], [])
    assert await log.draft(CODE, tail, draft[:2])
    assert not await log.swap(CODE, tail, draft[-1], [])
    assert len(await log.read(CODE)) == 3


async def test_l15_one_entry_can_stand_for_a_log_that_was_long(log: Log) -> None:
    await drafted(log, 3)
    (tail,) = await log.read(CODE, 2)
    ending = stored(9, 1, "erased")
    assert await log.draft(CODE, tail, [ending])
    assert await log.swap(CODE, tail, ending, [])
    assert await log.read(CODE) == [ending]
    assert await log.news({CODE: tail.position}) == {CODE: [ending]}


async def test_l15_of_a_log_that_was_sealed_anew_meanwhile_nothing_is_drafted(log: Log) -> None:
    """What was read of it before may be words that are gone by now."""
    draft = await drafted(log, 3)
    (tail,) = await log.read(CODE, 2)
    assert await log.swap(CODE, tail, draft[-1], [stored(7, 4, "closing")])
    after = await log.read(CODE)
    assert not await log.draft(CODE, tail, draft)
    assert not await log.swap(CODE, after[-1], draft[-1], [])
    assert await log.read(CODE) == after


async def test_l15_a_log_that_only_went_on_is_drafted(log: Log) -> None:
    draft = await drafted(log, 3)
    (tail,) = await log.read(CODE, 2)
    await log.append(CODE, tail.position, 1, entries("meanwhile"))
    assert await log.draft(CODE, tail, draft)


async def test_l16_what_is_owed_stays_noted_until_that_hand_settles_it(open_log: Open) -> None:
    here, there = open_log(), open_log()
    mine, yours, others = Debt(CODE, "mine"), Debt(CODE, "yours"), Debt(OTHER, "mine")
    for debt in (mine, mine, yours, others):
        await here.owe(debt)
    assert await there.owed() == sorted([mine, yours, others])
    await there.settle([mine, others])
    assert await here.owed() == [yours]


async def test_what_was_taken_out_is_purged(log: Log) -> None:
    await drafted(log, 1)
    assert await log.purge()
