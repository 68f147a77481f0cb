"""What a connected phone weighs in the server: its memory at several sizes of a hall."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from bench.doors.evening import Evening
from bench.doors.joining import STEPS, Guest, Meter, leave

WARM_UP = 200
AT_ONCE = 250
SETTLED_SECONDS = 2.0
IDLE_SECONDS = 10.0


@dataclass
class Weight:
    """`each`: bytes per phone above the server without phones; `idle`: server cores when quiet."""

    phones: int
    each: float
    idle: float


async def weigh(evening: Evening, sizes: Iterable[int]) -> list[Weight]:
    """The hall fills up from size to size; everybody has joined and sits."""
    await leave(await seated(evening, 0, WARM_UP))
    process = psutil.Process(evening.server)
    empty = process.memory_info().rss
    guests: list[Guest] = []
    found = []
    for phones in sizes:
        guests += await seated(evening, len(guests), phones)
        await asyncio.sleep(SETTLED_SECONDS)
        each = (process.memory_info().rss - empty) / phones
        meter = Meter(evening.server)
        await asyncio.sleep(IDLE_SECONDS)
        found.append(Weight(phones, each, meter.spent().server / IDLE_SECONDS))
    await leave(guests)
    return found


async def seated(evening: Evening, already: int, phones: int) -> list[Guest]:
    guests = [Guest(evening, nth) for nth in range(already, phones)]
    for begin in range(0, len(guests), AT_ONCE):
        for step in STEPS.values():
            await asyncio.gather(*(step(guest) for guest in guests[begin : begin + AT_ONCE]))
    return guests
