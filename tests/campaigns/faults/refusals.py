"""Judges refusals: each was true at a version between its question and its answer (I4)."""

from collections.abc import Iterator

from campaigns.faults.fold import State
from campaigns.faults.history import Order
from campaigns.faults.rules import why_not


class Refusals:
    """I4: what was refused was to be refused at a version between question and answer."""

    def __init__(self, orders: list[Order]) -> None:
        self._open: list[tuple[Order, int, int, str]] = []
        known = [(o, o.accepted[0]) for o in orders if o.accepted and not o.forged]
        saved = sorted((s.heard, (s.answer or {})["version"]) for _, s in known)
        begun = [(o.sends[0].at, (s.answer or {})["version"]) for o, s in known]
        for order in orders:
            for send in order.refused:
                oldest = max((v for heard, v in saved if heard < send.at), default=0)
                newest = min((v for at, v in begun if at > send.heard), default=10**9) - 1
                reason = (send.answer or {})["reason"]
                self._open.append((order, oldest, newest, reason))

    def look(self, state: State) -> None:
        if not state.about:
            return
        self._open = [one for one in self._open if not self._is_true(state, *one)]

    def _is_true(self, state: State, order: Order, oldest: int, newest: int, why: str) -> bool:
        if not oldest <= state.version <= newest:
            return False
        return why_not(state, order.who, order.body) == why

    def unexplained(self) -> Iterator[str]:
        for order, oldest, newest, reason in self._open:
            where = f"at no version from {oldest} to {newest}"
            yield f"I4 {order.id} {order.body} was refused with {reason}, which is true {where}"
