"""What server and store use, looked at every few seconds."""

import asyncio
import time
import urllib.request
from dataclasses import dataclass

import psutil
from prometheus_client.parser import text_string_to_metric_families

from campaigns.soak.evening import Evening

ANSWER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """`at`: seconds since the soak began, `age`: since this life of the server began."""

    at: float
    age: float
    life: int
    entries: int
    rss: int
    files: int
    threads: int
    store_rss: int
    store_files: int
    aof_bytes: int
    said_bytes: int
    held: dict[str, int]


async def look(evening: Evening, begun: float) -> Sample | None:
    """None while the server or its store is just not there."""
    try:
        server = psutil.Process(evening.program.pid)
        (store,) = server.children()
        page = await asyncio.to_thread(_read, evening.metrics)
        families = {family.name: family for family in text_string_to_metric_families(page)}
        held = {one.labels["what"]: int(one.value) for one in families["dialogtisch_held"].samples}
        (entries,) = families["dialogtisch_log_entries"].samples
        now = time.time()
        return Sample(
            at=time.monotonic() - begun,
            age=now - server.create_time(),
            life=evening.restarts,
            entries=int(entries.value),
            rss=server.memory_info().rss,
            files=server.num_fds(),
            threads=server.num_threads(),
            store_rss=store.memory_info().rss,
            store_files=store.num_fds(),
            aof_bytes=_size(evening),
            said_bytes=evening.said_bytes(),
            held=held,
        )
    except (psutil.Error, OSError, ValueError, KeyError):
        return None


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as answer:
        page: bytes = answer.read()
    return page.decode()


def _size(evening: Evening) -> int:
    files = (evening.folder / "store" / "appendonlydir").glob("*.aof")
    return sum(path.stat().st_size for path in files)
