"""./run campaign faults: real processes under real faults, judged from what phones recorded.

`--schedules N --seed S` plays N schedules from the seeds S, S+1, ...; `--bugs` seeds one bug after
the other into the servers and says which invariant found it, and after how many schedules.
"""

import argparse
import asyncio
import sys

from campaigns.faults.crew import find_bugs, play_schedules


def main() -> None:
    options = _options().parse_args()
    if options.bugs is not None:
        well = asyncio.run(find_bugs(options.bugs, options.jobs, options.seed, options.write))
    else:
        well = asyncio.run(
            play_schedules(
                range(options.seed, options.seed + options.schedules),
                0 if options.processes == "mixed" else int(options.processes),
                options.jobs,
                options.write,
                options.add,
                options.always,
                options.line,
            )
        )
    sys.exit(0 if well else 1)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run campaign faults", description=__doc__)
    parser.add_argument("--schedules", type=int, default=40, help="how many; default 40")
    parser.add_argument("--seed", type=int, default=1, help="the first seed; default 1")
    parser.add_argument("--processes", choices=["1", "2", "4", "mixed"], default="mixed")
    parser.add_argument("--jobs", type=int, default=4, help="houses at the same time; default 4")
    parser.add_argument("--write", action="store_true", help="write the page in docs/campaigns")
    parser.add_argument("--line", action="store_true", help="add one line to that page")
    parser.add_argument(
        "--always", nargs="*", default=[], metavar="FAULT", help="faults in every schedule"
    )
    parser.add_argument("--add", metavar="FILE", help="add the numbers to those in FILE")
    parser.add_argument(
        "--bugs", nargs="*", metavar="NAME", help="find seeded bugs: all, or those that are named"
    )
    return parser


if __name__ == "__main__":
    main()
