"""Starts the product's own store on damaged files, repairs it if it refuses, and judges.

Silent is the only wrong end: other evenings than were acknowledged, and nobody was told.
"""

import asyncio
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from our_files import ROOT

from campaigns.corruption.damage import KINDS
from campaigns.corruption.evening import Evenings
from rooms.entries import replay
from rooms.errors import Corrupted
from rooms.log import Stored
from rooms.redis_log import RedisLog
from server.embedded import EmbeddedStore
from server.last_seen import LastSeen
from server.valkey_process import StoreUnusable

EPOCH_BEGUN = b"EpochBegun"


class Wrong(AssertionError):
    """What must never happen."""


@dataclass(frozen=True)
class Outcome:
    """`end`: no effect, mended at start, closed and repaired, refused and repaired."""

    kind: str
    what: str
    end: str
    lost: int


@dataclass(frozen=True)
class Held:
    """What a store that started holds, and whether it said that something may be missing."""

    logs: dict[str, list[Stored]]
    secret: bytes
    told: bool
    broken: dict[str, int]


async def one_case(evenings: Evenings, kind: str, seed: str, scratch: Path) -> Outcome:
    """Damage a copy of the evenings and see what becomes of it. Raises Wrong."""
    chance = random.Random(seed)
    shutil.copytree(evenings.folder, scratch)
    files = scratch / "store" / "appendonlydir"
    LastSeen(scratch / "store" / "last-seen").settle(files)  # it was not copied, as far as we know
    what = KINDS[kind](files, evenings.older, chance)
    damaged = contents(files)
    try:
        held = await opened(scratch)
    except StoreUnusable as refused:
        must(f"./run repair --data {scratch}" in str(refused), f"the way out is named: {refused}")
        must(contents(files) == damaged, "a refusal changes nothing")
        lost = await repaired(evenings, scratch, "", damaged)
        return Outcome(kind, what, "refused and repaired", lost)
    check_prefixes(evenings, held)
    must(held.told or not _changed(evenings, held), "what is missing is told")
    must(held.secret == evenings.secret, "the secret is the same")
    if held.broken:
        must(set(contents(files).values()) >= set(damaged.values()), "the damaged files are kept")
        code = next(iter(held.broken)) if len(held.broken) == 1 else ""
        lost = await repaired(evenings, scratch, code, damaged)
        return Outcome(kind, what, "closed and repaired", lost)
    if not held.told:
        return Outcome(kind, what, "no effect", 0)
    return Outcome(kind, what, "mended at start", count_lost(evenings, held))


async def repaired(evenings: Evenings, data: Path, code: str, damaged: dict[str, bytes]) -> int:
    """Run the one command; afterwards all is verified. How many entries are no longer there."""
    command = [sys.executable, "-m", "server", "repair", *([code] if code else [])]
    process = await asyncio.create_subprocess_exec(
        *(*command, "--data", str(data)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    must(process.returncode == 0 and said.startswith("Repaired."), f"the repair works: {said}")
    [kept] = (data / "store").glob("kept-*")
    must(set(contents(kept).values()) >= set(damaged.values()), "the original is kept")
    held = await opened(data)
    must(not held.broken, f"after the repair all is whole: {held.broken} {said}")
    check_prefixes(evenings, held)
    must(held.secret == evenings.secret or "all personal links are new" in said, "a new secret")
    for one, entries in held.logs.items():
        if code in ("", one):
            must(EPOCH_BEGUN in entries[-1].payload, "a new epoch has begun")
            must(entries[-1].position.epoch > evenings.truth[one][-1].position.epoch, "a later one")
    for one in evenings.truth.keys() - held.logs.keys():
        must(f"{one[:4]}-{one[4:]}: nothing of it" in said or not _found(damaged, one), said)
    return count_lost(evenings, held)


async def opened(data: Path) -> Held:
    """What the store holds after a start as the server does it. Raises StoreUnusable."""
    store = EmbeddedStore(data)
    await store.start()
    log = RedisLog(store.url)
    try:
        logs = {code: await log.read(code) for code in await log.codes()}
        told = bool(store.suspicion and store.sentences)
        return Held(logs, await log.secret(), told, store.findings.broken)
    finally:
        await log.close()
        await store.stop()


def check_prefixes(evenings: Evenings, held: Held) -> None:
    """Whatever is served is a beginning of what was acknowledged, and what is broken is not."""
    for code, entries in held.logs.items():
        if code in held.broken:
            must(not _replays(code, entries), "a broken dialogue stays closed")
        elif entries:
            must(code in evenings.truth, f"{code} was never made")
            own = [one for one in entries if EPOCH_BEGUN not in one.payload]
            must(own == evenings.truth[code][: len(own)], f"{code} is as it was written")
            must(_replays(code, entries), f"{code} opens")


def count_lost(evenings: Evenings, held: Held) -> int:
    kept = sum(len([e for e in log if EPOCH_BEGUN not in e.payload]) for log in held.logs.values())
    return sum(map(len, evenings.truth.values())) - kept


def contents(files: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(files.iterdir())}


def must(kept: object, promise: str) -> None:
    if not kept:
        raise Wrong(promise)


def _changed(evenings: Evenings, held: Held) -> bool:
    sound = {code: log for code, log in held.logs.items() if log and code not in held.broken}
    rest = {code: log for code, log in evenings.truth.items() if code not in held.broken}
    return sound != rest


def _found(damaged: dict[str, bytes], code: str) -> bool:
    """Whether a whole command of this dialogue's log may still be read somewhere."""
    return any(f"dialogue:{{{code}}}:log".encode() in content for content in damaged.values())


def _replays(code: str, entries: list[Stored]) -> bool:
    try:
        replay(code, entries)
    except Corrupted:
        return False
    return True
