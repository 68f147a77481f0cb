"""One schedule from its seed: play the evening, let everything heal, judge it."""

import asyncio
import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from program import bugs_told

from campaigns.faults.beside import judge_beside
from campaigns.faults.bounds import Bounds
from campaigns.faults.bugs import NOT_PLAYED
from campaigns.faults.downloads import judge_downloads
from campaigns.faults.ending import Ending
from campaigns.faults.house import House
from campaigns.faults.judge import Evening, counts, judge_log
from campaigns.faults.kills import ended_elsewhere
from campaigns.faults.screens import judge_screens, truths
from campaigns.faults.stage import Stage, Stuck
from campaigns.faults.trouble import SHAKING, Trouble

MOST_FAULTS = 7
KILLING = {"server killed", "phone leaves with its process"}
OFFERS_AGAIN = {"card erased"}
"""Pages offer everything again, and one that is too fast with it is cut off."""
EVENINGS_VERSION = 3
"""Which evening a seed means: 2 came with tickets, head counts and erasing, 3 with tables, topics,
plans, languages and links that change in the middle of it; none is as in an earlier one."""


@dataclass
class Outcome:
    """What came of one schedule; `broken` are the invariants that did not hold.

    `late` says which times of I11, I18 and I19 were exceeded: the machine may have been busy.
    """

    seed: int
    processes: int
    broken: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    drained_s: float = 0.0
    has_waited: bool = False
    equal_s: float = 0.0
    here_s: float = 0.0
    counted: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    cpu_seconds: float = 0.0


async def run_schedule(
    house: House, seed: int, keep: Path | None = None, always: Sequence[str] = ()
) -> Outcome:
    """`keep`: a folder for the histories, should an invariant be broken; `always`: sure faults."""
    outcome = Outcome(seed, house.processes)
    begun, cpu = time.monotonic(), _cpu()
    stage = Stage(house, seed)
    evening: Evening | None = None
    told_before = house.log.stat().st_size if house.log.exists() else 0
    try:
        await house.all_open()
        await house.store_answers()
        evening = await _play(stage, outcome, always)
    except Stuck as stuck:
        outcome.broken.append(f"{NOT_PLAYED} {stuck} did not come about")
    finally:
        house.evening.unlink(missing_ok=True)
        await stage.close()
    outcome.broken += stage.history.oddities
    outcome.broken += stage.leaked()
    outcome.broken += [f"I5 a server told of {line}" for line in _told(house, told_before)]
    if evening:
        outcome.counted += counts(stage.history)
        outcome.counted["refused, yet kept"] += evening.repeats_kept
        outcome.counted["entries"] += len(evening.log)
    outcome.seconds, outcome.cpu_seconds = time.monotonic() - begun, _cpu() - cpu
    if outcome.broken and keep:
        _write_down(keep, stage, evening, outcome)
    return outcome


async def _play(stage: Stage, outcome: Outcome, always: Sequence[str]) -> Evening:
    await stage.set_up()
    trouble = Trouble(stage)
    stage.house.evening.touch()
    async with Bounds(stage) as bounds:
        await asyncio.gather(stage.act(), trouble.break_out(MOST_FAULTS, always))
        ending = Ending(stage)
        await trouble.mend()
        evening = Evening(stage.code, stage.history, [], trouble.pasts, stage.setup, trouble.epochs)
        shown = [wrong async for wrong in ending.judge(evening)]
    outcome.drained_s, outcome.equal_s = ending.drained_s, ending.equal_s
    outcome.here_s = ending.here_s
    outcome.has_waited = ending.has_waited
    outcome.late += ending.late()
    outcome.late += ended_elsewhere(stage.history, SHAKING - KILLING | OFFERS_AGAIN)
    outcome.broken += judge_log(evening)
    if not outcome.broken:
        made = truths(evening)
        shown += judge_screens(evening, made)
        outcome.broken += await judge_downloads(stage, made[0].state, evening.told)
        outcome.broken += await judge_beside(stage)
    outcome.broken += shown
    outcome.broken += bounds.broken()
    return evening


def _told(house: House, since: int) -> list[str]:
    """What servers said of errors of their own while this evening was played."""
    said = house.log.read_bytes()[since:] if house.log.exists() else b""
    return [line[:2000] for line in bugs_told(said.decode(errors="replace"))]


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _write_down(folder: Path, stage: Stage, evening: Evening | None, outcome: Outcome) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [*outcome.broken, "", "faults:"]
    lines += [f"{at} {name}" for at, name in stage.history.faults]
    lines += ["", "orders:"]
    for order in stage.history.orders:
        sends = [
            (s.connection.tab, s.connection.process, s.at, s.heard, s.answer) for s in order.sends
        ]
        lines.append(f"{order.invoked} {order.id} {order.body} forged={order.forged} {sends}")
    lines += ["", "log:"]
    for entry in evening.log if evening else ():
        lines.append(f"{entry.epoch}-{entry.version} {entry.id} {entry.events}")
    for tab in stage.history.tabs:
        lines += ["", f"tab {tab.name} {tab.who} cut={tab.cut}"]
        lines += [f"{s.at} process {s.connection.process} {s.frame}" for s in tab.seen]
    (folder / f"seed-{stage.seed}.txt").write_text("\n".join(lines), "utf-8")
    (folder / f"seed-{stage.seed}.log").write_text(stage.house.last_words(), "utf-8")
