"""The servers that are compared, each on its own store that writes every vote to disk."""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.ingest import plan
from bench.processes import NODE, NODE_FOLDER, hear, say, seconds_spent, started
from server.phones import Desk
from server.trial_server import trial_server
from server.valkey_process import ValkeyProcess

NAMES = {
    "ours": "Dialogtisch, the whole product",
    "node": "Node, `socket.io` + `ioredis`, one script per vote",
    "stock": "python-socketio + redis-py as they come, one script per vote",
}
STORE_SECONDS = 10.0


@dataclass
class Turn:
    """Microseconds of processor time per vote of server and store; milliseconds until the ack."""

    server: float
    store: float
    p50: float
    p99: float


@dataclass
class Contender:
    """One server with its store and its crowd; `turns` by votes a second."""

    server: int
    store: int
    crowd: asyncio.subprocess.Process
    turns: dict[float, list[Turn]] = field(default_factory=dict)

    async def vote(self, per_second: float, seconds: float) -> None:
        server, store = seconds_spent(self.server), seconds_spent(self.store)
        await say(self.crowd, f"vote {per_second} {seconds}")
        count, p50, p99 = map(float, await hear(self.crowd, "voted"))
        server, store = seconds_spent(self.server) - server, seconds_spent(self.store) - store
        turn = Turn(server / count * 1e6, store / count * 1e6, p50, p99)
        self.turns.setdefault(per_second, []).append(turn)


@contextlib.asynccontextmanager
async def contender(kind: str, audience: str = "nobody") -> AsyncIterator[Contender]:
    opened = _ours() if kind == "ours" else _other(kind, audience)
    async with opened as (server, store, *where):
        crowd = (sys.executable, "-m", "bench.ingest.crowd", *where)
        async with started(*crowd) as process:
            await hear(process, "ready")
            yield Contender(server, store, process)


@contextlib.asynccontextmanager
async def _ours() -> AsyncIterator[tuple[Any, ...]]:
    async with trial_server() as (link, pid):
        desk = await Desk.of_organiser(link)
        wanted = {"template": "blank", "languages": ["de"], "tables": 50}
        made = await desk.post("/api/dialogues", wanted)
        ballot, options = await _open_ballot(desk, made["moderator_link"])
        stores = psutil.Process(pid).children()
        yield pid, stores[0].pid, desk.url, made["code"], ballot, *options


async def _open_ballot(desk: Desk, link: str) -> tuple[str, list[str]]:
    moderator = await desk.staff(link)
    await moderator.connect()
    statements = [{"de": f"Vorschlag {nth}"} for nth in range(plan.OPTIONS)]
    ballot = {"title": {"de": "Punkte"}, "method": "dots", "dots": plan.DOTS, "most_per_option": 1}
    planned = await moderator.command("PlanBallot", **ballot, statements=statements, minutes=60)
    found = (await moderator.until(lambda: moderator.shared.all("ballot")))[0]["id"]
    opened = await moderator.command("OpenBallot", ballot=found)
    if not (planned["ok"] and opened["ok"]):
        raise RuntimeError(f"no ballot: {planned}, {opened}")
    options = await moderator.until(lambda: moderator.shared.all("option"))
    await moderator.close()
    return found, [option["id"] for option in options]


@contextlib.asynccontextmanager
async def _other(kind: str, audience: str) -> AsyncIterator[tuple[Any, ...]]:
    with tempfile.TemporaryDirectory(prefix="dt-") as folder, _store(Path(folder)) as store:
        command: tuple[str | Path, ...] = (sys.executable, "-m", "bench.ingest.stock_server")
        command = (*command, store.socket, str(plan.DOTS), audience)
        if kind == "node":
            words = (store.socket, plan.SCRIPT, str(plan.DOTS), audience)
            command = (NODE, NODE_FOLDER / "ingest.mjs", *words)
        async with started(*command) as server:
            port = (await hear(server, "port"))[0]
            options = (f"option-{nth:04}" for nth in range(plan.OPTIONS))
            yield server.pid, store.pid, f"http://127.0.0.1:{port}", "none", "ballot-1", *options


@contextlib.contextmanager
def _store(folder: Path) -> Any:
    """Valkey with the very configuration that the product gives it."""
    store = ValkeyProcess(folder / "store")
    store.launch()
    deadline = time.monotonic() + STORE_SECONDS
    while not store.socket.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield store
    finally:
        _end(store)


def _end(store: ValkeyProcess) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(store.pid)
        process.terminate()
        process.wait(STORE_SECONDS)
