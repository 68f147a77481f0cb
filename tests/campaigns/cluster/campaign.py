"""Plays evenings on a cluster whose primaries fail, and compares what was promised with the log."""

import asyncio
import contextlib
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from program import free_ports

from campaigns.cluster.evening import Evening, Kept, Process
from campaigns.cluster.faults import Faults, Round
from campaigns.cluster.local_cluster import PRIMARIES, LocalCluster, local_cluster
from rooms.log import EMPTY, Position
from rooms.redis_log import RedisLog

PROCESSES = 2
MEAN_PAUSE_SECONDS = 0.15


@dataclass(frozen=True)
class Plan:
    """One run; the same seed gives the same faults to the same dialogues at the same moments."""

    seed: int
    rounds: int = 12
    dialogues: int = 4
    phones: int = 6
    frozen_seconds: float = 15.0
    node_timeout_ms: int = 1_000
    min_replicas: int = 0
    replicas: int = 1
    replicas_wait: int = 0
    appends: int = 500


@dataclass
class Outcome:
    """Of `posted` cards the store `lost` some after their answer; `wrong` must stay empty."""

    rounds: list[Round] = field(default_factory=list)
    dialogues: int = 0
    nodes_used: int = 0
    posted: int = 0
    lost: int = 0
    returned: int = 0
    epochs: int = 0
    append_ms: dict[int, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def told(cls, said: dict[str, Any]) -> "Outcome":
        """As `dataclasses.asdict` and JSON have left it."""
        rounds = [Round(**one) for one in said["rounds"]]
        append_ms = {int(wait): taken for wait, taken in said["append_ms"].items()}
        return cls(**{**said, "rounds": rounds, "append_ms": append_ms})


async def run(plan: Plan, say: Callable[[str], None] = lambda _: None) -> Outcome:
    chance = random.Random(plan.seed)
    outcome = Outcome()
    async with town(plan) as (cluster, evenings):
        outcome.dialogues = len(evenings)
        outcome.nodes_used = len({(await cluster.primary_of(one.key)).port for one in evenings})
        faults = Faults(cluster, evenings, plan.frozen_seconds)
        for evening in evenings:
            evening.begin(lambda: chance.expovariate(1 / MEAN_PAUSE_SECONDS))
        for number in range(plan.rounds):
            kind = list(faults.kinds)[number % len(faults.kinds)]
            round_ = await faults.strike(kind, chance)
            outcome.rounds.append(round_)
            say(
                f"{number + 1:3} {kind}: taken over after {round_.took_over:.1f} s, all live "
                f"after {round_.live_again:.1f} s"
            )
        await asyncio.gather(*(evening.end() for evening in evenings))
        await _compare(cluster, evenings, outcome)
        outcome.append_ms = await what_waiting_costs(cluster, plan.appends)
    return outcome


async def what_waiting_costs(cluster: LocalCluster, appends: int) -> dict[int, list[float]]:
    """Milliseconds of one append after the other, without and with waiting for one replica."""
    logs = {wait: RedisLog(cluster.url, replicas_wait=wait) for wait in (0, 1)}
    tails = dict.fromkeys(logs, EMPTY)
    taken: dict[int, list[float]] = {wait: [] for wait in logs}
    for _ in range(appends):
        for wait, log in logs.items():
            begun = time.perf_counter()
            assert await log.append(f"WAITING{wait}", tails[wait], 1, [(b"x" * 200, b"seal")])
            taken[wait].append((time.perf_counter() - begun) * 1000)
            tails[wait] = Position(1, tails[wait].version + 1)
    for log in logs.values():
        await log.close()
    return taken


async def _compare(cluster: LocalCluster, evenings: list[Evening], outcome: Outcome) -> None:
    log = RedisLog(cluster.url)
    for evening in evenings:
        found = await evening.settled()
        kept = await Kept.read(log, evening.code)
        lost = kept.lost(evening)
        outcome.posted += len(evening.posted)
        outcome.lost += len(lost)
        outcome.returned += sum(text in kept.version_of for text in lost)
        outcome.epochs += kept.epochs - 1
        outcome.wrong += _wrong(evening, found, lost, kept)
    await log.close()


def _wrong(evening: Evening, found: Counter[str], gone: list[str], kept: Kept) -> list[str]:
    posted = Counter(evening.posted)
    return [
        *(f"lost: {text}" for text in posted - found),
        *(f"doubled or invented: {text}" for text in found - posted),
        *(f"never answered: {text}" for text in posted if text not in evening.first_acks),
        *([f"{evening.code} lost cards in silence"] if gone and kept.epochs == 1 else []),
    ]


async def _spread(cluster: LocalCluster, process: Process, fewest: int) -> list[Evening]:
    """At least so many dialogues, and as many more as it takes until every primary has one."""
    evenings: list[Evening] = []
    used: set[int] = set()
    while len(evenings) < fewest or len(used) < PRIMARIES:
        evenings.append(await Evening.make(process))
        used.add((await cluster.primary_of(evenings[-1].key)).port)
    return evenings


@contextlib.asynccontextmanager
async def town(plan: Plan) -> AsyncIterator[tuple[LocalCluster, list[Evening]]]:
    """Cluster, processes and evenings, filled and quiet."""
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dt-"))
        cluster = await stack.enter_async_context(
            local_cluster(
                Path(folder),
                plan.replicas,
                cluster_node_timeout=str(plan.node_timeout_ms),
                min_replicas_to_write=str(plan.min_replicas),
            )
        )
        wait = ("--replicas-wait", str(plan.replicas_wait))
        processes = [Process(cluster.url, port, *wait) for port in free_ports(PROCESSES)]
        for process in processes:
            await process.open()
            stack.push_async_callback(process.close)
        urls = [process.url for process in processes]
        evenings = await _spread(cluster, processes[0], plan.dialogues)
        for evening in evenings:
            stack.push_async_callback(evening.leave)
        await asyncio.gather(*(evening.fill(urls, plan.phones) for evening in evenings))
        yield cluster, evenings
