"""Everything that can go wrong in an evening, each fault a coroutine that ends when it is over.

Afterwards `mend` puts everything right that a fault has left behind.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence

from campaigns.faults.ghost import Ghost
from campaigns.faults.history import Order
from campaigns.faults.stage import Stage
from campaigns.faults.stream import Entry, key_of, read_rows
from campaigns.faults.tab import Tab

DAY_SECONDS = 86_400


class Trouble:
    """The faults of one evening. `pasts` are logs that were taken away, `epochs` allowed for it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.house = stage.house
        self.chance = stage.chance
        self.pasts: list[list[Entry]] = []
        self.epochs = 0
        self.frozen: set[int] = set()
        self.is_rough = False

    def faults(self) -> dict[str, tuple[int, Callable[[], Awaitable[None]]]]:
        """How often each may come, by its name."""
        several = 1 if self.house.processes > 1 else 0
        return {
            "offline": (6, self.offline),
            "half-open connection": (6, self.half_open),
            "dead corner": (4, self.dead_corner),
            "slow connection": (4, self.slow),
            "cut after some bytes": (5, self.cut),
            "page that does not read": (1, self.stalled),
            "page that hops": (4, self.hops),
            "card that flickers": (3, self.flicker),
            "frames delivered twice": (5, self.doubles),
            "old command again elsewhere": (5, self.again_elsewhere),
            "id forged with another body": (4, self.forged),
            "tab closed before the ack": (5, self.closed_tab),
            "votes while the ballot closes": (5, self.closing_burst),
            "votes while cards are hidden": (6, self.hiding_burst),
            "two moderators at once": (4, self.quarrel),
            "link revoked": (1, self.revoked),
            "huge version claimed": (1, self.liar),
            "server killed": (4, self.kill_server),
            "server frozen": (3, self.freeze_server),
            "storage killed": (2, self.kill_store),
            "storage frozen": (3, self.freeze_store),
            "slow disk": (2, self.slow_disk),
            "clock jump": (2, self.clock_jump),
            "power cut": (2, self.power_cut),
            "disk full": (2 * several, self.disk_full),
            "disk error": (1 * several, self.disk_error),
            "history lost": (2 * several, self.lost_history),
            "history lost, all killed": (2 * several, self.lost_with_everybody),
        }

    async def break_out(self, most: int, always: Sequence[str]) -> None:
        """Some of them, at random moments; those that shake the house come one at a time."""
        known = self.faults()
        weights = [often for often, _ in known.values()]
        chosen = self.chance.choices(list(known), weights, k=self.chance.randint(2, most))
        chosen = [*always, *(one for one in chosen if not always or one not in SHAKING)]
        moments = sorted(self.chance.uniform(0.05, 1.7) for _ in chosen)
        begun: list[asyncio.Task[None]] = []
        at = 0.0
        for name, moment in zip(chosen, moments, strict=True):
            await asyncio.sleep(moment - at)
            at = moment
            begun.append(asyncio.ensure_future(self._one(name, known[name][1])))
        await asyncio.gather(*begun)

    async def _one(self, name: str, fault: Callable[[], Awaitable[None]]) -> None:
        if name in SHAKING:
            if self.is_rough:
                return
            self.is_rough = True
        self.stage.history.fault(name)
        try:
            await fault()
        finally:
            self.is_rough = self.is_rough and name not in SHAKING

    async def mend(self) -> None:
        """Everything heals; what was held back arrives."""
        for number in self.frozen:
            self.house.thaw(number)
        disk = self.house.disk
        disk.slow(0)
        disk.fail_syncs(times=0)
        disk.space(None)
        disk.shift_clock(0)
        self.house.signal_store(signal.SIGCONT)
        await self.house.store_answers()
        await self.house.all_open()
        for tab in self.stage.tabs:
            tab.doubles = 0.0
            tab.air.recover()
            tab.air.deliver_late()
            tab.open()

    def _moment(self, shortest: float, longest: float) -> Awaitable[None]:
        return asyncio.sleep(self.chance.uniform(shortest, longest))

    # On the way

    async def offline(self) -> None:
        air = self.stage.somebody().air
        air.is_gone = True
        air.drop()
        await self._moment(0.2, 1.0)
        air.is_gone = False

    async def half_open(self) -> None:
        """The tab gives up and comes back, while its old way still carries what it had sent."""
        tab = self.stage.somebody()
        air = tab.air
        air.leaves_half_open = True
        air.hold()
        await self._moment(0.05, 0.4)
        tab.lose()
        air.is_held = False
        await self._moment(0.1, 1.0)
        air.leaves_half_open = False
        air.deliver_late()

    async def dead_corner(self) -> None:
        air = self.stage.somebody().air
        air.hold()
        await self._moment(0.2, 1.2)
        air.recover()

    async def slow(self) -> None:
        air = self.stage.somebody().air
        air.delay = self.chance.uniform(0.03, 0.3)
        await self._moment(0.5, 1.2)
        air.delay = 0.0

    async def cut(self) -> None:
        self.stage.somebody().air.bytes_left = self.chance.randint(1, 2500)

    async def stalled(self) -> None:
        """The wall does not read while long cards pour in."""
        air = self.stage.board.air
        air.stall()
        for number in range(20):
            for phone in self.stage.phones:
                if len(phone.outbox) < 20:
                    text = f"Viel {phone.name} {number} " + "viel " * 80
                    phone.give("PostCard", text=text.strip(), kind="idea")
            await self._moment(0.02, 0.06)
        air.read_on()

    async def hops(self) -> None:
        """One page comes to another process again and again."""
        air = self.chance.choice(self.stage.tabs).air
        for _ in range(6):
            air.drop()
            await self._moment(0.05, 0.4)

    async def flicker(self) -> None:
        """A card is hidden and shown faster than any frame can tell."""
        entries = self.stage.moderators[0].shared.entries
        cards = [one["id"] for key, one in entries.items() if key[:5] == "card:"]
        for turn in range(16 if cards else 0):
            moderator = self.stage.moderators[0]
            if turn % 2:
                moderator.give("UnhideCard", card=cards[0])
            else:
                moderator.give("HideCard", card=cards[0], reason="Versehen")
            await self._moment(0.01, 0.1)

    # What tabs and people do

    async def doubles(self) -> None:
        tab = self.stage.somebody()
        tab.doubles = 0.6
        await self._moment(0.5, 1.0)
        tab.doubles = 0.0

    async def again_elsewhere(self) -> None:
        tab = self.chance.choice(self.stage.phones)
        orders = [*tab.outbox.values(), *tab.saved.values()]
        chosen = self.chance.sample(orders, min(len(orders), 4))
        await Ghost(self.stage, tab).send(chosen)

    async def forged(self) -> None:
        tab = self.chance.choice([*self.stage.phones, *self.stage.moderators])
        orders = [*tab.outbox.values(), *tab.saved.values()]
        if orders:
            await Ghost(self.stage, tab).send([self._forge(self.chance.choice(orders))])

    def _forge(self, order: Order) -> Order:
        body = {"name": "ChooseLanguage", "language": self.chance.choice(("de", "ar"))}
        if order.who.role != "participant":
            body = {"name": "DescribeDialogue", "title": {"de": "gefälscht"}}
            body |= {"goal": {}, "afterwards": {}}
        now = self.stage.history.now()
        forged = Order(order.who, order.own_id, body, order.tab, now, forged=True)
        self.stage.history.orders.append(forged)
        return forged

    async def closed_tab(self) -> None:
        tab = self.chance.choice(self.stage.phones)
        tab.give("PostCard", text=f"Letzte Karte {tab.name} #{self.chance.random()}", kind="idea")
        await self._moment(0.0, 0.02)
        await tab.close()
        await self._moment(0.1, 0.8)
        tab.open()

    async def closing_burst(self) -> None:
        for phone in self.stage.phones:
            self._vote(phone)
        ballot = self._open_ballot(self.stage.moderators[0])
        if ballot:
            self.stage.moderators[0].give("CloseBallot", ballot=ballot)
        for phone in self.stage.phones:
            self._vote(phone)

    async def hiding_burst(self) -> None:
        """The moderator hides, shows and hides again what people are voting on."""
        moderator = self.chance.choice(self.stage.moderators)
        entries = moderator.shared.entries
        options = [one for key, one in entries.items() if key[:7] == "option:" and one["card"]]
        if not options:
            return
        option = self.chance.choice(options)
        for turn in range(self.chance.randint(2, 5)):
            for phone in self.stage.phones:
                self._vote(phone, option)
            if turn % 2:
                moderator.give("UnhideCard", card=option["card"])
            else:
                moderator.give("HideCard", card=option["card"], reason="Streit")
            await self._moment(0.0, 0.15)

    async def quarrel(self) -> None:
        """Both moderators decide about the same things at the same moment."""
        first = self.stage.moderators[0].shared.entries
        rounds = [one["id"] for key, one in first.items() if key[:6] == "round:"]
        cards = [one["id"] for key, one in first.items() if key[:5] == "card:"]
        for _ in range(3):
            one, other = self.chance.sample(self.stage.moderators, 2)
            if rounds:
                one.give("CloseRound", round=rounds[0])
                other.give("OpenRound", round=rounds[0])
            if cards:
                card = self.chance.choice(cards)
                one.give("HideCard", card=card, reason="so")
                other.give("HideCard", card=card, reason="oder so")
                other.give("UnhideCard", card=card)
            await self._moment(0.0, 0.2)

    async def revoked(self) -> None:
        self.stage.moderators[0].give("RevokeLink", link=self.stage.host.who.id)

    async def liar(self) -> None:
        """A phone claims to have seen more than there is: at most one new epoch for each process
        that has come up since, or has met a storage that came back."""
        self.epochs += 2 * self.house.processes
        tab = self.chance.choice(self.stage.phones)
        if tab.shared.epoch is not None:
            await Ghost(self.stage, tab).claim(tab.shared.epoch, 10**9)

    def _vote(self, phone: Tab, option: dict[str, object] | None = None) -> None:
        ballot = self._open_ballot(phone)
        if option is None and ballot:
            option = {"ballot": ballot, "id": str(self.chance.randint(1, 4))}
        if option and len(phone.outbox) < 16:
            dots = self.chance.choice((0, 1, 1, 2, 3))
            where = {"ballot": option["ballot"], "option": option["id"]}
            phone.give("PlaceDots", **where, dots=dots)

    def _open_ballot(self, tab: Tab) -> str | None:
        found = [
            one["id"]
            for key, one in tab.shared.entries.items()
            if key[:7] == "ballot:" and one["state"] == "open" and one["method"] == "dots"
        ]
        return self.chance.choice(found) if found else None

    # In the house

    async def kill_server(self) -> None:
        number = self.chance.randrange(self.house.processes)
        self.house.pauses[number] = self.chance.choice((0.0, 0.0, 0.3))
        self.house.kill(number)
        await self._moment(0.1, 0.3)

    async def freeze_server(self) -> None:
        number = self.chance.randrange(self.house.processes)
        self.frozen.add(number)
        self.house.freeze(number)
        await self._moment(0.2, 1.2)
        self.house.thaw(number)

    async def kill_store(self) -> None:
        self.house.signal_store(signal.SIGKILL)
        await self._moment(0.1, 0.3)

    async def freeze_store(self) -> None:
        """Long enough, at times, for processes to give up what still lands after the thaw."""
        self.house.signal_store(signal.SIGSTOP)
        await self._moment(0.1, 1.2)
        self.house.signal_store(signal.SIGCONT)

    async def slow_disk(self) -> None:
        self.house.disk.slow(self.chance.uniform(0.02, 0.2))
        await self._moment(0.4, 1.0)
        self.house.disk.slow(0)

    async def clock_jump(self) -> None:
        self.house.disk.shift_clock(self.chance.choice((-DAY_SECONDS, DAY_SECONDS, 3600, -5)))
        await self._moment(0.3, 1.0)

    async def power_cut(self) -> None:
        self.epochs += 2
        await self.house.cut_power(self.chance)
        await self._moment(0.1, 0.3)

    async def disk_full(self) -> None:
        self.house.disk.space(self.chance.randint(0, 3000))
        await self._moment(0.2, 0.7)
        self.house.disk.space(None)

    async def disk_error(self) -> None:
        self.house.disk.fail_syncs(self.chance.randint(0, 10), 1)
        await self._moment(0.2, 0.5)

    async def lost_history(self) -> None:
        """The storage falls back to an older copy, as after a failover to one that lagged."""
        key = key_of(self.stage.code)
        with self.house.store() as store:
            older = store.ask("DUMP", key)
        await self._moment(0.05, 0.5)
        with self.house.store() as store:
            store.ask("MULTI")
            store.ask("XRANGE", key, "-", "+")
            store.ask("RESTORE", key, 0, older, "REPLACE")
            rows, _ = store.ask("EXEC")
            store.ask("CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES")
        self.pasts.append(read_rows(rows))
        self.epochs += 2 * self.house.processes

    async def lost_with_everybody(self) -> None:
        """As before, and no process is left that had seen what was lost: only the phones have."""
        await self.lost_history()
        for number in range(self.house.processes):
            self.house.pauses[number] = 0.0
            self.house.kill(number)


SHAKING = {
    *("server killed", "server frozen", "storage killed", "storage frozen", "power cut"),
    *("disk full", "disk error", "slow disk"),
    *("history lost", "history lost, all killed"),
}
"""Of these only one is under way at any time: the next is left out while one is."""
