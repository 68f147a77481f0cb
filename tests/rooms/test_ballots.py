"""Ballots: planned, opened on what is there at that moment, closed once and for all."""

import pytest
from paper_evening import MINUTE, Evening, statements

from rooms.agenda import CloseRound, RemoveRound
from rooms.ballot_plans import ChangeBallot, PlanBallot, RemoveBallot
from rooms.ballots import BallotShown, CloseBallot, ExtendBallot, OpenBallot
from rooms.cards import WithdrawCard
from rooms.hiding import HideCard
from rooms.messages import BallotId, Participant
from rooms.voting import PlaceDots

TWO = statements("Mehr Bäume", "Mehr Bänke")


@pytest.fixture
def evening() -> Evening:
    """With table 1."""
    evening = Evening()
    evening.table()
    return evening


@pytest.fixture
def guest(evening: Evening) -> Participant:
    return evening.person(table=1)


def shown(evening: Evening, ballot: BallotId) -> BallotShown:
    found: BallotShown = evening.view(evening.stranger())[f"ballot:{ballot}"]
    return found


def texts(evening: Evening, ballot: BallotId) -> list[str]:
    view = evening.view(evening.moderator)
    options = [view[f"option:{ballot}:{option}"] for option in evening.options(ballot)]
    return [next(iter(option.text.values())) for option in options]


def change(ballot: BallotId, **plan: object) -> ChangeBallot:
    return ChangeBallot(ballot=ballot, title={"de": "Anders"}, method="dots", **plan)


def test_everybody_can_read_a_planned_ballot(evening: Evening) -> None:
    ballot = evening.ballot(dots=5, most_per_option=2, statements=TWO, minutes=7)
    planned = shown(evening, ballot)
    assert (planned.title, planned.state, planned.deadline) == (
        {"de": "Gewichten"},
        "planned",
        None,
    )
    assert (planned.dots, planned.most_per_option, planned.minutes) == (5, 2, 7)
    assert not planned.own_table
    assert evening.view(evening.moderator)[f"turnout:{ballot}"].voters == 0
    assert not any(key.startswith("option:") for key in evening.view(evening.stranger()))


def test_opening_offers_the_statements_and_starts_the_time(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=TWO, minutes=7)
    assert texts(evening, ballot) == ["Mehr Bäume", "Mehr Bänke"]
    opened = shown(evening, ballot)
    assert (opened.state, opened.deadline) == ("open", evening.now + 7 * MINUTE)


def test_without_a_choice_every_card_can_be_voted_on(evening: Evening, guest: Participant) -> None:
    evening.open_round()
    evening.card(guest, "Bänke")
    evening.open_round()
    evening.card(guest, "Bäume", "worry")
    assert texts(evening, evening.open_ballot()) == ["Bänke", "Bäume"]


def test_statements_alone_leave_the_cards_out(evening: Evening, guest: Participant) -> None:
    evening.open_round()
    evening.card(guest, "Bänke")
    assert texts(evening, evening.open_ballot(statements=TWO)) == ["Mehr Bäume", "Mehr Bänke"]


def test_statements_come_before_the_chosen_cards(evening: Evening, guest: Participant) -> None:
    evening.open_round()
    evening.card(guest, "Bänke")
    ballot = evening.open_ballot(statements=statements("Nichts davon"), kinds=("idea",))
    assert texts(evening, ballot) == ["Nichts davon", "Bänke"]


def test_only_cards_of_the_chosen_rounds_and_kinds_are_offered(
    evening: Evening, guest: Participant
) -> None:
    first = evening.open_round()
    evening.card(guest, "Bänke")
    evening.card(guest, "zu laut", "worry")
    evening.open_round()
    evening.card(guest, "Bäume")
    assert texts(evening, evening.open_ballot(rounds=(first,))) == ["Bänke", "zu laut"]
    assert texts(evening, evening.open_ballot(kinds=("idea",))) == ["Bänke", "Bäume"]
    both = evening.open_ballot(rounds=(first,), kinds=("worry",))
    assert texts(evening, both) == ["zu laut"]


def test_hidden_and_withdrawn_cards_are_not_offered(evening: Evening, guest: Participant) -> None:
    evening.open_round()
    hidden, withdrawn = evening.card(guest, "Unsinn"), evening.card(guest, "doch nicht")
    evening.card(guest, "Bänke")
    evening.do(evening.moderator, HideCard(card=hidden, reason="stört"))
    evening.do(guest, WithdrawCard(card=withdrawn))
    assert texts(evening, evening.open_ballot()) == ["Bänke"]


