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

from campaigns.flood.campaign import MOST_SECONDS, PLANS, Outcome, p99, run
from campaigns.parts import Run, with_earlier
from server.serving import allow_many_connections, serve_config

PAGE = ROOT / "docs" / "campaigns" / "flood.md"
PACKAGES = ("python-socketio", "uvicorn", "websockets", "uvloop")


def told(name: str, outcome: Outcome) -> Run:
    """One run as a column of the page."""
    plan, joins, acks = outcome.plan, outcome.joins, outcome.acks
    counts = {"opened": outcome.opened, "cut": outcome.cut}
    said = {name: _each(count) for name, count in counts.items()}
    return {
        "": name,
        "sockets that never come in": f"{plan.flood:,}",
        "phones, so many at a time": f"{plan.phones:,}, {plan.at_once}",
        "verdict": "; ".join([*outcome.wrong, *outcome.late]) or "**everything held**",
        "phones that came in": (
            f"{len(joins):,} of {plan.phones:,}, {outcome.tried_again} tries failed"
        ),
        "a phone's way in, with `Join` on disk": f"p50 {sorted(joins)[len(joins) // 2]:.3f} s, "
        f"p99 {p99(joins):.3f} s, longest {max(joins):.3f} s",
        "the moderator's answers": f"{len(acks)}: p99 {p99(acks):.3f} s, longest {max(acks):.3f} s",
        "sockets opened": said["opened"],
        "of these cut by the server": said["cut"],
        "most that stood at a time": f"{outcome.stood:,}",
        "most files open, phones and all": f"{outcome.most_files:,}",
        "memory the server needed for all of them": (
            f"{(outcome.most_rss - outcome.rss_before) / 1e6:.0f} MB"
        ),
    }


def _each(count: dict[str, int]) -> str:
    return ", ".join(f"{kind} {n:,}" for kind, n in count.items())


def page(runs: list[Run]) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    rows = "\n".join(f"| {row} | {' | '.join(one[row] for one in runs)} |" for row in runs[0])
    head, table = rows.split("\n", 1)
    return f"""# A flood in the door

Made by `./run campaign flood --write` on {datetime.date.today()}. Machine: {platform.system()} \
{platform.machine()},
{os.cpu_count()} cores for server, store, flood and phones. Python {platform.python_version()},
{versions}.

Sockets from the hall's own address come as fast as they can and never come in; whoever is cut comes
again. *Silent* ones say nothing, *trickling* ones say their request at a byte a second, *slow
bodies* a body of 400 bytes, and *strangers* open a websocket and never say CONNECT. Meanwhile
phones join, and the moderator gives ten commands a second. Bound for both p99: {MOST_SECONDS:g} s.

{head}
|---{"|---" * len(runs)}|
{table}

Nobody is banned: a hall has one address. Undecided sockets have ten seconds for their request,
twenty for its body and websockets fifteen for CONNECT, and there are at most 4,000 of each; then
the longest waiting goes.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run campaign flood", description=__doc__)
    parser.add_argument("--only", choices=list(PLANS), help="one of the three floods")
    parser.add_argument("--add-to", type=Path, help="a file in which runs are collected")
    parser.add_argument("--write", action="store_true", help="write docs/campaigns/flood.md")
    given = parser.parse_args()
    allow_many_connections()
    loop_factory = serve_config(None, host="127.0.0.1", port=0).get_loop_factory()
    runs, wrong = [], False
    for name in [given.only] if given.only else PLANS:
        runner = asyncio.Runner(loop_factory=loop_factory)
        with tempfile.TemporaryDirectory(prefix="dt-") as folder, runner:
            outcome = runner.run(run(PLANS[name], Path(folder)))
        runs.append(told(name, outcome))
        wrong = wrong or bool(outcome.wrong or outcome.late)
        print(*(f"{row or 'run'}: {said}" for row, said in runs[-1].items()), sep="\n", flush=True)
    text = page(with_earlier(given.add_to, runs))
    if given.write:
        PAGE.write_text(text, "utf-8")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
