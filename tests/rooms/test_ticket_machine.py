"""Tickets in any order: several tabs of several phones, repeats, tickets taken off and voided.

The model knows tickets as a person at the door would: which paper is on which phone.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from paper_evening import Evening, statements

from rooms.ballots import CloseBallot
from rooms.dialogue import Command
from rooms.errors import Refused
from rooms.redeeming import FreeTicket, RedeemTicket
from rooms.tickets import IssueTickets, VoidTicket, VoidUnusedTickets
from rooms.voting import PlaceDots

SECRETS = [f"{symbol * 8}" for symbol in "ABCDEF"]
UNKNOWN = "ZZZZZZZZ"
PHONES = 5
BUDGET = 3
MOST = 2
phones = st.integers(0, PHONES - 1)
papers = st.sampled_from([*SECRETS, UNKNOWN])


class TicketMachine(RuleBasedStateMachine):
    """`on` says which paper is on which phone, `lying` what each phone has in which ballot."""

    def __init__(self) -> None:
        super().__init__()
        self.evening = Evening()
        self.phones = [self.evening.person() for _ in range(PHONES)]
        self.issued: set[str] = set()
        self.ever: set[str] = set()
        self.void: set[str] = set()
        self.on: dict[str, int] = {}
        self.ballots: list[str] = []
        self.closed: set[str] = set()
        self.lying: dict[tuple[str, int], dict[str, int]] = {}
        self.most_valid: dict[str, int] = {}

    def does(self, by: Any, command: Command) -> bool:
        try:
            self.evening.do(by, command)
        except Refused:
            return False
        return True

    @rule(secrets=st.lists(st.sampled_from(SECRETS), max_size=3))
    def issue(self, secrets: list[str]) -> None:
        fits = bool(secrets) and len(set(secrets)) == len(secrets)
        fits = fits and not set(secrets) & self.issued
        order = IssueTickets(secrets=tuple(secrets))
        assert self.does(self.evening.moderator, order) == fits
        self.issued |= set(secrets) if fits else set()

    @rule(phone=phones, paper=papers)
    def redeem(self, phone: int, paper: str) -> None:
        holds = {number: secret for secret, number in self.on.items()}
        fits = paper in self.issued - self.void
        fits = fits and self.on.get(paper, phone) == phone and holds.get(phone, paper) == paper
        assert self.does(self.phones[phone], RedeemTicket(secret=paper)) == fits
        if fits:
            self.on[paper] = phone
            self.ever.add(paper)

    @rule(paper=papers)
    def free(self, paper: str) -> None:
        fits = paper in self.on
        assert self.does(self.evening.moderator, FreeTicket(secret=paper)) == fits
        self._leaves(paper)

    @rule(paper=papers)
    def make_void(self, paper: str) -> None:
        fits = paper in self.issued - self.void
        assert self.does(self.evening.moderator, VoidTicket(secret=paper)) == fits
        if fits:
            self._leaves(paper)
            self.void.add(paper)

    @precondition(lambda self: self.evening.dialogue.batches)
    @rule(nth=st.integers(0, 5))
    def void_the_unused(self, nth: int) -> None:
        batches = list(self.evening.dialogue.batches)
        known = batches[nth % len(batches)]
        before = {one.id for one in self.evening.dialogue.tickets.values() if one.void}
        self.does(self.evening.moderator, VoidUnusedTickets(batch=known))
        after = {one.id for one in self.evening.dialogue.tickets.values() if one.void}
        gone = [one for one in self.issued - self.ever - self.void if self._is_void(one)]
        assert len(after - before) == len(gone)
        self.void |= set(gone)

    def _is_void(self, paper: str) -> bool:
        try:
            self.evening.do(self.evening.moderator, FreeTicket(secret=paper))
        except Refused as no:
            return no.reason == "ticket_void"
        raise AssertionError("a ticket that was never redeemed was on a phone")

    @precondition(lambda self: self.issued and len(self.ballots) < 4)
    @rule(needs=st.booleans())
    def open(self, needs: bool) -> None:
        options = statements("Bäume", "Bänke", "Brunnen")
        plan = {"tickets": True} if needs else {}
        rule_ = {"dots": BUDGET, "most_per_option": MOST, **plan}
        self.ballots.append(self.evening.open_ballot(statements=options, **rule_))

    @precondition(lambda self: self.ballots)
    @rule(nth=st.integers(0, 3))
    def close(self, nth: int) -> None:
        ballot = self.ballots[nth % len(self.ballots)]
        fits = ballot not in self.closed
        assert self.does(self.evening.moderator, CloseBallot(ballot=ballot)) == fits
        self.closed.add(ballot)

    @precondition(lambda self: self.ballots)
    @rule(
        phone=phones,
        nth=st.integers(0, 3),
        option=st.sampled_from("123"),
        dots=st.integers(0, 3),
        times=st.integers(1, 2),
    )
    def place(self, phone: int, nth: int, option: str, dots: int, times: int) -> None:
        """Up to twice: two tabs of one phone, or one that did not hear the answer."""
        ballot = self.ballots[nth % len(self.ballots)]
        mine = dict(self.lying.get((ballot, phone), {}))
        mine[option] = dots
        fits = ballot not in self.closed and dots <= MOST and sum(mine.values()) <= BUDGET
        fits = fits and (not self._needs(ballot) or phone in self.on.values())
        for _ in range(times):
            order = PlaceDots(ballot=ballot, option=option, dots=dots)
            assert self.does(self.phones[phone], order) == fits
        if fits:
            self.lying[(ballot, phone)] = mine

    def _needs(self, ballot: str) -> bool:
        return self.evening.dialogue.ballots[ballot].tickets

    def _leaves(self, paper: str) -> None:
        phone = self.on.pop(paper, None)
        for ballot in self.ballots:
            if phone is not None and self._needs(ballot) and ballot not in self.closed:
                self.lying.pop((ballot, phone), None)

    @invariant()
    def nobody_has_more_than_one_budget(self) -> None:
        for ballot in self.ballots:
            tallies = [0, 0, 0]
            for phone, person in enumerate(self.phones):
                mine = self.lying.get((ballot, phone), {})
                assert sum(mine.values()) <= BUDGET
                seen = self.evening.mine(person)
                for nth, option in enumerate("123"):
                    shown = seen.get(f"vote:{ballot}:{option}")
                    assert (shown.dots if shown else 0) == mine.get(option, 0)
                    tallies[nth] += mine.get(option, 0)
            if ballot in self.closed:
                told = [self.evening.tally(ballot, option) for option in "123"]
                assert [one and one["dots"] for one in told] == tallies

    @invariant()
    def there_are_no_more_ballots_than_tickets(self) -> None:
        for ballot in self.ballots:
            voters = self.evening.dialogue.turnout[ballot]
            cast = [one for (at, _), one in self.lying.items() if at == ballot]
            assert voters == sum(any(one.values()) for one in cast)
            if self._needs(ballot) and ballot not in self.closed:
                assert voters <= len(self.on) <= len(self.issued - self.void)
            elif self._needs(ballot):
                assert voters <= len(self.issued)

    @invariant()
    def what_moderators_read_is_what_lies_on_the_table(self) -> None:
        batches = self.evening.dialogue.batches.values()
        assert sum(one.issued for one in batches) == len(self.issued)
        assert sum(one.redeemed for one in batches) == len(self.ever)
        assert sum(one.voided for one in batches) == len(self.void)


TicketMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestTickets = TicketMachine.TestCase
