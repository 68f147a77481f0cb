"""Judges an evening by the invariants I1 to I18 from what phones recorded and what the log holds.

Everything is computed by the second reading of the log (fold, rules, shown), never by the product.
`pasts` are logs that were lost when the storage fell back to an older copy; the last one counts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from campaigns.faults import erasing
from campaigns.faults.effects import differs, effects
from campaigns.faults.fold import READ, State
from campaigns.faults.history import History, Order
from campaigns.faults.own_order import own_order
from campaigns.faults.paper import more_voters_than_tickets
from campaigns.faults.refusals import unexplained
from campaigns.faults.rules import why_not
from campaigns.faults.stream import Entry, broken_links, kept_no, places


@dataclass
class Evening:
    """What is judged. `setup` versions were made by the organiser before anybody came."""

    code: str
    history: History
    log: list[Entry]
    pasts: list[list[Entry]] = field(default_factory=list)
    setup: int = 0
    epochs_allowed: int = 0
    repeats_kept: int = 0
    matched: dict[str, Order] = field(default_factory=dict)

    def was_cut_off(self, order: Order) -> bool:
        """Whether its tab was turned away for good or has left, and could not offer it again."""
        return any(tab.cut or tab.has_left for tab in self.history.tabs if tab.name == order.tab)

    @property
    def logs(self) -> list[list[Entry]]:
        """The log as it is, and as it was each time its end was lost."""
        return [self.told, *self.pasts]

    @cached_property
    def told(self) -> list[Entry]:
        """The log with the words that were erased since; the same log if none were."""
        if not any(erasing.erased_in(self.log)) and not erasing.resealed_up_to(self.log):
            return self.log
        erasing.forget_old_stamps(self.history, self.log)
        return erasing.with_words(self.code, self.log, by_id(self.history))

    @property
    def is_whole(self) -> bool:
        """Whether no history was taken away on purpose."""
        return not self.pasts


def judge_log(evening: Evening) -> Iterator[str]:
    """What is wrong with the log itself, and with what was answered about it."""
    broken = [*broken_links(evening.log)]
    yield from broken
    if broken:
        return
    orders = by_id(evening.history)
    yield from _entries(evening, orders)
    yield from _answers(evening, orders)
    yield from epochs(evening)
    for log in evening.logs:
        yield from _times(evening, log)
        yield from own_order(evening.history, log)


def by_id(history: History) -> dict[str, list[Order]]:
    """Orders that carry the same id: more than one if somebody forged it."""
    found: dict[str, list[Order]] = defaultdict(list)
    for order in history.orders:
        found[order.id].append(order)
    return found


def _entries(evening: Evening, orders: dict[str, list[Order]]) -> Iterator[str]:
    """I2, I3, I6: each entry was asked for, stands there once, was allowed and did what it says."""
    state = State(evening.code)
    for entry in evening.told:
        if entry.id in state.heard:
            yield f"I3 {entry.id} is in the log at {state.heard[entry.id]} and {entry.version}"
        unknown = [event["name"] for event in entry.events if event["name"] not in READ]
        if unknown:
            yield f"I2 version {entry.version} holds {unknown}, which nobody can ask for"
            return
        yield from _entry(evening, state, entry, _asked(evening, entry, orders))
        try:
            state.take(entry)
        except (KeyError, StopIteration) as wrong:
            yield f"I6 version {entry.version} {entry.events} cannot follow: {wrong!r}"
            return
        yield from _over_budget(state, entry)
        yield from (f"I6 {wrong}" for wrong in more_voters_than_tickets(state))
    refused = [order for order in evening.history.erasings if not order.accepted]
    yield from unexplained(evening.code, evening.history.orders + refused, evening.logs)


def _asked(evening: Evening, entry: Entry, orders: dict[str, list[Order]]) -> list[Order]:
    """Who can have given it. The organiser's erasings get their ids from the server."""
    cards = [event["card"] for event in erasing.erased_in([entry])]
    if cards and entry.id.startswith("organiser:"):
        return [one for one in evening.history.erasings if [one.body["card"]] == cards]
    return orders.get(entry.id, [])


def _entry(evening: Evening, state: State, entry: Entry, asked: list[Order]) -> Iterator[str]:
    if not asked:
        by_organiser = entry.id.startswith("organiser:") and entry.version <= evening.setup
        if not by_organiser and not entry.id.startswith("epoch:"):
            yield f"I2 nobody gave {entry.id}, which is version {entry.version}"
        return
    said: list[str] = []
    for order in asked:
        reason = why_not(state, order.who, order.body)
        if no := kept_no(entry):
            if reason == no:
                return
            said.append(f"I4 {order.body} is refused for ever with {no}, true is: {reason}")
            continue
        if reason:
            said.append(f"I6 {order.body} was taken at {entry.version}, but: {reason}")
            continue
        wrong = differs(effects(state, order.who, order.body, order.id), entry.events)
        if wrong is None:
            evening.matched[order.id] = order
            return
        said.append(f"I2 version {entry.version} is not what {order.id} asked for: {wrong}")
    yield said[0]


def _over_budget(state: State, entry: Entry) -> Iterator[str]:
    for event in entry.events:
        if event["name"] == "DotsPlaced":
            rule = state.ballots[event["ballot"]]
            lies = state.lies(event["ballot"], event["person"])
            if (
                sum(lies.values()) > rule["dots"]
                or max(lies.values(), default=0) > rule["most_per_option"]
            ):
                yield f"I6 at version {entry.version} somebody has the dots {lies}"


