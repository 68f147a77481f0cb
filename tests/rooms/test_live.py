"""A live dialogue: answers only what is on disk, tells everybody what they may see, in order."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from faulty_log import Fault, ForgetfulLog
from processes import CODE, Process, new_phone, same, stored, until

from rooms.agenda import CloseRound
from rooms.ballots import OpenBallot, PlanBallot
from rooms.cards import EditCard, PostCard, WithdrawCard
from rooms.dialogue import Dialogue
from rooms.errors import Corrupted, Forgotten, Unavailable
from rooms.links import RevokeLink
from rooms.live import MOST_PER_APPEND, MOST_WAITING
from rooms.messages import ORGANISER, LinkId, Staff
from rooms.people import Join, TakeTable
from rooms.tables import AddTable
from rooms.views import PRESENCE, PresenceShown
from rooms.voting import PlaceDots

pytestmark = pytest.mark.asyncio(loop_scope="session")

JOIN = Join(language="de")
CARD = PostCard(text="Mehr Bänke", kind="idea")


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames leave at once; how often they may leave is a matter of speed."""
    monkeypatch.setattr("rooms.audiences.STAFF_PAUSE_S", 0.0)


@pytest.fixture
def storage() -> ForgetfulLog:
    return ForgetfulLog()


@pytest_asyncio.fixture(loop_scope="session")
async def one(storage: ForgetfulLog) -> AsyncIterator[Process]:
    """The process in which the dialogue was made."""
    process = await Process.begin(storage)
    yield process
    await process.close()


@pytest_asyncio.fixture(loop_scope="session")
async def other(storage: ForgetfulLog, one: Process) -> AsyncIterator[Process]:
    """A second process with the same dialogue."""
    process = await Process.open(storage)
    yield process
    await process.close()


# Answers


async def test_p2_no_answer_leaves_before_the_append_has_returned(one: Process) -> None:
    one.log.hold()
    answer = one.send(new_phone(), JOIN)
    await one.log.held()
    for _ in range(20):
        await asyncio.sleep(0)
    assert not answer.done()
    one.log.release()
    assert (await answer).ok


async def test_what_arrives_during_an_append_goes_into_the_next_one_together(
    one: Process,
) -> None:
    one.log.hold()
    first = one.send(new_phone(), JOIN)
    await one.log.held()
    later = [one.send(new_phone(), JOIN) for _ in range(40)]
    one.log.release()
    answers = await asyncio.gather(first, *later)
    versions = [answer.version for answer in answers]
    assert versions == list(range(versions[0], versions[0] + 41))
    assert one.log.appends == [1, 40]


async def test_a_batch_has_a_limit_and_nobody_is_forgotten(one: Process) -> None:
    one.log.hold()
    first = one.send(new_phone(), JOIN)
    await one.log.held()
    later = [one.send(new_phone(), JOIN) for _ in range(MOST_PER_APPEND + 100)]
    one.log.release()
    assert all(answer.ok for answer in await asyncio.gather(first, *later))
    assert one.log.appends == [1, MOST_PER_APPEND, 100]


async def test_too_many_waiting_commands_are_asked_to_come_back(one: Process) -> None:
    one.log.hold()
    guest = new_phone()
    first = one.send(guest, JOIN)
    await one.log.held()
    waiting = [one.send(guest, JOIN, "ada:tab.1") for _ in range(MOST_WAITING)]
    refused = await one.do(guest, JOIN, "ada:tab.2")
    assert (refused.error, refused.reason) == ("busy", "too_many_at_once")
    one.log.release()
    assert all(answer.ok for answer in await asyncio.gather(first, *waiting))
    assert (await one.do(guest, JOIN, "ada:tab.2")).ok


async def test_one_sender_s_commands_are_carried_out_in_their_order(one: Process) -> None:
    guest = await one.guest()
    texts = [f"{number}" for number in range(30)]
    answers = [one.send(guest, PostCard(text=text, kind="idea")) for text in texts]
    await asyncio.gather(*answers)
    cards = sorted((await one.steady()).cards.values(), key=lambda card: card.order)
    assert [card.text for card in cards] == texts


