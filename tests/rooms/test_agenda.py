"""Rounds: planned, open, closed; one open at a time, and the moderator alone decides."""

import pytest
from paper_evening import MINUTE, Evening

from rooms.agenda import (
    ChangeRound,
    CloseRound,
    ExtendRound,
    OpenRound,
    PlanRound,
    RemoveRound,
    RoundShown,
)
from rooms.cards import PostCard
from rooms.messages import RoundId


@pytest.fixture
def evening() -> Evening:
    return Evening()


def shown(evening: Evening, round_: RoundId) -> RoundShown:
    view = evening.view(evening.stranger())
    found: RoundShown = view[f"round:{round_}"]
    return found


def change(round_: RoundId, kinds: tuple[str, ...] = ("question",)) -> ChangeRound:
    return ChangeRound(
        round=round_, title={"de": "Vertiefen"}, question={"de": "Wie?"}, kinds=kinds, minutes=25
    )


def test_a_planned_round_waits_for_the_moderator(evening: Evening) -> None:
    planned = shown(evening, evening.round(minutes=20))
    assert (planned.state, planned.minutes, planned.deadline) == ("planned", 20, None)


def test_opening_starts_the_time(evening: Evening) -> None:
    round_ = evening.round(minutes=20)
    evening.do(evening.moderator, OpenRound(round=round_))
    opened = shown(evening, round_)
    assert (opened.state, opened.deadline) == ("open", evening.now + 20 * MINUTE)


def test_at_the_deadline_posting_stays_possible_until_the_moderator_closes(
    evening: Evening,
) -> None:
    guest = evening.person(evening.table())
    round_ = evening.open_round()
    evening.wait(minutes=60)
    evening.card(guest)
    evening.do(evening.moderator, CloseRound(round=round_))
    evening.refuses(guest, PostCard(text="zu spät", kind="idea"), "no_open_round")


def test_opening_a_round_closes_the_one_that_was_open(evening: Evening) -> None:
    first = evening.open_round()
    second = evening.open_round()
    assert (shown(evening, first).state, shown(evening, first).deadline) == ("closed", None)
    assert shown(evening, second).state == "open"


def test_a_closed_round_can_be_opened_again(evening: Evening) -> None:
    round_ = evening.open_round()
    evening.do(evening.moderator, CloseRound(round=round_))
    evening.do(evening.moderator, OpenRound(round=round_))
    assert shown(evening, round_).state == "open"


def test_an_open_round_cannot_be_opened_once_more(evening: Evening) -> None:
    round_ = evening.open_round()
    evening.refuses(evening.moderator, OpenRound(round=round_), "round_already_open")


def test_extending_moves_the_deadline(evening: Evening) -> None:
    round_ = evening.open_round()
    before = shown(evening, round_).deadline or 0
    evening.do(evening.moderator, ExtendRound(round=round_, minutes=5))
    assert shown(evening, round_).deadline == before + 5 * MINUTE


def test_extending_after_the_deadline_counts_from_now(evening: Evening) -> None:
    round_ = evening.open_round()
    evening.wait(minutes=60)
    evening.do(evening.moderator, ExtendRound(round=round_, minutes=5))
    assert shown(evening, round_).deadline == evening.now + 5 * MINUTE


def test_only_an_open_round_can_be_extended_or_closed(evening: Evening) -> None:
    planned = evening.round()
    closed = evening.open_round()
    evening.do(evening.moderator, CloseRound(round=closed))
    for round_ in (planned, closed):
        extend = ExtendRound(round=round_, minutes=5)
        evening.refuses(evening.moderator, extend, "round_not_open")
        evening.refuses(evening.moderator, CloseRound(round=round_), "round_not_open")


def test_a_round_can_be_changed_even_while_it_is_open(evening: Evening) -> None:
    guest = evening.person(evening.table())
    round_ = evening.open_round(("idea",))
    deadline = shown(evening, round_).deadline
    evening.do(evening.moderator, change(round_, ("question",)))
    changed = shown(evening, round_)
    assert (changed.state, changed.deadline) == ("open", deadline)
    assert (changed.title, changed.kinds, changed.minutes) == (
        {"de": "Vertiefen"},
        ("question",),
        25,
    )
    evening.card(guest, "Warum?", "question")
    evening.refuses(guest, PostCard(text="Bänke", kind="idea"), "kind_not_allowed")


def test_the_same_kind_named_twice_is_one_kind(evening: Evening) -> None:
    assert shown(evening, evening.round(("idea", "worry", "idea"))).kinds == ("idea", "worry")


def test_a_round_without_a_kind_of_card_is_refused(evening: Evening) -> None:
    plan = PlanRound(title={"de": "Sammeln"}, question={}, kinds=(), minutes=10)
    evening.refuses(evening.moderator, plan, "no_kind")
    evening.refuses(evening.moderator, change(evening.round(), ()), "no_kind")


def test_a_round_without_a_title_is_refused(evening: Evening) -> None:
    plan = PlanRound(title={"ar": "بلا عنوان"}, question={}, kinds=("idea",), minutes=10)
    evening.refuses(evening.moderator, plan, "empty_text")


def test_only_a_round_that_was_never_opened_can_be_removed(evening: Evening) -> None:
    planned, opened = evening.round(), evening.open_round()
    evening.do(evening.moderator, RemoveRound(round=planned))
    assert f"round:{planned}" not in evening.view(evening.moderator)
    evening.refuses(evening.moderator, RemoveRound(round=opened), "round_not_planned")
    evening.do(evening.moderator, CloseRound(round=opened))
    evening.refuses(evening.moderator, RemoveRound(round=opened), "round_not_planned")


def test_an_unknown_round_is_refused_everywhere(evening: Evening) -> None:
    commands = [
        change(RoundId("nowhere")),
        RemoveRound(round="nowhere"),
        OpenRound(round="nowhere"),
        ExtendRound(round="nowhere", minutes=5),
        CloseRound(round="nowhere"),
    ]
    for command in commands:
        evening.refuses(evening.moderator, command, "unknown_round")


def test_there_are_at_most_a_hundred_rounds(evening: Evening) -> None:
    for _ in range(100):
        evening.round()
    plan = PlanRound(title={"de": "Noch eine"}, question={}, kinds=("idea",), minutes=10)
    evening.refuses(evening.moderator, plan, "too_many_rounds")


def test_only_moderators_run_the_rounds(evening: Evening) -> None:
    table = evening.table()
    planned, opened = evening.round(), evening.open_round()
    commands = [
        PlanRound(title={"de": "x"}, question={}, kinds=("idea",), minutes=1),
        change(planned),
        RemoveRound(round=planned),
        OpenRound(round=planned),
        ExtendRound(round=opened, minutes=1),
        CloseRound(round=opened),
    ]
    for by in (evening.person(table), evening.staff("host", table), evening.staff("board")):
        for command in commands:
            evening.refuses(by, command, "not_allowed")
