"""Several workers at once, each with houses of its own, and the sum of what they found."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from campaigns.faults.bugs import BUGS, NOT_PLAYED, Bug
from campaigns.faults.pages import Campaign, add_line, write_bugs, write_campaign

ROOT = Path(__file__).parents[3]
MOST_SCHEDULES_PER_BUG = 60


async def play_schedules(
    seeds: Sequence[int],
    processes: int,
    jobs: int,
    write: bool,
    add: str | None,
    always: Sequence[str] = (),
    line: bool = False,
) -> bool:
    """Whether every invariant held in every schedule."""
    keep = tempfile.mkdtemp(prefix="dialogtisch-faults-")
    sum_ = Campaign.read(Path(add)) if add else Campaign()
    sure = {"always": list(always)}
    tasks = [task_for(list(seeds[n::jobs]), processes, keep=keep) | sure for n in range(jobs)]
    queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
    running = [asyncio.create_task(_feed(task, queue)) for task in tasks if task["seeds"]]
    left = len(running)
    late: list[dict[str, Any]] = []
    not_played: list[dict[str, Any]] = []
    while left:
        outcome = await queue.get()
        if outcome is None:
            left -= 1
            continue
        again = task_for([outcome["seed"]], outcome["processes"], keep=keep) | sure
        _tell(outcome, keep)
        if any(wrong.startswith(NOT_PLAYED) for wrong in outcome["broken"]):
            not_played.append(again)
            continue
        sum_.add(outcome)
        if outcome["late"]:  # the machine may have been busy: once more, when nothing else is
            late.append(again)
        if add:
            sum_.write(Path(add))
    await asyncio.gather(*running)
    for outcome in [again for task in not_played async for again in outcomes(task)]:
        sum_.counted["not played at first"] += 1
        sum_.add(outcome)
        _tell(outcome, keep)
    for outcome in [again for task in late async for again in outcomes(task)]:
        sum_.add_late(outcome)
        _tell(outcome, keep)
    if add:
        sum_.write(Path(add))
    print(sum_.summary())
    if write:
        write_campaign(sum_)
    if line:
        add_line(sum_)
    return not sum_.broken and not sum_.late


async def find_bugs(names: list[str], jobs: int, seed: int, write: bool) -> bool:
    """Whether every one of them was found."""
    chosen = [bug for bug in BUGS.values() if not names or bug.name in names]
    if unknown := set(names) - set(BUGS):
        raise SystemExit(f"no such bug: {', '.join(sorted(unknown))}")
    turn = asyncio.Semaphore(jobs)
    found = await asyncio.gather(*(_find(bug, seed, turn) for bug in chosen))
    caught = sum(result is not None for result in found)
    print(f"{caught} of {len(chosen)} seeded bugs were found")
    if write:
        write_bugs(list(zip(chosen, found, strict=True)), seed)
    return caught == len(chosen)


async def _find(bug: Bug, seed: int, turn: asyncio.Semaphore) -> tuple[int, str] | None:
    """After how many schedules, and what was broken."""
    async with turn:
        seeds = list(range(seed, seed + MOST_SCHEDULES_PER_BUG))
        played = 0
        async for outcome in outcomes(task_for(seeds, bug.processes, bug)):
            played += 1
            found = bug.found_in(outcome["broken"])
            if found and await _is_clean_without(bug, outcome["seed"]):
                print(f"{bug.name}: after {played}: {found[:160]}", flush=True)
                return played, found
    print(f"{bug.name}: NOT FOUND in {played} schedules", flush=True)
    return None


async def _is_clean_without(bug: Bug, seed: int) -> bool:
    """Whether the same evening without the bug is all right: else the bug is not what was seen."""
    task = task_for([seed], bug.processes) | {"always": list(bug.faults)}
    broken = [wrong async for outcome in outcomes(task) for wrong in outcome["broken"]]
    for wrong in broken[:2]:
        print(f"{bug.name}: seed {seed} without it: {wrong[:160]}", flush=True)
    return not broken


def task_for(
    seeds: Sequence[int], processes: int, bug: Bug | None = None, keep: str = ""
) -> dict[str, Any]:
    return {
        "seeds": list(seeds),
        "processes": processes,
        "keep": keep,
        "bug": bug.name if bug else "",
        "fsync": bug.fsync if bug else "always",
        "always": list(bug.faults) if bug else [],
        "until_broken": bug is not None,
    }


async def _feed(task: dict[str, Any], queue: "asyncio.Queue[dict[str, Any] | None]") -> None:
    try:
        async for outcome in outcomes(task):
            await queue.put(outcome)
    finally:
        await queue.put(None)


async def outcomes(task: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """What comes of each schedule of a task, as a worker process plays them."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "campaigns.faults.worker", json.dumps(task)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        stdout=asyncio.subprocess.PIPE,
        limit=2**22,
    )
    assert worker.stdout
    is_over = False
    try:
        async for line in worker.stdout:
            outcome = json.loads(line)
            outcome["counted"] = Counter(outcome["counted"])
            yield outcome
        is_over = True
    finally:
        if not is_over:
            with contextlib.suppress(ProcessLookupError):
                worker.terminate()
        code = await worker.wait()
    if code:
        raise SystemExit(f"a worker ended with {code}")


def _tell(outcome: dict[str, Any], keep: str) -> None:
    for late in outcome["late"]:
        print(f"seed {outcome['seed']}: late: {late}", flush=True)
    if outcome["broken"]:
        print(f"seed {outcome['seed']} with {outcome['processes']} processes, see {keep}:")
        for wrong in outcome["broken"][:5]:
            print(f"    {wrong[:600]}", flush=True)
