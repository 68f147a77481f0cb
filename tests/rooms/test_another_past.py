"""P12: the storage fell back, every process died, and the log has grown again before a page comes.

By versions alone nobody could tell. The page also says the stamp of what it has heard of.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from faulty_log import ForgetfulLog
from paper_screens import Screen
from processes import Process, new_phone, until

from rooms.cards import PostCard
from rooms.log import Position
from rooms.messages import Participant, Seen
from rooms.people import Join

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

CARD = PostCard(text="Mehr Bänke", kind="idea")
JOIN = Join(language="de")
GROWN = 5


class Evening:
    """`guest` holds `screen`, and was promised a card of which no frame told any more."""

    def __init__(self, guest: Participant, screen: Screen, promised: Seen, after: Process) -> None:
        self.guest, self.screen, self.promised = guest, screen, promised
        self.after = after

    async def comes(self, screen: Screen, seen: Seen) -> None:
        self.after.screens.plug(screen)
        screen.say_hello(self.after.live, seen=seen)
        await until(lambda: screen.greeted or screen.refused is not None)


@pytest_asyncio.fixture(loop_scope="session")
async def evening(one: Process, storage: ForgetfulLog) -> AsyncIterator[Evening]:
    guest = await one.guest()
    screen = await one.screen(guest)
    await one.shown()
    await one.must(guest, CARD)
    promised = one.heard
    await one.close()
    storage.forget(one.live.code, 1)
    after = await Process.open(storage)
    for _ in range(GROWN):
        await after.must(new_phone(), JOIN)
    assert after.live.position == Position(promised.epoch, promised.version - 1 + GROWN)
    yield Evening(guest, screen, promised, after)
    await after.close()


async def test_p12_lost_history_is_noticed_though_the_log_has_grown_longer(
    evening: Evening, storage: ForgetfulLog
) -> None:
    await evening.comes(evening.screen, evening.promised)
    assert (evening.screen.epoch or 0) > evening.promised.epoch
    evening.screen.check(await evening.after.steady())
    assert await epochs(storage) == 2


async def test_p12_a_page_from_before_there_were_stamps_is_welcomed_as_ever(
    evening: Evening, storage: ForgetfulLog
) -> None:
    await evening.comes(evening.screen, Seen(evening.promised.epoch, evening.promised.version))
    assert evening.screen.epoch == evening.promised.epoch
    assert await epochs(storage) == 1


async def test_p12_whoever_knows_the_log_as_it_is_begins_no_epoch(
    evening: Evening, storage: ForgetfulLog
) -> None:
    screen = await evening.after.screen(evening.guest)
    for version in (1, evening.after.live.dialogue.version):
        stamp = evening.after.live.dialogue.stamp_at(version)
        await evening.comes(screen, Seen(evening.promised.epoch, version, stamp))
    assert screen.received[-2]["from"] == screen.received[-2]["to"], "it needed nothing"
    assert await epochs(storage) == 1


async def test_p12_a_page_that_lies_about_the_past_is_believed_once_and_shown_all_of_it(
    evening: Evening, storage: ForgetfulLog
) -> None:
    liar = evening.after.screens.screen(new_phone())
    for _ in range(4):
        here = evening.after.live.dialogue
        lie = here.stamp_at(2) ^ 1
        await evening.comes(liar, Seen(here.epoch, 2, lie))
        assert liar.received[-2]["from"] is None, "no difference leads here from another past"
        liar.check(await evening.after.steady())
    assert await epochs(storage) == 2


async def test_p12_a_copy_that_is_itself_of_another_past_does_not_blame_the_page(
    one: Process, storage: ForgetfulLog
) -> None:
    """The log lost its end, and the process that still has it has not looked again."""
    guest = await one.guest()
    await one.must(guest, CARD)
    storage.forget(one.live.code, 1)
    fresh = await Process.open(storage)
    for _ in range(GROWN):
        await fresh.must(new_phone(), JOIN)
    here = fresh.live.dialogue
    seen = Seen(here.epoch, one.live.dialogue.version, here.stamp_at(one.live.dialogue.version))
    screen = one.screens.screen(guest)
    screen.say_hello(one.live, seen=seen)
    await until(lambda: screen.greeted)
    screen.check(await one.steady())
    assert await epochs(storage) == 2, "its own loss, noticed once"
    await fresh.close()


async def test_p12_while_the_storage_is_away_a_page_of_another_past_is_asked_to_come_again(
    evening: Evening,
) -> None:
    evening.after.log.away = True
    await evening.comes(evening.screen, evening.promised)
    assert evening.screen.refused is not None
    assert evening.screen.refused.reason == "storage_away"


async def test_p12_every_frame_and_answer_carries_the_stamp_of_its_version(one: Process) -> None:
    guest = await one.guest()
    screen = await one.screen(guest)
    for _ in range(3):
        answer = await one.do(guest, CARD)
        await one.do(new_phone(), JOIN)
        await one.shown()
    dialogue = await one.steady()
    assert answer.stamp == dialogue.stamp_at(answer.version or 0)
    told = {(frame["to"], frame["stamp"]) for frame in screen.received}
    assert len(told) > 2
    assert told == {(version, dialogue.stamp_at(version)) for version, _ in told}
    assert len({stamp for _, stamp in told}) == len(told), "they tell versions apart"


async def test_p3_a_repeated_command_gets_the_stamp_of_its_first_answer(one: Process) -> None:
    guest = await one.guest()
    first = await one.do(guest, CARD, id="x:tab.1")
    await one.do(new_phone(), JOIN)
    assert await one.do(guest, CARD, id="x:tab.1") == first


async def epochs(storage: ForgetfulLog) -> int:
    return len({entry.position.epoch for entry in await storage.read("ABCDEFGH")})
