"""People: joining without a name, reading a language, sitting down and moving."""

import pytest
from paper_evening import CODE, Evening

from rooms.cards import EditCard, PostCard, WithdrawCard
from rooms.messages import Audience, person_of
from rooms.people import ChooseLanguage, Join, TakeTable
from rooms.setting import OfferLanguages
from rooms.views import audience_of
from rooms.voting import AnswerStatement, PlaceDots


@pytest.fixture
def evening() -> Evening:
    return Evening()


def people(evening: Evening) -> tuple[int, int]:
    shown = evening.view(evening.moderator)["people"]
    return shown.joined, shown.without_table


def seats(evening: Evening, table: int) -> int:
    joined: int = evening.view(evening.moderator)[f"seats:{table}"].joined
    return joined


def test_whoever_joins_is_counted_and_reads_the_language_they_chose(evening: Evening) -> None:
    guest = evening.person(language="ar")
    me = evening.mine(guest)["me"]
    assert (me.joined, me.language, me.table) == (True, "ar", None)
    assert people(evening) == (1, 1)


def test_a_phone_that_has_not_joined_knows_it(evening: Evening) -> None:
    me = evening.mine(evening.stranger())["me"]
    assert (me.joined, me.language, me.table) == (False, None, None)


def test_joining_again_counts_nobody_twice_and_keeps_the_table(evening: Evening) -> None:
    guest = evening.person(evening.table())
    evening.do(guest, Join(language="ar"))
    me = evening.mine(guest)["me"]
    assert (me.language, me.table) == ("ar", 1)
    assert people(evening) == (1, 0)


def test_a_language_that_is_not_offered_is_refused(evening: Evening) -> None:
    evening.refuses(evening.stranger(), Join(language="en"), "language_not_offered")
    guest = evening.person()
    evening.refuses(guest, Join(language="en"), "language_not_offered")
    evening.refuses(guest, ChooseLanguage(language="en"), "language_not_offered")


def test_another_language_can_be_chosen_at_any_time(evening: Evening) -> None:
    guest = evening.person(language="de")
    evening.do(guest, ChooseLanguage(language="ar"))
    assert evening.mine(guest)["me"].language == "ar"


def test_whoever_reads_a_language_that_is_offered_no_more_keeps_their_place(
    evening: Evening,
) -> None:
    guest = evening.person(language="ar")
    evening.do(evening.moderator, OfferLanguages(languages=("de",)))
    evening.open_round()
    evening.do(guest, TakeTable(table=evening.table()))
    evening.card(guest, "يبقى مكاني")
    assert evening.mine(guest)["me"].table == 1


def test_sitting_down_is_counted_at_the_table(evening: Evening) -> None:
    table = evening.table()
    evening.person(table)
    evening.person(table)
    assert seats(evening, table) == 2
    assert people(evening) == (2, 0)


def test_moving_leaves_one_seat_and_takes_another(evening: Evening) -> None:
    first, second = evening.table(), evening.table()
    guest = evening.person(first)
    evening.do(guest, TakeTable(table=second))
    assert (seats(evening, first), seats(evening, second)) == (0, 1)
    assert audience_of(evening.dialogue, guest) == Audience("table", table=second)
    assert evening.mine(guest)["me"].table == second


def test_sitting_down_where_one_sits_changes_nothing(evening: Evening) -> None:
    table = evening.table()
    guest = evening.person(table)
    seated_at = evening.dialogue.people[guest.person].seated_at
    evening.do(guest, TakeTable(table=table))
    assert seats(evening, table) == 1
    assert evening.dialogue.people[guest.person].seated_at == seated_at


def test_a_table_that_is_not_there_cannot_be_taken(evening: Evening) -> None:
    evening.refuses(evening.person(), TakeTable(table=1), "unknown_table")


@pytest.mark.parametrize(
    "command",
    [
        ChooseLanguage(language="de"),
        TakeTable(table=1),
        PostCard(text="Bänke", kind="idea"),
        EditCard(card="n1", text="Bänke", kind="idea"),
        WithdrawCard(card="n1"),
        PlaceDots(ballot="n1", option="1", dots=1),
        AnswerStatement(ballot="n1", option="1", answer="agree"),
    ],
)
def test_before_joining_only_joining_is_allowed(evening: Evening, command: object) -> None:
    evening.refuses(evening.stranger(), command, "not_joined")


def test_staff_do_not_join(evening: Evening) -> None:
    table = evening.table()
    for by in (evening.moderator, evening.staff("host", table), evening.staff("board")):
        evening.refuses(by, Join(language="de"), "not_allowed")
        evening.refuses(by, TakeTable(table=table), "not_allowed")


def test_ten_thousand_people_may_join_and_no_more(evening: Evening) -> None:
    for _ in range(10_000):
        evening.do(evening.stranger(), Join(language="de"))
    evening.refuses(evening.stranger(), Join(language="de"), "dialogue_full")
    assert people(evening) == (10_000, 10_000)


def test_one_phone_is_another_pseudonym_in_every_dialogue() -> None:
    token = "0123456789abcdef" * 2
    assert person_of(CODE, token) != person_of("JKMNPQRS", token)
    assert token not in person_of(CODE, token)
