"""Who is here: the same promises for leases in memory and in Redis."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from rooms.presence import LEASE_MS, MemoryPresence, Presence, RedisPresence
from rooms.redis_line import Line

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE, OTHER = "ABCDEFGH", "JKMNPQRS"


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class RedisPresenceAt(RedisPresence):
    """Reads the test's clock in place of the storage's; everything else is the storage."""

    def __init__(self, url: str, clock: Callable[[], int]) -> None:
        super().__init__(url)
        self._clock = clock

    async def _now(self, code: str) -> int:
        return self._clock()


@pytest.fixture(params=["memory", "redis"])
def made(request: pytest.FixtureRequest, clock: Clock) -> Presence:
    if request.param == "memory":
        return MemoryPresence(clock)
    return RedisPresenceAt(request.getfixturevalue("valkey_url"), clock)


@pytest_asyncio.fixture(loop_scope="session")
async def presence(made: Presence) -> AsyncIterator[Presence]:
    yield made
    await made.close()


async def test_nobody_is_here_before_anybody_came(presence: Presence) -> None:
    await presence.renew(CODE, "one", [])
    assert await presence.present(CODE) == set()


async def test_people_of_all_processes_are_here_together(presence: Presence) -> None:
    await presence.renew(CODE, "one", {"ada", "staff:7f"})
    await presence.renew(CODE, "two", ["ben"])
    assert await presence.present(CODE) == {"ada", "staff:7f", "ben"}


async def test_dialogues_do_not_mix(presence: Presence) -> None:
    await presence.renew(CODE, "one", ["ada"])
    await presence.renew(OTHER, "one", ["ben"])
    assert await presence.present(CODE) == {"ada"}


async def test_whoever_leaves_is_gone_at_once(presence: Presence) -> None:
    await presence.renew(CODE, "one", ["ada", "ben"])
    await presence.leave(CODE, "one", "ada")
    assert await presence.present(CODE) == {"ben"}


async def test_whoever_leaves_one_process_stays_while_another_holds_them(
    presence: Presence,
) -> None:
    await presence.renew(CODE, "one", ["ada"])
    await presence.renew(CODE, "two", ["ada"])
    await presence.leave(CODE, "one", "ada")
    assert await presence.present(CODE) == {"ada"}
    await presence.leave(CODE, "two", "ada")
    assert await presence.present(CODE) == set()


async def test_leaving_without_having_come_is_no_mishap(presence: Presence) -> None:
    await presence.leave(CODE, "one", "ada")
    assert await presence.present(CODE) == set()


async def test_a_lease_that_nobody_renews_ends_by_itself(presence: Presence, clock: Clock) -> None:
    await presence.renew(CODE, "one", ["ada"])
    clock.now += LEASE_MS - 1
    assert await presence.present(CODE) == {"ada"}
    clock.now += 1
    assert await presence.present(CODE) == set()


async def test_a_renewed_lease_starts_anew_and_the_others_run_out(
    presence: Presence, clock: Clock
) -> None:
    await presence.renew(CODE, "one", ["ada"])
    await presence.renew(CODE, "process that dies", ["ben"])
    clock.now += 30_000
    await presence.renew(CODE, "one", ["ada"])
    clock.now += 30_000
    assert await presence.present(CODE) == {"ada"}


async def test_a_lease_from_a_clock_that_was_ahead_ends_when_the_clock_is_right_again(
    presence: Presence, clock: Clock
) -> None:
    clock.now += 86_400_000
    await presence.renew(CODE, "dying", ["ada"])
    assert await presence.present(CODE) == {"ada"}
    clock.now -= 86_400_000
    assert await presence.present(CODE) == set()
    await presence.renew(CODE, "one", ["ben"])
    assert await presence.present(CODE) == {"ben"}


async def test_two_processes_need_not_read_the_time_at_the_same_moment(
    presence: Presence, clock: Clock
) -> None:
    clock.now += 900
    await presence.renew(CODE, "quick", ["ada"])
    clock.now -= 900
    await presence.renew(CODE, "slow", ["ben"])
    assert await presence.present(CODE) == {"ada", "ben"}


async def test_a_full_hall_is_renewed_at_once(presence: Presence) -> None:
    hall = {f"person{one:04}" for one in range(2_000)}
    await presence.renew(CODE, "one", hall)
    await presence.renew(CODE, "one", hall)
    assert await presence.present(CODE) == hall


async def test_ended_leases_do_not_pile_up_in_the_storage(valkey_url: str, clock: Clock) -> None:
    presence, line = RedisPresenceAt(valkey_url, clock), Line(valkey_url)
    for evening in range(20):
        await presence.renew(CODE, "one", [f"guest {evening}"])
        clock.now += LEASE_MS
    assert await line.ask("ZCARD", f"dialogue:{{{CODE}}}:here") == 1
    await presence.close()
    await line.close()


async def test_leases_of_a_clock_that_was_ahead_are_taken_out_of_the_storage(
    valkey_url: str, clock: Clock
) -> None:
    presence, line = RedisPresenceAt(valkey_url, clock), Line(valkey_url)
    clock.now += 86_400_000
    await presence.renew(CODE, "one", ["ada"])
    clock.now -= 86_400_000
    await presence.renew(CODE, "two", ["ben"])
    assert await line.ask("ZCARD", f"dialogue:{{{CODE}}}:here") == 1
    await presence.close()
    await line.close()


async def test_the_storage_tells_the_time_and_forgets_a_dialogue_that_everybody_left(
    valkey_url: str,
) -> None:
    presence, line = RedisPresence(valkey_url), Line(valkey_url)
    await presence.renew(CODE, "one", ["ada"])
    assert await presence.present(CODE) == {"ada"}
    left_ms = await line.ask("PTTL", f"dialogue:{{{CODE}}}:here")
    assert 0 < left_ms <= LEASE_MS
    await presence.close()
    await line.close()
