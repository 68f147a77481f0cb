"""P8, P12: a page that comes over from another process, or back after everything has failed."""

import pytest
from faulty_log import ForgetfulLog
from paper_screens import Screen
from processes import Process, until

from rooms.cards import PostCard
from rooms.messages import Seen
from rooms.people import TakeTable

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

CARD = PostCard(text="Mehr Bänke", kind="idea")


async def come(screen: Screen, process: Process, seen: Seen) -> None:
    """Says hello having heard of `seen`, though no view of it came any more."""
    screen.say_hello(process.live, seen=seen)
    await until(lambda: screen.greeted or screen.refused is not None)


async def test_p8_a_page_that_was_promised_more_than_a_process_knows_finds_it_there(
    one: Process, other: Process
) -> None:
    guest = await one.guest()
    await other.follow()
    screen = other.screens.screen(guest)
    card = await one.must(guest, CARD)
    await come(screen, other, one.heard)
    assert f"mycard:{card}" in screen.mine
    screen.check(await one.steady())


async def test_p8_a_page_is_not_shown_less_than_it_has_seen_while_the_storage_is_away(
    one: Process, other: Process
) -> None:
    guest = await one.guest()
    await other.follow()
    screen = other.screens.screen(guest)
    await one.must(guest, CARD)
    other.log.away = True
    await come(screen, other, one.heard)
    assert screen.refused is not None
    assert screen.refused.reason == "storage_away"
    assert not screen.received


async def test_p12_what_was_acknowledged_and_lost_before_any_frame_begins_a_new_epoch(
    one: Process, storage: ForgetfulLog
) -> None:
    guest = await one.guest()
    await one.must(guest, CARD)
    promised = one.heard
    storage.forget(one.live.code, 1)
    fresh = await Process.open(storage)
    screen = fresh.screens.screen(guest)
    await come(screen, fresh, promised)
    assert (screen.epoch or 0) > promised.epoch
    await fresh.close()


async def test_p7_whoever_leaves_a_table_hears_nothing_of_it_when_others_come_at_the_same_moment(
    one: Process, other: Process
) -> None:
    leaving, staying = await one.guest(1), await one.guest(1)
    coming = [await one.guest(None) for _ in range(8)]
    table = await one.new_table()
    await other.follow()
    screen = await other.screen(leaving)
    for phone in coming:
        await other.screen(phone)
    await one.must(leaving, TakeTable(table=table))
    for phone in coming:
        await one.must(phone, TakeTable(table=1))
    card = await one.must(staying, CARD)
    screen.received.clear()
    await other.follow()
    await other.shown()
    assert [frame for frame in screen.received if f"card:{card}" in frame["put"]] == []
    screen.check(await other.steady())


async def test_p12_after_a_lost_end_nobody_is_shown_another_table_of_the_lost_past(
    one: Process, storage: ForgetfulLog
) -> None:
    guest, neighbour = await one.guest(1), await one.guest(1)
    screens = [await one.screen(guest), await one.screen(neighbour)]
    await one.must(guest, TakeTable(table=await one.new_table()))
    await one.shown()
    lost = screens[0].epoch or 0
    screens[0].received.clear()
    storage.forget(one.live.code, 1)
    await one.must(neighbour, CARD)
    await one.shown()
    assert {frame["epoch"] > lost for frame in screens[0].received} == {True}
    for screen in screens:
        screen.check(await one.steady())
