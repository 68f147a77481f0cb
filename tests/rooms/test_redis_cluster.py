"""The log over a cluster: every dialogue at its own node, moves followed, nothing sent twice."""

import asyncio
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from campaigns.cluster.local_cluster import LocalCluster, Node, local_cluster

from rooms.cluster_map import slot_of
from rooms.errors import Unavailable, Unknown
from rooms.log import EMPTY, PartlyAway, Position
from rooms.presence import RedisPresence
from rooms.redis_log import RedisLog
from server.durability import check_persistence

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODES = [f"CODE{nth:04}" for nth in range(30)]
ONE = [(b"one", b"seal")]
TWO = [(b"two", b"seal")]


def key(code: str) -> str:
    return f"dialogue:{{{code}}}:log"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalCluster]:
    folder: Path = tmp_path_factory.mktemp("cluster")
    async with local_cluster(folder, cluster_node_timeout="15000") as cluster:
        yield cluster


@pytest_asyncio.fixture(loop_scope="session")
async def log(cluster: LocalCluster) -> AsyncIterator[RedisLog]:
    for node in cluster.nodes[:3]:
        await node.line.ask("FLUSHALL")
    log = RedisLog(cluster.url)
    yield log
    await log.close()


async def test_slots_are_those_of_the_published_specification() -> None:
    assert slot_of("123456789") == 0x31C3
    assert (
        slot_of("{user1000}.following") == slot_of("user1000") == slot_of(b"{user1000}.followers")
    )
    assert slot_of("foo{}{bar}") != slot_of("bar")
    assert slot_of("dialogue:{ABCDEFGH}:log") == slot_of("dialogue:{ABCDEFGH}:here")


async def test_dialogues_of_every_node_are_kept_and_followed(
    log: RedisLog, cluster: LocalCluster
) -> None:
    for code in CODES:
        assert await log.claim(code)
        assert await log.append(code, EMPTY, 1, ONE)
        assert not await log.append(code, EMPTY, 1, TWO)
    assert len({(await cluster.primary_of(key(code))).port for code in CODES}) == 3
    news = await log.news({code: EMPTY for code in CODES})
    assert {code: [one.payload for one in found] for code, found in news.items()} == {
        code: [b"one"] for code in CODES
    }
    assert await log.news({code: Position(1, 1) for code in CODES}) == {}
    assert await log.codes() == CODES
    assert await log.secret() == await log.secret()


async def begin_move(cluster: LocalCluster, code: str) -> tuple[Node, Node]:
    """The dialogue's slot is on its way from the first node to the second."""
    slot = slot_of(key(code))
    source = await cluster.primary_of(key(code))
    target = next(node for node in cluster.nodes[:3] if node is not source)
    await target.line.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", await source.id())
    await source.line.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", await target.id())
    return source, target


async def end_move(cluster: LocalCluster, code: str, source: Node, target: Node) -> None:
    """The second node has it, and all nodes know."""
    for node in (target, source):
        await node.line.ask("CLUSTER", "SETSLOT", slot_of(key(code)), "NODE", await target.id())
    for node in cluster.nodes:
        await node.until("it knows of the move", partial(says, node, key(code), target))


async def says(node: Node, asked: str, owner: Node) -> bool:
    slots = await node.line.ask("CLUSTER", "SLOTS")
    found = (at[1] for first, last, at, *_ in slots if first <= slot_of(asked) <= last)
    return next(found) == owner.port


async def test_a_dialogue_that_moves_to_another_node_is_followed(
    log: RedisLog, cluster: LocalCluster
) -> None:
    code, slot = CODES[0], slot_of(key(CODES[0]))
    assert await log.tail(code) == EMPTY  # the map is known by now
    source, target = await begin_move(cluster, code)
    assert await log.append(code, EMPTY, 1, ONE)  # the source knows no such key: ASK
    assert await target.line.ask("CLUSTER", "COUNTKEYSINSLOT", slot) == 1
    assert await source.line.ask("CLUSTER", "COUNTKEYSINSLOT", slot) == 0
    await end_move(cluster, code, source, target)
    assert await log.append(code, Position(1, 1), 1, TWO)  # MOVED
    assert [entry.payload for entry in await log.read(code)] == [b"one", b"two"]


async def test_a_stream_that_moved_counts_as_away_once(
    log: RedisLog, cluster: LocalCluster
) -> None:
    code, other = CODES[1], CODES[2]
    asked = {code: EMPTY, other: EMPTY}
    assert await log.append(other, EMPTY, 1, ONE)
    assert set(await log.news(asked)) == {other}
    await end_move(cluster, code, *await begin_move(cluster, code))
    with pytest.raises(PartlyAway) as partly:
        await log.news(asked)
    assert partly.value.away == {code}
    assert set(partly.value.news) == {other}
    assert set(await log.news(asked)) == {other}


async def test_a_frozen_node_does_not_hold_up_the_news_of_the_others(
    cluster: LocalCluster,
) -> None:
    patient = RedisLog(cluster.url, timeout_seconds=600)
    frozen = await cluster.primary_of(key(CODES[3]))
    away = {code for code in CODES if await cluster.primary_of(key(code)) is frozen}
    assert len(away) < len(CODES)
    asked = dict.fromkeys(CODES, EMPTY)
    await patient.news(asked)
    frozen.send(signal.SIGSTOP)
    try:
        for _ in range(3):
            with pytest.raises(PartlyAway) as partly:
                await asyncio.wait_for(patient.news(asked), 60)
            assert partly.value.away == away
    finally:
        frozen.send(signal.SIGCONT)
    async with asyncio.timeout(60):
        while not await _all_read(patient, asked):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await patient.close()