async def test_while_the_storage_is_away_commands_are_told_so_and_kept_by_nobody(
    one: Process, storage: ForgetfulLog
) -> None:
    phone = new_phone()
    one.log.away = True
    answer = await one.do(phone, JOIN, "ada:tab.1")
    assert (answer.ok, answer.error, answer.reason) == (False, "unavailable", "storage_away")
    assert phone.person not in one.live.dialogue.people
    one.log.away = False
    assert (await one.do(phone, JOIN, "ada:tab.1")).ok
    assert same(await one.steady(), await stored(storage))


async def test_a_storage_that_breaks_its_word_is_a_bug_that_is_answered(
    one: Process, storage: ForgetfulLog
) -> None:
    appends = storage.append

    async def broken(*_: Any) -> bool:
        raise ZeroDivisionError

    storage.append = broken
    answers = await asyncio.gather(one.do(new_phone(), JOIN), one.do(new_phone(), JOIN))
    assert [answer.error for answer in answers] == ["internal", "internal"]
    storage.append = appends
    assert (await one.do(new_phone(), JOIN)).ok
    assert same(await one.steady(), await stored(storage))


# Hello and frames


async def test_a_welcome_says_where_the_dialogue_stands_and_shows_it(one: Process) -> None:
    guest = await one.guest()
    screen = one.screens.screen(guest)
    welcomes: list[Any] = []
    screen.say_hello(one.live, welcomes.append)
    await until(lambda: screen.greeted)
    dialogue = await one.steady()
    assert (welcomes[0].epoch, welcomes[0].version) == (dialogue.epoch, dialogue.version)
    assert [frame["of"] for frame in screen.received] == ["shared", "mine"]
    screen.check(dialogue)


async def test_staff_have_no_view_of_their_own(one: Process) -> None:
    screen = await one.screen(await one.staff("board"))
    assert [frame["of"] for frame in screen.received] == ["shared"]
    screen.check(await one.steady())


async def test_nothing_is_shown_before_it_is_on_disk(one: Process) -> None:
    board = await one.screen(await one.staff("board"))
    guest = await one.guest()
    await one.shown()
    seen = len(board.received)
    one.log.hold()
    answer = one.send(guest, CARD)
    await one.log.held()
    late = one.screens.screen(guest)
    late.say_hello(one.live)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(board.received) == seen
    assert not late.greeted
    one.log.release()
    await answer
    await one.shown()
    assert len([key for key in board.shared if key.startswith("card:")]) == 1
    board.check(await one.steady())
    late.check(await one.steady())


async def test_what_could_not_be_kept_is_shown_to_nobody(one: Process) -> None:
    guest = await one.guest()
    screen = await one.screen(guest)
    await one.shown()
    one.log.faults.append(Fault.AWAY)
    assert (await one.do(guest, CARD)).error == "unavailable"
    await one.shown()
    assert not any(key.startswith(("card:", "mycard:")) for key in (*screen.shared, *screen.mine))
    screen.check(await one.steady())


async def test_p8_everybody_holds_what_a_fresh_page_would_be_shown(one: Process) -> None:
    guests = [await one.guest(), await one.guest(None)]
    staff = [await one.staff("host", 1), await one.staff("board"), await one.staff("moderator")]
    screens = [await one.screen(by) for by in (*guests, *staff)]
    await one.must(guests[0], CARD)
    await one.must(staff[0], CARD)
    plan = PlanBallot(title={"de": "x"}, method="dots", dots=1)
    ballot = await one.must(ORGANISER, plan)
    await one.must(ORGANISER, OpenBallot(ballot=ballot))
    await one.must(guests[0], PlaceDots(ballot=ballot, option="1", dots=1))
    await one.must(guests[1], TakeTable(table=1))
    await one.shown()
    for screen in screens:
        screen.check(await one.steady())


async def test_whoever_comes_back_gets_only_what_they_missed(one: Process) -> None:
    guest = await one.guest()
    stays = await one.screen(guest)  # keeps the table's view alive in this process
    leaves = await one.screen(guest)
    one.screens.unplug(leaves.connection)
    one.live.leave(leaves.connection)
    card = await one.must(guest, CARD)
    await one.must(guest, EditCard(card=card, text="Mehr Bäume", kind="idea"))
    leaves.received.clear()
    await one.hello(leaves)
    shared = leaves.received[0]
    assert shared["from"] is not None
    assert set(shared["put"]) == {f"card:{card}"}
    await one.shown()
    for screen in (stays, leaves):
        screen.check(await one.steady())


