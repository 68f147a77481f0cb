"""Killed in the middle of a burst: what was acknowledged is there, once (P2, P3, P11, P12)."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from burst import LIVE_AGAIN_SECONDS, SEED, Burst, check, join, texts
from moderating import open_evening
from program import Installation

from server.phones import Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONES = 12
KILLS = int(os.environ.get("DIALOGTISCH_KILLS", "6"))


@pytest_asyncio.fixture(loop_scope="session")
async def running(tmp_path: Path, free_port: int) -> AsyncIterator[Installation]:
    server = Installation(tmp_path / "data", free_port).hurry()
    await server.open()
    yield server
    assert await server.end() == 0


async def test_a_killed_server_loses_and_doubles_nothing(running: Installation) -> None:
    chance = random.Random(SEED)
    desk = await Desk.of_organiser(running.organiser_link)
    moderator = await open_evening(desk)
    burst = Burst(await join(running, moderator.code, PHONES))
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.02, 0.3))
        await running.kill()
        await running.open()
        await burst.everybody_is_live()
    await burst.end()
    await check(desk, moderator.code, burst)
    assert len(burst.posted) > KILLS * PHONES
    await asyncio.gather(*(screen.close() for screen in (moderator, *burst.phones)))


async def test_a_killed_store_loses_and_doubles_nothing(running: Installation) -> None:
    chance = random.Random(SEED + 1)
    desk = await Desk.of_organiser(running.organiser_link)
    moderator = await open_evening(desk)
    burst = Burst(await join(running, moderator.code, PHONES))
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.02, 0.3))
        running.kill_store()
        await burst.everybody_is_live()
    await burst.end()
    await check(desk, moderator.code, burst)
    assert moderator.shared.epoch is not None
    await asyncio.gather(*(screen.close() for screen in (moderator, *burst.phones)))


async def test_a_torn_end_of_the_file_begins_a_new_epoch_and_phones_offer_again(
    running: Installation, tmp_path: Path
) -> None:
    desk = await Desk.of_organiser(running.organiser_link)
    moderator = await open_evening(desk)
    [phone] = await join(running, moderator.code, 1)
    for number in range(10):
        await phone.command("PostCard", text=f"Karte {number}", kind="idea")
    before = phone.shared.epoch
    await running.kill()
    file = max((tmp_path / "data" / "store" / "appendonlydir").glob("*.incr.aof"))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) - 700] + b"\0" * 4096)
    await running.open()
    await phone.until(lambda: phone.shared.epoch not in (None, before), LIVE_AGAIN_SECONDS)
    async with asyncio.timeout(LIVE_AGAIN_SECONDS):
        while len(await texts(desk, moderator.code)) < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert max((await texts(desk, moderator.code)).values()) == 1
    await asyncio.gather(moderator.close(), phone.close())
