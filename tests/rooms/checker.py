"""Says whether an evening kept its promises, from the log, the answers and the screens alone.

Counts dots by a second reading of the events, which knows nothing of rooms/marks.py.
"""

from collections import Counter, defaultdict
from typing import Any

import msgspec
from campaign import Campaign
from processes import CODE, facts, new_call, stored
from tabs import Order

from rooms.abilities import ANY_EVENT
from rooms.dialogue import Dialogue, decide
from rooms.entries import Entry, apply_stored, body_of
from rooms.errors import Refused
from rooms.log import Log, Stored

_entry = msgspec.msgpack.Decoder(Entry)
_events = msgspec.msgpack.Decoder(list[ANY_EVENT])


class Broken(AssertionError):
    """A promise that was not kept."""


def must(kept: object, promise: str) -> None:
    if not kept:
        raise Broken(promise)


async def check(campaign: Campaign, storage: Log) -> None:
    """Raises Broken with the first promise that the evening did not keep."""
    entries = await storage.read(CODE)
    versions = [one.position.version for one in entries]
    must(versions == list(range(1, len(entries) + 1)), "P12 versions have no gap")
    check_answers(campaign, entries)
    truth = await stored(storage)
    events = [
        event for one in entries for event in _events.decode(_entry.decode(one.payload).events)
    ]
    check_dots(events, truth)
    check_texts(events, truth)
    for process in campaign.processes:
        copy = await process.steady()
        must(facts(copy) == facts(truth), "P6 every copy equals the log")
    check_screens(campaign, truth)


def events_of(entry: Stored) -> list[Any]:
    return _events.decode(_entry.decode(entry.payload).events)


def check_answers(campaign: Campaign, entries: list[Stored]) -> None:
    kept = [_entry.decode(one.payload) for one in entries]
    ids = Counter(entry.id for entry in kept)
    must(max(ids.values()) == 1, "P2 a command is in the log once")
    version_of = {entry.id: version for version, entry in enumerate(kept, 1)}
    body_at = {entry.id: entry.body for entry in kept}
    for order in campaign.orders:
        if not campaign.forgotten:
            _check_order(order, version_of, body_at)
        must(order.answers, "nobody waits for ever")
    must(
        set(ids) - {order.id for order in campaign.orders} <= _not_by_tabs(ids),
        "nothing is made up",
    )
    if not campaign.forgotten:
        _check_time(campaign.orders)
        _check_refusals(campaign.orders, entries)
    else:
        _check_offered_again(campaign, version_of)


def _check_order(order: Order, version_of: dict[str, int], body_at: dict[str, bytes]) -> None:
    versions = {answer.version for _, answer in order.accepted}
    if versions:
        must(order.id in version_of, "P2 what is acknowledged is kept")
        must(versions == {version_of[order.id]}, "P3 a repeat gets the first answer")
        must(body_at[order.id] == body_of(order.command), "P3 another body is a conflict")
    answers = [answer.error for _, answer in order.answers]
    if not versions and set(answers) == {"refused"}:
        same = body_at.get(order.id) == body_of(order.command)
        must(not same, "P2 what is refused is not kept")


def _check_time(orders: list[Order]) -> None:
    """What was acknowledged before something else was sent stands before it in the log."""
    moments = [(at, 1, answer.version) for o in orders for at, answer in o.accepted[:1]]
    moments += [(o.sent_at, 0, o.accepted[0][1].version) for o in orders if o.accepted]
    highest = 0
    for _, is_answer, version in sorted(moments):
        if is_answer:
            highest = max(highest, version or 0)
        else:
            must((version or 0) > highest or _repeats(orders, version), "P4 the order of answers")


def _repeats(orders: list[Order], version: int | None) -> bool:
    """A forged or repeated id has the version of the first one."""
    return sum(any(a.version == version for _, a in o.accepted) for o in orders) > 1


class Refusal:
    """One refusal, and the versions of the dialogue of which it may speak."""

    def __init__(self, order: Order, sent_at: int, at: int, reason: str, all: list[Order]) -> None:
        known = [(o, moment, a.version or 0) for o in all for moment, a in o.accepted[:1]]
        self.order = order
        self.reason = reason
        self.oldest = max((v for _, moment, v in known if moment < sent_at), default=1)
        self.newest = min((v for o, _, v in known if o.sent_at > at), default=10**9) - 1

    def is_true_of(self, dialogue: Dialogue) -> bool:
        if not self.oldest <= dialogue.version <= self.newest:
            return False
        try:
            decide(dialogue, new_call(self.order.by, self.order.id), self.order.command)
        except Refused as no:
            return no.reason == self.reason
        return False


def _check_refusals(orders: list[Order], entries: list[Stored]) -> None:
    """P4: what is refused was to be refused, at a moment between question and answer."""
    open_ones = [Refusal(o, *refusal, orders) for o in orders for refusal in o.refusals]
    dialogue = Dialogue(CODE)
    for entry in entries:
        apply_stored(dialogue, entry)
        open_ones = [one for one in open_ones if not one.is_true_of(dialogue)]
    must(not open_ones, "P4 a refusal is as fresh as an acceptance")


def _check_offered_again(campaign: Campaign, version_of: dict[str, int]) -> None:
    """After lost history: what a tab still holds as saved is in the log."""
    for tab in campaign.tabs:
        for order in tab.saved.values() if not tab.is_cut else ():
            must(order.id in version_of, "P12 what was saved is offered again")


