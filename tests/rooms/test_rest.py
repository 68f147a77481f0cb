"""When a process rests between two appends, and when it must not."""

import asyncio
import time

import pytest
from processes import Process, soon

from rooms.cards import PostCard
from rooms.rest import Rest

pytestmark = pytest.mark.usefixtures("prompt")
on_one_loop = pytest.mark.asyncio(loop_scope="session")

CARD = PostCard(text="Mehr Bänke", kind="idea")


class Clocks:
    """In place of the module `time`."""

    def __init__(self) -> None:
        self.now = self.worked = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.worked

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def passes(self, seconds: float, working: float) -> None:
        self.now += seconds
        self.worked += working


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    made = Clocks()
    monkeypatch.setattr("rooms.rest.time", made)
    return made


def test_who_has_little_to_do_rests_until_the_next_append_is_due(clocks: Clocks) -> None:
    rest = Rest()
    clocks.passes(4.0, working=0.7)
    rest.until(10.0)
    assert clocks.slept == [6.0]


def test_who_has_much_to_do_does_not_rest(clocks: Clocks) -> None:
    rest = Rest()
    clocks.passes(4.0, working=0.9)
    rest.until(10.0)
    assert clocks.slept == []


def test_a_rest_counts_as_time_without_work(clocks: Clocks) -> None:
    rest = Rest()
    clocks.passes(1.0, working=0.0)
    rest.until(10.0)
    clocks.passes(1.0, working=1.0)
    rest.until(20.0)
    assert clocks.slept == [9.0, 9.0]


def test_an_append_that_took_long_leaves_no_time_to_rest(clocks: Clocks) -> None:
    rest = Rest()
    clocks.passes(10.0, working=0.0)
    rest.until(10.0)
    assert clocks.slept == []


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Until when the process would have rested."""
    asked: list[float] = []
    monkeypatch.setattr("rooms.rest.Rest.until", lambda _, due: asked.append(due))
    return asked


@on_one_loop
async def test_a_crowd_is_read_in_gulps_and_its_answers_leave_before_the_rest(
    one: Process, rests: list[float]
) -> None:
    guests = [await one.guest() for _ in range(3)]
    await asyncio.sleep(0)
    rests.clear()
    answers = [one.send(guest, CARD) for guest in guests]
    for answer in answers:
        answer.add_done_callback(lambda _: rests.append(0.0))
    await soon(asyncio.gather(*answers))
    await asyncio.sleep(0)
    assert rests[:3] == [0.0] * 3
    assert len(rests) == 4


@on_one_loop
async def test_for_somebody_alone_nobody_rests(
    one: Process, rests: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = await one.guest()
    await asyncio.sleep(0)
    rests.clear()
    monkeypatch.setattr("rooms.waiting.GATHER_S", 3_600.0)
    for _ in range(3):
        assert (await soon(one.send(guest, CARD))).ok
    await asyncio.sleep(0)
    assert rests == []


@on_one_loop
async def test_two_people_who_speak_at_different_times_are_no_crowd(
    one: Process, rests: list[float]
) -> None:
    guests = [await one.guest() for _ in range(2)]
    await asyncio.sleep(0)
    rests.clear()
    for guest in guests:  # a pause of 0 s lies behind, however soon the second speaks
        assert (await soon(one.send(guest, CARD))).ok
        time.sleep(0.001)  # noqa: ASYNC251 - the clock must move
    await asyncio.sleep(0)
    assert rests == []
