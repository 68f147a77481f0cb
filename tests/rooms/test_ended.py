"""Ended sessions: the same from every process, and forgotten in time."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from rooms.ended import Ended, MemoryEnded, RedisEnded
from rooms.errors import Unavailable
from rooms.redis_line import Line

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(params=["memory", "redis"])
def made(request: pytest.FixtureRequest) -> Ended:
    if request.param == "memory":
        return MemoryEnded()
    return RedisEnded(request.getfixturevalue("valkey_url"))


@pytest_asyncio.fixture(loop_scope="session")
async def ended(made: Ended) -> AsyncIterator[Ended]:
    yield made
    await made.close()


async def test_a_session_is_good_until_it_is_ended(ended: Ended) -> None:
    assert not await ended.has("one")
    await ended.end("one", 60)
    assert await ended.has("one")
    assert not await ended.has("two")


async def test_who_has_to_go_is_told_from_who_only_got_a_newer_session(ended: Ended) -> None:
    assert await ended.last_cut() == ""
    for session in ("left", "replaced"):
        await ended.end(session, 60)
    await ended.cut("left")
    assert await ended.last_cut() == "left"
    assert await ended.is_cut("left")
    assert not await ended.is_cut("replaced")
    assert await ended.has("replaced")


async def test_links_of_the_organiser_are_counted(ended: Ended) -> None:
    assert await ended.organisers() == 0
    await ended.end_organiser()
    await ended.end_organiser()
    assert await ended.organisers() == 2


async def test_another_process_knows_it_too(valkey_url: str) -> None:
    one, other = RedisEnded(valkey_url), RedisEnded(valkey_url)
    await one.end("session", 60)
    assert await other.has("session")
    await one.end_organiser()
    assert await other.organisers() == 1
    await one.close()
    await other.close()


async def test_the_storage_forgets_it_when_its_time_has_come(valkey_url: str) -> None:
    ended, line = RedisEnded(valkey_url), Line(valkey_url)
    await ended.end("session", 3_600)
    left = await line.ask("TTL", "dialogtisch:ended:session")
    assert 3_500 < left <= 3_600
    await ended.close()
    await line.close()


async def test_in_memory_it_is_forgotten_as_well() -> None:
    now = 0.0
    ended = MemoryEnded(lambda: now)
    await ended.end("session", 10)
    now = 11.0
    assert not await ended.has("session")
    await ended.end("another", 10)
    assert set(ended._until) == {"another"}


async def test_without_a_storage_it_says_so(free_port: int) -> None:
    ended = RedisEnded(f"redis://127.0.0.1:{free_port}")
    with pytest.raises(Unavailable):
        await ended.has("session")
    await ended.close()
