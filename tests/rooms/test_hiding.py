"""Hiding a card: with a reason, logged, reversible; its dots go back to those who gave them."""

import pytest
from paper_evening import Evening

from rooms.agenda import CloseRound, OpenRound
from rooms.ballots import CloseBallot
from rooms.cards import EditCard, WithdrawCard
from rooms.hiding import HideCard, UnhideCard
from rooms.messages import BallotId, CardId, Participant
from rooms.voting import AnswerStatement, PlaceDots


@pytest.fixture
def evening() -> Evening:
    """With tables 1 and 2 and an open round."""
    evening = Evening()
    evening.table()
    evening.table()
    evening.open_round()
    return evening


@pytest.fixture
def guest(evening: Evening) -> Participant:
    return evening.person(table=1)


@pytest.fixture
def card(evening: Evening, guest: Participant) -> CardId:
    return evening.card(guest, "Unsinn")


def hide(evening: Evening, card: CardId) -> None:
    evening.do(evening.moderator, HideCard(card=card, reason="beleidigend"))


def unhide(evening: Evening, card: CardId) -> None:
    evening.do(evening.moderator, UnhideCard(card=card))


def test_a_hidden_card_is_seen_by_its_host_its_author_and_moderators_only(
    evening: Evening, guest: Participant, card: CardId
) -> None:
    hide(evening, card)
    for by in (guest, evening.person(table=1), evening.staff("board")):
        assert f"card:{card}" not in evening.view(by)
    assert f"card:{card}" not in evening.view(evening.staff("host", table=2))
    for by in (evening.staff("host", table=1), evening.moderator):
        assert evening.view(by)[f"card:{card}"].hidden.reason == "beleidigend"
    assert evening.mine(guest)[f"mycard:{card}"].hidden.reason == "beleidigend"


def test_a_card_can_be_shown_again(evening: Evening, guest: Participant, card: CardId) -> None:
    hide(evening, card)
    unhide(evening, card)
    assert evening.view(evening.staff("board"))[f"card:{card}"].hidden is None
    assert evening.mine(guest)[f"mycard:{card}"].hidden is None


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_hiding_needs_a_reason(evening: Evening, card: CardId, reason: str) -> None:
    evening.refuses(evening.moderator, HideCard(card=card, reason=reason), "needs_reason")


def test_a_reason_has_at_most_200_letters(evening: Evening, card: CardId) -> None:
    longer = HideCard(card=card, reason="ä" * 201)
    evening.refuses(evening.moderator, longer, "too_long")


def test_a_hidden_card_cannot_be_hidden_again_nor_a_shown_one_shown(
    evening: Evening, card: CardId
) -> None:
    evening.refuses(evening.moderator, UnhideCard(card=card), "not_hidden")
    hide(evening, card)
    again = HideCard(card=card, reason="nochmal")
    evening.refuses(evening.moderator, again, "already_hidden")


def test_a_host_hides_at_the_own_table_only(evening: Evening, card: CardId) -> None:
    own, other = evening.staff("host", table=1), evening.staff("host", table=2)
    evening.refuses(other, HideCard(card=card, reason="stört"), "other_table")
    evening.do(own, HideCard(card=card, reason="stört"))
    evening.refuses(other, UnhideCard(card=card), "other_table")
    evening.do(own, UnhideCard(card=card))


def test_a_card_that_is_not_there_cannot_be_hidden(evening: Evening) -> None:
    nowhere = HideCard(card="nowhere", reason="stört")
    evening.refuses(evening.moderator, nowhere, "unknown_card")
    evening.refuses(evening.moderator, UnhideCard(card="nowhere"), "unknown_card")


def test_participants_and_the_board_hide_nothing(
    evening: Evening, guest: Participant, card: CardId
) -> None:
    for by in (guest, evening.staff("board")):
        evening.refuses(by, HideCard(card=card, reason="stört"), "not_allowed")
        evening.refuses(by, UnhideCard(card=card), "not_allowed")


def test_moderators_read_who_hid_what_and_why(evening: Evening, card: CardId) -> None:
    host = evening.staff("host", table=1)
    evening.do(host, HideCard(card=card, reason="stört"))
    hidden_at = evening.now
    unhide(evening, card)
    view = evening.view(evening.moderator)
    log = [entry for key, entry in sorted(view.items()) if key.startswith("moderation:")]
    told = [(one.at, one.card, one.action, one.reason, one.role, one.table) for one in log]
    assert told == [
        (hidden_at, card, "hidden", "stört", "host", 1),
        (evening.now, card, "unhidden", "", "moderator", None),
    ]
    for by in (host, evening.staff("board"), evening.person(table=1)):
        assert not any(key.startswith("moderation:") for key in evening.view(by))


# While a vote is open


@pytest.fixture
def ballot(evening: Evening, card: CardId) -> BallotId:
    """On two cards, three dots each."""
    evening.card(evening.person(table=2), "Bänke")
    return evening.open_ballot(dots=3, most_per_option=3)


def test_a_hidden_option_takes_no_more_dots(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    hide(evening, card)
    assert evening.view(guest)[f"option:{ballot}:1"].gone
    evening.refuses(guest, PlaceDots(ballot=ballot, option="1", dots=1), "option_gone")


def test_p1_the_dots_of_a_hidden_card_can_be_spent_again_but_only_once(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=3))
    hide(evening, card)
    assert f"vote:{ballot}:1" not in evening.mine(guest)
    evening.do(guest, PlaceDots(ballot=ballot, option="2", dots=3))
    unhide(evening, card)
    assert f"vote:{ballot}:1" not in evening.mine(guest)
    evening.refuses(guest, PlaceDots(ballot=ballot, option="1", dots=1), "no_dots_left")
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert evening.tally(ballot, "1") == {"dots": 0, "voters": 0}
    assert evening.tally(ballot, "2") == {"dots": 3, "voters": 1}