def _answers(evening: Evening, orders: dict[str, list[Order]]) -> Iterator[str]:
    """I1, I3, I4, I5: what was answered is what the log holds, once, and the same to all."""
    kept = {entry.id: entry for entry in evening.log if kept_no(entry) is None}
    lost: dict[str, set[int]] = defaultdict(set)
    for entry in (entry for past in evening.pasts for entry in past):
        lost[entry.id].add(entry.version)
    for id, asked in orders.items():
        for order in asked:
            yield from _shapes(order)
            yield from _answer(evening, order, kept.get(id), lost[id], len(asked) > 1)


def _answer(
    evening: Evening, order: Order, entry: Entry | None, lost: set[int], forged: bool
) -> Iterator[str]:
    versions = {(send.answer or {})["version"] for send in order.accepted}
    where = lost | ({entry.version} if entry else set())
    if versions and entry is None:
        if not lost:
            yield f"I1 {order.id} was acknowledged as {versions} and is not in the log"
        elif not forged and _is_thought_safe(order) and not evening.was_cut_off(order):
            yield f"I1 {order.id} was acknowledged, lost with the log's end, never offered again"
        return
    if not versions <= where:
        yield f"I1 {order.id} is version {where} and was acknowledged as {versions}"
    is_other = evening.matched.get(order.id, order) is not order
    if versions and entry and is_other and evening.is_whole and entry.body:  # none if erased
        yield f"I3 {order.id} was acknowledged with a body that is not in the log"
    conflicts = [s for s in order.answered if (s.answer or {}).get("error") == "conflict"]
    if conflicts and not forged:
        yield f"I3 {order.id} was told of a conflict with itself"
    if order.latest in order.refused and entry and not forged and evening.is_whole:
        others = [send for send in order.sends if send.connection.tab != order.tab]
        if others and order.accepted:  # somebody else's copy, of which its tab could not know
            evening.repeats_kept += 1
        else:
            yield f"I4 {order.id} was refused and stands in the log as {entry.version}"


def _is_thought_safe(order: Order) -> bool:
    """Whether the last that its tab has heard of it is that it is saved."""
    last = max(order.answered, key=lambda send: send.heard)
    return last in order.accepted


def _shapes(order: Order) -> Iterator[str]:
    """I13: an answer says nothing but what the protocol lists."""
    for send in order.answered:
        answer = send.answer or {}
        wanted = {"ok", "version", "stamp"} if answer.get("ok") else {"ok", "error", "reason"}
        if set(answer) != wanted:
            yield f"I13 {order.id} was answered with {sorted(answer)}"
        elif answer.get("error") == "internal":
            yield f"I5 {order.id} {order.body} was answered with an internal error"


def epochs(evening: Evening) -> Iterator[str]:
    """I14: a new epoch begins only when history may be lost, and always when it was."""
    begun = [e for e in evening.log if e.events and e.events[0]["name"] == "EpochBegun"]
    erased = [entry for entry in begun if entry.events[0]["because"] == erasing.ERASED]
    for entry in erased:
        before = evening.log[: entry.version]
        if not any(erasing.gone_in(before, bool(evening.history.erasings))):
            yield f"I14 version {entry.version} says that words were erased, and none were before"
    marks = [now for before, now in pairwise(evening.log) if now.epoch > before.epoch]
    if [entry.version for entry in begun] != [entry.version for entry in marks]:
        yield f"I14 epochs change at {marks} and are said to begin at {begun}"
    if len(begun) - len(erased) > evening.epochs_allowed:
        yield f"I14 {len(begun) - len(erased)} epochs began, with {evening.epochs_allowed} reasons"


def _times(evening: Evening, log: list[Entry]) -> Iterator[str]:
    """I8: what was acknowledged before something else was asked stands before it in the log."""
    known = places(log)
    moments: list[tuple[int, int, int, str]] = []
    for order in evening.history.orders:
        if order.accepted and not order.forged:
            version, _ = told = order.accepted[0].told
            if known.get(order.id) != told:
                continue  # it stands in another of the evening's logs
            moments.append((order.accepted[0].heard, 1, version, order.id))
            moments.append((order.sends[0].at, 0, version, order.id))
    highest = 0
    for _, is_answer, version, id in sorted(moments):
        if is_answer:
            highest = max(highest, version)
        elif version <= highest:
            yield f"I8 {id} is version {version}, asked after {highest} was acknowledged"


def counts(history: History) -> Counter[str]:
    """How much was checked."""
    found: Counter[str] = Counter()
    for order in history.orders:
        found["commands"] += 1
        found["sends"] += len(order.sends)
        found["accepted"] += bool(order.accepted)
        found["refused"] += bool(order.refused) and not order.accepted
        found[f"accepted: {order.body['name']}"] += bool(order.accepted)
        found[f"refused: {order.body['name']}"] += bool(order.refused) and not order.accepted
        found["answers"] += len(order.answered)
    found["frames"] = sum(len(tab.seen) for tab in history.tabs)
    for _, name in history.faults:
        found[f"fault: {name}"] += 1
    return found


def unanswered(history: History) -> Iterator[str]:
    """I5, I18: nothing is passed over on a connection, and one that lives has got every answer."""
    latest: dict[int, int] = defaultdict(int)
    sends = [(order, send) for order in history.orders for send in order.sends]
    for _, send in sends:
        if send.answer and (send.answer.get("ok") or send.answer.get("error") == "refused"):
            latest[id(send.connection)] = max(latest[id(send.connection)], send.at)
    for order, send in sends:
        if send.answer is None and send.connection.ended == 0:
            yield f"I18 {order.id} got no answer on a connection that lives: {order.body}"
        elif send.answer is None and latest[id(send.connection)] > send.at:
            yield f"I18 {order.id} got no answer, and what was sent after it did"
