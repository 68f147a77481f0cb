"""One run: attack, then judge what is left, and write it down."""

import asyncio
import os
import platform
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from our_files import ROOT
from program import free_port

from campaigns.packets.attacker import Tally, attack
from campaigns.packets.hall import Hall, open_hall
from campaigns.packets.lives import LAYERS, Planner
from campaigns.parts import Run

MOST_GROWTH_BYTES = 50_000_000
MOST_LOG_BYTES = 1_000_000
LONGEST_P99_SECONDS = 0.3
MOST_NAMED = 5
PAGE = ROOT / "docs" / "campaigns" / "packets.md"


@dataclass
class Outcome:
    """What a run came to; `harm` is what is wrong with the evenings, in sentences.

    `bugs`: the lines in which the server told of an exception or an error of its own.
    """

    count: int
    seed: int
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    memory_before: int = 0
    memory_after: int = 0
    log_bytes: int = 0
    bugs: list[str] = field(default_factory=list)
    harm: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def growth(self) -> int:
        return self.memory_after - self.memory_before

    @property
    def p99(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.99)]

    def wrong(self) -> list[str]:
        """Everything that must not be, but for speed: that depends on the machine."""
        tally = self.tally
        found = list(self.harm)
        if self.bugs:
            found.append(f"{len(self.bugs)} exceptions told, the first: {self.bugs[0]}")
        if tally.statuses[500]:
            found.append(f"{tally.statuses[500]} requests answered with 500")
        if tally.internal:
            found.append(f"answered `internal` in lives {tally.internal[:MOST_NAMED]}")
        if tally.unanswered:
            found.append(f"never answered in lives {tally.unanswered[:MOST_NAMED]}")
        if tally.stuck:
            found.append(f"no end of lives {tally.stuck[:MOST_NAMED]}")
        if self.growth >= MOST_GROWTH_BYTES:
            found.append(f"memory grew by {self.growth / 1e6:.0f} MB")
        if self.log_bytes >= MOST_LOG_BYTES:
            found.append(f"the log grew to {self.log_bytes} bytes")
        return found

    def _share(self, layer: str) -> str:
        sent = self.tally.layers[layer]
        return f"{sent:,} ({100 * sent / self.tally.packets:.0f} %)"

    def late(self) -> bool:
        return self.p99 >= LONGEST_P99_SECONDS

    def table(self) -> str:
        tally = self.tally
        answers = ", ".join(f"{said} {n:,}" for said, n in sorted(tally.answers.items()))
        kinds = ", ".join(f"{kind} {n:,}" for kind, n in sorted(tally.kinds.items()))
        statuses = ", ".join(f"{status} {n:,}" for status, n in sorted(tally.statuses.items()))
        rows = {
            "packets sent": f"{tally.packets:,} in {self.seconds:.0f} s",
            "connections": f"{tally.lives:,} ({kinds})",
            **{f"of them {layer}": self._share(layer) for layer in LAYERS},
            "answers to events": answers,
            "answers to HTTP": statuses,
            "unanswered, never ended": f"{len(tally.unanswered)}, {len(tally.stuck)}",
            "exceptions and errors in the log, answers `internal`, answers 500": (
                f"{len(self.bugs)}, {len(tally.internal)}, {tally.statuses[500]}"
            ),
            "log": f"{self.log_bytes:,} bytes (bound {MOST_LOG_BYTES:,})",
            "server's memory": f"{self.memory_before / 1e6:.0f} MB before, "
            f"{self.memory_after / 1e6:.0f} MB after (bound: 50 MB more)",
            "healthy phones": f"{len(self.waits):,} commands, p50 "
            f"{sorted(self.waits)[len(self.waits) // 2] * 1000:.0f} ms, p99 "
            f"{self.p99 * 1000:.0f} ms, slowest {max(self.waits) * 1000:.0f} ms (bound p99 300)",
            "harm done to the evenings": "; ".join(self.harm) or "none",
        }
        table = "\n".join(f"| {name} | {found} |" for name, found in rows.items())
        verdict = self.wrong() + (["healthy phones waited too long"] if self.late() else [])
        return f"| | |\n|---|---|\n{table}\n\nVerdict: {'; '.join(verdict) or 'everything held'}."


async def run(folder: Path, count: int, seed: int) -> Outcome:
    """Open a server on `folder`, send that many packets, look what is left."""
    outcome = Outcome(count, seed)
    print(f"seed {seed}", flush=True)
    port = free_port()
    async with open_hall(folder, port) as hall:
        guest, staff = await hall.doors()
        host = f"127.0.0.1:{port}"
        planner = Planner(seed, host, hall.code, guest, staff)
        outcome.memory_before = hall.memory()
        talking = asyncio.create_task(hall.talk(random.Random(seed)))
        began = time.monotonic()
        await attack(planner, hall.address, count, outcome.tally)
        outcome.seconds = time.monotonic() - began
        hall.quiet = True
        await talking
        await _look(hall, outcome)
    return outcome


async def _look(hall: Hall, outcome: Outcome) -> None:
    outcome.harm = await hall.check_unharmed()
    outcome.waits = hall.waits
    outcome.memory_after = hall.memory()
    outcome.log_bytes = hall.log_bytes()
    outcome.bugs = hall.program.bugs()


def told(outcome: Outcome) -> Run:
    """As one part of the page."""
    load, _, _ = os.getloadavg()
    return {
        "count": outcome.count,
        "seed": outcome.seed,
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M}, load average {load:.1f}",
        "table": outcome.table(),
    }


def outcome_page(runs: list[Run]) -> None:
    """Write docs/campaigns/packets.md."""
    names = ("python-socketio", "uvicorn", "websockets", "msgpack")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    parts = [
        f"    ./run campaign packets --count {one['count']} --seed {one['seed']}\n\n"
        f"{one['when']}.\n\n{one['table']}\n"
        for one in runs
    ]
    PAGE.write_text(
        "# Fuzzed packets\n\n"
        "Packets over four layers (HTTP and websocket frames, Engine.IO, Socket.IO in MessagePack, "
        "commands), made from good ones and bent, against the real server process and its Valkey, "
        "while healthy phones of the same evening go on talking.\n\n"
        f"{platform.machine()}, 2 cores shared by server, store, attackers and phones. Python "
        f"{platform.python_version()}, {versions}. Each run has a server of its own.\n\n"
        + "\n".join(parts),
        "utf-8",
    )
