"""The store freezes, dies or is cut off in the middle of a burst: cards wait, none is doubled."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import program
import psutil
import pytest
import pytest_asyncio
from burst import SEED, Burst, check, join
from moderating import open_evening
from program import Installation
from store_way import StoreWay

from rooms.redis_line import Line
from server.phones import Desk, NotAnswered, Screen
from server.valkey_process import carried_binary

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONES = 12
FROZEN_SECONDS = 10.0  # twice the time after which the server gives an answer up
SILENT_SECONDS = 6.0
BREAKS = 12
MOST_GROWN_BYTES = 30_000_000


@pytest_asyncio.fixture(loop_scope="session")
async def running(short_folder: Path, free_port: int) -> AsyncIterator[Installation]:
    server = Installation(short_folder / "data", free_port).hurry()
    await server.open()
    yield server
    await server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def way(short_folder: Path) -> AsyncIterator[StoreWay]:
    """To a Valkey that syncs every append, as one in the network should."""
    port = program.free_port()
    options = {"port": port, "bind": "127.0.0.1", "dir": short_folder, "save": ""}
    options |= {"appendonly": "yes", "appendfsync": "always"}
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    quiet = asyncio.subprocess.DEVNULL
    valkey = await asyncio.create_subprocess_exec(carried_binary(), *words, stdout=quiet)
    async with StoreWay(port).open() as way:
        yield way
    valkey.kill()
    await valkey.wait()


@pytest_asyncio.fixture(loop_scope="session")
async def far(way: StoreWay, short_folder: Path, free_port: int) -> AsyncIterator[Installation]:
    told = {"DIALOGTISCH_REDIS_URL": way.url}
    server = Installation(short_folder / "data", free_port, environment=told).hurry()
    await server.open()
    yield server
    await server.close()


class Hall:
    """An evening in the middle of a burst."""

    def __init__(self, desk: Desk, moderator: Screen, burst: Burst) -> None:
        self.desk = desk
        self.moderator = moderator
        self.burst = burst

    @classmethod
    async def in_a_burst(cls, server: Installation) -> "Hall":
        """Connections are warm: a cold one would fail in its greeting and prove nothing."""
        desk = await Desk.of_organiser(server.organiser_link)
        moderator = await open_evening(desk)
        hall = cls(desk, moderator, Burst(await join(server, moderator.code, PHONES)))
        await hall.burst.everybody_is_live()
        return hall

    @property
    def answered(self) -> int:
        return sum(self.burst.acknowledged.values())

    async def end(self) -> None:
        """Whatever was posted is there once, and so was every answer."""
        await self.burst.end()
        await check(self.desk, self.moderator.code, self.burst)
        assert len(self.burst.posted) >= 2 * PHONES
        screens = (self.moderator, *self.burst.phones)
        await asyncio.gather(*(screen.close() for screen in screens))


async def live_again_after(hall: Hall, what: str) -> None:
    begun = time.monotonic()
    await hall.burst.everybody_is_live()
    print(f"{what}: everybody answered again after {time.monotonic() - begun:.1f} s, seed {SEED}")


async def test_cards_wait_for_a_frozen_store_and_none_is_doubled(running: Installation) -> None:
    hall = await Hall.in_a_burst(running)
    server = psutil.Process(running.pid)
    epoch = hall.moderator.shared.epoch
    with running.frozen_store():
        await asyncio.sleep(0.5)  # what was under way at that moment has been answered
        answered, memory = hall.answered, server.memory_info().rss
        await asyncio.sleep(FROZEN_SECONDS - 0.5)
        assert hall.answered == answered, "saved, while nothing could be"
        assert server.memory_info().rss - memory < MOST_GROWN_BYTES
    await live_again_after(hall, "frozen store")
    await hall.end()
    assert hall.moderator.shared.epoch == epoch
    assert "store_ended" not in running.said


async def test_a_killed_store_is_there_again_without_a_hand(running: Installation) -> None:
    hall = await Hall.in_a_burst(running)
    running.kill_store()
    await live_again_after(hall, "killed store")
    await hall.end()
    assert "store_ended" in running.said


async def test_cards_wait_while_the_way_to_the_store_is_silent(
    far: Installation, way: StoreWay
) -> None:
    hall = await Hall.in_a_burst(far)
    way.silence()
    await asyncio.sleep(0.5)
    answered = hall.answered
    await asyncio.sleep(SILENT_SECONDS)
    assert hall.answered == answered, "saved, while nothing could be"
    way.mend()  # what was given up long ago arrives now, as a network repeats it
    await live_again_after(hall, "silent way")
    await hall.end()


async def test_a_way_to_the_store_that_breaks_off_at_any_byte_doubles_nothing(
    far: Installation, way: StoreWay
) -> None:
    chance = random.Random(SEED)
    hall = await Hall.in_a_burst(far)
    for number in range(1, BREAKS + 1):
        way.break_off_after(chance.randint(1, 3_000))
        async with asyncio.timeout(20):
            while way.broken < number:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await hall.burst.everybody_is_live()
    await hall.end()


async def while_all_is_well(desk: Desk) -> None:
    async with asyncio.timeout(20):
        while (await desk.get("/healthz"))["ok"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_a_store_whose_memory_is_full_says_so_keeps_all_and_takes_cards_again(
    far: Installation, way: StoreWay
) -> None:
    hall = await Hall.in_a_burst(far)
    store = Line(way.store_url)
    await store.ask("CONFIG", "SET", "maxmemory", "1")  # noeviction: it refuses what would grow
    with pytest.raises(NotAnswered, match="storage_full"):
        await while_all_is_well(hall.desk)
    answered = hall.answered
    await asyncio.sleep(1)
    assert hall.answered == answered, "saved, while nothing could be"
    await store.ask("CONFIG", "SET", "maxmemory", "0")
    await live_again_after(hall, "full memory")
    assert (await hall.desk.get("/healthz"))["ok"]
    await hall.end()
    await store.close()
