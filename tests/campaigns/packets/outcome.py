"""One run: attack, then judge what is left, and write it down."""

import asyncio
import platform
import random
import socket
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from our_files import ROOT

from campaigns.packets.attacker import Tally, attack
from campaigns.packets.hall import Hall, open_hall
from campaigns.packets.lives import Planner

MOST_GROWTH_BYTES = 50_000_000
MOST_LOG_BYTES = 1_000_000
LONGEST_P99_SECONDS = 0.3
MOST_NAMED = 5
PAGE = ROOT / "docs" / "campaigns" / "packets.md"


@dataclass
class Outcome:
    """What a run came to; `harm` is what is wrong with the evenings, in sentences."""

    count: int
    seed: int
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    memory_before: int = 0
    memory_after: int = 0
    log_bytes: int = 0
    tracebacks: int = 0
    first_traceback: str = ""
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
        if self.tracebacks:
            found.append(f"{self.tracebacks} tracebacks, the first:\n{self.first_traceback}")
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

    def late(self) -> bool:
        return self.p99 >= LONGEST_P99_SECONDS

    def table(self) -> str:
        tally = self.tally
        answers = ", ".join(f"{said} {n:,}" for said, n in sorted(tally.answers.items()))
        kinds = ", ".join(f"{kind} {n:,}" for kind, n in sorted(tally.kinds.items()))
        rows = {
            "packets sent": f"{tally.packets:,} in {self.seconds:.0f} s",
            "connections": f"{tally.lives:,} ({kinds})",
            "answers to events": answers,
            "unanswered, never ended": f"{len(tally.unanswered)}, {len(tally.stuck)}",
            "tracebacks, answers `internal`": f"{self.tracebacks}, {len(tally.internal)}",
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
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    outcome = Outcome(count, seed)
    print(f"seed {seed}", flush=True)
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
    said = hall.program.said
    outcome.tracebacks = said.count("Traceback (most recent call last)")
    if outcome.tracebacks:
        at = said.index("Traceback (most recent call last)")
        outcome.first_traceback = said[max(0, at - 300) : at + 3_000]


def outcome_page(outcome: Outcome) -> None:
    """Write docs/campaigns/packets.md."""
    names = ("python-socketio", "uvicorn", "websockets", "msgpack")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    PAGE.write_text(
        "# Fuzzed packets\n\n"
        "Packets over four layers (HTTP and websocket frames, Engine.IO, Socket.IO in MessagePack, "
        "commands), made from good ones and bent, against the real server process and its Valkey, "
        "while healthy phones of the same evening go on talking.\n\n"
        f"    ./run campaign packets --count {outcome.count} --seed {outcome.seed} --write\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, 2 cores shared by server, store, "
        f"attackers and phones. Python {platform.python_version()}, {versions}.\n\n"
        f"{outcome.table()}\n",
        "utf-8",
    )