def _not_by_tabs(ids: Counter[str]) -> set[str]:
    """The commands that arranged the evening, and the epochs."""
    return {id for id in ids if ":tab." in id or id.startswith("epoch:")}


class Urns:
    """All dots of an evening, counted from the events alone."""

    def __init__(self) -> None:
        self.tallies: dict[tuple[str, str], dict[str, int]] = {}
        self._rules: dict[str, Any] = {}
        self._cards: dict[tuple[str, str], str | None] = {}
        self._gone: set[tuple[str, str]] = set()
        self._lying: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self._closed: set[str] = set()
        self._always = False
        self._needs: set[str] = set()
        self._valid: set[str] = set()
        self._on: dict[str, str] = {}

    def read(self, event: Any) -> None:
        match type(event).__name__:
            case "BallotPlanned" | "BallotChanged":
                self._rules[event.ballot] = event
            case "BallotOpened":
                self._cards |= {(event.ballot, option.id): option.card for option in event.options}
                if self._always or self._rules[event.ballot].tickets:
                    self._needs.add(event.ballot)
            case "BallotClosed":
                self._closed.add(event.ballot)
                self._count(event.ballot)
            case "CardHidden" | "CardWithdrawn" | "CardErased":
                self._gone |= self._on_open_ballots(event.card)
                self._give_back()
            case "CardUnhidden":
                self._gone -= self._on_open_ballots(event.card)
            case "DotsPlaced":
                self._place(event)
            case "TicketsAsked":
                self._always = event.always
            case "TicketsIssued":
                self._valid |= set(event.tickets)
            case "TicketRedeemed":
                self._redeem(event)
            case "TicketFreed":
                self._leaves_its_phone(event.ticket)
            case "TicketsVoided":
                for ticket in event.tickets:
                    self._leaves_its_phone(ticket)
                self._valid -= set(event.tickets)

    def _redeem(self, event: Any) -> None:
        must(event.ticket in self._valid, "P17 only a valid ticket is redeemed")
        must(self._on.get(event.ticket, event.person) == event.person, "P17 one phone for a ticket")
        self._on[event.ticket] = event.person
        must(len(set(self._on.values())) == len(self._on), "P17 one ticket for a phone")

    def _leaves_its_phone(self, ticket: str) -> None:
        person = self._on.pop(ticket, None)
        for ballot in self._needs - self._closed:
            self._lying.pop((ballot, person or ""), None)

    def _place(self, event: Any) -> None:
        rule, mine = self._rules[event.ballot], self._lying[(event.ballot, event.person)]
        if event.ballot in self._needs:
            must(event.person in self._on.values(), "P17 no vote without a ticket")
        must(event.ballot not in self._closed, "P1 a closed vote takes no dots")
        must((event.ballot, event.option) not in self._gone, "P1 what is gone takes no dots")
        mine[event.option] = event.dots
        must(event.dots <= rule.most_per_option, "P1 no more dots on an option than allowed")
        must(sum(mine.values()) <= rule.dots, "P1 nobody spends more dots than allowed")

    def _on_open_ballots(self, card: str) -> set[tuple[str, str]]:
        return {key for key, on in self._cards.items() if on == card and key[0] not in self._closed}

    def _give_back(self) -> None:
        for (ballot, _), mine in self._lying.items():
            for option in [option for option in mine if (ballot, option) in self._gone]:
                del mine[option]

    def _count(self, ballot: str) -> None:
        if self._rules[ballot].method != "dots":
            return
        for key in [key for key in self._cards if key[0] == ballot]:
            dots = [mine.get(key[1], 0) for (at, _), mine in self._lying.items() if at == ballot]
            self.tallies[key] = {"dots": sum(dots), "voters": sum(one > 0 for one in dots)}


def check_dots(events: list[Any], truth: Dialogue) -> None:
    """P1 after every single event, and that the tallies shown are those of the events."""
    urns = Urns()
    for event in events:
        urns.read(event)
    shown = {key: option.tally for key, option in truth.options.items()}
    for key, tally in urns.tallies.items():
        must(shown[key] == tally, "P13 the tally is what was put in")
    for key, tally in shown.items():
        must(tally is None or truth.ballots[key[0]].state == "closed", "P5 no tally before the end")


def check_texts(events: list[Any], truth: Dialogue) -> None:
    for event in events:
        if type(event).__name__ == "CardPosted" and event.card in truth.cards:
            kept = truth.cards[event.card].original
            must(kept == event.text, "P9 the first text of a card is kept")


def check_screens(campaign: Campaign, truth: Dialogue) -> None:
    for tab in campaign.tabs:
        if tab.is_cut:
            continue
        try:
            tab.screen.check(truth)
        except AssertionError as differs:
            raise Broken("P8 old view + frames = fresh view") from differs
        must(tab.screen.epoch == truth.epoch, "P12 everybody is in the same epoch")
    secrets = [*truth.people, *truth.heard]
    for process in (*campaign.processes, *campaign.left_behind):
        for audience, frame in process.screens.published:
            if audience.kind in ("lobby", "table", "board", "host"):
                sent = msgspec.msgpack.encode(frame)
                must(not any(word.encode() in sent for word in secrets), "P7 nobody is named")
