"""The hall fills while the flood stands in its door; the moderator goes on working."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from moderating import new_dialogue
from program import Installation, free_port

from campaigns.flood.flood import KINDS, SLOW, Flood
from server.phones import Desk, Phone, Screen

MOST_SECONDS = 1.0
SECONDS_BETWEEN_ACKS = 0.1
RISING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """`flood` sockets stand in the door while `phones` join, `at_once` of them at a time.

    At least `stay` seconds, so that those who have stood too long are cut.
    """

    flood: int = 10_000
    phones: int = 2_000
    kinds: tuple[str, ...] = KINDS
    at_once: int = 50
    stay: float = 15.0


PLANS = {
    "a flood": Plan(),
    "half open": Plan(5_000, kinds=("silent", "strangers")),
    "slow requests": Plan(1_000, 500, kinds=SLOW, at_once=20, stay=30.0),
}


@dataclass
class Outcome:
    """Seconds in order; `cut` are sockets of the flood, by kind."""

    plan: Plan
    joins: list[float] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)
    tried_again: int = 0
    opened: Counter[str] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    stood: int = 0
    most_files: int = 0
    most_rss: int = 0
    rss_before: int = 0

    @property
    def wrong(self) -> list[str]:
        """What must not be, but for speed: that depends on the machine."""
        found = []
        if len(self.joins) < self.plan.phones:
            found.append(f"only {len(self.joins)} of {self.plan.phones} phones came in")
        if not self.stood:
            found.append("there was no flood")
        return found

    @property
    def late(self) -> list[str]:
        found = {"a phone's way in": self.joins, "the moderator's answers": self.acks}
        return [
            f"p99 of {what} is {p99(all_):.2f} s"
            for what, all_ in found.items()
            if p99(all_) >= MOST_SECONDS
        ]


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


async def run(
    plan: Plan, folder: Path, program_of: Callable[[Path, int], Installation] = Installation
) -> Outcome:
    outcome = Outcome(plan)
    program = program_of(folder, free_port())
    await program.open()
    try:
        desk = await Desk.of_organiser(program.organiser_link)
        moderator = await new_dialogue(desk, "blank", tables=50)
        await _flooded(plan, outcome, program, moderator)
        await moderator.close()
    finally:
        await program.close()
    return outcome


async def _flooded(plan: Plan, outcome: Outcome, program: Installation, moderator: Screen) -> None:
    server = psutil.Process(program.pid)
    outcome.rss_before = server.memory_info().rss
    flood = Flood(program.own_url, plan.flood, plan.kinds)
    rising = asyncio.create_task(flood.rise())
    async with asyncio.timeout(RISING_SECONDS):
        while sum(flood.opened.values()) < plan.flood:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    working = asyncio.create_task(_work(moderator, outcome))
    begun = time.monotonic()
    phones = [Phone(program.url, moderator.code) for _ in range(plan.phones)]
    coming = asyncio.Semaphore(plan.at_once)
    await asyncio.gather(*(_come(phone, coming, outcome) for phone in phones))
    _look(server, flood, outcome)
    await asyncio.sleep(max(0.0, begun + plan.stay - time.monotonic()))
    _look(server, flood, outcome)
    for task in (working, rising):
        task.cancel()
    outcome.opened, outcome.cut = flood.opened, Counter(flood.cut)
    flood.fall()
    await asyncio.gather(*(phone.close() for phone in phones))


async def _come(phone: Phone, coming: asyncio.Semaphore, outcome: Outcome) -> None:
    """As a page does it: whoever finds no way in tries again, and that counts as time."""
    async with coming:
        begun = time.monotonic()
        while True:
            try:
                await phone.join("de")
                break
            except OSError:
                outcome.tried_again += 1
                await asyncio.sleep(0.2)
        outcome.joins.append(time.monotonic() - begun)


async def _work(moderator: Screen, outcome: Outcome) -> None:
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_ACKS)
        begun = time.monotonic()
        ack = await moderator.command("OfferLanguages", languages=["de"])
        assert ack["ok"], ack
        outcome.acks.append(time.monotonic() - begun)


def _look(server: psutil.Process, flood: Flood, outcome: Outcome) -> None:
    outcome.stood = max(outcome.stood, len(flood.standing))
    outcome.most_files = max(outcome.most_files, server.num_fds())
    outcome.most_rss = max(outcome.most_rss, server.memory_info().rss)
