"""What only a log on disk can promise: it outlives its server and knows what it cannot know."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from processes import Process

from rooms.cards import PostCard
from rooms.entries import replay
from rooms.errors import Unavailable, Unknown
from rooms.log import EMPTY, Position, Stored
from rooms.redis_line import Line
from rooms.redis_log import FIRST_CHUNK, RedisLog
from server.embedded import EmbeddedStore
from server.valkey_process import carried_binary

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE = "ABCDEFGH"
ONE = [(b"one", b"seal")]


async def patiently(ask: Callable[[], Awaitable[Any]]) -> Any:
    """The answer as soon as the storage is back."""
    while True:
        try:
            return await ask()
        except Unavailable:
            await asyncio.sleep(0.02)


@pytest_asyncio.fixture(loop_scope="session")
async def log(valkey_url: str) -> AsyncIterator[RedisLog]:
    log = RedisLog(valkey_url)
    yield log
    await log.close()


class Interrupted(RedisLog):
    """While it reads, between two chunks, another process puts another log in that one's place."""

    def __init__(self, url: str, between: Callable[[], Awaitable[None]]) -> None:
        super().__init__(url)
        self._between: Callable[[], Awaitable[None]] | None = between

    async def _backwards(self, code: str, end: str, count: int) -> list[Stored]:
        chunk = await super()._backwards(code, end, count)
        between, self._between = self._between, None
        if between:
            await between()
        return chunk


async def test_a_log_that_is_sealed_anew_while_it_is_read_is_read_as_one_of_the_two(
    log: RedisLog, valkey_url: str
) -> None:
    count = FIRST_CHUNK + 10
    assert await log.append(CODE, EMPTY, 1, [(b"%d" % n, b"old %d" % n) for n in range(count)])
    before = await log.read(CODE)
    bare = [Stored(one.position, one.payload, b"new %d" % n) for n, one in enumerate(before)]

    async def replace() -> None:
        assert await log.draft(CODE, before[-1], bare)
        assert await log.swap(CODE, before[-1], bare[-1], [])

    reading = Interrupted(valkey_url, replace)
    assert await reading.read(CODE) == bare
    await reading.close()


async def test_a_log_that_is_written_off_while_it_is_read_is_read_anew(
    log: RedisLog, valkey_url: str
) -> None:
    count = FIRST_CHUNK + 10
    assert await log.append(CODE, EMPTY, 1, [(b"%d" % n, b"old %d" % n) for n in range(count)])
    (tail,) = await log.read(CODE, count - 1)
    ending = Stored(Position(9, 1), b"erased", b"new")

    async def replace() -> None:
        assert await log.draft(CODE, tail, [ending])
        assert await log.swap(CODE, tail, ending, [])

    reading = Interrupted(valkey_url, replace)
    assert await reading.read(CODE) == [ending]
    await reading.close()


