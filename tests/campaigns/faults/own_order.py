"""Judges whether what one tab gave stands in the log in the order in which it was given (I9)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from campaigns.faults.history import History, Order, Send
from campaigns.faults.stream import Entry, places


class Given(NamedTuple):
    """An order as one connection brought it, and the version and stamp it was told.

    `is_new`: it was never sent anywhere else. `is_disturbed`: it was told to wait, and its tab sent
    it again behind what came after it.
    """

    order: Order
    told: tuple[int, int]
    is_new: bool
    is_disturbed: bool

    @property
    def version(self) -> int:
        return self.told[0]


def own_order(history: History, log: list[Entry]) -> Iterator[str]:
    """I9, resends included: what a connection brings for the first time stands behind all that
    its tab gave before and sent on the same connection, perhaps again."""
    known = places(log)
    for line in _lines(history).values():
        newest: Given | None = None
        for given in sorted(line, key=lambda one: one.order.invoked):
            if known.get(given.order.id) != given.told:
                continue
            if newest and given.is_new and given.version < newest.version:
                yield (
                    f"I9 {newest.order.id} was given before {given.order.id} and stands behind it, "
                    f"at {newest.version} and {given.version}"
                )
            if not given.is_disturbed and (newest is None or given.version > newest.version):
                newest = given


def _lines(history: History) -> dict[int, list[Given]]:
    """What each connection brought and the log took, by the connection."""
    lines: dict[int, list[Given]] = defaultdict(list)
    for order in history.orders:
        told = {send.told for send in order.accepted}
        if order.forged or len(told) != 1:
            continue
        for connection, sends in _by_connection(order).items():
            if any((send.answer or {}).get("ok") for send in sends):
                is_new = len(sends) == len(order.sends)
                given = Given(order, *told, is_new, _is_disturbed(sends))
                lines[connection].append(given)
    return lines


def _by_connection(order: Order) -> dict[int, list[Send]]:
    """Its sendings on connections of the tab itself, not on a ghost's."""
    found: dict[int, list[Send]] = defaultdict(list)
    for send in order.sends:
        if send.connection.tab == order.tab:
            found[id(send.connection)].append(send)
    return found


def _is_disturbed(sends: list[Send]) -> bool:
    return any((send.answer or {}).get("error") not in (None, "refused") for send in sends)
