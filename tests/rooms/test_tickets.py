"""Printed tickets: each lets one phone vote, once, wherever it goes and whoever tries it again."""

import pytest
from paper_evening import Evening, statements

from rooms.admittance import SECRET_ALPHABET
from rooms.ballots import CloseBallot, OpenBallot
from rooms.messages import BatchId, Participant
from rooms.redeeming import FreeTicket, RedeemTicket
from rooms.tickets import (
    MOST_AT_ONCE,
    MOST_TICKETS,
    AskForTickets,
    IssueTickets,
    VoidTicket,
    VoidUnusedTickets,
)
from rooms.voting import AnswerStatement, PlaceDots
from server.codes import CODE_ALPHABET

ONE, TWO, THREE = "AAAA2222", "BBBB3333", "CCCC4444"
OPTIONS = statements("Bäume", "Bänke", "Brunnen")


@pytest.fixture
def evening() -> Evening:
    """With a table, and three tickets on paper."""
    evening = Evening()
    evening.table()
    issue(evening, ONE, TWO, THREE)
    return evening


@pytest.fixture
def guest(evening: Evening) -> Participant:
    return evening.person(table=1)


def issue(evening: Evening, *secrets: str) -> BatchId:
    return BatchId(evening.do(evening.moderator, IssueTickets(secrets=secrets)))


def place(ballot: str, option: str = "1", dots: int = 1) -> PlaceDots:
    return PlaceDots(ballot=ballot, option=option, dots=dots)


def voters(evening: Evening, ballot: str) -> int:
    number: int = evening.view(evening.moderator)[f"turnout:{ballot}"].voters
    return number


def batch(evening: Evening) -> tuple[int, int, int]:
    [shown] = [v for k, v in evening.view(evening.moderator).items() if k.startswith("batch:")]
    return shown.issued, shown.redeemed, shown.voided


