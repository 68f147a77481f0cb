"""Judges refusals: each was true at a version between its question and its answer (I4)."""

from collections.abc import Iterator

from campaigns.faults.fold import State
from campaigns.faults.history import Order, Send
from campaigns.faults.rules import why_not
from campaigns.faults.stream import Entry, kept_no, places


def unexplained(code: str, orders: list[Order], logs: list[list[Entry]]) -> Iterator[str]:
    """I4: what was refused was to be refused at a version between question and answer.

    Where history was lost, of one of the logs: which of them a process had, nobody can tell.
    """
    left, *others = [Refusals(orders, log).read(code, log) for log in logs]
    for send, complaint in left.items():
        if all(send in other for other in others):
            yield complaint


class Refusals:
    """Those of one evening, held against one log."""

    def __init__(self, orders: list[Order], log: list[Entry]) -> None:
        stands = places(log)
        known = [
            (order, order.accepted[0])
            for order in orders
            if order.accepted
            and not order.forged
            and stands.get(order.id) == order.accepted[0].told
        ]
        saved = sorted((s.heard, (s.answer or {})["version"]) for _, s in known)
        begun = [(o.sends[0].at, (s.answer or {})["version"]) for o, s in known]
        self._open: list[tuple[Order, Send, int, int]] = []
        for order in orders:
            for send in order.refused:
                oldest = max((v for heard, v in saved if heard < send.at), default=0)
                newest = min((v for at, v in begun if at > send.heard), default=10**9) - 1
                self._open.append((order, send, oldest, newest))

    def read(self, code: str, log: list[Entry]) -> dict[int, str]:
        """The complaints about this log, by the sending they are about."""
        state = State(code)
        for entry in log:
            state.take(entry)
            if state.about:
                self._open = [one for one in self._open if not self._is_true(state, *one)]
            self._hear_for_ever(entry.id, kept_no(entry))
        return {id(send): _said(order, send, *span) for order, send, *span in self._open}

    def _hear_for_ever(self, id: str, no: str | None) -> None:
        """Where the log keeps a no, every copy that comes later is refused with it too."""
        self._open = [
            (order, send, *span)
            for order, send, *span in self._open
            if (order.id, (send.answer or {})["reason"]) != (id, no)
        ]

    def _is_true(self, state: State, order: Order, send: Send, oldest: int, newest: int) -> bool:
        if not oldest <= state.version <= newest:
            return False
        return why_not(state, order.who, order.body) == (send.answer or {})["reason"]


def _said(order: Order, send: Send, oldest: int, newest: int) -> str:
    where = f"at no version from {oldest} to {newest}"
    reason = (send.answer or {})["reason"]
    return f"I4 {order.id} {order.body} was refused with {reason}, which is true {where}"
