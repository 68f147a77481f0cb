"""Bugs with printed tickets and head counts."""

from typing import Any

from msgspec.structs import replace

import rooms.admittance
import rooms.heads
import rooms.voting
from campaigns.faults.bugs import bug, swap
from rooms.dialogue import Dialogue
from rooms.errors import Refused
from rooms.heads import CountHeads, HeadsCounted
from rooms.redeeming import RedeemTicket, TicketRedeemed
from rooms.tickets import TicketsVoided

SHARED = ("one ticket on several phones",)


def _used_is_known_to(process: set[Any]) -> None:
    """Who has redeemed a ticket is looked up in this process's memory instead of the log."""

    def trusting(_: Any) -> Any:
        def decided(self: RedeemTicket, dialogue: Dialogue, call: Any) -> Any:
            ticket = rooms.admittance.valid_ticket(dialogue, self.secret)
            person: Any = call.by.id
            if ticket.holder not in (None, person) and (ticket.id, ticket.holder) in process:
                raise Refused("ticket_used")
            if dialogue.holders.get(person, ticket.id) != ticket.id:
                raise Refused("has_ticket")
            process.add((ticket.id, person))
            return [TicketRedeemed(ticket=ticket.id, person=person)]

        return decided

    swap(RedeemTicket, "decide", trusting)


@bug("A ticket is taken twice, by two processes that do not ask each other.", "I6", faults=SHARED)
def tickets_are_used_once_in_each_process(number: int) -> None:
    _used_is_known_to(set())


@bug(
    "That a ticket was used is kept in memory only: who kills the process may use it again.",
    by="I6",
    processes=1,
    faults=(*SHARED, "server killed", *SHARED, "server killed", *SHARED),
)
def used_tickets_are_forgotten(number: int) -> None:
    _used_is_known_to(set())


@bug("What a freed ticket has voted stays, beside what it votes next.", by="I6 I10 I11 I16")
def freed_tickets_leave_their_votes(number: int) -> None:
    swap(rooms.admittance, "_take_voices", lambda _: lambda dialogue, person: None)


@bug("A ticket that was made worthless goes on letting its phone vote.", by="I6 I10 I11")
def void_tickets_still_vote(number: int) -> None:
    def lenient(apply: Any) -> Any:
        def applied(self: TicketsVoided, dialogue: Dialogue) -> None:
            held = {key: dialogue.tickets[key].holder for key in self.tickets}
            apply(self, dialogue)
            for key, person in held.items():
                if person is not None:
                    dialogue.put(dialogue.holders, person, key)

        return applied

    swap(TicketsVoided, "apply", lenient)


@bug("Whoever votes before redeeming a ticket is let through.", by="I6")
def votes_without_a_ticket(number: int) -> None:
    def blind(votable: Any) -> Any:
        def found(dialogue: Dialogue, call: Any, ballot: Any, option: Any) -> Any:
            try:
                return votable(dialogue, call, ballot, option)
            except Refused as no:
                if no.reason != "needs_ticket":
                    raise
                return dialogue.ballots[ballot], dialogue.options[ballot, option]

        return found

    swap(rooms.voting, "_votable", blind)


@bug("A head count is added to the one before instead of taking its place.", by="I10 I11 I16")
def heads_are_added(number: int) -> None:
    def adding(apply: Any) -> Any:
        def applied(self: HeadsCounted, dialogue: Dialogue) -> None:
            before = dialogue.heads.get(self.table, 0)
            more = None if self.people is None else self.people + before
            apply(replace(self, people=more), dialogue)

        return applied

    swap(HeadsCounted, "apply", adding)


@bug("After a head count the votes beside it are not looked at again.", by="I10 I11")
def heads_are_not_compared(number: int) -> None:
    swap(rooms.heads, "touch_attendance", lambda _: lambda dialogue: None)


@bug("A host may count at any table.", by="I4 I6", processes=1)
def hosts_count_anywhere(number: int) -> None:
    def anywhere(decide: Any) -> Any:
        def decided(self: CountHeads, dialogue: Dialogue, call: Any) -> Any:
            try:
                return decide(self, dialogue, call)
            except Refused as no:
                if no.reason != "other_table" or self.table not in dialogue.tables:
                    raise
                return [HeadsCounted(table=self.table, people=self.people)]

        return decided

    swap(CountHeads, "decide", anywhere)
