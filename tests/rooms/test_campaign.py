"""Random evenings over several processes and a storage in trouble keep every promise."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable

import pytest
from campaign import Campaign
from checker import check
from faulty_log import ForgetfulLog
from processes import CODE

from rooms.entries import replay
from rooms.log import Log, MemoryLog
from rooms.redis_log import RedisLog

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

STEPS = 600
MOST_EVENINGS = 40
PINNED = [*range(12)]
# Where tests run side by side, all processes must know the same ones.
CHANCE = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID"))
FRESH = [CHANCE.randrange(10**9) for _ in range(6)]


async def play(
    seed: int, connect: Callable[[], Log], steps: int = STEPS, *, forgets: bool = False
) -> Campaign:
    campaign = Campaign(seed, connect, forgets=forgets)
    try:
        async with asyncio.timeout(60):
            await campaign.play(steps)
            await check(campaign, connect())
    finally:
        await campaign.close()
    return campaign


@pytest.mark.parametrize("seed", [*PINNED, *FRESH])
async def test_every_promise_is_kept(seed: int) -> None:
    storage = MemoryLog()
    await play(seed, lambda: storage)


@pytest.mark.parametrize("seed", [*PINNED[:4], *FRESH[:2]])
async def test_every_promise_is_kept_on_disk(seed: int, valkey_url: str) -> None:
    opened: list[Log] = []

    def connect() -> Log:
        opened.append(RedisLog(valkey_url))
        return opened[-1]

    try:
        await play(seed, connect)
    finally:
        for log in opened:
            await log.close()


@pytest.mark.parametrize("seed", [*PINNED, *FRESH])
async def test_p12_a_storage_that_forgets_is_noticed_and_what_was_saved_is_offered_again(
    seed: int,
) -> None:
    storage = ForgetfulLog()
    await play(seed, lambda: storage, forgets=True)


async def test_the_evenings_are_eventful() -> None:
    """A guard: an evening on which little happens would keep every promise."""
    happened: Counter[str] = Counter()
    for seed in range(MOST_EVENINGS):
        storage = ForgetfulLog()
        campaign = await play(seed, lambda storage=storage: storage, forgets=True)
        dialogue = replay(CODE, await storage.read(CODE))
        happened["forgotten"] += campaign.forgotten
        happened["processes left behind"] += len(campaign.left_behind)
        happened["cards"] += len(dialogue.cards)
        happened["votes"] += len(dialogue.voices)
        happened["refused for want of dots"] += count(campaign, "no_dots_left")
        happened["conflicts"] += count(campaign, "same_id_other_command")
        happened["unavailable"] += count(campaign, "storage_away")
        happened["outcome unknown"] += count(campaign, "outcome_unknown")
        happened["repeated"] += sum(len(order.accepted) > 1 for order in campaign.orders)
        happened["frames"] += sum(len(tab.screen.received) for tab in campaign.tabs)
        if min(happened.values()) >= 5:
            return
    pytest.fail(f"in {MOST_EVENINGS} evenings there was no more than {happened}")


def count(campaign: Campaign, reason: str) -> int:
    return sum(answer.reason == reason for one in campaign.orders for _, answer in one.answers)
