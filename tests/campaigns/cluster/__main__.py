"""`./run campaign cluster`: kills and freezes primaries, and writes docs/campaigns/cluster.md."""

import argparse
import asyncio
import dataclasses
import sys
from pathlib import Path
from typing import Any

from our_files import ROOT

from campaigns.cluster.campaign import Outcome, Plan, run
from campaigns.cluster.told import page
from campaigns.parts import with_earlier

PAGE = ROOT / "docs" / "campaigns" / "cluster.md"


def options() -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="./run campaign cluster", description=__doc__)
    for field in dataclasses.fields(Plan):
        default = 20_261_122 if field.name == "seed" else field.default
        kind = float if field.name == "frozen_seconds" else int
        if field.name != "replicas_wait":
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=default)
    parser.add_argument(
        "--replicas-wait", type=int, nargs="+", default=[0, 1], help="one run with each"
    )
    parser.add_argument("--add-to", type=Path, help="a file in which runs are collected")
    parser.add_argument("--write", action="store_true", help="write docs/campaigns/cluster.md")
    return vars(parser.parse_args())


def main() -> int:
    given = options()
    write, add_to, waits = (given.pop(name) for name in ("write", "add_to", "replicas_wait"))
    made = []
    for wait in waits:
        plan = Plan(**given, replicas_wait=wait)
        print(f"seed {plan.seed}, --replicas-wait {wait}", flush=True)
        outcome = asyncio.run(run(plan, lambda said: print(said, flush=True)))
        made.append({"plan": dataclasses.asdict(plan), "outcome": dataclasses.asdict(outcome)})
    whole = with_earlier(add_to, made)
    runs = [(Plan(**one["plan"]), Outcome.told(one["outcome"])) for one in whole]
    text = page(runs)
    print(text)
    if write:
        PAGE.write_text(text, "utf-8")
    wrong = [what for _, outcome in runs for what in outcome.wrong]
    for what in wrong:
        print(what, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
