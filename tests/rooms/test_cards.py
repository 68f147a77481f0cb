"""Cards: posted while a round is open, changed by their author until then, signed by nobody."""

import pytest
from paper_evening import Evening

from rooms.agenda import CloseRound, OpenRound
from rooms.cards import EditCard, PostCard, WithdrawCard
from rooms.errors import TooSoon
from rooms.messages import Participant
from rooms.people import TakeTable
from rooms.tables import RemoveTable

POST = PostCard(text="Mehr Bänke im Park", kind="idea")


@pytest.fixture
def evening() -> Evening:
    """With tables 1 and 2."""
    evening = Evening()
    evening.table()
    evening.table()
    return evening


@pytest.fixture
def guest(evening: Evening) -> Participant:
    return evening.person(table=1)


def test_a_card_lies_on_the_table_where_its_author_sits(evening: Evening, guest: object) -> None:
    round_ = evening.open_round()
    card = evening.card(guest)
    shown = evening.view(evening.person(table=1))[f"card:{card}"]
    assert (shown.table, shown.round, shown.kind) == (1, round_, "idea")
    assert (shown.text, shown.via, shown.edited) == ("Mehr Bänke im Park", "phone", False)
    assert f"card:{card}" not in evening.view(evening.person(table=2))


def test_cards_stand_in_the_order_in_which_they_came(evening: Evening, guest: object) -> None:
    evening.open_round()
    cards = [evening.card(guest, text) for text in ("eins", "zwei", "drei")]
    view = evening.view(evening.staff("board"))
    assert sorted(cards, key=lambda card: view[f"card:{card}"].order) == cards


def test_the_author_recognises_the_own_card_by_its_command(evening: Evening, guest: object) -> None:
    evening.open_round()
    card = evening.card(guest)
    sent_as = evening.dialogue.cards[card].command
    assert evening.mine(guest)[f"mycard:{card}"].command == sent_as.removeprefix(f"{guest.id}:")


def test_without_a_table_nothing_can_be_posted(evening: Evening) -> None:
    evening.open_round()
    evening.refuses(evening.person(), POST, "no_table")


def test_outside_an_open_round_nothing_can_be_posted(evening: Evening, guest: object) -> None:
    evening.round()
    evening.refuses(guest, POST, "no_open_round")


def test_only_the_kinds_of_the_round_can_be_posted(evening: Evening, guest: object) -> None:
    evening.open_round(("idea", "worry"))
    evening.card(guest, kind="worry")
    evening.refuses(guest, PostCard(text="Warum?", kind="question"), "kind_not_allowed")


def test_an_empty_card_is_refused(evening: Evening, guest: object) -> None:
    evening.open_round()
    evening.refuses(guest, PostCard(text=" \n ", kind="idea"), "empty_text")


def test_a_card_of_501_letters_is_refused(evening: Evening, guest: object) -> None:
    evening.open_round()
    evening.card(guest, "ä" * 500)
    evening.refuses(guest, PostCard(text="ä" * 501, kind="idea"), "too_long")


def test_a_card_that_would_turn_its_neighbours_around_is_refused(
    evening: Evening, guest: object
) -> None:
    evening.open_round()
    turned = PostCard(text="abc \u202e def", kind="idea")
    evening.refuses(guest, turned, "forbidden_characters")


def test_words_and_kind_can_be_changed_while_the_round_is_open(
    evening: Evening, guest: object
) -> None:
    evening.open_round()
    card = evening.card(guest)
    evening.do(guest, EditCard(card=card, text="Mehr Bäume", kind="worry"))
    shown = evening.view(guest)[f"card:{card}"]
    assert (shown.text, shown.kind, shown.edited) == ("Mehr Bäume", "worry", True)
    assert evening.mine(guest)[f"mycard:{card}"].text == "Mehr Bäume"


def test_p9_the_first_text_of_a_card_is_kept(evening: Evening, guest: object) -> None:
    evening.open_round()
    card = evening.card(guest, "zuerst")
    for text in ("dann", "zuletzt"):
        evening.do(guest, EditCard(card=card, text=text, kind="idea"))
    assert evening.dialogue.cards[card].original == "zuerst"
    assert evening.dialogue.cards[card].text == "zuletzt"


def test_an_edited_card_must_still_be_a_card(evening: Evening, guest: object) -> None:
    evening.open_round(("idea",))
    card = evening.card(guest)
    evening.refuses(guest, EditCard(card=card, text="", kind="idea"), "empty_text")
    evening.refuses(guest, EditCard(card=card, text="ä" * 501, kind="idea"), "too_long")
    evening.refuses(guest, EditCard(card=card, text="x", kind="worry"), "kind_not_allowed")


def test_a_withdrawn_card_is_gone_for_everybody(evening: Evening, guest: object) -> None:
    evening.open_round()
    card = evening.card(guest)
    evening.do(guest, WithdrawCard(card=card))
    host, board = evening.staff("host", table=1), evening.staff("board")
    for by in (guest, host, board, evening.moderator):
        assert f"card:{card}" not in evening.view(by)
    assert f"mycard:{card}" not in evening.mine(guest)
    evening.refuses(guest, EditCard(card=card, text="x", kind="idea"), "unknown_card")