def test_a_card_shown_again_can_be_voted_on_again(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    hide(evening, card)
    unhide(evening, card)
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=2))
    assert evening.mine(guest)[f"vote:{ballot}:1"].dots == 2
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert evening.tally(ballot, "1") == {"dots": 2, "voters": 1}


def test_whoever_marked_only_hidden_cards_counts_as_not_having_voted(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=1))
    other = evening.person(table=1)
    evening.do(other, PlaceDots(ballot=ballot, option="1", dots=1))
    evening.do(other, PlaceDots(ballot=ballot, option="2", dots=1))
    hide(evening, card)
    assert evening.view(evening.moderator)[f"turnout:{ballot}"].voters == 1


def test_answers_on_a_hidden_statement_come_back_with_it(
    evening: Evening, guest: Participant, card: CardId
) -> None:
    ballot = evening.open_ballot("agreement")
    evening.do(guest, AnswerStatement(ballot=ballot, option="1", answer="agree"))
    hide(evening, card)
    assert f"vote:{ballot}:1" not in evening.mine(guest)
    assert evening.view(evening.moderator)[f"turnout:{ballot}"].voters == 0
    unhide(evening, card)
    assert evening.mine(guest)[f"vote:{ballot}:1"].answer == "agree"
    assert evening.view(evening.moderator)[f"turnout:{ballot}"].voters == 1


def test_what_is_hidden_when_the_vote_closes_counts_nothing(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=2))
    hide(evening, card)
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert evening.tally(ballot, "1") == {"dots": 0, "voters": 0}


def test_p7_the_words_of_a_hidden_card_are_covered_on_every_ballot(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    hide(evening, card)
    for by in (guest, evening.staff("host", table=1), evening.staff("board")):
        option = evening.view(by)[f"option:{ballot}:1"]
        assert (option.text, option.gone) == ({}, True)
    assert evening.view(evening.moderator)[f"option:{ballot}:1"].text == {"de": "Unsinn"}


def test_hiding_after_the_vote_covers_the_words_and_keeps_the_result(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=2))
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    hide(evening, card)
    option = evening.view(guest)[f"option:{ballot}:1"]
    assert (option.text, option.tally) == ({}, {"dots": 2, "voters": 1})
    unhide(evening, card)
    assert evening.view(guest)[f"option:{ballot}:1"].text == {"de": "Unsinn"}


def test_p7_withdrawing_a_hidden_card_does_not_uncover_its_words(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    hide(evening, card)
    evening.do(guest, WithdrawCard(card=card))
    for by in (guest, evening.staff("board"), evening.moderator):
        option = evening.view(by)[f"option:{ballot}:1"]
        assert (option.text, option.gone) == ({}, True)


def test_a_card_withdrawn_during_the_vote_gives_its_dots_back(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    voter = evening.person(table=2)
    evening.do(voter, PlaceDots(ballot=ballot, option="1", dots=3))
    evening.do(guest, WithdrawCard(card=card))
    assert f"vote:{ballot}:1" not in evening.mine(voter)
    assert evening.view(evening.moderator)[f"turnout:{ballot}"].voters == 0
    evening.refuses(voter, PlaceDots(ballot=ballot, option="1", dots=1), "option_gone")
    evening.do(voter, PlaceDots(ballot=ballot, option="2", dots=3))
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert evening.tally(ballot, "1") == {"dots": 0, "voters": 0}
    assert evening.tally(ballot, "2") == {"dots": 3, "voters": 1}


def test_a_card_withdrawn_after_the_vote_takes_its_words_and_leaves_the_result(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    evening.do(guest, PlaceDots(ballot=ballot, option="1", dots=2))
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    evening.do(guest, WithdrawCard(card=card))
    option = evening.view(guest)[f"option:{ballot}:1"]
    assert (option.text, option.tally) == ({}, {"dots": 2, "voters": 1})


def test_an_edited_card_does_not_change_what_is_voted_on(
    evening: Evening, guest: Participant, card: CardId, ballot: BallotId
) -> None:
    evening.do(guest, EditCard(card=card, text="Etwas ganz anderes", kind="idea"))
    assert evening.view(guest)[f"option:{ballot}:1"].text == {"de": "Unsinn"}


def test_a_hidden_card_can_still_be_corrected_by_its_author(
    evening: Evening, guest: Participant, card: CardId
) -> None:
    hide(evening, card)
    evening.do(guest, EditCard(card=card, text="höflicher", kind="idea"))
    assert f"card:{card}" not in evening.view(guest)
    unhide(evening, card)
    assert evening.view(guest)[f"card:{card}"].text == "höflicher"


def test_a_card_of_a_closed_round_can_still_be_hidden(evening: Evening, card: CardId) -> None:
    round_ = next(iter(evening.dialogue.rounds))
    evening.do(evening.moderator, CloseRound(round=round_))
    hide(evening, card)
    evening.do(evening.moderator, OpenRound(round=round_))
    assert evening.dialogue.cards[card].hidden == "beleidigend"
