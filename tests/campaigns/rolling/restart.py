"""Two processes behind the real HAProxy are replaced, one after the other, amid a burst."""

import asyncio
import contextlib
import random
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from our_files import ROOT
from program import free_port, free_ports

from campaigns.cluster.evening import Evening, Process
from server.embedded import EmbeddedStore

HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
PROCESSES = 2
MEAN_PAUSE_SECONDS = 0.2
PATIENCE_SECONDS = 30.0


@dataclass
class Restarted:
    """`longest_wait`: seconds until a card was saved, in the whole run."""

    rounds: int = 0
    posted: int = 0
    longest_wait: float = 0.0
    wrong: list[str] = field(default_factory=list)


def configuration(port: int, processes: list[int]) -> str:
    """The product's own, on loopback, for as many processes as there are, asked more often."""
    lines = (ROOT / "proxy" / "haproxy.cfg").read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.strip().startswith("server app")]
    kept += [f"    server app{nth} 127.0.0.1:{at}" for nth, at in enumerate(processes)]
    text = "\n".join(kept) + "\n"
    for old, new in {
        "bind :8080": f"bind 127.0.0.1:{port}",
        "maxconn 20000": "maxconn 500",
        "inter 2s": "inter 200ms",
    }.items():
        assert text.count(old) == 1, f"the configuration no longer says {old}"
        text = text.replace(old, new)
    return text


@asynccontextmanager
async def proxy(folder: Path, processes: list[int]) -> AsyncIterator[str]:
    port = free_port()
    file = folder / "haproxy.cfg"
    file.write_text(configuration(port, processes))
    assert HAPROXY is not None
    running = await asyncio.create_subprocess_exec(
        HAPROXY, "-db", "-f", file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await well(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        await running.wait()


async def well(url: str) -> None:
    """Returns once somebody answers there."""
    async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{url}/healthz/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


async def restart_in_turn(seed: int, rounds: int, dialogues: int, phones: int) -> Restarted:
    """Each round replaces every process once, by SIGTERM."""
    chance = random.Random(seed)
    done = Restarted()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dt-")))
        store = EmbeddedStore(folder / "data")
        await store.start()
        stack.push_async_callback(store.stop)
        ports = free_ports(PROCESSES)
        processes = [Process(store.url, port) for port in ports]
        for process in processes:
            await process.open()
            stack.push_async_callback(process.close)
        url = await stack.enter_async_context(proxy(folder, ports))
        evenings = [await Evening.make(processes[0]) for _ in range(dialogues)]
        for evening in evenings:
            stack.push_async_callback(evening.leave)
            await evening.fill([url], phones)
            evening.begin(lambda: chance.expovariate(1 / MEAN_PAUSE_SECONDS))
        for _ in range(rounds):
            done.rounds += 1
            for process in processes:
                await asyncio.sleep(chance.uniform(0.3, 1.0))
                ended = await process.end(signal.SIGTERM)
                assert ended == 0, process.said[-2000:]
                await process.open()
                await asyncio.gather(*(evening.everybody_is_live() for evening in evenings))
                await asyncio.sleep(1.0)  # the proxy has seen that it is back
        await asyncio.gather(*(evening.end() for evening in evenings))
        for evening in evenings:
            _compare(done, evening, await evening.settled())
    return done


def _compare(done: Restarted, evening: Evening, found: Counter[str]) -> None:
    posted = Counter(evening.posted)
    done.posted += len(evening.posted)
    done.longest_wait = max(done.longest_wait, evening.longest_wait)
    done.wrong += [f"lost: {text}" for text in posted - found]
    done.wrong += [f"doubled or invented: {text}" for text in found - posted]
    done.wrong += [f"never answered: {text}" for text in posted if text not in evening.first_acks]