Run = Callable[..., Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session")
async def run_valkey(short_folder: Path) -> AsyncIterator[Run]:
    """Starts a Valkey with settings that the product would not choose."""
    processes: list[asyncio.subprocess.Process] = []

    async def run(*words: str) -> None:
        output = asyncio.subprocess.DEVNULL
        processes.append(
            await asyncio.create_subprocess_exec(
                carried_binary(), "--save", "", *words, cwd=short_folder, stdout=output
            )
        )

    yield run
    for process in processes:
        process.kill()
        await process.wait()


async def test_everything_acknowledged_survives_a_kill_between_any_two_appends(
    own_valkey: EmbeddedStore,
) -> None:
    log = RedisLog(own_valkey.url)
    acknowledged, tail, kills = [], EMPTY, 0
    for count in range(300):
        if count in (100, 200):
            os.kill(own_valkey.pid, signal.SIGKILL)
            kills += 1
        entry = (b"%d" % count, b"seal")
        while True:
            try:
                if await log.append(CODE, tail, 1, [entry]):
                    acknowledged.append(entry)
                    break
            except Unavailable:
                await asyncio.sleep(0.02)
            tail = await patiently(lambda: log.tail(CODE))
            if tail.version > count:  # the entry whose outcome was unknown is there after all
                break
        tail = Position(1, count + 1)
    kept = [(entry.payload, entry.seal) for entry in await log.read(CODE)]
    assert kept == [(b"%d" % count, b"seal") for count in range(300)]
    assert len(acknowledged) >= 300 - kills
    await log.close()


async def test_codes_and_secret_outlive_the_storage_process(own_valkey: EmbeddedStore) -> None:
    log = RedisLog(own_valkey.url)
    secret = await log.secret()
    await log.claim(CODE)
    await log.claim("JKMNPQRS")
    await log.remove("JKMNPQRS")
    os.kill(own_valkey.pid, signal.SIGKILL)
    assert await patiently(log.codes) == [CODE]
    assert await patiently(log.secret) == secret
    assert not await patiently(lambda: log.claim(CODE))
    await log.close()


async def test_an_append_to_a_frozen_storage_is_unknown_and_never_doubled(
    own_valkey: EmbeddedStore,
) -> None:
    log = RedisLog(own_valkey.url, timeout_seconds=0.3)
    assert await log.append(CODE, EMPTY, 1, ONE)  # a cold connection would not get to the append
    os.kill(own_valkey.pid, signal.SIGSTOP)
    with pytest.raises(Unknown):
        await log.append(CODE, Position(1, 1), 1, [(b"two", b"seal")])
    os.kill(own_valkey.pid, signal.SIGCONT)
    tail = await patiently(lambda: log.tail(CODE))
    while tail == Position(1, 1) and not await log.append(CODE, tail, 1, [(b"two", b"seal")]):
        tail = await log.tail(CODE)
    assert [entry.payload for entry in await log.read(CODE)] == [b"one", b"two"]
    await log.close()


async def test_nothing_was_kept_when_a_frozen_storage_did_not_even_greet(
    own_valkey: EmbeddedStore,
) -> None:
    log = RedisLog(own_valkey.url, timeout_seconds=0.2)
    os.kill(own_valkey.pid, signal.SIGSTOP)
    with pytest.raises(Unavailable) as away:
        await log.append(CODE, EMPTY, 1, ONE)
    assert not isinstance(away.value, Unknown)
    os.kill(own_valkey.pid, signal.SIGCONT)
    assert await patiently(lambda: log.tail(CODE)) == EMPTY
    await log.close()


async def test_a_storage_that_forgot_the_script_is_not_noticed(
    log: RedisLog, valkey_url: str
) -> None:
    other = Line(valkey_url)
    for version in range(10):
        await other.ask("SCRIPT", "FLUSH")
        assert await log.append(CODE, Position(1, version) if version else EMPTY, 1, ONE)
    assert len(await log.read(CODE)) == 10
    await other.close()


async def test_p12_a_connection_that_broke_between_two_questions_is_told_once(
    own_valkey: EmbeddedStore,
) -> None:
    """As at a failover that is over before anybody asks: the new storage may know less."""
    log = RedisLog(own_valkey.url)
    assert await log.append(CODE, EMPTY, 1, ONE)
    assert len(await log.read(CODE)) == 1
    os.kill(own_valkey.pid, signal.SIGKILL)
    await patiently(lambda: log.read(CODE))
    with pytest.raises(Unavailable):
        await log.news({CODE: EMPTY})
    assert len((await log.news({CODE: EMPTY}))[CODE]) == 1
    await log.close()


async def test_callers_who_stop_waiting_leave_no_answer_to_the_next(log: RedisLog) -> None:
    chance = random.Random(7)
    sizes = {f"CODE{one:04}": one % 7 + 1 for one in range(200)}
    for code, size in sizes.items():
        assert await log.append(code, EMPTY, 1, ONE * size)

    async def ask(code: str) -> bool:
        return await log.tail(code) == Position(1, sizes[code])

    tasks = [asyncio.create_task(ask(chance.choice(list(sizes)))) for _ in range(5_000)]
    for task in tasks:
        if chance.random() < 0.5:
            task.cancel()
        if chance.random() < 0.02:
            await asyncio.sleep(0)
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    heard = [answer for answer in answers if not isinstance(answer, asyncio.CancelledError)]
    assert all(answer is True for answer in heard)
    assert len(heard) > 1_000


async def test_an_append_whose_caller_left_is_kept_or_not_but_breaks_nothing(log: RedisLog) -> None:
    for round_ in range(50):
        waiting = asyncio.create_task(log.append(CODE, await log.tail(CODE), 1, ONE))
        for _ in range(round_ % 5):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    tail = await log.tail(CODE)
    while not await log.append(CODE, tail, 1, ONE):
        tail = await log.tail(CODE)
    versions = [entry.position.version for entry in await log.read(CODE)]
    assert versions == list(range(1, tail.version + 2))


async def test_without_a_storage_every_call_says_it_is_away(short_folder: Path) -> None:
    log = RedisLog(f"unix://{short_folder}/nobody.sock")
    calls = [log.codes(), log.claim(CODE), log.read(CODE), log.tail(CODE), log.secret()]
    calls += [log.news({CODE: EMPTY}), log.append(CODE, EMPTY, 1, ONE), log.remove(CODE)]
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert type(outcome) is Unavailable
        assert outcome.reason == "storage_away"
    await log.close()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (["--maxmemory", "1", "--maxmemory-policy", "noeviction"], "storage_full"),
        (["--replicaof", "127.0.0.1 1"], "read_only"),
        (["--min-replicas-to-write", "1"], "storage_away"),
    ],
)
async def test_a_storage_that_refuses_kept_nothing_and_says_why(
    run_valkey: Run, short_folder: Path, settings: list[str], reason: str
) -> None:
    socket = short_folder / "own.sock"
    await run_valkey("--port", "0", "--unixsocket", str(socket), *settings)
    log = RedisLog(f"unix://{socket}")
    assert await patiently(lambda: log.tail(CODE)) == EMPTY
    with pytest.raises(Unavailable) as refused:
        await log.append(CODE, EMPTY, 1, ONE * 3)
    assert (type(refused.value), refused.value.reason) == (Unavailable, reason)
    assert await log.read(CODE) == []
    await log.close()


