"""`python -m bench.counting`: nanoseconds of counting per command and per view, and of a reading.

Counting is timed alone, as often as the hot places do it, and compared with an empty loop.
"""

import asyncio
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from prometheus_client import generate_latest

from rooms.counts import Marked, Spread, counts
from rooms.messages import Participant, PersonId
from server.metrics import Metrics
from server.pulse import Pulse
from server.sockets import Sockets
from server.traffic import traffic

TURNS, TIMES = 9, 100_000
CONNECTIONS = 2_000
COMMAND_US = 57
HERE = Path(__file__).parent


def nothing(command: object) -> None:
    pass


class Counting:
    """What is done per command and per view; the same lines as in rooms/ and server/."""

    def __init__(self) -> None:
        self.marked = Marked()
        self.wires = list(range(1_000))

    def command(self, command: object) -> None:
        self.marked.arrived(command)
        counts.answered[type(command).__name__, "ok"] += 1
        self.marked.answered(command, False)
        traffic.acks += 1

    def view(self, frame: object) -> None:
        traffic.frames += len(self.wires)
        traffic.frame_bytes += 120 * len(self.wires)

    def append(self, command: object) -> None:
        since = time.perf_counter()
        counts.append_seconds.note(time.perf_counter() - since)
        counts.append_entries.note(7)


def nanoseconds(act: Callable[[object], None]) -> float:
    """Of processor time per call, the call itself included."""
    command = SimpleNamespace()
    begun = time.process_time()
    for _ in range(TIMES):
        act(command)
    return (time.process_time() - begun) / TIMES * 1e9


async def reading() -> float:
    """Microseconds for one page, with everybody connected and every outcome seen."""
    person = SimpleNamespace(by=Participant(PersonId("x")))
    lines = {str(nth): person for nth in range(CONNECTIONS)}
    sockets: Any = SimpleNamespace(_lines=lines, held={})
    sockets.roles = Sockets.roles.fget(sockets)  # type: ignore[attr-defined]
    hall: Any = SimpleNamespace(lives=[], unread=0)
    health: Any = SimpleNamespace(reachable=True, state="durable")
    for nth in range(120):
        counts.answered[f"Command{nth}", "ok"] += 1
    registry = Metrics(hall, sockets, health, Pulse(), None).registry()
    begun = time.process_time()
    for _ in range(50):
        Sockets.roles.fget(sockets)  # type: ignore[attr-defined]
        generate_latest(registry)
    return (time.process_time() - begun) / 50 * 1e6


def beat() -> float:
    """Nanoseconds of one beat of the pulse, without the loop that wakes it."""
    spread = Spread((0.001, 0.01, 0.1))
    return nanoseconds(lambda _: spread.note(0.0001))


def report() -> str:
    counting = Counting()
    acts = {"command": counting.command, "view": counting.view, "append": counting.append}
    found: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(TURNS):  # in turns, so that a busy machine is busy for all of them
        empty = nanoseconds(nothing)
        for name, act in acts.items():
            found[name].append(nanoseconds(act) - empty)
    page = asyncio.run(reading())
    middle = {name: statistics.median(times) for name, times in found.items()}
    return "\n".join(
        (
            "# What counting costs",
            "",
            f"Made by `python -m bench.counting` on {datetime.now(UTC):%Y-%m-%d}. Processor time, "
            f"median of {TURNS} turns in one run.",
            f"Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}, "
            f"prometheus-client {version('prometheus-client')}.",
            "",
            "| | |",
            "|---|---|",
            f"| one command answered | {middle['command']:.0f} ns |",
            f"| one view to 1,000 wires, all of them together | {middle['view']:.0f} ns |",
            f"| one append, of however many commands | {middle['append']:.0f} ns |",
            f"| one beat of the pulse, ten a second | {beat():.0f} ns |",
            f"| one reading of `/metrics`, {CONNECTIONS:,} connected | {page:.0f} µs |",
            "",
            f"A whole command takes some {COMMAND_US} µs of processor time with rules and storage "
            "([hall](../hall/RESULTS.md), its",
            f"last line), so counting is {middle['command'] / COMMAND_US / 10:.1f} % of it; a view "
            "to 1,000 wires takes some 12 ms",
            "([fanout](../fanout/RESULTS.md)). In the command above every one begins to be timed "
            "on its way to the",
            "screens, which in a full hall few do.",
            "",
        )
    )


if __name__ == "__main__":
    page = report()
    (HERE / "RESULTS.md").write_text(page, "utf-8")
    print(page)
