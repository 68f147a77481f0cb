"""One schedule from its seed: play the evening, let everything heal, judge it."""

import asyncio
import json
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack
import psutil

from campaigns.faults.exports import judge_cards_file, judge_export
from campaigns.faults.house import House
from campaigns.faults.judge import Evening, counts, judge_log, unanswered
from campaigns.faults.screens import PRESENCE, Truth, difference, judge_screens, truths
from campaigns.faults.shown import audiences_of, my_view, shared_view
from campaigns.faults.stage import PATIENCE_SECONDS, TABLES, Stage, Stuck
from campaigns.faults.trouble import Trouble
from server.phones import NotAnswered

MOST_FAULTS = 7
MOST_MEMORY_BYTES = 400_000_000
MOST_FILES = 250
MOST_QUEUED_BYTES = 80_000
LOOK_SECONDS = 0.05
SETTLE_SECONDS = 10.0


@dataclass
class Outcome:
    """What came of one schedule; `broken` are the invariants that did not hold."""

    seed: int
    processes: int
    broken: list[str] = field(default_factory=list)
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
    try:
        await house.all_open()
        await house.store_answers()
        evening = await _play(stage, outcome, always)
    except Stuck as stuck:
        outcome.broken.append(f"I18 {stuck} did not come about")
    finally:
        await stage.close()
    outcome.broken += stage.history.oddities
    outcome.broken += stage.leaked()
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
    await asyncio.gather(stage.act(), trouble.break_out(MOST_FAULTS, always))
    await trouble.mend()
    evening = Evening(stage.code, stage.history, [], trouble.pasts, stage.setup, trouble.epochs)
    shown = [wrong async for wrong in _quiet_end(stage, evening)]
    outcome.broken += judge_log(evening)
    if not outcome.broken:
        made = truths(evening, TABLES)
        shown += judge_screens(evening, made)
        outcome.broken += await _exports(stage, made[0])
    outcome.broken += shown
    outcome.broken += _bounds(stage)
    return evening


async def _quiet_end(stage: Stage, evening: Evening) -> Any:
    """I5, I11, I18: everything given gets its answer, and all pages show the end of the log."""
    wrong = await _settled(stage, evening)
    for tab in stage.tabs:
        if not tab.story.cut and (tab.outbox or not tab.is_live):
            waiting = [order.id for order in tab.outbox.values()]
            yield f"I18 {tab.name} is {'live' if tab.is_live else 'away'}, waits for {waiting}"
    if wrong:
        yield wrong
    for one in unanswered(stage.history):
        yield one


def _is_drained(stage: Stage) -> bool:
    return all(tab.story.cut or (tab.is_live and not tab.outbox) for tab in stage.tabs)


async def _settled(stage: Stage, evening: Evening) -> str | None:
    """Waits until nobody waits and every page shows what the log tells; what differs if not.

    Both at one moment: a page that has just learned of lost history offers what it had again.
    """
    now = asyncio.get_running_loop().time
    last = now() + PATIENCE_SECONDS
    deadline = now() + SETTLE_SECONDS
    while True:
        if not _is_drained(stage) and now() < last:
            deadline = now() + SETTLE_SECONDS
        elif (wrong := _look(stage, evening)) is None or now() > deadline:
            return wrong
        await asyncio.sleep(LOOK_SECONDS)


def _look(stage: Stage, evening: Evening) -> str | None:
    """Reads the log; in what a page differs from it now."""
    with stage.house.store() as store:
        evening.log = store.entries(stage.code)
    try:
        truth = Truth(stage.code, evening.log, set())
        truth.ask(set(), set())
        return next(_differences(stage, truth), None)
    except (KeyError, TypeError) as odd:
        return f"I6 the log cannot be read: {odd!r}"


def _differences(stage: Stage, truth: Truth) -> Iterator[str]:
    state = truth.state
    for tab in stage.tabs:
        if tab.story.cut:
            continue
        who = tab.who
        is_phone = who.role == "participant"
        audience = audiences_of(state, who.id) if is_phone else (who.role, who.table or 0)
        held = {key: value for key, value in tab.shared.entries.items() if key != PRESENCE}
        what = f"I11 in the end what {tab.name} shows"
        wrong = difference(shared_view(state, audience), held, what, state.version)
        if wrong is None and is_phone:
            wrong = difference(my_view(state, who.id), tab.mine.entries, what, state.version)
        if wrong is None and tab.shared.epoch != state.epoch:
            wrong = f"I14 {tab.name} stays in epoch {tab.shared.epoch}, the log is in {state.epoch}"
        if wrong:
            yield wrong


async def _exports(stage: Stage, truth: Truth) -> list[str]:
    """I16: two downloads of one version are the same bytes, from whichever process."""
    path = f"/api/dialogues/{stage.code}"
    try:
        found = [await _results(stage, port, truth.state.version) for port in stage.house.ports]
        cards = await stage.desk.download(f"{path}/cards.csv")
    except (NotAnswered, OSError) as error:
        return [f"I16 no download: {error}"]
    broken = ["I16 two downloads of one version differ"] if len(set(found)) > 1 else []
    broken += judge_export(truth.state, json.loads(found[0]))
    broken += judge_cards_file(truth.state, cards)
    return broken


async def _results(stage: Stage, port: int, version: int) -> bytes:
    """A process in which nobody has done anything may be a moment behind."""
    stage.desk.url = f"http://127.0.0.1:{port}"
    deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while True:
        found = await stage.desk.download(f"/api/dialogues/{stage.code}/results.json")
        late = asyncio.get_running_loop().time() > deadline
        if late or json.loads(found)["version"] >= version:
            return found
        await asyncio.sleep(LOOK_SECONDS)


def _bounds(stage: Stage) -> Iterator[str]:
    """I17: memory, open files and what waits for a page that does not read stay bounded."""
    most = max((pair.most_in_one_go for pair in stage.board.air.pairs), default=0)
    largest = sorted(len(msgpack.packb(seen.frame)) for seen in stage.board.story.seen)[-2:]
    if most > MOST_QUEUED_BYTES + sum(largest):  # one fills the queue, one may come after it
        yield f"I17 {most} bytes waited for a page that did not read"
    for number, pid in enumerate(stage.house.pids):
        try:
            process = psutil.Process(pid or 0)
            memory, files = process.memory_info().rss, process.num_fds()
        except psutil.Error:
            continue
        if memory > MOST_MEMORY_BYTES:
            yield f"I17 process {number} holds {memory} bytes"
        if files > MOST_FILES:
            yield f"I17 process {number} has {files} files open"


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