async def test_a_server_in_the_network_with_a_password_is_reached_by_its_url(
    run_valkey: Run, free_port: int
) -> None:
    await run_valkey("--port", str(free_port), "--bind", "127.0.0.1", "--requirepass", "hall")
    log = RedisLog(f"redis://:hall@127.0.0.1:{free_port}/3")
    assert await patiently(lambda: log.append(CODE, EMPTY, 1, ONE))
    assert await log.tail(CODE) == Position(1, 1)
    for wrong in (f"redis://127.0.0.1:{free_port}", f"redis://:no@127.0.0.1:{free_port}"):
        stranger = RedisLog(wrong)
        with pytest.raises(Unavailable, match="storage_refused"):
            await stranger.append(CODE, Position(1, 1), 1, ONE)
        await stranger.close()
    await log.close()


async def test_an_append_that_came_too_late_is_told_what_it_missed(valkey_url: str) -> None:
    one, other = RedisLog(valkey_url), RedisLog(valkey_url)
    assert await one.append(CODE, EMPTY, 1, ONE)
    assert await one.append(CODE, Position(1, 1), 1, [(b"two", b"b")] * 2, b"seal")
    assert not await other.append(CODE, Position(1, 1), 1, [(b"late", b"c")], b"seal")
    assert other.missed(CODE) == (await one.read(CODE))
    assert other.missed(CODE) is None, "only what was missed just now"
    assert await other.append(CODE, Position(1, 3), 1, [(b"in time", b"d")], b"b")
    assert other.missed(CODE) is None
    assert [entry.payload for entry in await other.read(CODE)] == [
        b"one",
        b"two",
        b"two",
        b"in time",
    ]
    for log in (one, other):
        await log.close()


async def test_what_an_append_missed_is_told_of_no_later_one(valkey_url: str) -> None:
    one, other = RedisLog(valkey_url), RedisLog(valkey_url)
    await one.append(CODE, EMPTY, 1, ONE)
    assert not await other.append(CODE, EMPTY, 1, ONE)
    tail = Position(1, 1)
    assert await other.append(CODE, tail, 1, [(b"two", b"seal")])
    assert other.missed(CODE) is None, "nobody asked before that"
    await one.close()
    await other.close()


async def test_two_processes_that_meet_at_every_append_read_nothing_and_agree(
    valkey_url: str,
) -> None:
    logs = [RedisLog(valkey_url), RedisLog(valkey_url)]
    one = await Process.begin(logs[0])
    other = await Process.open(logs[1])
    phones = [await process.guest() for process in (one, other)]
    other.log.reads = one.log.reads = 0
    for _ in range(50):
        posts = (
            process.do(phone, PostCard(text="Bänke", kind="idea"))
            for process, phone in zip((one, other), phones, strict=True)
        )
        assert all(answer.ok for answer in await asyncio.gather(*posts))
    assert len(replay(CODE, await logs[0].read(CODE)).cards) == 100
    assert (one.log.reads, other.log.reads) == (0, 0)
    assert len(one.log.appends) + len(other.log.appends) > 110, "they hardly met"
    for process, log in zip((one, other), logs, strict=True):
        await process.close()
        await log.close()
