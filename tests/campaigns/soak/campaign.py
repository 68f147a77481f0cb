"""One soak: people live, faults happen, samples are taken; then everything is held together."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.soak.evening import Evening, evening
from campaigns.soak.faults import planned
from campaigns.soak.growth import Growth, growth
from campaigns.soak.ledger import compare, read_log
from campaigns.soak.samples import Sample, look

CALM_SECONDS = 60.0
BACK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """`pause`: seconds between two acts of one person; `calm`: without faults, at the end."""

    seconds: float = 3_600.0
    people: int = 300
    seed: int = 20_261_122
    pause: float = 20.0
    fault_every: float = 60.0
    sample_every: float = 5.0
    warm_up: float = 90.0
    calm: float = CALM_SECONDS


@dataclass
class Outcome:
    """What a run came to; `wrong` in sentences."""

    plan: Plan
    faults: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    entries: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    growth: Growth | None = None


async def run(plan: Plan, folder: Path) -> Outcome:
    print(f"seed {plan.seed}", flush=True)
    rng = random.Random(plan.seed)
    outcome = Outcome(plan)
    async with evening(folder, plan.people, plan.pause, rng) as hall:
        begun = time.monotonic()
        watching = asyncio.create_task(_watch(hall, plan, outcome, begun))
        living = [
            asyncio.create_task(person.live(hall.ballot, hall.options)) for person in hall.people
        ]
        await _suffer(hall, plan, outcome, rng, begun)
        await _let_settle(living, hall, outcome)
        await asyncio.sleep(plan.calm)  # the last samples of the old life: nobody does anything
        last = await _restarted(hall, plan, outcome, begun)
        watching.cancel()
        outcome.wrong += _views_differ(hall)
        outcome.seconds = time.monotonic() - begun
    stored = await read_log(folder, hall.code)
    orders = [order for person in hall.people for order in person.orders]
    outcome.wrong += compare(hall.code, stored, orders)
    outcome.entries = len(stored)
    outcome.unanswered = sum(order.ack is None for order in orders)
    said = (order.ack for order in orders if order.ack)
    outcome.answers = Counter("ok" if ack["ok"] else ack["reason"] for ack in said)
    outcome.growth = growth(outcome.samples, last, plan.warm_up, plan.people + 2)
    outcome.wrong += outcome.growth.wrong
    return outcome


async def _watch(hall: Evening, plan: Plan, outcome: Outcome, begun: float) -> None:
    while True:
        sample = await look(hall, begun)
        if sample:
            outcome.samples.append(sample)
        await asyncio.sleep(plan.sample_every)


async def _suffer(
    hall: Evening, plan: Plan, outcome: Outcome, rng: random.Random, begun: float
) -> None:
    faults = planned(int(plan.seconds / plan.fault_every), rng)
    for nth, fault in enumerate(faults):
        pause = begun + (nth + rng.uniform(0.2, 0.7)) * plan.fault_every - time.monotonic()
        await asyncio.sleep(max(0.0, pause))
        outcome.faults[fault.__name__] += 1
        print(f"{time.monotonic() - begun:6.0f} s  {fault.__name__}", flush=True)
        await fault(hall, rng)
    await asyncio.sleep(max(0.0, begun + plan.seconds - time.monotonic()))


async def _let_settle(living: list["asyncio.Task[None]"], hall: Evening, outcome: Outcome) -> None:
    """People stop; everything they gave must get its answer without a hand."""
    ended = [task for task in living if task.done()]
    outcome.wrong += [f"a person ended: {task.exception()!r}" for task in ended]
    for task in living:
        task.cancel()
    try:
        async with asyncio.timeout(CALM_SECONDS):
            await asyncio.gather(*(person.settle() for person in hall.people))
    except TimeoutError:
        outcome.wrong.append(f"commands still waited after {CALM_SECONDS:.0f} s of calm")


async def _restarted(hall: Evening, plan: Plan, outcome: Outcome, begun: float) -> Sample | None:
    """The same log and the same people in a new process: what memory that needs."""
    await hall.program.kill()
    await hall.start_again()
    until = time.monotonic() + BACK_SECONDS
    while time.monotonic() < until:
        sample = await look(hall, begun)
        if sample and sample.held["seats"] == len(hall.screens):
            break
        await asyncio.sleep(1)
    await asyncio.sleep(plan.calm)
    return await look(hall, begun)


def _views_differ(hall: Evening) -> list[str]:
    """Everybody at one table must see the same."""
    tables: dict[str, set[str]] = {}
    for person in hall.people:
        (me,) = person.phone.mine.all("me")
        entries = person.phone.shared.entries
        tables.setdefault(str(me["table"]), set()).add(repr(sorted(entries.items())))
    return [f"{len(seen)} views of table {n}" for n, seen in tables.items() if len(seen) > 1]
