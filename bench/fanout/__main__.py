"""Compares the servers' CPU time per delivered message and per answered event, in one run.

For each number of sockets all servers stand at once, each with its own crowd, and take turns in
short bursts, so that whatever else the machine does meets them alike. Writes RESULTS.md.
"""

import asyncio
import contextlib
import datetime
import importlib.metadata
import os
import platform
import statistics
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.fanout import payload
from bench.processes import (
    NODE,
    NODE_FOLDER,
    fetch_node_packages,
    hear,
    node_version,
    say,
    seconds_spent,
    started,
)
from server.packets import event_packet

HERE = Path(__file__).parent

KINDS = ("ready", "stock", "node", "floor")
SOCKETS = (200, 1_000, 2_000)
TURNS = 5
MESSAGES_PER_TURN = 8_000
MICROSECONDS_SLOT = 100  # pace: a burst gives each delivery this much time, so nothing piles up
QUESTIONS_PER_TURN = 4_000
LIMIT_SECONDS = 175
NAMES = {
    "ready": "Dialogtisch: ready frames",
    "stock": "python-socketio as it comes",
    "node": "Node, `socket.io` as it comes",
    "floor": "bare uvloop, no Socket.IO",
}


@dataclass
class Contender:
    """One server with its crowd, and what its turns cost in microseconds per message."""

    server: asyncio.subprocess.Process
    crowd: asyncio.subprocess.Process
    delivered: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)

    def spent(self) -> float:
        return seconds_spent(self.server.pid)

    async def deliver(self, sockets: int) -> None:
        rounds = MESSAGES_PER_TURN // sockets
        before = self.spent()
        await say(self.server, f"burst {rounds} {sockets * MICROSECONDS_SLOT / 1000}")
        await say(self.crowd, f"await {rounds * sockets}")
        arrived = int((await hear(self.crowd, "delivered"))[0])
        await hear(self.server, "done")
        if arrived != rounds * sockets:
            raise RuntimeError(f"{rounds * sockets} messages were sent, {arrived} arrived")
        self.delivered.append((self.spent() - before) / arrived * 1e6)

    async def answer(self, sockets: int) -> None:
        each = QUESTIONS_PER_TURN // sockets
        before = self.spent()
        await say(self.crowd, f"ask {each} {sockets * MICROSECONDS_SLOT * 2 / 1000}")
        arrived = int((await hear(self.crowd, "answered"))[0])
        if arrived != each * sockets:
            raise RuntimeError(f"{each * sockets} events were sent, {arrived} answered")
        self.answered.append((self.spent() - before) / arrived * 1e6)


@contextlib.asynccontextmanager
async def contender(kind: str, sockets: int) -> AsyncIterator[Contender]:
    command: list[str | Path] = [sys.executable, "-m", "bench.fanout.servers", kind]
    if kind == "node":
        command = [NODE, NODE_FOLDER / "fanout.mjs", payload.AS_JSON]
    async with started(*command) as server:
        port = (await hear(server, "port"))[0]
        crowd_command = (sys.executable, "-m", "bench.fanout.crowd", port, str(sockets))
        async with started(*crowd_command) as crowd:
            await hear(crowd, "ready")
            yield Contender(server, crowd)


async def compare(sockets: int) -> dict[str, Contender]:
    async with contextlib.AsyncExitStack() as stack:
        contenders = {
            kind: await stack.enter_async_context(contender(kind, sockets)) for kind in KINDS
        }
        for turn in range(TURNS + 1):
            for one in contenders.values():
                await one.deliver(sockets)
                await one.answer(sockets)
                if turn == 0:  # warming up: first calls, Node's compiler
                    one.delivered.clear()
                    one.answered.clear()
        return contenders


def table(measured: dict[int, dict[str, Contender]], what: str) -> list[str]:
    lines = [f"| µs | {' | '.join(f'{sockets:,} sockets' for sockets in measured)} |"]
    lines += ["|---" * (len(measured) + 1) + "|"]
    for kind in KINDS:
        cells = []
        for contenders in measured.values():
            turns: list[float] = getattr(contenders[kind], what)
            cells.append(f"{statistics.median(turns):.1f} ({min(turns):.1f} to {max(turns):.1f})")
        lines.append(f"| {NAMES[kind]} | {' | '.join(cells)} |")
    return lines


def report(measured: dict[int, dict[str, Contender]], load: float) -> str:
    packages = ("python-socketio", "python-engineio", "uvicorn", "uvloop", "websockets", "msgpack")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    size = len(event_packet("view", payload.VIEW))
    return "\n".join(
        [
            "# Fan-out: CPU time of the server process",
            "",
            f"Made by `python -m bench.fanout` on {datetime.date.today():%Y-%m-%d}. Median of "
            f"{TURNS} turns, smallest and largest in brackets; all servers in one run, taking",
            "turns, each with its own load generator on the same machine. Ratios carry over to "
            "other machines, absolute figures do not.",
            "",
            f"Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}, Node {node_version()}; "
            f"{load:.1f} other processes wanted to run when it began.",
            f"Versions: {', '.join(versions)}; `bench/node/package-lock.json` for Node.",
            "",
            f"## One view delivered to one client ({size} bytes of MessagePack)",
            "",
            *table(measured, "delivered"),
            "",
            "## One event of a client received and answered",
            "",
            "With no rules and no storage behind it: what the way in and the ack cost.",
            "",
            *table(measured, "answered"),
            "",
        ]
    )


async def main() -> None:
    fetch_node_packages()
    measured = {}
    load = os.getloadavg()[0]
    async with asyncio.timeout(LIMIT_SECONDS):
        for sockets in SOCKETS:
            measured[sockets] = await compare(sockets)
    text = report(measured, load)
    (HERE / "RESULTS.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    asyncio.run(main())