async def test_a_second_hello_of_the_same_page_changes_nothing(one: Process) -> None:
    screen = await one.screen(await one.guest())
    await one.hello(screen)
    await one.must(await one.guest(), CARD)
    await one.shown()
    screen.check(await one.steady())
    one.live.leave(screen.connection)
    assert len(one.live.audiences) == 0


async def test_whoever_left_is_told_nothing_more(one: Process) -> None:
    guest = await one.guest()
    screen = await one.screen(guest)
    one.live.leave(screen.connection)
    one.screens.unplug(screen.connection)
    seen = len(one.screens.published)
    await one.must(guest, CARD)
    await one.shown()
    assert one.screens.published[seen:] == []


async def test_whoever_leaves_before_being_welcomed_takes_no_seat(one: Process) -> None:
    one.log.hold()
    answer = one.send(new_phone(), JOIN)
    await one.log.held()
    screen = one.screens.screen(new_phone())
    screen.say_hello(one.live)
    one.live.leave(screen.connection)
    one.log.release()
    await answer
    await one.steady()
    assert not screen.greeted
    assert len(one.live.audiences) == 0


async def test_while_the_storage_is_away_a_page_is_shown_what_was_known_last(one: Process) -> None:
    one.log.away = True
    one.live.doubt()
    screen = await one.screen(new_phone())
    assert screen.greeted
    assert screen.shared["dialogue"]["code"] == CODE


async def test_staff_are_told_who_is_here_and_phones_are_not(one: Process) -> None:
    board, phone = await one.screen(await one.staff("board")), await one.screen(await one.guest())
    here = PresenceShown(connected=1, tables={"1": 1}, staff=1)
    one.live.audiences.show_presence(here)
    assert board.shared[PRESENCE] == {"connected": 1, "tables": {"1": 1}, "staff": 1}
    assert PRESENCE not in phone.shared
    later = await one.screen(await one.staff("host", 1))
    assert later.shared[PRESENCE]["connected"] == 1
    assert one.live.audiences.has_staff
    assert one.live.audiences.here == {
        phone.by.id,
        f"staff:{board.connection}",
        f"staff:{later.connection}",
    }


# Tables


async def test_p7_taking_a_table_moves_the_view(one: Process) -> None:
    await one.must(ORGANISER, AddTable(topic=next(iter(one.live.dialogue.topics))))
    first, second = await one.guest(1), await one.guest(2)
    here, there = await one.must(first, CARD), await one.must(second, CARD)
    guest = await one.guest(None)
    screen = await one.screen(guest)
    assert not any(key.startswith("card:") for key in screen.shared)
    await one.must(guest, TakeTable(table=1))
    await one.shown()
    assert f"card:{here}" in screen.shared
    assert f"card:{there}" not in screen.shared
    await one.must(guest, TakeTable(table=2))
    await one.shown()
    assert f"card:{there}" in screen.shared
    assert f"card:{here}" not in screen.shared
    late = await one.must(first, CARD)
    await one.shown()
    assert f"card:{late}" not in str(screen.received[-3:])
    screen.check(await one.steady())


async def test_both_pages_of_one_person_move_together(one: Process) -> None:
    await one.must(ORGANISER, AddTable(topic=next(iter(one.live.dialogue.topics))))
    guest = await one.guest(1)
    pages = [await one.screen(guest), await one.screen(guest)]
    await one.must(guest, TakeTable(table=2))
    await one.must(guest, CARD)
    await one.shown()
    for page in pages:
        assert page.mine["me"]["table"] == 2
        page.check(await one.steady())


async def test_whoever_moved_while_away_gets_the_new_table_whole(one: Process) -> None:
    await one.must(ORGANISER, AddTable(topic=next(iter(one.live.dialogue.topics))))
    await one.screen(await one.guest(1))
    await one.screen(await one.guest(2))
    guest = await one.guest(1)
    screen = await one.screen(guest)
    one.screens.unplug(screen.connection)
    one.live.leave(screen.connection)
    await one.must(guest, TakeTable(table=2))
    screen.received.clear()
    await one.hello(screen)
    assert screen.received[0]["from"] is None
    screen.check(await one.steady())


