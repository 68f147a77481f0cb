"""Tickets on phones: redeeming one, and freeing it from a phone that was lost.

The log knows a ticket only by a hash of its secret. Which phone a ticket is on is needed to move it
to another one, and is shown to nobody.
"""

from typing import ClassVar

from msgspec.structs import replace

from rooms.admittance import take_from_phone, ticket_rule, valid_ticket
from rooms.dialogue import MODERATORS, PARTICIPANTS, Command, Dialogue, Event
from rooms.errors import Refused
from rooms.messages import Call, PersonId, Role, TicketId


class RedeemTicket(Command, frozen=True):
    """Vote from this phone by the ticket with this `secret`; repeating it changes nothing."""

    secret: str

    who: ClassVar[frozenset[Role]] = PARTICIPANTS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        ticket = valid_ticket(dialogue, self.secret)
        person = PersonId(call.by.id)
        if ticket.holder not in (None, person):
            raise Refused("ticket_used")
        if dialogue.holders.get(person, ticket.id) != ticket.id:
            raise Refused("has_ticket")
        return [TicketRedeemed(ticket=ticket.id, person=person)]


class FreeTicket(Command, frozen=True):
    """Take a ticket off its phone, so that it can be redeemed on another one.

    What that phone put into open ballots that need tickets is taken back with it.
    """

    secret: str

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        ticket = valid_ticket(dialogue, self.secret)
        if ticket.holder is None:
            raise Refused("ticket_not_redeemed")
        return [TicketFreed(ticket=ticket.id)]


class TicketRedeemed(Event, frozen=True):
    ticket: TicketId
    person: PersonId

    def apply(self, dialogue: Dialogue) -> None:
        ticket = dialogue.tickets[self.ticket]
        held = replace(ticket, holder=self.person, redeemed=True)
        dialogue.put(dialogue.tickets, ticket.id, held)
        dialogue.put(dialogue.holders, self.person, ticket.id)
        dialogue.touch("me", (self.person, ""))
        if not ticket.redeemed:
            batch = dialogue.batches[ticket.batch]
            dialogue.put(dialogue.batches, batch.id, replace(batch, redeemed=batch.redeemed + 1))


class TicketFreed(Event, frozen=True):
    ticket: TicketId

    def apply(self, dialogue: Dialogue) -> None:
        take_from_phone(dialogue, self.ticket)
        rule = ticket_rule(dialogue)
        dialogue.put(dialogue.ticket_rule, "", replace(rule, freed=rule.freed + 1))