def numbers(start: int, many: int) -> tuple[str, ...]:
    """Secrets that differ: their number in symbols that all look different."""
    base = len(SECRET_ALPHABET)
    return tuple(
        "".join(SECRET_ALPHABET[number // base**place % base] for place in range(8))
        for number in range(start, start + many)
    )


def test_p17_whoever_holds_no_ticket_has_no_vote(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(tickets=True, statements=OPTIONS)
    evening.refuses(guest, place(ballot), "needs_ticket")
    assert not evening.mine(guest)["me"].ticket
    evening.do(guest, RedeemTicket(secret=ONE))
    assert evening.mine(guest)["me"].ticket
    evening.do(guest, place(ballot))
    assert voters(evening, ballot) == 1


def test_answers_need_a_ticket_as_dots_do(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot("agreement", tickets=True, statements=OPTIONS)
    answer = AnswerStatement(ballot=ballot, option="1", answer="agree")
    evening.refuses(guest, answer, "needs_ticket")
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.do(guest, answer)


def test_a_ballot_without_tickets_asks_for_none(evening: Evening, guest: Participant) -> None:
    evening.do(guest, place(evening.open_ballot(statements=OPTIONS)))


def test_a_ticket_is_redeemed_however_it_was_typed(evening: Evening, guest: Participant) -> None:
    evening.do(guest, RedeemTicket(secret="aaaa-2222"))
    evening.do(evening.person(), RedeemTicket(secret=" bbbb 3333 "))
    assert batch(evening) == (3, 2, 0)


def test_p17_a_ticket_serves_one_phone(evening: Evening, guest: Participant) -> None:
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.refuses(evening.person(), RedeemTicket(secret=ONE), "ticket_used")


def test_redeeming_the_same_ticket_again_changes_nothing(
    evening: Evening, guest: Participant
) -> None:
    ballot = evening.open_ballot(tickets=True, dots=1, statements=OPTIONS)
    for _ in range(2):
        evening.do(guest, RedeemTicket(secret=ONE))
        evening.do(guest, place(ballot))
    evening.refuses(guest, place(ballot, "2"), "no_dots_left")
    assert batch(evening) == (3, 1, 0)


def test_p17_a_second_ticket_brings_a_phone_nothing(evening: Evening, guest: Participant) -> None:
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.refuses(guest, RedeemTicket(secret=TWO), "has_ticket")


@pytest.mark.parametrize("secret", ["ZZZZ9999", "", "AAAA222", "AAAA-2222-2", "AAAA222O"])
def test_what_was_never_printed_is_no_ticket(
    evening: Evening, guest: Participant, secret: str
) -> None:
    evening.refuses(guest, RedeemTicket(secret=secret), "unknown_ticket")
    evening.refuses(evening.moderator, FreeTicket(secret=secret), "unknown_ticket")
    evening.refuses(evening.moderator, VoidTicket(secret=secret), "unknown_ticket")


def test_only_who_has_joined_redeems(evening: Evening) -> None:
    evening.refuses(evening.stranger(), RedeemTicket(secret=ONE), "not_joined")


# A lost phone


def test_p1_a_freed_ticket_takes_its_marks_along_and_brings_one_budget(
    evening: Evening, guest: Participant
) -> None:
    ballot = evening.open_ballot(tickets=True, dots=2, statements=OPTIONS)
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.do(guest, place(ballot, "1"))
    evening.do(guest, place(ballot, "2"))
    evening.do(evening.moderator, FreeTicket(secret=ONE))
    assert voters(evening, ballot) == 0
    assert f"vote:{ballot}:1" not in evening.mine(guest)
    evening.refuses(guest, place(ballot, "1", 0), "needs_ticket")
    other = evening.person()
    evening.do(other, RedeemTicket(secret=ONE))
    assert f"vote:{ballot}:1" not in evening.mine(other)
    evening.do(other, place(ballot, "2"))
    evening.do(other, place(ballot, "3"))
    evening.refuses(other, place(ballot, "1"), "no_dots_left")
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    assert [evening.tally(ballot, option) for option in "123"] == [
        {"dots": 0, "voters": 0},
        {"dots": 1, "voters": 1},
        {"dots": 1, "voters": 1},
    ]


def test_what_a_freed_ticket_gave_in_a_closed_ballot_stays(
    evening: Evening, guest: Participant
) -> None:
    ballot = evening.open_ballot(tickets=True, statements=OPTIONS)
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.do(guest, place(ballot))
    evening.do(evening.moderator, CloseBallot(ballot=ballot))
    evening.do(evening.moderator, FreeTicket(secret=ONE))
    assert evening.tally(ballot, "1") == {"dots": 1, "voters": 1}
    assert voters(evening, ballot) == 1


def test_freeing_a_ticket_leaves_ballots_without_tickets_alone(
    evening: Evening, guest: Participant
) -> None:
    ballot = evening.open_ballot(statements=OPTIONS)
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.do(guest, place(ballot))
    evening.do(evening.moderator, FreeTicket(secret=ONE))
    assert voters(evening, ballot) == 1


def test_whoever_lost_the_ticket_may_redeem_another(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(tickets=True, dots=1, statements=OPTIONS)
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.do(guest, place(ballot))
    evening.do(evening.moderator, FreeTicket(secret=ONE))
    evening.do(guest, RedeemTicket(secret=TWO))
    evening.do(guest, place(ballot, "2"))
    assert voters(evening, ballot) == 1
    assert evening.view(evening.moderator)["ticketrule"].freed == 1


def test_a_ticket_on_no_phone_cannot_be_freed(evening: Evening) -> None:
    evening.refuses(evening.moderator, FreeTicket(secret=ONE), "ticket_not_redeemed")


# Voiding


def test_p17_a_voided_ticket_loses_its_vote_for_good(evening: Evening, guest: Participant) -> None:
    ballot = evening.open_ballot(tickets=True, statements=OPTIONS)
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.do(guest, place(ballot))
    evening.do(evening.moderator, VoidTicket(secret=ONE))
    assert voters(evening, ballot) == 0
    evening.refuses(guest, place(ballot), "needs_ticket")
    for by in (guest, evening.person()):
        evening.refuses(by, RedeemTicket(secret=ONE), "ticket_void")
    evening.refuses(evening.moderator, FreeTicket(secret=ONE), "ticket_void")
    assert batch(evening) == (3, 1, 1)


def test_what_was_never_handed_out_can_be_voided_together(evening: Evening) -> None:
    guest = evening.person()
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.do(evening.moderator, FreeTicket(secret=ONE))
    [known] = evening.dialogue.batches
    evening.do(evening.moderator, VoidUnusedTickets(batch=known))
    assert batch(evening) == (3, 1, 2)
    evening.refuses(guest, RedeemTicket(secret=TWO), "ticket_void")
    evening.do(guest, RedeemTicket(secret=ONE))
    again = VoidUnusedTickets(batch=known)
    evening.refuses(evening.moderator, again, "no_unused_tickets")
    evening.refuses(evening.moderator, VoidUnusedTickets(batch="x"), "unknown_batch")


# Printing


def test_the_same_secret_is_not_printed_twice(evening: Evening) -> None:
    for secrets in ((ONE,), ("DDDD5555", "dddd-5555")):
        evening.refuses(evening.moderator, IssueTickets(secrets=secrets), "ticket_known")


def test_a_secret_has_eight_symbols_that_cannot_be_mixed_up(evening: Evening) -> None:
    for secret in ("AAAA222", "AAAA22222", "AAAA0000", "AAAA111I"):
        evening.refuses(evening.moderator, IssueTickets(secrets=(secret,)), "unknown_ticket")
    assert SECRET_ALPHABET == CODE_ALPHABET
    assert not set("01IO") & set(SECRET_ALPHABET)


def test_so_many_tickets_at_once_and_in_all_and_no_more(evening: Evening) -> None:
    evening.refuses(evening.moderator, IssueTickets(secrets=()), "no_tickets")
    too_many = IssueTickets(secrets=numbers(0, MOST_AT_ONCE + 1))
    evening.refuses(evening.moderator, too_many, "too_many_tickets")
    full = MOST_TICKETS // MOST_AT_ONCE - 1
    for page in range(full):
        issue(evening, *numbers(page * MOST_AT_ONCE, MOST_AT_ONCE))
    rest = numbers(full * MOST_AT_ONCE, MOST_AT_ONCE)
    evening.refuses(evening.moderator, IssueTickets(secrets=rest), "too_many_tickets")
    issue(evening, *rest[:-3])


def test_a_ballot_that_needs_tickets_is_not_opened_before_there_are_any() -> None:
    evening = Evening()
    ballot = evening.ballot(tickets=True, statements=OPTIONS)
    evening.refuses(evening.moderator, OpenBallot(ballot=ballot), "no_tickets_issued")
    issue(evening, ONE)
    evening.do(evening.moderator, OpenBallot(ballot=ballot))


def test_a_whole_evening_can_ask_for_tickets(evening: Evening, guest: Participant) -> None:
    opened = evening.open_ballot(statements=OPTIONS)
    planned = evening.ballot(statements=OPTIONS)
    evening.do(evening.moderator, AskForTickets(always=True))
    view = evening.view(guest)
    assert (view[f"ballot:{opened}"].tickets, view[f"ballot:{planned}"].tickets) == (False, True)
    evening.do(guest, place(opened))
    evening.do(evening.moderator, OpenBallot(ballot=planned))
    evening.do(evening.moderator, AskForTickets(always=False))
    evening.refuses(guest, place(planned), "needs_ticket")
    later = evening.ballot()
    assert not evening.view(guest)[f"ballot:{later}"].tickets


# Who knows what


def test_the_log_holds_no_secret_of_a_ticket(evening: Evening, guest: Participant) -> None:
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.do(evening.moderator, FreeTicket(secret=ONE))
    evening.do(evening.moderator, VoidTicket(secret=TWO))
    kept = b"".join(entry.payload for entry in evening.log)
    assert not [secret for secret in (ONE, TWO, THREE) if secret.encode() in kept]
    assert guest.person.encode() in kept  # a guard: the log's words can be found like this


def test_p7_tickets_are_the_moderators_business(evening: Evening, guest: Participant) -> None:
    evening.do(guest, RedeemTicket(secret=ONE))
    evening.do(evening.moderator, AskForTickets(always=True))
    names = {"batch", "ticketrule"}
    for by in (guest, evening.person(), evening.staff("board"), evening.staff("host", table=1)):
        assert not {key.partition(":")[0] for key in evening.view(by)} & names
    assert {key.partition(":")[0] for key in evening.view(evening.moderator)} >= names


def test_only_moderators_print_void_and_free_and_only_phones_redeem(
    evening: Evening, guest: Participant
) -> None:
    orders = [IssueTickets(secrets=("DDDD5555",)), VoidTicket(secret=ONE), FreeTicket(secret=ONE)]
    orders += [AskForTickets(always=True), VoidUnusedTickets(batch="x")]
    for by in (guest, evening.staff("host", table=1), evening.staff("board")):
        for order in orders:
            evening.refuses(by, order, "not_allowed")
    evening.refuses(evening.moderator, RedeemTicket(secret=ONE), "not_allowed")
