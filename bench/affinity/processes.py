"""Several server processes on one store, each with its numbers open to us."""

import asyncio
import contextlib
import os
import re
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"http://\S+/enter#organiser\.\S+")
OPENING_SECONDS = 30.0


@dataclass
class Process:
    """One of them; `link` is the organiser's."""

    url: str
    link: str
    metrics: int
    running: asyncio.subprocess.Process

    def cpu_seconds(self) -> float:
        times = psutil.Process(self.running.pid).cpu_times()
        return float(times.user + times.system)

    def counted(self, name: str) -> float:
        """One of the numbers it shows to Prometheus, over all labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics}/metrics") as page:
            lines = page.read().decode().splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if re.match(rf"dialogtisch_{name}(_total)?[ {{]", line)
        )


@contextlib.asynccontextmanager
async def processes(count: int, store: str) -> AsyncIterator[list[Process]]:
    """That many processes on the store at this URL; killed at the end."""
    opened: list[Process] = []
    try:
        for _ in range(count):
            opened.append(await _open(store))
        yield opened
    finally:
        for process in opened:
            with contextlib.suppress(ProcessLookupError):
                process.running.kill()
            await process.running.wait()


async def _open(store: str) -> Process:
    port, metrics = _free_port(), _free_port()
    clean = {key: text for key, text in os.environ.items() if not key.startswith("DIALOGTISCH_")}
    url = f"http://127.0.0.1:{port}"
    options = ("--host", "127.0.0.1", "--port", str(port), "--redis-url", store)
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "serve", *options),
        *("--public-url", url, "--metrics", str(metrics)),
        cwd=ROOT,
        env=clean,
        stdout=asyncio.subprocess.PIPE,
    )
    assert running.stdout is not None
    async with asyncio.timeout(OPENING_SECONDS):
        while line := (await running.stdout.readline()).decode():
            if found := LINK.search(line):
                return Process(url, found[0], metrics, running)
    raise RuntimeError("the server ended before it had opened")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
