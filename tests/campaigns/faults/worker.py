"""Plays schedules one after the other in its own houses; one JSON line for each that is over.

Started by campaigns.faults with what to do as JSON on its command line.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import psutil
import uvloop

from campaigns.faults.bugs import BUGS, NOT_PLAYED, seed
from campaigns.faults.house import House
from campaigns.faults.schedule import Outcome, run_schedule

MIXED = (1, 2, 4, 2)
EVENINGS_PER_HOUSE = 60


class Worker:
    """`task` has seeds, processes (0: mixed), bug, fsync, always, keep, until_broken."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._task = task
        self._houses: dict[int, tuple[House, int]] = {}
        self._bug = BUGS.get(task["bug"])
        if self._bug and self._bug.in_pages:
            seed(self._bug.name, 0)

    async def play(self) -> None:
        try:
            for seed in self._task["seeds"]:
                if await self._one(seed) and self._task["until_broken"]:
                    return
        finally:
            for house, _ in self._houses.values():
                await house.close()

    async def _one(self, seed: int) -> bool:
        processes = self._task["processes"] or MIXED[seed % len(MIXED)]
        keep = Path(self._task["keep"]) if self._task["keep"] else None
        before = _cpu_of_all()
        try:
            house = await self._house(processes)
            outcome = await run_schedule(house, seed, keep, self._task["always"])
        except Exception as error:
            outcome = Outcome(seed, processes, [f"{NOT_PLAYED} it broke off: {error!r}"])
        outcome.cpu_seconds = max(0.0, _cpu_of_all() - before)
        if outcome.broken and processes in self._houses:  # what is broken may stay so
            house, _ = self._houses.pop(processes)
            await house.close()
        print(json.dumps(vars(outcome)), flush=True)
        return bool(self._bug.found_in(outcome.broken) if self._bug else outcome.broken)

    async def _house(self, processes: int) -> House:
        house, evenings = self._houses.pop(processes, (None, 0))
        if house and evenings >= EVENINGS_PER_HOUSE:
            await house.close()
            house, evenings = None, 0
        if house is None:
            in_servers = "" if self._bug and self._bug.in_pages else self._task["bug"]
            house = House(processes, in_servers, self._task["fsync"])
            self._houses[processes] = (house, 0)
            await house.open()
        self._houses[processes] = (house, evenings + 1)
        return house


def _cpu_of_all() -> float:
    """CPU seconds of this process and all it has started, as far as they still live."""
    here = psutil.Process()
    total = 0.0
    for process in (here, *here.children(recursive=True)):
        try:
            used = process.cpu_times()
        except psutil.Error:
            continue
        total += used.user + used.system
    return total


def check_bug(name: str) -> None:
    """A bug whose target has vanished must not pass for one that was found."""
    child = os.fork()
    if child == 0:
        try:
            seed(name, 0)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{name} cannot be put in any more")


def check_bugs() -> None:
    """Ends with a sentence if one of them can not be put in any more."""
    for name in BUGS:
        check_bug(name)


if __name__ == "__main__":
    if json.loads(sys.argv[1])["bug"]:
        check_bug(json.loads(sys.argv[1])["bug"])
    uvloop.run(Worker(json.loads(sys.argv[1])).play())
