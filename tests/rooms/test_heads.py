"""Head counts: whether more people voted than sit there, shown to those who lead the evening."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_evening import Evening, statements

from rooms.ballots import CloseBallot
from rooms.errors import Refused
from rooms.heads import CountHeads, ShowOvershoot
from rooms.messages import Participant
from rooms.people import TakeTable
from rooms.tables import RemoveTable
from rooms.voting import PlaceDots

OPTIONS = statements("Bäume", "Bänke", "Brunnen")


@pytest.fixture
def evening() -> Evening:
    """With two tables."""
    evening = Evening()
    evening.table()
    evening.table()
    return evening


def vote(evening: Evening, ballot: str, person: Participant, dots: int = 1) -> None:
    evening.do(person, PlaceDots(ballot=ballot, option="1", dots=dots))


def voters(evening: Evening, ballot: str, table: int | None, many: int) -> list[Participant]:
    people = [evening.person(table=table) for _ in range(many)]
    for person in people:
        vote(evening, ballot, person)
    return people


def count(evening: Evening, table: int, people: int | None) -> None:
    evening.do(evening.moderator, CountHeads(table=table, people=people))


def attendance(evening: Evening, ballot: str, by: object = None) -> list[tuple[int, int, int]]:
    shown = evening.view(by or evening.moderator)[f"turnout:{ballot}"].attendance
    return [(one.table, one.voters, one.people) for one in shown]


def test_voters_stand_beside_heads_while_people_vote(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=OPTIONS)
    voters(evening, ballot, 1, many=2)
    assert attendance(evening, ballot) == []
    count(evening, 1, 3)
    assert attendance(evening, ballot) == [(1, 2, 3)]
    voters(evening, ballot, 1, many=2)
    voters(evening, ballot, None, many=1)
    assert attendance(evening, ballot) == [(1, 4, 3)]


def test_the_hall_has_as_many_people_as_its_tables_unless_somebody_counted(
    evening: Evening,
) -> None:
    ballot = evening.open_ballot(statements=OPTIONS)
    voters(evening, ballot, 1, many=2)
    voters(evening, ballot, None, many=1)
    count(evening, 1, 2)
    count(evening, 2, 0)
    assert attendance(evening, ballot) == [(0, 3, 2), (1, 2, 2), (2, 0, 0)]
    count(evening, 0, 5)
    assert attendance(evening, ballot)[0] == (0, 3, 5)
    count(evening, 0, None)
    count(evening, 2, None)
    assert attendance(evening, ballot) == [(1, 2, 2)]


def test_a_vote_counts_at_the_table_where_it_was_given(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=OPTIONS)
    count(evening, 1, 1)
    count(evening, 2, 1)
    [guest] = voters(evening, ballot, 1, many=1)
    evening.do(guest, TakeTable(table=2))
    assert attendance(evening, ballot)[1:] == [(1, 1, 1), (2, 0, 1)]
    evening.do(guest, PlaceDots(ballot=ballot, option="2", dots=1))
    assert attendance(evening, ballot)[1:] == [(1, 0, 1), (2, 1, 1)]
    for option in "12":
        evening.do(guest, PlaceDots(ballot=ballot, option=option, dots=0))
    assert attendance(evening, ballot) == [(0, 0, 2), (1, 0, 1), (2, 0, 1)]


def test_closing_keeps_the_comparison_as_it_was(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=OPTIONS)
    voters(evening, ballot, 1, many=3)
    count(evening, 1, 2)
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    count(evening, 1, 9)
    assert attendance(evening, ballot) == [(1, 3, 2)]


def test_only_moderators_read_it_until_one_has_it_shown(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=OPTIONS)
    voters(evening, ballot, 1, many=3)
    count(evening, 1, 2)
    count(evening, 2, 4)
    board, host = evening.staff("board"), evening.staff("host", table=1)
    show = ShowOvershoot(ballot=ballot, shown=True)
    evening.refuses(evening.moderator, show, "voting_not_closed")
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert attendance(evening, ballot, board) == attendance(evening, ballot, host) == []
    evening.do(evening.moderator, show)
    assert attendance(evening, ballot, board) == [(1, 3, 2)]
    assert attendance(evening, ballot, host) == []
    evening.do(evening.moderator, ShowOvershoot(ballot=ballot, shown=False))
    assert attendance(evening, ballot, board) == []


def test_where_nobody_is_too_many_there_is_nothing_to_show(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=OPTIONS)
    voters(evening, ballot, 1, many=2)
    count(evening, 1, 2)
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    show = ShowOvershoot(ballot=ballot, shown=True)
    evening.refuses(evening.moderator, show, "no_overshoot")


def test_hosts_count_their_own_table(evening: Evening) -> None:
    host = evening.staff("host", table=1)
    evening.do(host, CountHeads(table=1, people=7))
    evening.refuses(host, CountHeads(table=2, people=7), "other_table")
    evening.refuses(host, CountHeads(table=0, people=7), "other_table")
    evening.refuses(evening.moderator, CountHeads(table=9, people=7), "unknown_table")
    assert evening.view(host)["heads:1"].people == 7
    assert "heads:1" not in evening.view(evening.staff("host", table=2))
    assert "heads:1" not in evening.view(evening.staff("board"))
    assert "heads:1" not in evening.view(evening.person(table=1))


def test_a_table_that_is_taken_away_takes_its_count_along(evening: Evening) -> None:
    count(evening, 2, 5)
    evening.do(evening.moderator, RemoveTable(table=2))
    assert "heads:2" not in evening.view(evening.moderator)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("vote"), st.integers(0, 9), st.integers(0, 1)),
        st.tuples(st.just("sit"), st.integers(0, 9), st.integers(1, 3)),
        st.tuples(st.just("count"), st.integers(0, 3), st.integers(0, 4)),
        st.tuples(st.just("forget"), st.integers(0, 3), st.none()),
    ),
    min_size=5,
    max_size=60,
)


class Paper:
    """The same evening as somebody would keep it with a pencil."""

    def __init__(self) -> None:
        self.sits: dict[int, int] = {}
        self.voted_at: dict[int, int] = {}
        self.heads: dict[int, int] = {}

    def overshoots(self) -> set[int]:
        voted = list(self.voted_at.values())
        over = {t for t, people in self.heads.items() if t and voted.count(t) > people}
        everywhere = {1, 2, 3} <= set(self.heads)
        hall = self.heads.get(0, sum(self.heads.values()) if everywhere else None)
        return over | ({0} if hall is not None and len(voted) > hall else set())


@given(steps=steps)
def test_every_overshoot_is_flagged_and_nothing_else(steps: list[tuple[str, int, int]]) -> None:
    evening, paper = Evening(), Paper()
    for _ in range(3):
        evening.table()
    guests = [evening.person() for _ in range(10)]
    ballot = evening.open_ballot(statements=OPTIONS)
    for what, who, number in steps:
        if what == "vote":
            vote(evening, ballot, guests[who], number)
            paper.voted_at.pop(who, None)
            if number:
                paper.voted_at[who] = paper.sits.get(who, 0)
        elif what == "sit":
            evening.do(guests[who], TakeTable(table=number))
            paper.sits[who] = number
        else:
            count(evening, who, number)
            paper.heads.pop(who, None)
            if number is not None:
                paper.heads[who] = number
        shown = evening.view(evening.moderator)[f"turnout:{ballot}"].attendance
        assert {one.table for one in shown if one.is_over} == paper.overshoots()
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    kept = evening.view(evening.moderator)[f"turnout:{ballot}"].attendance
    assert {one.table for one in kept if one.is_over} == paper.overshoots()
    show = ShowOvershoot(ballot=ballot, shown=True)
    try:
        evening.do(evening.moderator, show)
    except Refused:
        assert not paper.overshoots()
    board = evening.view(evening.staff("board"))[f"turnout:{ballot}"].attendance
    assert {one.table for one in board} == paper.overshoots()
