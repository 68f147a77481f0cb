"""Who may vote in a ballot, and how many have voted where so many sit.

A ticket lets one phone vote. When it leaves that phone, what the phone put into open ballots that
need tickets leaves with it, so whoever redeems the ticket next has one whole budget and not two.
"""

import hashlib
import re

from msgspec.structs import replace

from rooms.dialogue import Dialogue
from rooms.errors import Refused
from rooms.marks import change_voice
from rooms.messages import PSEUDONYM_DIGITS, PersonId, TicketId
from rooms.records import Attendance, Ballot, Ticket, TicketRule

HALL = 0
SECRET_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SECRET_LENGTH = 8
_SECRET = re.compile(rf"[{SECRET_ALPHABET}]{{{SECRET_LENGTH}}}")


def ticket_rule(dialogue: Dialogue) -> TicketRule:
    return dialogue.ticket_rule.get("", TicketRule())


def needs_ticket(dialogue: Dialogue, ballot: Ballot) -> bool:
    """Settled when the ballot opens; until then the evening's rule may still add to its own."""
    if ballot.state != "planned":
        return ballot.tickets
    return ballot.tickets or ticket_rule(dialogue).always


def valid_ticket(dialogue: Dialogue, secret: str) -> Ticket:
    """The ticket with this secret, if it was issued and not voided; raises Refused."""
    ticket = dialogue.tickets.get(ticket_id(dialogue, secret))
    if ticket is None:
        raise Refused("unknown_ticket")
    if ticket.void:
        raise Refused("ticket_void")
    return ticket


def ticket_id(dialogue: Dialogue, secret: str) -> TicketId:
    """What the log knows of a ticket; the dialogue's code keeps two dialogues' tickets apart."""
    typed = secret.upper().replace("-", "").replace(" ", "")
    if not _SECRET.fullmatch(typed):
        raise Refused("unknown_ticket")
    digest = hashlib.sha256(f"{dialogue.code}:ticket:{typed}".encode()).digest()
    return TicketId(digest.hex()[:PSEUDONYM_DIGITS])


def take_from_phone(dialogue: Dialogue, key: TicketId) -> None:
    """Frees a ticket from the phone it is on, if it is on one."""
    ticket = dialogue.tickets[key]
    if ticket.holder is None:
        return
    _take_voices(dialogue, ticket.holder)
    dialogue.put(dialogue.tickets, key, replace(ticket, holder=None))
    dialogue.drop(dialogue.holders, ticket.holder)
    dialogue.touch("me", (ticket.holder, ""))


def _take_voices(dialogue: Dialogue, person: PersonId) -> None:
    """Takes the person's marks out of every open ballot that needs a ticket."""
    for ballot in dialogue.ballots.values():
        voice = dialogue.voices.get((ballot.id, person))
        if voice is None or ballot.state != "open" or not ballot.tickets:
            continue
        change_voice(dialogue, ballot.id, person, None)
        for option in voice.marks:
            dialogue.touch("my_votes", (person, (ballot.id, option)))


def attendance(dialogue: Dialogue, ballot: Ballot) -> tuple[Attendance, ...]:
    """Voters beside heads, for the hall and every table where somebody has counted."""
    if ballot.state != "open":
        return ballot.attendance
    counted = dict(sorted(dialogue.heads.items()))
    if HALL not in counted and dialogue.tables and set(dialogue.tables) <= set(counted):
        counted = {HALL: sum(counted.values()), **counted}
    return tuple(
        Attendance(table, _voters(dialogue, ballot, table), people)
        for table, people in counted.items()
    )


def touch_attendance(dialogue: Dialogue) -> None:
    """Heads were counted, or a table came or went: open ballots are compared anew."""
    for ballot in dialogue.ballots.values():
        if ballot.state == "open":
            dialogue.touch("turnout", ballot.id)


def _voters(dialogue: Dialogue, ballot: Ballot, table: int) -> int:
    if table == HALL:
        return dialogue.turnout[ballot.id]
    return dialogue.voters_at.get((ballot.id, table), 0)
