"""Faults outside the house: on the way to it, and what pages do there."""

from functools import partial

from campaigns.faults.ghost import Ghost
from campaigns.faults.history import Order
from campaigns.faults.people import People
from campaigns.faults.tab import Tab


class Outside(People):
    """Each fault ends when it is over; some leave the air to be mended."""

    def _touched(self) -> Tab:
        """Somebody whose connections may end from now on without any process being at fault."""
        tab = self.stage.somebody()
        self.stage.history.touched.add(tab.name)
        return tab

    # On the way

    async def offline(self) -> None:
        air = self._touched().air
        air.is_gone = True
        air.drop()
        await self._moment(0.2, 1.0)
        air.is_gone = False

    async def half_open(self) -> None:
        """The tab gives up and comes back, while its old way still carries what it had sent."""
        tab = self._touched()
        air = tab.air
        air.leaves_half_open = True
        air.hold()
        await self._moment(0.05, 0.4)
        tab.lose()
        air.is_held = False
        await self._moment(0.1, 1.0)
        air.leaves_half_open = False
        air.deliver_late()

    async def late_copy(self) -> None:
        """What was refused on another way meanwhile arrives when it would be allowed."""
        phone = self.chance.choice(self.stage.phones)
        ballot = self._open_ballot(phone)
        if ballot is None:
            return
        self.stage.history.touched.add(phone.name)
        vote = partial(phone.give, "PlaceDots", ballot=ballot)
        vote(option="1", dots=2)
        vote(option="2", dots=1)
        await self._moment(0.1, 0.3)
        phone.air.leaves_half_open = True
        phone.air.hold()
        vote(option="3", dots=1)
        await self._moment(0.02, 0.05)
        phone.lose()
        phone.air.is_held = False
        await self._moment(0.3, 0.6)
        vote(option="1", dots=0)
        await self._moment(0.1, 0.3)
        phone.air.leaves_half_open = False
        phone.air.deliver_late()

    async def dead_corner(self) -> None:
        air = self._touched().air
        air.hold()
        await self._moment(0.2, 1.2)
        air.recover()

    async def slow(self) -> None:
        air = self._touched().air
        air.delay = self.chance.uniform(0.03, 0.3)
        await self._moment(0.5, 1.2)
        air.delay = 0.0

    async def cut(self) -> None:
        self._touched().air.bytes_left = self.chance.randint(1, 2500)

    async def stalled(self) -> None:
        """The wall does not read while long cards pour in."""
        self.stage.history.touched.add(self.stage.board.name)
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
        air = self._touched().air
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

    # What pages do

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
        if body == order.body:
            body = {"name": "TakeTable", "table": 1}
        now = self.stage.history.now()
        forged = Order(order.who, order.own_id, body, order.tab, now, forged=True)
        self.stage.history.orders.append(forged)
        return forged

    async def closed_tab(self) -> None:
        tab = self.chance.choice(self.stage.phones)
        tab.give("PostCard", text=f"Letzte {tab.name} #{self.chance.random()}#", kind="idea")
        await self._moment(0.0, 0.02)
        self.stage.history.touched.add(tab.name)
        await tab.close()
        await self._moment(0.1, 0.8)
        tab.open()

    async def liar(self) -> None:
        """A phone claims to have seen more than there is: at most one new epoch for each process
        that has come up since, or has met a storage that came back."""
        self.epochs += 2 * self.house.processes
        tab = self.chance.choice(self.stage.phones)
        if tab.shared.epoch is not None:
            await Ghost(self.stage, tab).claim(tab.shared.epoch, 10**9)
