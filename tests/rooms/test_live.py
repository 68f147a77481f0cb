"""A live dialogue: answers only what is on disk, in order, and never leaves anybody waiting."""

import asyncio
from typing import Any

import pytest
from faulty_log import Fault, ForgetfulLog
from processes import Process, new_call, new_phone, same, soon, stored, until

from rooms.agenda import CloseRound
from rooms.cards import PostCard
from rooms.dialogue import Dialogue
from rooms.errors import Unavailable
from rooms.messages import ORGANISER
from rooms.people import Join
from rooms.waiting import MOST_PER_APPEND, MOST_WAITING

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

JOIN = Join(language="de")
CARD = PostCard(text="Mehr Bänke", kind="idea")


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


def stumble(*_: object) -> None:
    raise ZeroDivisionError


async def test_an_answer_that_cannot_be_given_leaves_nobody_else_of_its_batch_waiting(
    one: Process,
) -> None:
    one.log.hold()
    first = one.send(new_phone(), JOIN)
    await one.log.held()
    before = one.send(new_phone(), JOIN)
    one.live.submit(new_call(new_phone()), JOIN, stumble)
    behind = one.send(new_phone(), JOIN)
    one.log.release()
    answers = await soon(asyncio.gather(first, before, behind))
    assert [answer.ok for answer in answers] == [True] * 3
    assert one.log.appends == [1, 3], "they were one batch"
    assert (await one.do(new_phone(), JOIN)).ok


async def test_answers_that_cannot_be_given_keep_no_dialogue_from_closing(one: Process) -> None:
    one.log.hold()
    first = one.send(new_phone(), JOIN)
    await one.log.held()
    one.live.submit(new_call(new_phone()), JOIN, stumble)
    behind = one.send(new_phone(), JOIN)
    one.log.away = True
    one.log.release()
    answers = await soon(asyncio.gather(first, behind))
    assert {answer.error for answer in answers} == {"unavailable"}
    await soon(one.live.close())


async def test_a_guest_that_cannot_be_welcomed_is_cut_and_keeps_nobody_else_out(
    one: Process,
) -> None:
    one.log.hold()
    joining = one.send(new_phone(), JOIN)
    await one.log.held()
    broken, behind = (one.screens.screen(new_phone()) for _ in range(2))
    one.live.hello(broken.connection, broken.by, None, None, stumble)
    behind.say_hello(one.live)
    one.log.release()
    assert (await joining).ok
    await until(lambda: behind.greeted)
    assert broken.cut == "internal"


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


async def test_who_doubts_the_copy_while_others_write_waits_for_the_next_look(one: Process) -> None:
    one.log.hold()
    answer = one.send(new_phone(), JOIN)
    await one.log.held()
    reading = asyncio.create_task(one.live.read_fresh(lambda dialogue: len(dialogue.people)))
    await asyncio.sleep(0)
    one.log.release()
    assert (await answer).ok
    assert await reading == 1


async def test_who_doubts_the_copy_is_told_when_the_log_cannot_be_read(one: Process) -> None:
    one.log.away = True
    with pytest.raises(Unavailable):
        await one.live.read_fresh(lambda dialogue: len(dialogue.people))
    one.log.away = False
    assert await one.live.read_fresh(lambda dialogue: len(dialogue.people)) == 0


async def test_commands_that_follow_each_other_closely_share_an_append(
    one: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    guests = [await one.guest() for _ in range(3)]
    monkeypatch.setattr("rooms.waiting.GATHER_S", 0.2)
    monkeypatch.setattr("rooms.rest.Rest.until", lambda _, due: None)
    await one.must(guests[0], CARD)
    one.log.appends.clear()
    answers = []
    for guest in reversed(guests):
        answers.append(one.send(guest, CARD))
        await asyncio.sleep(0.01)
    assert all(answer.ok for answer in await asyncio.gather(*answers))
    assert one.log.appends == [3]


async def test_somebody_alone_waits_for_nobody(
    one: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = await one.guest()
    monkeypatch.setattr("rooms.waiting.GATHER_S", 3_600.0)
    for _ in range(3):
        assert (await soon(one.send(guest, CARD))).ok