def test_what_is_posted_after_opening_is_not_offered(evening: Evening, guest: Participant) -> None:
    evening.open_round()
    evening.card(guest, "Bänke")
    ballot = evening.open_ballot()
    evening.card(guest, "zu spät")
    assert texts(evening, ballot) == ["Bänke"]


def test_an_option_says_nothing_of_the_language_on_its_authors_phone(evening: Evening) -> None:
    evening.open_round()
    evening.card(evening.person(table=1, language="ar"), "مقاعد أكثر")
    evening.card(evening.staff("host", table=1), "gesagt")
    ballot = evening.open_ballot()
    view = evening.view(evening.moderator)
    assert view[f"option:{ballot}:1"].text == {"de": "مقاعد أكثر"}
    assert view[f"option:{ballot}:2"].text == {"de": "gesagt"}


def test_where_people_vote_at_their_table_they_see_only_its_cards(evening: Evening) -> None:
    evening.table()
    evening.open_round()
    for table in (1, 2):
        evening.card(evening.person(table=table), f"von Tisch {table}")
    ballot = evening.open_ballot(own_table=True, kinds=("idea",), statements=statements("Für alle"))

    def seen_by(by: object) -> list[str]:
        start = f"option:{ballot}:"
        view = evening.view(by)
        return [text for key in view if key.startswith(start) for text in view[key].text.values()]

    assert seen_by(evening.person(table=1)) == ["Für alle", "von Tisch 1"]
    assert seen_by(evening.staff("host", table=2)) == ["Für alle", "von Tisch 2"]
    assert seen_by(evening.stranger()) == ["Für alle"]
    everything = ["Für alle", "von Tisch 1", "von Tisch 2"]
    assert seen_by(evening.moderator) == seen_by(evening.staff("board")) == everything


def test_closing_shows_moderators_the_seal_of_the_log(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=TWO)
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    seal, version = evening.log[-1].seal.hex(), evening.dialogue.version
    evening.do(evening.moderator, CloseBallot(ballot=evening.open_ballot(statements=TWO)))
    told = evening.view(evening.moderator)[f"ballot:{ballot}"]
    assert (told.seal, told.sealed_version) == (seal, version)
    assert shown(evening, ballot).seal is None


def test_a_vote_on_nothing_cannot_be_opened(evening: Evening) -> None:
    evening.refuses(evening.moderator, OpenBallot(ballot=evening.ballot()), "no_options")


def test_a_round_that_was_struck_leaves_its_ballot_without_options(evening: Evening) -> None:
    round_ = evening.round()
    ballot = evening.ballot(rounds=(round_,))
    evening.do(evening.moderator, RemoveRound(round=round_))
    evening.refuses(evening.moderator, OpenBallot(ballot=ballot), "no_options")


def test_a_ballot_on_a_round_that_is_not_there_is_refused(evening: Evening) -> None:
    plan = PlanBallot(title={"de": "x"}, method="dots", rounds=("nowhere",))
    evening.refuses(evening.moderator, plan, "unknown_round")
    planned = evening.ballot()
    evening.refuses(evening.moderator, change(planned, rounds=("nowhere",)), "unknown_round")


def test_more_dots_on_an_option_than_there_are_dots_is_refused(evening: Evening) -> None:
    plan = PlanBallot(title={"de": "x"}, method="dots", dots=3, most_per_option=4)
    evening.refuses(evening.moderator, plan, "more_per_option_than_dots")
    planned = evening.ballot()
    too_many = change(planned, dots=3, most_per_option=4)
    evening.refuses(evening.moderator, too_many, "more_per_option_than_dots")


def test_a_ballot_needs_a_title(evening: Evening) -> None:
    evening.refuses(evening.moderator, PlanBallot(title={}, method="dots"), "empty_text")


def test_a_statement_needs_words_in_the_main_language(evening: Evening) -> None:
    plan = PlanBallot(title={"de": "x"}, method="agreement", statements=({"ar": "نعم"},))
    evening.refuses(evening.moderator, plan, "empty_text")


def test_a_thousand_statements_can_be_typed_and_no_more(evening: Evening) -> None:
    thousand = statements(*(f"Aussage {number}" for number in range(1000)))
    evening.ballot("agreement", statements=thousand)
    more = PlanBallot(title={"de": "x"}, method="agreement", statements=(*thousand, {"de": "x"}))
    evening.refuses(evening.moderator, more, "too_many_options")


def test_a_vote_has_at_most_two_thousand_options(evening: Evening) -> None:
    evening.open_round(("idea", "worry"))
    host = evening.staff("host", table=1)
    for _ in range(2000):
        evening.card(host)
    evening.open_ballot()
    evening.card(host)
    evening.refuses(evening.moderator, OpenBallot(ballot=evening.ballot()), "too_many_options")