def test_withdrawing_one_card_leaves_the_others(evening: Evening, guest: object) -> None:
    evening.open_round()
    first, second = evening.card(guest, "eins"), evening.card(guest, "zwei")
    evening.do(guest, WithdrawCard(card=first))
    mine = [key for key in evening.mine(guest) if key.startswith("mycard:")]
    assert mine == [f"mycard:{second}"]


def test_after_the_round_has_closed_a_card_stays_as_it_is(evening: Evening, guest: object) -> None:
    round_ = evening.open_round()
    card = evening.card(guest)
    evening.do(evening.moderator, CloseRound(round=round_))
    edit = EditCard(card=card, text="zu spät", kind="idea")
    evening.refuses(guest, edit, "round_closed")
    evening.refuses(guest, WithdrawCard(card=card), "round_closed")
    evening.open_round()  # another round does not open the card again
    evening.refuses(guest, edit, "round_closed")
    evening.do(evening.moderator, OpenRound(round=round_))
    evening.do(guest, edit)


def test_nobody_changes_the_card_of_somebody_else(evening: Evening, guest: object) -> None:
    evening.open_round()
    card = evening.card(guest)
    for other in (evening.person(table=1), evening.staff("host", table=1)):
        edit = EditCard(card=card, text="meins", kind="idea")
        evening.refuses(other, edit, "not_your_card")
        evening.refuses(other, WithdrawCard(card=card), "not_your_card")


def test_a_card_that_is_not_there_cannot_be_changed(evening: Evening, guest: object) -> None:
    evening.open_round()
    evening.refuses(guest, EditCard(card="nowhere", text="x", kind="idea"), "unknown_card")
    evening.refuses(guest, WithdrawCard(card="nowhere"), "unknown_card")


def test_cards_stay_where_they_are_when_their_author_moves(evening: Evening, guest: object) -> None:
    evening.open_round()
    card = evening.card(guest)
    evening.do(guest, TakeTable(table=2))
    assert f"card:{card}" not in evening.view(guest)
    assert evening.mine(guest)[f"mycard:{card}"].table == 1
    evening.do(guest, EditCard(card=card, text="von Tisch 2 aus", kind="idea"))
    assert evening.view(evening.person(table=1))[f"card:{card}"].text == "von Tisch 2 aus"


def test_a_host_posts_for_the_own_table(evening: Evening) -> None:
    evening.open_round()
    host = evening.staff("host", table=2)
    card = evening.card(host, "gesagt, nicht getippt")
    shown = evening.view(evening.person(table=2))[f"card:{card}"]
    assert (shown.table, shown.via) == (2, "host")
    evening.do(host, EditCard(card=card, text="besser gesagt", kind="idea"))
    evening.do(host, WithdrawCard(card=card))


def test_the_host_of_a_table_that_was_taken_away_has_no_table(evening: Evening) -> None:
    evening.open_round()
    host = evening.staff("host", table=2)
    evening.do(evening.moderator, RemoveTable(table=2))
    evening.refuses(host, POST, "no_table")


def test_moderators_and_the_board_write_no_cards(evening: Evening, guest: object) -> None:
    evening.open_round()
    card = evening.card(guest)
    for by in (evening.moderator, evening.staff("board")):
        evening.refuses(by, POST, "not_allowed")
        evening.refuses(by, EditCard(card=card, text="x", kind="idea"), "not_allowed")
        evening.refuses(by, WithdrawCard(card=card), "not_allowed")


def test_one_person_has_at_most_five_hundred_cards(evening: Evening, guest: object) -> None:
    evening.open_round()
    first = evening.card(guest)
    for _ in range(499):
        evening.wait(1)
        evening.card(guest)
    evening.wait(1)
    evening.refuses(guest, POST, "too_many_cards")
    evening.card(evening.person(table=1))
    evening.do(guest, WithdrawCard(card=first))
    evening.card(guest)


def test_one_person_posts_sixty_cards_a_minute_and_no_more(evening: Evening, guest: object) -> None:
    evening.open_round()
    begun = evening.now
    evening.card(guest)
    evening.now += 1_000
    for _ in range(59):
        evening.card(guest)
    too_soon(evening, guest)
    evening.card(evening.person(table=1))
    evening.now = begun + 60_000
    evening.card(guest)
    too_soon(evening, guest)


def test_a_clock_that_is_put_back_silences_nobody(evening: Evening, guest: object) -> None:
    evening.open_round()
    for _ in range(60):
        evening.card(guest)
    evening.now -= 3_600_000
    for _ in range(60):
        evening.card(guest)
    too_soon(evening, guest)


def too_soon(evening: Evening, guest: object) -> None:
    """It is told to come back, which a phone does by itself, and nothing has changed."""
    before = evening.dialogue.version
    with pytest.raises(TooSoon, match="cards_too_fast"):
        evening.do(guest, POST)
    assert evening.dialogue.version == before


def test_a_host_who_writes_for_a_whole_table_may_be_faster(evening: Evening) -> None:
    evening.open_round()
    host = evening.staff("host", table=1)
    for _ in range(100):
        evening.card(host)


def test_a_dialogue_holds_ten_thousand_cards(evening: Evening) -> None:
    evening.open_round()
    host = evening.staff("host", table=1)
    for _ in range(10_000):
        evening.card(host)
    evening.refuses(host, POST, "dialogue_full")
