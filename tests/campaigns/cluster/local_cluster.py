"""A whole Valkey Cluster on this machine: three primaries with replicas, each its own process."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from program import free_ports

from rooms.cluster_map import SLOTS, slot_of
from rooms.errors import Unavailable
from rooms.redis_line import Line, storage_away
from server.valkey_process import carried_binary

PRIMARIES = 3
PATIENCE_SECONDS = 30.0


@dataclass
class Node:
    """One Valkey; `settings` are given to it at every start."""

    folder: Path
    port: int
    bus: int
    settings: dict[str, str]
    process: asyncio.subprocess.Process | None = None
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.line = Line(f"redis://127.0.0.1:{self.port}", 2.0, lost=storage_away)

    async def start(self) -> None:
        always = {
            "port": str(self.port),
            "cluster-port": str(self.bus),
            "bind": "127.0.0.1",
            "cluster-enabled": "yes",
            "cluster-require-full-coverage": "no",
            "cluster-allow-replica-migration": "no",
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "repl-diskless-sync-delay": "0",
            "logfile": "valkey.log",
            **self.settings,
        }
        words = [word for name, said in always.items() for word in (f"--{name}", said)]
        self.process = await asyncio.create_subprocess_exec(
            carried_binary(), *words, cwd=self.folder, start_new_session=True
        )
        await self.until("it answers", self._answers)

    def send(self, how: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, how)

    async def kill(self) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def close(self) -> None:
        await self.line.close()
        await self.kill()

    async def id(self) -> str:
        name: bytes = await self.line.ask("CLUSTER", "MYID")
        return name.decode()

    async def facts(self, *about: str) -> dict[str, str]:
        """The pairs of `INFO section` or `CLUSTER INFO`."""
        said = (await self.line.ask(*about)).decode().splitlines()
        return dict(pair.split(":", 1) for pair in said if ":" in pair)

    async def until(self, what: str, holds: Any) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await holds():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"the node on {self.port}: not within patience: {what}") from None

    async def _answers(self) -> bool:
        try:
            return bool(await self.line.ask("PING"))
        except Unavailable:
            return False


class LocalCluster:
    """`nodes` in no lasting order: who is primary changes; ask `primary_of`."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    @property
    def url(self) -> str:
        """As an organiser would write it, naming three of six."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:3])

    async def form(self) -> None:
        """Slots to the first three, a replica to each."""
        first, *others = self.nodes
        for other in others:
            await first.line.ask("CLUSTER", "MEET", "127.0.0.1", other.port, other.bus)
        share = -(-SLOTS // PRIMARIES)
        for nth, node in enumerate(self.nodes[:PRIMARIES]):
            last = min((nth + 1) * share, SLOTS) - 1
            await node.line.ask("CLUSTER", "ADDSLOTSRANGE", nth * share, last)
        for nth, node in enumerate(self.nodes[PRIMARIES:]):
            owner = await self.nodes[nth % PRIMARIES].id()
            await node.until("it knows its primary", lambda n=node, o=owner: _knows(n, o))
            await node.line.ask("CLUSTER", "REPLICATE", owner)
        await self.whole()

    async def whole(self) -> None:
        """Every slot is served and every replica follows."""
        for node in self.nodes:
            await node.until("it is whole", lambda n=node: _is_whole(n, len(self.nodes)))

    async def primary_of(self, key: str) -> Node:
        """Who serves this key now, as most of the others see it."""
        slot = slot_of(key)
        for node in self.nodes:
            if node.process is None or node.process.returncode is not None:
                continue
            for first, last, at, *_ in await node.line.ask("CLUSTER", "SLOTS"):
                if first <= slot <= last:
                    return next(one for one in self.nodes if one.port == at[1])
        raise AssertionError(f"nobody serves slot {slot}")

    async def replica_of(self, primary: Node) -> Node:
        rows = await primary.line.ask("CLUSTER", "REPLICAS", await primary.id())
        port = int(rows[0].decode().split()[1].partition("@")[0].rpartition(":")[2])
        return next(one for one in self.nodes if one.port == port)

    async def failed_over(self, key: str, old: Node) -> Node:
        """The new primary of this key, once there is one that answers for its slots."""
        others = [node for node in self.nodes if node is not old]
        found: list[Node] = []

        async def changed() -> bool:
            for node in others:
                try:
                    facts = await node.facts("INFO", "replication")
                    slots = await node.line.ask("CLUSTER", "SLOTS")
                except Unavailable:
                    continue
                mine = [one for one in slots if one[2][1] == node.port]
                serves = any(first <= slot_of(key) <= last for first, last, *_ in mine)
                if facts["role"] == "master" and serves:
                    found.append(node)
                    return True
            return False

        await others[0].until("another node took over", changed)
        return found[0]


async def _knows(node: Node, other: str) -> bool:
    return other.encode() in await node.line.ask("CLUSTER", "NODES")


async def _is_whole(node: Node, nodes: int) -> bool:
    try:
        cluster = await node.facts("CLUSTER", "INFO")
        replication = await node.facts("INFO", "replication")
        seen = await node.line.ask("CLUSTER", "SLOTS")
    except Unavailable:
        return False
    copies = nodes // PRIMARIES
    covered = sum(last - first + 1 for first, last, *at in seen if len(at) == copies)
    if replication["role"] == "master":
        online = sum("state=online" in said for said in replication.values())
        follows = online == copies - 1
    else:
        follows = replication.get("master_link_status") == "up"
    known = cluster["cluster_known_nodes"] == str(nodes)
    return known and follows and covered == SLOTS and cluster["cluster_state"] == "ok"


@asynccontextmanager
async def local_cluster(
    folder: Path, replicas: int = 1, **settings: str
) -> AsyncIterator[LocalCluster]:
    """For as long as the block lasts; `min_replicas_to_write="1"` sets min-replicas-to-write."""
    said = {name.replace("_", "-"): value for name, value in settings.items()}
    ports = free_ports(2 * PRIMARIES * (1 + replicas))
    nodes = [
        Node(folder / f"node{nth}", port, bus, said)
        for nth, (port, bus) in enumerate(zip(ports[::2], ports[1::2], strict=True))
    ]
    try:
        await asyncio.gather(*(node.start() for node in nodes))
        cluster = LocalCluster(nodes)
        await cluster.form()
        yield cluster
    finally:
        await asyncio.gather(*(node.close() for node in nodes))
