"""On which devices staff are signed in: the same from every process."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from rooms.devices import Device, Devices, MemoryDevices, RedisDevices
from rooms.errors import Unavailable
from rooms.redis_line import Line

pytestmark = pytest.mark.asyncio(loop_scope="session")
LAPTOP = Device("a1", "link-1", since=1_000, seen=1_000)
TABLET = Device("b2", "link-2", since=2_000, seen=2_000)


@pytest.fixture(params=["memory", "redis"])
def made(request: pytest.FixtureRequest) -> Devices:
    if request.param == "memory":
        return MemoryDevices()
    return RedisDevices(request.getfixturevalue("valkey_url"))


@pytest_asyncio.fixture(loop_scope="session")
async def devices(made: Devices) -> AsyncIterator[Devices]:
    yield made
    await made.close()


async def test_a_device_is_listed_once_with_the_time_it_was_last_here(devices: Devices) -> None:
    later = Device("a1", "link-1", since=1_000, seen=9_000)
    for device in (LAPTOP, TABLET, later):
        await devices.note("ABCDEFGH", device, 60)
    assert sorted(await devices.all("ABCDEFGH"), key=lambda one: one.session) == [later, TABLET]


async def test_every_dialogue_and_the_organiser_have_their_own(devices: Devices) -> None:
    await devices.note("ABCDEFGH", LAPTOP, 60)
    await devices.note("", TABLET, 60)
    assert await devices.all("ABCDEFGH") == [LAPTOP]
    assert await devices.all("") == [TABLET]
    assert await devices.all("ABCDEFGJ") == []


async def test_who_left_is_not_listed_any_more(devices: Devices) -> None:
    for device in (LAPTOP, TABLET):
        await devices.note("ABCDEFGH", device, 60)
    await devices.drop("ABCDEFGH", LAPTOP.session)
    assert await devices.all("ABCDEFGH") == [TABLET]
    await devices.forget("ABCDEFGH")
    assert await devices.all("ABCDEFGH") == []


async def test_the_storage_forgets_them_in_time(valkey_url: str) -> None:
    devices, line = RedisDevices(valkey_url), Line(valkey_url)
    await devices.note("ABCDEFGH", LAPTOP, 3_600)
    assert 3_500 < await line.ask("TTL", "dialogtisch:devices:ABCDEFGH") <= 3_600
    await devices.close()
    await line.close()


async def test_without_a_storage_it_says_so(free_port: int) -> None:
    devices = RedisDevices(f"redis://127.0.0.1:{free_port}")
    with pytest.raises(Unavailable):
        await devices.all("ABCDEFGH")
    await devices.close()
