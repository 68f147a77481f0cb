"""Erasing a card for the law: the organiser's alone, with a reason, from everybody's sight."""

import pytest
from paper_evening import Evening

from rooms.ballots import CloseBallot
from rooms.cards import EditCard, WithdrawCard
from rooms.erasing import EraseCard
from rooms.hiding import HideCard, UnhideCard
from rooms.messages import ORGANISER, CardId, Participant
from rooms.voting import PlaceDots

WORDS = "Frau Muster, Telefon 0155"


@pytest.fixture
def evening() -> Evening:
    evening = Evening()
    evening.table()
    evening.open_round()
    return evening


@pytest.fixture
def guest(evening: Evening) -> Participant:
    return evening.person(table=1)


@pytest.fixture
def card(evening: Evening, guest: Participant) -> CardId:
    return evening.card(guest, WORDS)


def erase(evening: Evening, card: CardId) -> None:
    evening.do(ORGANISER, EraseCard(card=card, reason="Name und Telefon"))


def test_an_erased_card_is_seen_by_nobody(
    evening: Evening, guest: Participant, card: CardId
) -> None:
    erase(evening, card)
    everybody = (guest, ORGANISER, evening.staff("board"), evening.staff("host", 1))
    for who in everybody:
        assert f"card:{card}" not in evening.view(who)
        assert WORDS not in str(evening.view(who))
    assert f"mycard:{card}" not in evening.mine(guest)


def test_every_device_learns_which_of_its_own_words_to_drop(
    evening: Evening, guest: Participant, card: CardId
) -> None:
    order = evening.dialogue.cards[card].order
    erase(evening, card)
    for who in (guest, evening.stranger(), evening.staff("host", 1)):
        shown = evening.view(who)[f"erased:{card}"]
        assert (shown.id, shown.order) == (card, order)


def test_that_a_card_was_erased_stays_in_the_log_with_the_reason(
    evening: Evening, card: CardId
) -> None:
    erase(evening, card)
    (line,) = evening.dialogue.moderation.values()
    assert (line.action, line.card, line.reason, line.role) == (
        *("erased", card, "Name und Telefon", "organiser"),
    )


def test_dots_on_an_erased_card_return_to_those_who_gave_them(
    evening: Evening, guest: Participant, card: CardId
) -> None:
    other = evening.card(guest, "Mehr Bänke")
    ballot = evening.open_ballot(dots=1)
    first, second = evening.options(ballot)
    evening.do(guest, PlaceDots(ballot=ballot, option=first, dots=1))
    erase(evening, card)
    evening.do(guest, PlaceDots(ballot=ballot, option=second, dots=1))
    evening.do(ORGANISER, CloseBallot(ballot=ballot))
    assert evening.tally(ballot, second) == {"dots": 1, "voters": 1}
    assert evening.view(ORGANISER)[f"option:{ballot}:{first}"].text == {}
    assert other in evening.dialogue.cards


def test_a_tally_that_was_announced_stays_when_the_words_go(
    evening: Evening, guest: Participant, card: CardId
) -> None:
    ballot = evening.open_ballot(dots=1)
    (option,) = evening.options(ballot)
    evening.do(guest, PlaceDots(ballot=ballot, option=option, dots=1))
    evening.do(ORGANISER, CloseBallot(ballot=ballot))
    erase(evening, card)
    assert evening.tally(ballot, option) == {"dots": 1, "voters": 1}
    assert evening.view(guest)[f"option:{ballot}:{option}"].text == {}


def test_a_hidden_card_can_be_erased_and_never_comes_back(
    evening: Evening, guest: Participant, card: CardId
) -> None:
    evening.do(ORGANISER, HideCard(card=card, reason="nennt Namen"))
    erase(evening, card)
    evening.refuses(ORGANISER, UnhideCard(card=card), "unknown_card")
    evening.refuses(guest, EditCard(card=card, text=WORDS, kind="idea"), "unknown_card")
    evening.refuses(guest, WithdrawCard(card=card), "unknown_card")


def test_only_the_organiser_erases(evening: Evening, guest: Participant, card: CardId) -> None:
    order = EraseCard(card=card, reason="Name")
    evening.refuses(evening.staff("moderator"), order, "organiser_only")
    for who in (guest, evening.staff("host", 1), evening.staff("board")):
        evening.refuses(who, order, "not_allowed")


def test_erasing_needs_a_card_and_a_reason(evening: Evening, card: CardId) -> None:
    evening.refuses(ORGANISER, EraseCard(card=CardId("none"), reason="Name"), "unknown_card")
    evening.refuses(ORGANISER, EraseCard(card=card, reason="  "), "needs_reason")
    erase(evening, card)
    evening.refuses(ORGANISER, EraseCard(card=card, reason="Name"), "already_erased")