async def _all_read(log: RedisLog, asked: dict[str, Position]) -> bool:
    try:
        await log.news(asked)
    except Unavailable:
        return False
    return True


async def test_what_no_replica_has_is_unknown_and_read_by_nobody_until_one_has_it(
    cluster: LocalCluster, log: RedisLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.copies.COPY_MS", 100)
    careful = RedisLog(cluster.url, replicas_wait=1)
    code = CODES[4]
    assert await careful.append(code, EMPTY, 1, ONE)
    replica = await cluster.replica_of(await cluster.primary_of(key(code)))
    replica.send(signal.SIGSTOP)
    try:
        with pytest.raises(Unknown):
            await careful.append(code, Position(1, 1), 1, TWO)
        assert len(await log.read(code)) == 2  # it is there, for those who do not ask for copies
        with pytest.raises(Unavailable, match="too_few_replicas"):
            await careful.read(code)
    finally:
        replica.send(signal.SIGCONT)
    async with asyncio.timeout(60):
        while not await _can_read(careful, code):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert [entry.payload for entry in await careful.read(code)] == [b"one", b"two"]
    await careful.close()


async def test_p2_what_no_replica_has_is_not_acknowledged_because_another_process_read_it(
    cluster: LocalCluster, log: RedisLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.copies.COPY_MS", 100)
    careful, other = (RedisLog(cluster.url, replicas_wait=1) for _ in range(2))
    code, end = CODES[5], Position(1, 1)
    replica = await cluster.replica_of(await cluster.primary_of(key(code)))
    replica.send(signal.SIGSTOP)
    try:
        with pytest.raises(Unknown):
            await careful.append(code, EMPTY, 1, ONE)
        assert (await other.news({code: EMPTY}))[code][0].payload == b"one"
        with pytest.raises(Unavailable, match="too_few_replicas"):
            await other.vouch(code, end, b"seal")
        assert await log.vouch(code, end, b"seal")  # who asks for no copies, asks nobody
    finally:
        replica.send(signal.SIGCONT)
    assert not await other.vouch(code, end, b"another past")
    async with asyncio.timeout(60):
        while not await _vouches(other, code, end):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await careful.close()
    await other.close()


async def _vouches(log: RedisLog, code: str, end: Position) -> bool:
    try:
        return await log.vouch(code, end, b"seal")
    except Unavailable:
        return False


async def test_all_is_well_only_if_every_primary_serves_its_slots(
    cluster: LocalCluster, log: RedisLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.redis_cluster.SERVES_S", 0.2)
    await well(log)
    frozen = await cluster.primary_of(key(CODES[6]))
    frozen.send(signal.SIGSTOP)
    try:
        with pytest.raises(PartlyAway):
            await log.check()
    finally:
        frozen.send(signal.SIGCONT)
    await well(log)
    slot = slot_of(key(CODES[6]))
    await frozen.line.ask("CLUSTER", "DELSLOTS", slot)
    try:
        lonely = RedisLog(f"redis+cluster://127.0.0.1:{frozen.port}")  # as that node sees it
        with pytest.raises(PartlyAway):
            await lonely.check()
        await lonely.close()
    finally:
        await frozen.line.ask("CLUSTER", "ADDSLOTS", slot)
    await well(log)


async def test_where_replicas_are_asked_for_one_must_be_there(
    cluster: LocalCluster, log: RedisLog
) -> None:
    careful = RedisLog(cluster.url, replicas_wait=1)
    await well(careful)
    replica = await cluster.replica_of(await cluster.primary_of(key(CODES[7])))
    await replica.kill()
    with pytest.raises(PartlyAway):
        await careful.check()
    await log.check()
    await replica.start()
    await cluster.whole()
    await well(careful)
    await careful.close()


async def well(log: RedisLog) -> None:
    """Returns once all is well; a node that was frozen takes a moment."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await log.check()
            except Unavailable:
                await asyncio.sleep(0.05)


async def _can_read(log: RedisLog, code: str) -> bool:
    try:
        await log.read(code)
    except Unavailable:
        return False
    return True


async def test_people_are_here_in_dialogues_of_every_node(cluster: LocalCluster) -> None:
    presence = RedisPresence(cluster.url)
    for code in CODES:
        await presence.renew(code, "process", ["somebody"])
    assert [await presence.present(code) for code in CODES] == [{"somebody"}] * len(CODES)
    await presence.close()


async def test_a_cluster_is_judged_by_all_its_nodes(cluster: LocalCluster) -> None:
    found = await check_persistence(cluster.url)
    assert found.fit
    assert found.durable
    assert "a replica takes over" in " ".join(found.sentences)
    careless = cluster.nodes[-1]  # a replica, which may be primary tomorrow
    await careless.line.ask("CONFIG", "SET", "appendfsync", "no")
    found = await check_persistence(cluster.url)
    await careless.line.ask("CONFIG", "SET", "appendfsync", "always")
    assert not found.durable


async def test_a_node_named_as_if_it_were_alone_is_not_taken(cluster: LocalCluster) -> None:
    found = await check_persistence(f"redis://127.0.0.1:{cluster.nodes[0].port}")
    assert not found.fit
    assert "redis+cluster://" in found.sentences[0]


async def test_without_any_node_every_call_says_it_is_away() -> None:
    log = RedisLog("redis+cluster://127.0.0.1:1,127.0.0.1:2")
    code = CODES[0]
    calls = [log.codes(), log.claim(code), log.read(code), log.tail(code), log.secret()]
    calls += [log.news({code: EMPTY}), log.append(code, EMPTY, 1, ONE), log.remove(code)]
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert type(outcome) is Unavailable
        assert outcome.reason == "storage_away"
    await log.close()
