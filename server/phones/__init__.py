"""Simulated phones and staff screens: a light client of the protocol for rehearsals and measuring.

Speaks to a server only over the network, as docs/protocol.md says, never to its objects; thousands
of phones fit into one process. To read in this order:

wire        one websocket that carries Socket.IO packets
held        what a screen holds, and the rule by which a frame changes it
line        one connection's conversation: let in or not, events with their answers, views
outbox      commands on their way: in order, few at once, offered again until there is an answer
screen      says hello, holds its views, gives commands, comes back by itself
phone       a participant's screen
desk        the HTTP side: staff enter by their links, make dialogues, take results home
"""

from server.phones.desk import Desk, NotAnswered
from server.phones.held import Held
from server.phones.line import Ack, NotLetIn
from server.phones.phone import Phone
from server.phones.screen import Ended, Screen

__all__ = ["Ack", "Desk", "Ended", "Held", "NotAnswered", "NotLetIn", "Phone", "Screen"]
