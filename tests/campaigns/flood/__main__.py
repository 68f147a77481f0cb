"""`./run campaign flood`: sockets that only stand in the door; writes docs/campaigns/flood.md."""

import argparse
import asyncio
import datetime
import importlib.metadata
import os
import platform
import sys
import tempfile
from pathlib import Path

from our_files import ROOT

from campaigns.flood.campaign import MOST_SECONDS, Outcome, Plan, p99, run
from server.serving import allow_many_connections, serve_config

PAGE = ROOT / "docs" / "campaigns" / "flood.md"
PACKAGES = ("python-socketio", "uvicorn", "websockets", "uvloop")


def page(outcome: Outcome) -> str:
    plan = outcome.plan
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    opened = ", ".join(f"{kind} {n:,}" for kind, n in outcome.opened.items())
    cut = ", ".join(f"{kind} {n:,}" for kind, n in outcome.cut.items())
    grown = (outcome.most_rss - outcome.rss_before) / 1e6
    verdict = "; ".join([*outcome.wrong, *outcome.late]) or "everything held"
    return f"""# A flood in the door

Made by `./run campaign flood --flood {plan.flood} --phones {plan.phones} --write` on
{datetime.date.today()}. Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores
for server, store, flood and phones. Python {platform.python_version()},
{versions}.

{plan.flood:,} sockets from the hall's own address come as fast as they can and never come in: a
third says nothing, a third says its request at a byte a second, a third opens a websocket and never
says CONNECT; whoever is cut comes again. Meanwhile {plan.phones:,} phones join, {plan.at_once} at a
time, and the moderator gives ten commands a second.

**Verdict: {verdict}** (bound for both p99: {MOST_SECONDS:g} s).

| | |
|---|---|
| phones that came in | {len(outcome.joins):,} of {plan.phones:,}, \
{outcome.tried_again} tries failed |
| a phone's way in, with `Join` on disk | \
p50 {sorted(outcome.joins)[len(outcome.joins) // 2]:.3f} s, \
p99 {p99(outcome.joins):.3f} s, longest {max(outcome.joins):.3f} s |
| the moderator's answers | {len(outcome.acks)}: p99 {p99(outcome.acks):.3f} s, \
longest {max(outcome.acks):.3f} s |
| sockets of the flood opened | {opened} |
| of these cut by the server | {cut} |
| most that stood at a time | {outcome.stood:,} |
| most files open, phones and all | {outcome.most_files:,} |
| memory the server needed for phones and flood | {grown:.0f} MB |

Nobody is banned: a hall has one address. Undecided sockets have ten seconds for their request and
websockets fifteen for CONNECT, and there are at most 4,000 of each; then the longest waiting goes.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run campaign flood", description=__doc__)
    parser.add_argument("--flood", type=int, default=10_000)
    parser.add_argument("--phones", type=int, default=2_000)
    parser.add_argument("--write", action="store_true", help="write docs/campaigns/flood.md")
    given = parser.parse_args()
    allow_many_connections()
    loop_factory = serve_config(None, host="127.0.0.1", port=0).get_loop_factory()
    runner = asyncio.Runner(loop_factory=loop_factory)
    with tempfile.TemporaryDirectory(prefix="dt-") as folder, runner:
        outcome = runner.run(run(Plan(given.flood, given.phones), Path(folder)))
    text = page(outcome)
    print(text)
    if given.write:
        PAGE.write_text(text, "utf-8")
    sys.exit(bool(outcome.wrong or outcome.late))


if __name__ == "__main__":
    main()
