"""Erasing in a real cluster: no word is left in the files of any node, primary or replica."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from campaigns.cluster.evening import Evening, Process
from campaigns.cluster.local_cluster import LocalCluster, Node, local_cluster
from program import free_port

from server.phones import Desk, NotAnswered

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKER = "Muster-0155-marker"
OTHER = "Sprachcafe-am-Mittwoch"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalCluster]:
    """Every node has snapshots, too; not compressed, so that a word in them can be found."""
    folder: Path = tmp_path_factory.mktemp("cluster")
    settings = {"cluster_node_timeout": "1000", "rdbcompression": "no"}
    async with local_cluster(folder, **settings) as cluster:
        yield cluster


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def process(cluster: LocalCluster) -> AsyncIterator[Process]:
    port = free_port()
    process = Process(cluster.url, port)
    await process.open()
    yield process
    await process.close()


@pytest_asyncio.fixture(loop_scope="session")
async def evening(cluster: LocalCluster, process: Process) -> AsyncIterator[Evening]:
    """With a marked card and another one, in the log and in a snapshot of both its nodes."""
    evening = await Evening.make(process)
    await evening.fill([process.url], 1)
    for text in (MARKER, OTHER):
        assert (await evening.phones[0].command("PostCard", text=text, kind="idea"))["ok"]
    primary = await cluster.primary_of(evening.key)
    for node in (primary, await cluster.replica_of(primary)):
        await node.until("it has heard the cards", lambda n=node: has(n, OTHER))
        await node.line.ask("BGSAVE")
        await node.until("it has a snapshot", lambda n=node: asyncio.to_thread(in_snapshot, n))
    yield evening
    await evening.leave()


async def has(node: Node, text: str) -> bool:
    return text.encode() in b"".join(contents(node).values())


def in_snapshot(node: Node) -> bool:
    found = contents(node).items()
    return any(path.name == "dump.rdb" and MARKER.encode() in held for path, held in found)


def contents(node: Node) -> dict[Path, bytes]:
    """Every file of a node; one that goes while we look was in the way of nothing."""
    found = {}
    for path in node.folder.rglob("*"):
        try:
            found[path] = path.read_bytes()
        except (IsADirectoryError, FileNotFoundError):
            continue
    return found


def holding(cluster: LocalCluster, text: str) -> list[Path]:
    return [
        path
        for node in cluster.nodes
        for path, content in contents(node).items()
        if text.encode() in content
    ]


async def gone(cluster: LocalCluster) -> None:
    """Files that were replaced are deleted by Valkey a moment later."""
    async with asyncio.timeout(20):
        while holding(cluster, MARKER):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def card_of(evening: Evening) -> str:
    phone = evening.phones[0]
    found = await phone.until(
        lambda: [one["id"] for one in phone.mine.all("mycard") if one["text"] == MARKER]
    )
    return str(found[0])


async def erase(desk: Desk, code: str, card: str) -> bool:
    wanted = {"card": card, "reason": "Name"}
    return bool((await desk.post(f"/api/dialogues/{code}/erasures", wanted))["clean"])


async def erase_evening(evening: Evening) -> bool:
    wanted = {"code": evening.code, "reason": "Name"}
    answer = await evening.desk.post(f"/api/dialogues/{evening.code}/erase", wanted)
    return bool(answer["clean"])


async def test_p18_of_an_erased_card_no_word_is_left_on_any_node(
    cluster: LocalCluster, evening: Evening
) -> None:
    assert len(holding(cluster, MARKER)) == 4  # the file and the snapshot of both its nodes
    assert await erase(evening.desk, evening.code, await card_of(evening))
    await gone(cluster)
    assert holding(cluster, OTHER)  # what was not erased is still there


async def test_p18_of_an_erased_evening_no_word_is_left_on_any_node(
    cluster: LocalCluster, evening: Evening
) -> None:
    assert await erase_evening(evening)
    await gone(cluster)


async def test_p18_a_replica_that_is_away_is_told_and_asked_again(
    cluster: LocalCluster, evening: Evening
) -> None:
    replica = await cluster.replica_of(await cluster.primary_of(evening.key))
    await replica.kill()
    with pytest.raises(NotAnswered, match="copies_away"):
        await erase_evening(evening)
    with pytest.raises(NotAnswered, match="dialogue_erased"):  # nobody is shown it any more
        await evening.cards()
    assert holding(cluster, MARKER)
    await replica.start()
    await cluster.whole()
    assert await erase_evening(evening)
    await gone(cluster)


async def test_p18_after_a_failover_the_old_primary_holds_no_word_either(
    cluster: LocalCluster, evening: Evening
) -> None:
    card = await card_of(evening)
    primary = await cluster.primary_of(evening.key)
    await primary.kill()
    await cluster.failed_over(evening.key, primary)
    await primary.start()
    await cluster.whole()
    await until_erased(evening, card)
    await gone(cluster)


async def until_erased(evening: Evening, card: str) -> None:
    """For a while after an epoch has begun the server asks to be asked again."""
    async with asyncio.timeout(60):
        while not await erased(evening, card):  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def erased(evening: Evening, card: str) -> bool:
    try:
        return await erase(evening.desk, evening.code, card)
    except NotAnswered as not_yet:
        if "unavailable" not in str(not_yet):
            raise
        return False
