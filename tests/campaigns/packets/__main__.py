"""./run campaign packets [--count N] [--seed S] [--add-to FILE] [--write]"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from campaigns.packets.outcome import outcome_page, run, told
from campaigns.parts import with_earlier


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run campaign packets", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="packets to send")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--add-to", type=Path, help="a file in which runs are collected")
    parser.add_argument("--write", action="store_true", help="write docs/campaigns/packets.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        outcome = asyncio.run(run(Path(folder), options.count, options.seed))
    print(outcome.table())
    runs = with_earlier(options.add_to, [told(outcome)])
    if options.write:
        outcome_page(runs)
    sys.exit(bool(outcome.wrong() or outcome.late()))


main()
