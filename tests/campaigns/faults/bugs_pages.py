"""Bugs in the pages themselves, put into the campaign's own: what a careless phone would do."""

from typing import Any

from campaigns.faults.bugs import bug, swap
from campaigns.faults.tab import Tab


@bug(
    "After a reconnect the outbox is sent in reverse.",
    by="I9",
    faults=("offline",) * 4,
    in_pages=True,
)
def outbox_in_reverse(number: int) -> None:
    def reversing(offer: Any) -> Any:
        def offered(self: Tab, epoch: int) -> None:
            offer(self, epoch)
            self.outbox = dict(reversed(self.outbox.items()))

        return offered

    swap(Tab, "_offer_again", reversing)