def test_there_are_at_most_a_hundred_ballots(evening: Evening) -> None:
    for _ in range(100):
        evening.ballot()
    plan = PlanBallot(title={"de": "Noch einer"}, method="dots")
    evening.refuses(evening.moderator, plan, "too_many_ballots")


def test_a_planned_ballot_can_be_changed_and_removed(evening: Evening) -> None:
    ballot = evening.ballot()
    evening.do(evening.moderator, change(ballot, dots=9, statements=TWO))
    changed = shown(evening, ballot)
    assert (changed.title, changed.dots) == ({"de": "Anders"}, 9)
    evening.do(evening.moderator, RemoveBallot(ballot=ballot))
    assert f"ballot:{ballot}" not in evening.view(evening.moderator)
    assert f"turnout:{ballot}" not in evening.view(evening.moderator)


def test_once_opened_a_ballot_stays_what_it_is(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=TWO)
    for _ in range(2):
        for command in (change(ballot), RemoveBallot(ballot=ballot), OpenBallot(ballot=ballot)):
            evening.refuses(evening.moderator, command, "voting_already_opened")
        if shown(evening, ballot).state == "open":
            evening.do(evening.moderator, CloseBallot(ballot=ballot))


def test_extending_moves_the_deadline(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=TWO)
    before = shown(evening, ballot).deadline or 0
    evening.do(evening.moderator, ExtendBallot(ballot=ballot, minutes=3))
    assert shown(evening, ballot).deadline == before + 3 * MINUTE


def test_extending_after_the_deadline_counts_from_now(evening: Evening) -> None:
    ballot = evening.open_ballot(statements=TWO)
    evening.wait(minutes=60)
    evening.do(evening.moderator, ExtendBallot(ballot=ballot, minutes=3))
    assert shown(evening, ballot).deadline == evening.now + 3 * MINUTE


def test_only_an_open_vote_can_be_extended_or_closed(evening: Evening) -> None:
    planned, closed = evening.ballot(), evening.open_ballot(statements=TWO)
    evening.do(evening.moderator, CloseBallot(ballot=closed))
    for ballot, reason in ((planned, "voting_not_open"), (closed, "voting_closed")):
        evening.refuses(evening.moderator, ExtendBallot(ballot=ballot, minutes=3), reason)
        evening.refuses(evening.moderator, CloseBallot(ballot=ballot), reason)


def test_an_unknown_ballot_is_refused_everywhere(evening: Evening) -> None:
    commands = [
        change(BallotId("nowhere")),
        RemoveBallot(ballot="nowhere"),
        OpenBallot(ballot="nowhere"),
        ExtendBallot(ballot="nowhere", minutes=3),
        CloseBallot(ballot="nowhere"),
    ]
    for command in commands:
        evening.refuses(evening.moderator, command, "unknown_ballot")


def test_p5_nobody_sees_a_tally_before_the_vote_is_closed(
    evening: Evening, guest: Participant
) -> None:
    ballot = evening.open_ballot(statements=TWO)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    everybody = (guest, evening.moderator, evening.staff("board"), evening.staff("host", table=1))
    for by in everybody:
        assert evening.view(by)[f"option:{ballot}:1"].tally is None
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    for by in everybody:
        assert evening.view(by)[f"option:{ballot}:1"].tally == {"dots": 1, "voters": 1}


def test_closing_a_round_leaves_its_vote_open(evening: Evening, guest: Participant) -> None:
    round_ = evening.open_round()
    evening.card(guest)
    ballot = evening.open_ballot(rounds=(round_,))
    evening.do(evening.moderator, CloseRound(round=round_))
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))


def test_two_votes_can_be_open_at_once(evening: Evening, guest: Participant) -> None:
    first, second = (evening.open_ballot(dots=1, statements=TWO) for _ in range(2))
    for ballot in (first, second):
        evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    assert {f"vote:{first}:1", f"vote:{second}:1"} <= evening.mine(guest).keys()


def test_only_moderators_run_votes(evening: Evening, guest: Participant) -> None:
    ballot = evening.ballot(statements=TWO)
    commands = [
        PlanBallot(title={"de": "x"}, method="dots"),
        change(ballot),
        RemoveBallot(ballot=ballot),
        OpenBallot(ballot=ballot),
        ExtendBallot(ballot=ballot, minutes=1),
        CloseBallot(ballot=ballot),
    ]
    for by in (guest, evening.staff("host", table=1), evening.staff("board")):
        for command in commands:
            evening.refuses(by, command, "not_allowed")
