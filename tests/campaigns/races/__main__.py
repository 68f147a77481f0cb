"""./run campaign races [--sockets N] [--rounds N] [--seed S] [--write]"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from campaigns.races.outcome import write_page
from campaigns.races.race import Plan, run


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run campaign races", description=__doc__)
    parser.add_argument("--sockets", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/campaigns/races.md")
    options = parser.parse_args()
    plan = Plan(options.sockets, options.rounds, options.seed)
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        outcome = asyncio.run(run(Path(folder), plan))
    print(outcome.table())
    print(*outcome.wrong[:20], sep="\n")
    if options.write:
        said = f"--sockets {plan.sockets} --rounds {plan.rounds} --seed {plan.seed}"
        write_page(outcome, f"./run campaign races {said} --write")
    sys.exit(bool(outcome.wrong))


main()
