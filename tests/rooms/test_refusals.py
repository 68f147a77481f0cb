"""P3: whoever is told no can rely on it, though a copy of the command may still be on its way."""

import pytest
from desk import JOIN, Desk, another, desk_at, ids, told
from faulty_log import Fault, ForgetfulLog
from processes import CODE, clock, facts, new_call, new_phone

from rooms.ballot_plans import PlanBallot
from rooms.ballots import OpenBallot
from rooms.cards import PostCard
from rooms.erasing import EraseCard
from rooms.errors import Conflict
from rooms.messages import ORGANISER, Actor, Answer, CardId
from rooms.people import ChooseLanguage
from rooms.rewriting import rewrite
from rooms.voting import PlaceDots

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATE = "late:tab.1"


async def voting(storage: ForgetfulLog) -> tuple[Desk, Actor, str]:
    """Somebody who has spent the only dot."""
    desk = await desk_at(storage)
    guest = await desk.guest()
    plan = PlanBallot(title={"de": "x"}, method="dots", dots=1, statements=({"de": "a"},) * 2)
    ballot = await desk.must(ORGANISER, plan)
    await desk.must(ORGANISER, OpenBallot(ballot=ballot))
    await desk.must(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    return desk, guest, ballot


async def give(desk: Desk, by: Actor, ballot: str, again: bool) -> Answer:
    call = new_call(by, LATE)
    copy = type(call)(call.by, call.id, call.at, call.fresh, again)
    [answer] = await desk.settle([(copy, PlaceDots(ballot=ballot, option="2", dots=1))])
    return answer


async def frees_the_dot(desk: Desk, guest: Actor, ballot: str) -> None:
    await desk.must(guest, PlaceDots(ballot=ballot, option="1", dots=0))


async def test_p3_a_copy_that_comes_late_is_refused_as_the_repeat_was(
    storage: ForgetfulLog,
) -> None:
    desk, guest, ballot = await voting(storage)
    assert (await give(desk, guest, ballot, again=True)).reason == "no_dots_left"
    await frees_the_dot(desk, guest, ballot)
    elsewhere = await another(storage)
    late = await give(elsewhere, guest, ballot, again=False)
    assert (late.error, late.reason) == ("refused", "no_dots_left")
    assert facts(elsewhere.dialogue) == await told(storage)


async def test_a_no_to_what_was_sent_once_costs_no_entry(storage: ForgetfulLog) -> None:
    desk, guest, ballot = await voting(storage)
    assert (await give(desk, guest, ballot, again=False)).reason == "no_dots_left"
    assert LATE not in await ids(storage, desk)
    await frees_the_dot(desk, guest, ballot)
    assert (await give(desk, guest, ballot, again=True)).ok, "nobody else has sent it"


async def test_p3_a_no_is_kept_once_however_often_it_is_asked_for(storage: ForgetfulLog) -> None:
    desk, guest, ballot = await voting(storage)
    await give(desk, guest, ballot, again=True)
    version = desk.dialogue.version
    again = [await give(desk, guest, ballot, again=True) for _ in range(3)]
    assert {answer.reason for answer in again} == {"no_dots_left"}
    assert desk.dialogue.version == version


async def test_p3_another_body_under_the_id_of_a_kept_no_is_a_conflict(
    storage: ForgetfulLog,
) -> None:
    desk, guest, ballot = await voting(storage)
    await give(desk, guest, ballot, again=True)
    answer = await desk.do(guest, ChooseLanguage(language="ar"), id=LATE)
    assert answer.error == Conflict.error


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER])
async def test_p3_a_no_that_was_to_be_kept_is_kept_whatever_becomes_of_the_append(
    storage: ForgetfulLog, fault: Fault
) -> None:
    desk, guest, ballot = await voting(storage)
    desk.log.faults.append(fault)
    assert (await give(desk, guest, ballot, again=True)).reason == "no_dots_left"
    assert LATE in await ids(storage, desk)


async def test_while_history_returns_no_refusal_is_given_or_kept(
    storage: ForgetfulLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.refusals.RETURNING_MS", 10**9)
    desk, guest, ballot = await voting(storage)
    await desk.must(new_phone(), JOIN)
    storage.forget(CODE, 1)
    answer = await give(desk, guest, ballot, again=True)
    assert (answer.error, answer.reason) == ("unavailable", "history_returns")
    assert LATE not in await ids(storage, desk)


async def test_after_an_erasing_no_is_said_at_once_for_nothing_was_lost(
    storage: ForgetfulLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.refusals.RETURNING_MS", 10**9)
    desk, guest, ballot = await voting(storage)
    await desk.open_round()
    card = CardId(await desk.must(guest, PostCard(text="Mein Name", kind="idea")))
    await desk.must(ORGANISER, EraseCard(card=card, reason="Name"))
    epoch = desk.dialogue.epoch
    assert await rewrite(storage, CODE, clock)
    assert (await give(desk, guest, ballot, again=True)).reason == "no_dots_left"
    assert desk.dialogue.epoch > epoch, "the erasing began no epoch"
    assert LATE in await ids(storage, desk)


async def test_an_erasing_does_not_hide_that_something_was_lost_just_before(
    storage: ForgetfulLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.refusals.RETURNING_MS", 10**9)
    desk, guest, ballot = await voting(storage)
    await desk.open_round()
    card = CardId(await desk.must(guest, PostCard(text="Mein Name", kind="idea")))
    await desk.must(new_phone(), JOIN)
    storage.forget(CODE, 1)
    await desk.must(ORGANISER, EraseCard(card=card, reason="Name"))
    assert await rewrite(storage, CODE, clock)
    answer = await give(desk, guest, ballot, again=True)
    assert (answer.error, answer.reason) == ("unavailable", "history_returns")
