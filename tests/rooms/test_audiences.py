"""Who is connected: what they are shown, when, and that nobody else gets it."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from faulty_log import Fault, ForgetfulLog
from paper_screens import Screen
from processes import CODE, Process, new_phone, until

from rooms.abilities import SHARED, STAFF_ONLY
from rooms.ballot_plans import PlanBallot
from rooms.ballots import OpenBallot
from rooms.cards import EditCard, PostCard, WithdrawCard
from rooms.links import RevokeLink
from rooms.messages import ORGANISER, Audience, BallotId, LinkId, OptionId, Staff
from rooms.people import ChooseLanguage, Join, TakeTable
from rooms.tables import AddTable
from rooms.views import PRESENCE, STORAGE, PresenceShown
from rooms.voting import PlaceDots

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

JOIN = Join(language="de")
CARD = PostCard(text="Mehr Bänke", kind="idea")


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


async def test_a_page_that_greeted_twice_and_left_is_gone(one: Process) -> None:
    board = await one.screen(ORGANISER)
    await one.hello(board)
    one.live.leave(board.connection)
    assert not one.live.audiences.has_staff


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
    assert PRESENCE not in (await one.screen(new_phone())).shared
    assert one.live.audiences.has_staff
    assert one.live.audiences.here >= {
        phone.by.id,
        f"staff:{board.connection}",
        f"staff:{later.connection}",
    }


async def test_staff_are_told_why_nothing_can_be_saved_until_it_can_and_phones_are_not(
    one: Process,
) -> None:
    board, phone = await one.screen(await one.staff("board")), await one.screen(await one.guest())
    one.live.audiences.show_storage("disk_full")
    later = await one.screen(await one.staff("host", 1))
    for screen in (board, later):
        assert screen.shared[STORAGE] == {"reason": "disk_full"}
    one.live.audiences.show_storage("storage_away")
    assert board.shared[STORAGE] == {"reason": "storage_away"}
    one.live.audiences.show_storage(None)
    assert not {STORAGE} & {*board.shared, *later.shared, *phone.shared}
    assert STORAGE not in (await one.screen(await one.staff("board"))).shared


async def test_who_was_away_when_a_trouble_came_or_ended_holds_what_is_so_now(
    one: Process,
) -> None:
    """Its page offers a version that is the same with and without the trouble."""
    host = await one.screen(await one.staff("host", 1))
    for trouble, shown in (
        (None, None),
        ("disk_full", {"reason": "disk_full"}),
        ("storage_away", {"reason": "storage_away"}),
        (None, None),
    ):
        one.live.leave(host.connection)
        one.live.audiences.show_storage(trouble)
        host.say_hello(one.live)
        await until(lambda: host.greeted)
        assert host.received[-1]["from"] is not None, "it was told no more than it had missed"
        assert host.shared.get(STORAGE) == shown


async def test_who_comes_from_a_process_in_trouble_is_told_that_this_one_has_none(
    one: Process, other: Process
) -> None:
    host = await one.screen(await one.staff("host", 1))
    one.live.audiences.show_storage("disk_full")
    await other.follow()
    one.live.leave(host.connection)
    host.say_hello(other.live)
    await until(lambda: host.greeted)
    assert STORAGE not in host.shared


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


async def test_nothing_is_published_for_a_table_where_nobody_looks_any_more(one: Process) -> None:
    await one.must(ORGANISER, AddTable(topic=next(iter(one.live.dialogue.topics))))
    guest, elsewhere = await one.guest(1), await one.guest(1)
    await one.screen(guest)
    await one.must(guest, TakeTable(table=2))
    seen = len(one.screens.published)
    await one.must(elsewhere, CARD)
    await one.shown()
    assert Audience("table", table=1) not in [to for to, _ in one.screens.published[seen:]]


async def test_choosing_a_language_sends_nobody_the_whole_table_again(one: Process) -> None:
    guest = await one.guest(1)
    screen = await one.screen(guest)
    screen.received.clear()
    await one.must(guest, ChooseLanguage(language="ar"))
    await one.shown()
    assert [frame["of"] for frame in screen.received] == ["mine"]
    assert screen.mine["me"]["language"] == "ar"


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


async def test_p7_what_is_kept_from_the_tables_would_show_them_nothing_anyway(one: Process) -> None:
    guest = await one.guest()
    plan = PlanBallot(title={"de": "x"}, method="dots", statements=({"de": "a"},))
    ballot = BallotId(await one.must(ORGANISER, plan))
    await one.must(ORGANISER, OpenBallot(ballot=ballot))
    await one.must(guest, PlaceDots(ballot=ballot, option=OptionId("1"), dots=1))
    dialogue = one.live.dialogue
    for shelf in STAFF_ONLY:
        _, show = SHARED[shelf]
        keys = list(getattr(dialogue, shelf))
        assert keys, "nothing to show would prove nothing"
        for audience in (Audience("lobby"), Audience("table", table=1)):
            assert [show(dialogue, audience, key) for key in keys] == [None] * len(keys)
        assert all(show(dialogue, Audience("moderator"), key) for key in keys)


# How often


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, prompt: None) -> None:
    """After one frame the next one is an hour away."""
    monkeypatch.setattr("rooms.shared_views.STAFF_PAUSE_S", 3600.0)


def cards(screen: Screen) -> int:
    return len([key for key in screen.shared if key.startswith("card:")])


@pytest.mark.usefixtures("slow")
async def test_what_changes_soon_after_a_frame_waits_for_the_next_one(one: Process) -> None:
    guest = await one.guest()
    board, phone = await one.screen(ORGANISER), await one.screen(guest)
    for _ in range(3):
        await one.must(guest, CARD)
    assert (cards(board), cards(phone)) == (1, 1)
    assert len(one.live.dialogue.cards) == 3


@pytest.mark.usefixtures("slow")
async def test_a_hello_does_not_wait_and_takes_its_table_along(one: Process) -> None:
    guest = await one.guest()
    waits = await one.screen(guest)
    for _ in range(3):
        await one.must(guest, CARD)
    comes = await one.screen(guest)
    for screen in (waits, comes):
        assert cards(screen) == 3
        screen.check(await one.steady())


@pytest.mark.usefixtures("slow")
async def test_whoever_moves_to_a_table_brings_it_up_to_date(one: Process) -> None:
    await one.must(ORGANISER, AddTable(topic=next(iter(one.live.dialogue.topics))))
    there, moves = await one.guest(2), await one.guest(1)
    waits, comes = await one.screen(there), await one.screen(moves)
    for _ in range(3):
        await one.must(there, CARD)
    assert cards(waits) == 1
    await one.must(moves, TakeTable(table=2))
    assert (cards(waits), cards(comes)) == (3, 3)
    assert waits.misfits == []


async def test_what_had_to_wait_is_shown_by_itself(
    one: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.shared_views.STAFF_PAUSE_S", 0.05)
    guest = await one.guest()
    board, phone = await one.screen(ORGANISER), await one.screen(guest)
    for _ in range(3):
        await one.must(guest, CARD)
    await until(lambda: cards(board) == cards(phone) == 3)
    await until(lambda: len([key for key in phone.mine if key.startswith("mycard:")]) == 3)
    for screen in (board, phone):
        screen.check(await one.steady())
