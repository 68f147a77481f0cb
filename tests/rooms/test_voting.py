"""Casting votes: dots within a budget, and agree, disagree or pass; nobody else's business."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_evening import Evening, statements

from rooms.ballots import CloseBallot
from rooms.errors import Refused
from rooms.hiding import HideCard
from rooms.messages import Participant
from rooms.people import TakeTable
from rooms.voting import AnswerStatement, PlaceDots

THREE = statements("Bäume", "Bänke", "Brunnen")


@pytest.fixture
def evening() -> Evening:
    return Evening()


@pytest.fixture
def guest(evening: Evening) -> Participant:
    return evening.person(table=evening.table())


def test_dots_can_be_spread(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(dots=3, most_per_option=2, statements=THREE)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=2))
    evening.do(guest, PlaceDots(ballot=ballot, option="2", dots=1))
    mine = evening.mine(guest)
    assert (mine[f"vote:{ballot}:1"].dots, mine[f"vote:{ballot}:2"].dots) == (2, 1)
    assert f"vote:{ballot}:3" not in mine


def test_p1_a_fourth_dot_is_refused(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(dots=3, most_per_option=1, statements=statements(*"abcd"))
    for option in "123":
        evening.do(guest, PlaceDots(ballot=ballot, option=option, dots=1))
    evening.refuses(guest, PlaceDots(ballot=ballot, option="4", dots=1), "no_dots_left")


def test_p1_raising_an_option_counts_what_lies_there_already(
    evening: Evening, guest: Participant
) -> None:
    ballot = evening.open_ballot(dots=3, most_per_option=3, statements=THREE)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    evening.do(guest, PlaceDots(ballot=ballot, option="2", dots=1))
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=2))
    evening.refuses(guest, PlaceDots(ballot=ballot, option="1", dots=3), "no_dots_left")


def test_more_dots_on_one_option_than_allowed_are_refused(
    evening: Evening, guest: Participant
) -> None:
    ballot = evening.open_ballot(dots=3, most_per_option=2, statements=THREE)
    evening.refuses(guest, PlaceDots(ballot=ballot, option="1", dots=3), "too_many_on_option")


def test_sending_the_same_dots_twice_changes_nothing(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(dots=1, statements=THREE)
    for _ in range(2):
        evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert evening.tally(ballot, "1") == {"dots": 1, "voters": 1}


def test_a_dot_taken_back_can_be_placed_elsewhere(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(dots=1, statements=THREE)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=0))
    assert f"vote:{ballot}:1" not in evening.mine(guest)
    evening.do(guest, PlaceDots(ballot=ballot, option="2", dots=1))
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert [evening.tally(ballot, option) for option in "123"] == [
        {"dots": 0, "voters": 0},
        {"dots": 1, "voters": 1},
        {"dots": 0, "voters": 0},
    ]


def test_dots_of_everybody_are_added(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(dots=3, most_per_option=3, statements=THREE)
    for dots, person in enumerate((guest, evening.person(), evening.person()), 1):
        evening.do(person, PlaceDots(ballot=ballot, option="2", dots=dots))
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert evening.tally(ballot, "2") == {"dots": 6, "voters": 3}


def test_the_last_answer_on_a_statement_counts(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot("agreement", statements=THREE)
    for answer in ("agree", "pass", "disagree"):
        evening.do(guest, AnswerStatement(ballot=ballot, option="1", answer=answer))
        assert evening.mine(guest)[f"vote:{ballot}:1"].answer == answer
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert evening.tally(ballot, "1") == {"agree": 0, "disagree": 1, "pass": 0}


def test_answers_of_everybody_are_counted(evening: Evening) -> None:
    ballot = evening.open_ballot("agreement", statements=THREE)
    for answer in ("agree", "agree", "disagree", "pass"):
        evening.do(evening.person(), AnswerStatement(ballot=ballot, option="1", answer=answer))
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert evening.tally(ballot, "1") == {"agree": 2, "disagree": 1, "pass": 1}
    assert evening.tally(ballot, "2") == {"agree": 0, "disagree": 0, "pass": 0}


def test_each_ballot_takes_only_its_own_sort_of_vote(evening: Evening, guest: Participant) -> None:
    dots = evening.open_ballot("dots", statements=THREE)
    agreement = evening.open_ballot("agreement", statements=THREE)
    answer = AnswerStatement(ballot=dots, option="1", answer="agree")
    evening.refuses(guest, answer, "wrong_method")
    evening.refuses(guest, PlaceDots(ballot=agreement, option="1", dots=1), "wrong_method")


@pytest.mark.parametrize("method", ["dots", "agreement"])
def test_votes_count_only_while_voting_is_open(
    evening: Evening, guest: Participant, method: str
) -> None:
    def vote(ballot: str, option: str = "1") -> PlaceDots | AnswerStatement:
        if method == "dots":
            return PlaceDots(ballot=ballot, option=option, dots=1)
        return AnswerStatement(ballot=ballot, option=option, answer="agree")

    planned = evening.ballot(method, statements=THREE)
    opened = evening.open_ballot(method, statements=THREE)
    evening.refuses(guest, vote("nowhere"), "unknown_ballot")
    evening.refuses(guest, vote(planned), "voting_not_open")
    evening.refuses(guest, vote(opened, "9"), "unknown_option")
    evening.do(guest, vote(opened))
    evening.do(evening.moderator, CloseBallot(ballot=opened))
    evening.refuses(guest, vote(opened), "voting_closed")


def test_voting_stays_open_past_the_deadline_until_the_moderator_closes(
    evening: Evening, guest: Participant
) -> None:
    ballot = evening.open_ballot(statements=THREE, minutes=5)
    evening.wait(minutes=60)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))


def test_at_the_own_table_only_its_cards_can_be_voted_on(evening: Evening) -> None:
    evening.table()
    evening.table()
    evening.open_round()
    first, second = evening.person(table=1), evening.person(table=2)
    evening.card(first, "von Tisch 1")
    evening.card(second, "von Tisch 2")
    ballot = evening.open_ballot(own_table=True)
    evening.do(first, PlaceDots(ballot=ballot, option="1", dots=1))
    evening.refuses(first, PlaceDots(ballot=ballot, option="2", dots=1), "other_table")
    evening.refuses(evening.person(), PlaceDots(ballot=ballot, option="1", dots=1), "other_table")
    evening.do(first, TakeTable(table=2))
    evening.do(first, PlaceDots(ballot=ballot, option="2", dots=1))


def two_tables(method: str = "dots", **plan: object) -> tuple[Evening, Participant, str]:
    """Somebody at table 1; a vote at the own table on one card of table 1 and one of table 2."""
    evening = Evening()
    evening.table()
    evening.table()
    evening.open_round()
    guest = evening.person(table=1)
    evening.card(guest, "von Tisch 1")
    evening.card(evening.person(table=2), "von Tisch 2")
    return evening, guest, evening.open_ballot(method, own_table=True, **plan)


def test_what_was_given_at_a_former_table_can_be_taken_back_but_not_raised() -> None:
    evening, guest, ballot = two_tables(dots=2, most_per_option=2)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    assert evening.mine(guest)[f"vote:{ballot}:1"].text is None
    evening.do(guest, TakeTable(table=2))
    given = evening.mine(guest)[f"vote:{ballot}:1"]
    assert (given.dots, given.table, given.text) == (1, 1, {"de": "von Tisch 1"})
    raised = PlaceDots(ballot=ballot, option="1", dots=2)
    evening.refuses(guest, raised, "other_table")
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=0))
    evening.do(guest, PlaceDots(ballot=ballot, option="2", dots=2))
    again = PlaceDots(ballot=ballot, option="1", dots=1)
    evening.refuses(guest, again, "other_table")


def test_an_answer_given_at_a_former_table_can_be_turned_into_a_pass() -> None:
    evening, guest, ballot = two_tables("agreement")
    evening.do(guest, AnswerStatement(ballot=ballot, option="1", answer="agree"))
    evening.do(guest, TakeTable(table=2))
    for option, answer in (("1", "disagree"), ("1", "agree")):
        order = AnswerStatement(ballot=ballot, option=option, answer=answer)
        evening.refuses(guest, order, "other_table")
    evening.do(guest, AnswerStatement(ballot=ballot, option="1", answer="pass"))
    evening.do(guest, TakeTable(table=1))
    unasked = AnswerStatement(ballot=ballot, option="2", answer="pass")
    evening.refuses(guest, unasked, "other_table")


def test_a_card_hidden_at_a_former_table_is_read_by_nobody() -> None:
    evening, guest, ballot = two_tables()
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    evening.do(guest, TakeTable(table=2))
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    [card] = [card.id for card in evening.dialogue.cards.values() if card.table == 1]
    evening.do(evening.moderator, HideCard(card=card, reason="stört"))
    assert evening.mine(guest)[f"vote:{ballot}:1"].text == {}


def test_p1_moving_to_another_table_brings_no_new_dots(evening: Evening) -> None:
    evening.table()
    evening.table()
    evening.open_round()
    guest = evening.person(table=1)
    evening.card(guest, "von Tisch 1")
    evening.card(evening.person(table=2), "von Tisch 2")
    ballot = evening.open_ballot(own_table=True, dots=1)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    evening.do(guest, TakeTable(table=2))
    evening.refuses(guest, PlaceDots(ballot=ballot, option="2", dots=1), "no_dots_left")


def test_staff_read_how_many_have_voted_but_not_what(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(dots=2, statements=THREE)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    evening.do(guest, PlaceDots(ballot=ballot, option="2", dots=1))
    evening.do(evening.person(), PlaceDots(ballot=ballot, option="2", dots=1))
    for by in (evening.moderator, evening.staff("board"), evening.staff("host", table=1)):
        assert evening.view(by)[f"turnout:{ballot}"].voters == 2
    assert f"turnout:{ballot}" not in evening.view(guest)


def test_whoever_takes_every_dot_back_has_not_voted(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(statements=THREE)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=0))
    assert evening.view(evening.moderator)[f"turnout:{ballot}"].voters == 0


def test_passing_is_an_answer_too(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot("agreement", statements=THREE)
    evening.do(guest, AnswerStatement(ballot=ballot, option="1", answer="pass"))
    assert evening.view(evening.moderator)[f"turnout:{ballot}"].voters == 1


def test_staff_do_not_vote(evening: Evening) -> None:
    table = evening.table()
    ballot = evening.open_ballot(statements=THREE)
    vote = PlaceDots(ballot=ballot, option="1", dots=1)
    answer = AnswerStatement(ballot=ballot, option="1", answer="agree")
    for by in (evening.moderator, evening.staff("board"), evening.staff("host", table)):
        evening.refuses(by, vote, "not_allowed")
        evening.refuses(by, answer, "not_allowed")


@given(
    placed=st.lists(st.tuples(st.sampled_from("123"), st.integers(0, 4)), max_size=30),
    dots=st.integers(1, 5),
    most=st.integers(1, 5),
)
def test_p1_whatever_is_sent_the_budget_holds_and_what_was_accepted_counts(
    placed: list[tuple[str, int]], dots: int, most: int
) -> None:
    evening = Evening()
    guest = evening.person()
    ballot = evening.open_ballot(dots=dots, most_per_option=min(most, dots), statements=THREE)
    lying: dict[str, int] = dict.fromkeys("123", 0)
    for option, number in placed:
        fits = number <= min(most, dots) and sum(lying.values()) - lying[option] + number <= dots
        try:
            evening.do(guest, PlaceDots(ballot=ballot, option=option, dots=number))
        except Refused:
            assert not fits
        else:
            assert fits
            lying[option] = number
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    tallies = {option: evening.tally(ballot, option) for option in "123"}
    assert tallies == {
        option: {"dots": number, "voters": int(number > 0)} for option, number in lying.items()
    }
