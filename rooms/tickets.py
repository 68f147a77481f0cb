"""Printed tickets: making them count, making them worthless, and asking for them.

Paper alone holds their secrets. Who votes by which ticket is another file's business.
"""

from typing import ClassVar

from msgspec.structs import replace

from rooms.admittance import take_from_phone, ticket_id, ticket_rule, valid_ticket
from rooms.dialogue import MODERATORS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.messages import Audience, BatchId, Call, Role, TicketId
from rooms.records import Batch, Ticket

MOST_AT_ONCE = 500
MOST_TICKETS = 5_000


class IssueTickets(Command, frozen=True):
    """Make printed tickets count; `secrets` has 1 to 500 of 8 symbols each, made by the page.

    The secrets are on paper and nowhere else: only their hashes are kept.
    """

    secrets: tuple[str, ...]

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if not self.secrets:
            raise Refused("no_tickets")
        if len(self.secrets) > MOST_AT_ONCE:
            raise Refused("too_many_tickets")
        if len(dialogue.tickets) + len(self.secrets) > MOST_TICKETS:
            raise Refused("too_many_tickets")
        tickets = tuple(ticket_id(dialogue, secret) for secret in self.secrets)
        if len(set(tickets)) < len(tickets) or any(one in dialogue.tickets for one in tickets):
            raise Refused("ticket_known")
        return [TicketsIssued(batch=BatchId(call.fresh), tickets=tickets, at=call.at)]


class VoidTicket(Command, frozen=True):
    """Make a ticket worthless for good; what its phone put into open ballots goes with it."""

    secret: str

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        return [TicketsVoided(tickets=(valid_ticket(dialogue, self.secret).id,))]


class VoidUnusedTickets(Command, frozen=True):
    """Make those tickets of a batch worthless that were never redeemed."""

    batch: BatchId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if self.batch not in dialogue.batches:
            raise Refused("unknown_batch")
        unused = tuple(
            ticket.id
            for ticket in dialogue.tickets.values()
            if ticket.batch == self.batch and not ticket.redeemed and not ticket.void
        )
        if not unused:
            raise Refused("no_unused_tickets")
        return [TicketsVoided(tickets=unused)]


class AskForTickets(Command, frozen=True):
    """Whether every ballot that is not open yet needs tickets, whatever its own plan says."""

    always: bool

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        return [TicketsAsked(always=self.always)]


class TicketsIssued(Event, frozen=True):
    batch: BatchId
    tickets: tuple[TicketId, ...]
    at: int

    def apply(self, dialogue: Dialogue) -> None:
        for ticket in self.tickets:
            dialogue.put(dialogue.tickets, ticket, Ticket(ticket, self.batch))
        batch = Batch(self.batch, dialogue.version, self.at, len(self.tickets))
        dialogue.put(dialogue.batches, self.batch, batch)


class TicketsVoided(Event, frozen=True):
    tickets: tuple[TicketId, ...]

    def apply(self, dialogue: Dialogue) -> None:
        for key in self.tickets:
            take_from_phone(dialogue, key)
            ticket = replace(dialogue.tickets[key], void=True)
            dialogue.put(dialogue.tickets, key, ticket)
            batch = dialogue.batches[ticket.batch]
            dialogue.put(dialogue.batches, batch.id, replace(batch, voided=batch.voided + 1))


class TicketsAsked(Event, frozen=True):
    always: bool

    def apply(self, dialogue: Dialogue) -> None:
        rule = replace(ticket_rule(dialogue), always=self.always)
        dialogue.put(dialogue.ticket_rule, "", rule)
        for ballot in dialogue.ballots.values():
            if ballot.state == "planned":
                dialogue.touch("ballots", ballot.id)


class BatchShown(Shown, frozen=True):
    """Tickets printed together (`at`, ms since 1970): how many, ever redeemed, voided by now."""

    entry: ClassVar[str] = "batch:<id>"
    audiences: ClassVar[str] = "moderators"

    id: BatchId
    order: int
    at: int
    issued: int
    redeemed: int
    voided: int


class TicketRuleShown(Shown, frozen=True):
    """Whether every ballot to come needs tickets; how often a ticket was taken off its phone."""

    entry: ClassVar[str] = "ticketrule"
    audiences: ClassVar[str] = "moderators"

    always: bool
    freed: int


def show_batch(dialogue: Dialogue, audience: Audience, key: BatchId) -> BatchShown | None:
    if audience.kind != "moderator":
        return None
    batch = dialogue.batches[key]
    return BatchShown(**{name: getattr(batch, name) for name in BatchShown.__struct_fields__})


def show_ticket_rule(dialogue: Dialogue, audience: Audience, key: str) -> TicketRuleShown | None:
    if audience.kind != "moderator":
        return None
    rule = dialogue.ticket_rule[key]
    return TicketRuleShown(always=rule.always, freed=rule.freed)
