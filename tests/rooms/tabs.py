"""Pages in people's hands, which behave as the client does: what they send, keep and send again."""

from dataclasses import dataclass, field

from paper_screens import Screen
from processes import Process

from rooms.dialogue import Command
from rooms.messages import Actor, Answer, Participant

FINAL = ("refused", "malformed", "conflict", "forgotten")


@dataclass(eq=False)
class Order:
    """One command of one tab, when it was first sent, and every answer it got, and when.

    `refusals` say when it was sent, when it was refused, and why.
    """

    id: str
    by: Actor
    command: Command
    sent_at: int
    answers: list[tuple[int, Answer]] = field(default_factory=list)
    refusals: list[tuple[int, int, str]] = field(default_factory=list)
    epoch: int | None = None

    @property
    def accepted(self) -> list[tuple[int, Answer]]:
        return [(at, answer) for at, answer in self.answers if answer.ok]


@dataclass(eq=False)
class Tab:
    """A page in somebody's hand: its screen, its outbox, and the process it is connected to."""

    by: Actor
    name: str
    process: Process
    screen: Screen
    outbox: dict[str, Order] = field(default_factory=dict)
    saved: dict[str, Order] = field(default_factory=dict)
    connections: int = 0
    count: int = 0

    @property
    def is_cut(self) -> bool:
        return self.screen.cut is not None or self.screen.refused is not None

    @property
    def only_looks(self) -> bool:
        return not isinstance(self.by, Participant) and self.by.role == "board"

    def settle(self, order: Order, answer: Answer) -> None:
        """What the client does with an answer."""
        if answer.ok:
            order.epoch = self.screen.epoch
            self.saved[order.id] = order
        if answer.ok or answer.error in FINAL:
            self.outbox.pop(order.id, None)

    def offer_again(self) -> None:
        """History was lost: what was saved in another epoch is sent again, in its order."""
        if self.screen.epoch is None or self.is_cut:
            return
        lost = {id: one for id, one in self.saved.items() if one.epoch != self.screen.epoch}
        self.saved = {id: one for id, one in self.saved.items() if id not in lost}
        self.outbox = lost | self.outbox