async def test_personal_frames_follow_each_other_on_all_pages_of_a_person(one: Process) -> None:
    guest = await one.guest()
    pages = [await one.screen(guest), await one.screen(guest)]
    for page in pages:
        page.received.clear()
    card = await one.must(guest, CARD)
    await one.shown()
    await one.must(guest, EditCard(card=card, text="anders", kind="idea"))
    await one.shown()
    pages.append(await one.screen(guest))
    await one.must(guest, WithdrawCard(card=card))
    await one.shown()
    for page in pages:
        mine = [frame for frame in page.received if frame["of"] == "mine"]
        assert all(first["to"] == then["from"] for first, then in pairwise(mine))
        assert mine[-1]["drop"] == [f"mycard:{card}"]
        page.check(await one.steady())


async def test_p7_what_is_mine_reaches_nobody_else(one: Process) -> None:
    guest, neighbour = await one.guest(), await one.guest()
    mine, theirs = await one.screen(guest), await one.screen(neighbour)
    await one.must(guest, CARD)
    await one.shown()
    assert any(key.startswith("mycard:") for key in mine.mine)
    assert not [frame for frame in theirs.received if "mycard" in str(frame)]


# Links


async def test_p15_a_revoked_link_is_cut_at_once(one: Process) -> None:
    host, board = await one.staff("host", 1), await one.staff("board")
    pages = [await one.screen(host), await one.screen(host)]
    stays = await one.screen(board)
    await one.must(ORGANISER, RevokeLink(link=host.link))
    assert [page.cut for page in (*pages, stays)] == ["link_revoked", "link_revoked", None]


async def test_p15_a_link_revoked_between_connect_and_hello_is_not_let_in(one: Process) -> None:
    host = await one.staff("host", 1)
    screen = one.screens.screen(host)
    await one.must(ORGANISER, RevokeLink(link=host.link))
    await one.hello(screen)
    assert screen.refused is not None
    assert (screen.refused.error, screen.refused.reason) == ("refused", "link_revoked")
    assert screen.cut == "link_revoked"
    assert screen.received == []
    assert len(one.live.audiences) == 0


async def test_p15_a_link_that_another_process_revoked_is_cut(one: Process, other: Process) -> None:
    host = await one.staff("host", 1)
    await other.follow()
    screen = await other.screen(host)
    await one.must(ORGANISER, RevokeLink(link=host.link))
    await other.follow()
    assert screen.cut == "link_revoked"


async def test_p15_a_link_that_a_lost_history_never_issued_is_cut(
    one: Process, storage: ForgetfulLog
) -> None:
    screen = await one.screen(await one.staff("host", 1))
    storage.forget(CODE, 1)
    await one.must(new_phone(), JOIN)
    await one.steady()
    assert screen.cut == "link_revoked"


async def test_a_link_that_was_never_issued_is_not_let_in(one: Process) -> None:
    screen = one.screens.screen(Staff("moderator", LinkId("guessed")))
    await one.hello(screen)
    assert screen.refused is not None
    assert screen.received == []


async def test_the_organiser_needs_no_link(one: Process) -> None:
    screen = await one.screen(ORGANISER)
    screen.check(await one.steady())


# Several processes


async def test_p6_what_one_process_keeps_another_shows(one: Process, other: Process) -> None:
    guest = await one.guest()
    await other.follow()
    board = await other.screen(await other.staff("board"))
    card = await one.must(guest, CARD)
    await other.follow()
    await other.shown()
    assert f"card:{card}" in board.shared
    board.check(await one.steady())
    await one.follow()
    assert same(await one.steady(), await other.steady())


async def test_p4_a_process_that_lags_behind_catches_up_before_it_refuses(
    one: Process, other: Process
) -> None:
    guest = await one.guest()  # of whom the other process has not heard
    assert (await other.do(guest, CARD)).ok
    await one.must(ORGANISER, CloseRound(round=next(iter(one.live.dialogue.rounds))))
    assert (await other.do(guest, CARD)).reason == "no_open_round"


async def test_p3_a_repeat_at_another_process_gets_the_first_answer(
    one: Process, other: Process
) -> None:
    phone = new_phone()
    first = await one.do(phone, JOIN, "ada:tab.1")
    assert await other.do(phone, JOIN, "ada:tab.1") == first
    assert (await other.do(phone, Join(language="ar"), "ada:tab.1")).error == "conflict"


