"""Which objects make up the memory of a seated phone, counted by type, before and after."""

import asyncio
import json
import os
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.doors.evening import evening_for
from bench.doors.joining import leave
from bench.doors.weighing import SETTLED_SECONDS, WARM_UP, seated

COUNTED = "bench.doors.counted_server"
COUNTING_SECONDS = 30.0
Account = dict[str, tuple[int, int]]


@dataclass
class Part:
    """Objects of one type, per phone."""

    kind: str
    count: float
    size: float


@dataclass
class Anatomy:
    """`parts`: the heaviest first, in bytes per phone."""

    phones: int
    parts: list[Part]

    @property
    def counted(self) -> float:
        return sum(part.size for part in self.parts)


async def take_apart(phones: int) -> Anatomy:
    """Everybody joins and sits at a server of its own, which counts its objects twice."""
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        told = Path(folder) / "account.json"
        os.environ["BENCH_ACCOUNT"] = str(told)
        async with evening_for(phones, module=COUNTED) as evening:
            await leave(await seated(evening, 0, WARM_UP))
            before = await asyncio.to_thread(_account, evening.server, told)
            guests = await seated(evening, 0, phones)
            await asyncio.sleep(SETTLED_SECONDS)
            after = await asyncio.to_thread(_account, evening.server, told)
            await leave(guests)
    return Anatomy(phones, _grown(before, after, phones))


def _account(server: int, told: Path) -> Account:
    os.kill(server, signal.SIGUSR1)
    deadline = time.monotonic() + COUNTING_SECONDS
    while not told.exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the server has not told what it is made of")
        time.sleep(0.05)
    found: Account = json.loads(told.read_text("utf-8"))
    told.unlink()
    return found


def _grown(before: Account, after: Account, phones: int) -> list[Part]:
    parts = []
    for kind, (count, size) in after.items():
        counted, weighed = before.get(kind, (0, 0))
        parts.append(Part(kind, (count - counted) / phones, (size - weighed) / phones))
    return sorted(parts, key=lambda part: -part.size)
