"""What the settings of a Redis or Valkey server mean for a card that was acknowledged.

Asked at start-up, of the embedded store as of any other; the sentences are printed as they are.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from rooms.errors import Unavailable
from rooms.redis_cluster import ClusterLine, is_cluster
from rooms.redis_facts import told_by
from rooms.redis_line import Line, storage_away
from server.store_versions import weakness

LEAST = {"redis": (7, 2), "valkey": (8, 1)}
SETTINGS = ("appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy")


NODE_ALONE = (
    "This is one node of a cluster; name the cluster instead: redis+cluster:// and then its nodes, "
    "separated by commas."
)
IN_CLUSTER = (
    "In the cluster, a replica takes over when a primary fails. What the primary had acknowledged "
    "and not sent on by then, phones offer again; a new epoch says so."
)


@dataclass(frozen=True, slots=True)
class Durability:
    """`fit`: the server may be used at all. `durable`: acknowledged means on disk."""

    fit: bool
    durable: bool
    sentences: tuple[str, ...]


async def check_persistence(url: str) -> Durability:
    """Read version and settings of the server at `url`; raises Unavailable if it is away."""
    if is_cluster(url):
        return await _check_cluster(url)
    line = Line(url, lost=storage_away)
    try:
        return judge(await told_by(line, "server"), await _settings(line))
    finally:
        await line.close()


def judge(about: dict[str, str], settings: dict[str, str], in_cluster: bool = False) -> Durability:
    """What `INFO server` and the settings mean; settings that may not be read are missing."""
    kind, version = _version(about)
    mode = about.get("redis_mode") or about.get("server_mode")
    if mode == "cluster" and not in_cluster:
        return Durability(fit=False, durable=False, sentences=(NODE_ALONE,))
    findings = [finding for ask in (_file, _fsync, _eviction) if (finding := ask(settings))]
    if _numbers(version) < LEAST[kind]:
        least = ".".join(map(str, LEAST[kind]))
        findings.insert(0, f"This is {kind} {version}; Dialogtisch needs {kind} {least} or newer.")
        return Durability(fit=False, durable=not findings[1:], sentences=tuple(findings))
    durable = not findings
    if durable:
        findings = [f"{kind} {version}: whatever is acknowledged is on disk, also in a power cut."]
    if weak := weakness(kind, _numbers(version), in_cluster):
        findings.append(weak)
    return Durability(fit=True, durable=durable, sentences=tuple(findings))


async def _check_cluster(url: str) -> Durability:
    """Every node counts, since every replica may be primary tomorrow; one that is away does not."""
    cluster = ClusterLine(url, lost=storage_away)
    try:
        lines = (await cluster.nodes()).values()
        asked = await asyncio.gather(*map(_judge_node, lines), return_exceptions=True)
    finally:
        await cluster.close()
    found = [one for one in asked if isinstance(one, Durability)]
    if not found:
        raise storage_away()
    sentences = dict.fromkeys(said for one in found for said in one.sentences)
    fit = all(one.fit for one in found)
    durable = all(one.durable for one in found)
    return Durability(fit, durable, (*sentences, IN_CLUSTER))


async def _judge_node(line: Line) -> Durability:
    return judge(await told_by(line, "server"), await _settings(line), in_cluster=True)


def _file(settings: dict[str, str]) -> str | None:
    match settings.get("appendonly"):
        case "yes":
            return None
        case None:
            return (
                "The storage does not tell whether it writes to disk (CONFIG GET is not allowed): "
                "make sure of appendonly yes and appendfsync always."
            )
        case _:
            return (
                "The storage keeps no append-only file (appendonly no): when it restarts, "
                "everything since its last snapshot is lost, acknowledged or not."
            )


def _fsync(settings: dict[str, str]) -> str | None:
    if settings.get("appendonly") != "yes":
        return None
    match settings.get("appendfsync"):
        case "always" if settings.get("no-appendfsync-on-rewrite") == "yes":
            return (
                "While the storage rewrites its file it does not wait for the disk "
                "(no-appendfsync-on-rewrite yes): a power cut just then loses acknowledged cards "
                "and votes."
            )
        case "always":
            return None
        case "everysec":
            return (
                "The storage writes to disk once a second (appendfsync everysec): a power cut can "
                "lose the last one to two seconds of acknowledged cards and votes."
            )
        case _:
            return (
                "The storage leaves writing to the operating system (appendfsync no): a power cut "
                "can lose half a minute of acknowledged cards and votes."
            )


def _eviction(settings: dict[str, str]) -> str | None:
    policy = settings.get("maxmemory-policy", "noeviction")
    if policy == "noeviction" or policy.startswith("volatile-"):
        return None  # no key of ours that must last has a time limit
    return (
        f"When its memory is full the storage throws whole dialogues away (maxmemory-policy "
        f"{policy}): set it to noeviction."
    )


def _version(about: dict[str, str]) -> tuple[str, str]:
    if "valkey_version" in about:
        return "valkey", about["valkey_version"]
    return "redis", about.get("redis_version", "0")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


async def _settings(line: Line) -> dict[str, str]:
    try:
        found: dict[Any, Any] = await line.ask("CONFIG", "GET", *SETTINGS)
    except Unavailable as unavailable:
        if unavailable.reason == "storage_refused":
            return {}
        raise
    return {name.decode(): setting.decode() for name, setting in found.items()}