async def test_whoever_moves_to_a_process_that_lags_sees_nothing_older(
    one: Process, other: Process
) -> None:
    guest = await one.guest()
    screen = await one.screen(guest)
    card = await one.must(guest, CARD)
    await one.shown()
    epoch = screen.epoch
    moved = other.screens.screen(guest)
    moved.held = screen.held
    await other.hello(moved)
    assert f"card:{card}" in moved.shared
    assert moved.epoch == epoch
    moved.check(await one.steady())


# P12: lost history


async def test_p12_after_a_lost_end_everybody_looks_again(
    one: Process, other: Process, storage: ForgetfulLog
) -> None:
    guest = await one.guest()
    await other.follow()
    screens = [await one.screen(guest), await other.screen(guest)]
    board = await one.screen(ORGANISER)
    card = await one.must(guest, CARD)
    await one.shown()
    assert f"card:{card}" in board.shared
    epoch = board.epoch or 0
    storage.forget(CODE, 1)
    await one.must(new_phone(), JOIN)
    await one.shown()
    await other.follow()
    await other.shown()
    for screen in (*screens, board):
        assert screen.received[-1]["from"] is None or screen.received[-1]["epoch"] > epoch
        assert (screen.epoch or 0) > epoch
        assert f"card:{card}" not in screen.shared
        screen.check(await one.steady())


async def test_p12_a_page_that_has_seen_more_than_the_log_holds_begins_one_epoch(
    one: Process, storage: ForgetfulLog
) -> None:
    guest = await one.guest()
    ahead, too = await one.screen(guest), await one.screen(guest)
    await one.must(guest, CARD)
    await one.shown()
    await one.close()
    storage.forget(CODE, 1)
    again = await Process.open(storage)
    epoch = again.live.dialogue.epoch
    for screen in (ahead, too):
        again.screens.screens[screen.connection] = screen
        await again.hello(screen)
        assert screen.received[-2]["from"] is None
        assert (screen.epoch or 0) > epoch
    await again.shown()
    for screen in (ahead, too):
        screen.check(await again.steady())
    assert len({entry.position.epoch for entry in await storage.read(CODE)}) == 2
    await again.close()


async def test_p12_a_page_from_the_future_that_comes_during_an_append_is_noticed_too(
    one: Process, storage: ForgetfulLog
) -> None:
    guest = await one.guest()
    epoch = one.live.dialogue.epoch
    one.log.hold()
    answer = one.send(guest, CARD)
    await one.log.held()
    screen = one.screens.screen(guest)
    held = screen.held["shared"]
    held.epoch, held.version = epoch, one.live.dialogue.version + 50
    screen.say_hello(one.live)
    one.log.release()
    await answer
    await until(lambda: screen.greeted)
    assert (screen.epoch or 0) > epoch


async def test_p12_a_page_that_lies_about_the_future_is_believed_once(
    one: Process, storage: ForgetfulLog
) -> None:
    liar = one.screens.screen(new_phone())
    for _ in range(5):
        held = liar.held["shared"]
        held.epoch, held.version = one.live.dialogue.epoch, 10**9
        await one.hello(liar)
        assert liar.greeted
    assert len({entry.position.epoch for entry in await storage.read(CODE)}) == 2


async def test_p12_a_page_ahead_of_a_process_that_only_lags_begins_no_epoch(
    one: Process, other: Process, storage: ForgetfulLog
) -> None:
    for _ in range(5):
        await one.must(new_phone(), JOIN)
    screen = other.screens.screen(new_phone())
    held = screen.held["shared"]
    held.epoch, held.version = one.live.dialogue.epoch, one.live.dialogue.version
    await other.hello(screen)
    assert screen.epoch == one.live.dialogue.epoch
    assert len({entry.position.epoch for entry in await storage.read(CODE)}) == 1


async def test_p12_a_suspected_log_begins_a_new_epoch_even_if_the_storage_is_away_first(
    one: Process,
) -> None:
    screen = await one.screen(new_phone())
    epoch = screen.epoch or 0
    one.log.away = True
    one.live.suspect("its file was mended")
    await one.steady()
    assert screen.epoch == epoch
    one.log.away = False
    one.live.doubt()
    await one.steady()
    assert (screen.epoch or 0) > epoch


