"""Random evenings over several processes and a storage in trouble keep every promise."""

import asyncio
import secrets
from collections.abc import Callable

import pytest
from campaign import Campaign
from checker import check

from rooms.log import Log, MemoryLog

pytestmark = pytest.mark.asyncio(loop_scope="session")

STEPS = 250
PINNED = [*range(12)]
FRESH = [secrets.randbelow(10**9) for _ in range(6)]


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.audiences.STAFF_PAUSE_S", 0.0)
    monkeypatch.setattr("rooms.writer.RETRY_PAUSE_S", 0.001)
    monkeypatch.setattr("rooms.writer.PATIENCE_S", 0.02)


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