async def test_p12_a_dialogue_whose_log_contradicts_itself_serves_nothing(
    one: Process, other: Process, storage: ForgetfulLog
) -> None:
    await one.must(new_phone(), JOIN)
    storage.garble(CODE, one.live.dialogue.version)
    answer = await other.do(new_phone(), JOIN)
    assert (answer.ok, answer.error, answer.reason) == (False, "internal", "log_corrupted")
    screen = other.screens.screen(new_phone())
    await other.hello(screen)
    assert isinstance(screen.refused, Corrupted)
    assert screen.received == []
    with pytest.raises(Corrupted):
        await other.steady()
    assert (await other.do(new_phone(), JOIN)).error == "internal"


async def test_a_dialogue_that_was_removed_is_forgotten(
    one: Process, storage: ForgetfulLog
) -> None:
    await storage.remove(CODE)
    assert (await one.do(new_phone(), JOIN)).error == "forgotten"
    screen = one.screens.screen(new_phone())
    await one.hello(screen)
    assert isinstance(screen.refused, Forgotten)


# Coming and going


async def test_closing_finishes_what_was_begun(one: Process, storage: ForgetfulLog) -> None:
    one.log.hold()
    answers = [one.send(new_phone(), JOIN)]
    await one.log.held()
    answers += [one.send(new_phone(), JOIN) for _ in range(3)]
    closing = asyncio.create_task(one.live.close())
    await asyncio.sleep(0)
    one.log.release()
    await closing
    assert all(answer.result().ok for answer in answers)
    assert len((await stored(storage)).people) == 4


async def test_whoever_comes_too_late_is_told_and_nobody_waits_for_ever(one: Process) -> None:
    await one.live.close()
    answer = await one.do(new_phone(), JOIN)
    assert (answer.error, answer.reason) == ("unavailable", "going_down")
    screen = one.screens.screen(new_phone())
    await one.hello(screen)
    assert isinstance(screen.refused, Unavailable)
    with pytest.raises(Unavailable):
        await one.steady()


async def test_whoever_comes_while_it_closes_is_not_left_waiting(one: Process) -> None:
    one.log.hold()
    answer = one.send(new_phone(), JOIN)
    await one.log.held()
    closing = asyncio.create_task(one.live.close())
    await asyncio.sleep(0)
    screen = one.screens.screen(new_phone())
    screen.say_hello(one.live)
    reading = asyncio.create_task(one.steady())
    await asyncio.sleep(0)
    one.log.release()
    await closing
    assert (await answer).ok
    assert screen.greeted or screen.refused
    await asyncio.gather(reading, return_exceptions=True)


async def test_what_a_reader_raises_is_its_own_affair(one: Process) -> None:
    def stumble(dialogue: Dialogue) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await one.live.read(stumble)
    assert (await one.do(new_phone(), JOIN)).ok


async def test_a_reader_never_sees_what_is_not_on_disk_yet(one: Process) -> None:
    one.log.hold()
    answer = one.send(new_phone(), JOIN)
    await one.log.held()
    assert len(one.live.dialogue.people) == 1  # the copy is ahead
    one.log.faults.append(Fault.AWAY)
    reading = asyncio.create_task(one.live.read(lambda dialogue: len(dialogue.people)))
    await asyncio.sleep(0)
    one.log.release()
    assert (await answer).error == "unavailable"
    assert await reading == 0


async def test_frames_to_phones_are_fewer_the_fuller_the_hall_is(
    storage: ForgetfulLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.audiences.STAFF_PAUSE_S", 3600.0)
    one = await Process.begin(storage)
    guest = await one.guest()
    board, phone = await one.screen(ORGANISER), await one.screen(guest)
    for screen in (board, phone):
        screen.received.clear()
    await one.must(guest, CARD)  # shown at once, for nothing was shown before
    await one.must(guest, CARD)
    await one.must(guest, CARD)
    for screen in (board, phone):
        shared = [frame for frame in screen.received if frame["of"] == "shared"]
        assert len(shared) == 1
    assert len(one.live.dialogue.cards) == 3
    again = await one.screen(guest)  # a hello does not have to wait
    assert len([key for key in again.shared if key.startswith("card:")]) == 3
    await one.close()
