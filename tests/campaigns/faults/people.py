"""What people do to each other: they vote, hide, erase, redeem and decide at the same moment."""

from campaigns.faults.mishaps import Mishaps
from campaigns.faults.tab import Tab


class People(Mishaps):
    """Each fault ends when it is over."""

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

    async def shared_ticket(self) -> None:
        """Everybody types the same ticket at the same moment, again and again, and votes by it."""
        crowd, (one, other) = self.stage.crowd, self.stage.moderators
        for _ in range(3):
            secret = self.chance.choice(crowd.papers)
            for phone in self.chance.sample(self.stage.phones, 3):
                one.give("FreeTicket", secret=crowd.own_ticket(phone))
            await self._moment(0.05, 0.15)
            for phone in self.stage.phones:
                if len(phone.outbox) < 12:
                    phone.give("RedeemTicket", secret=secret)
                    self._vote(phone)
            other.give(self.chance.choice(("FreeTicket", "VoidTicket")), secret=secret)
            await self._moment(0.0, 0.2)

    async def erased(self) -> None:
        """Cards are erased by two hands at once while people vote on them and hide them."""
        for turn in range(2):
            card = self._card_to_erase()
            if card is None:
                return
            self._concern(card)
            process = self.chance.randrange(self.house.processes)
            self.stage.organiser.erase(card, process)
            if turn or self.chance.random() < 0.3:
                self.stage.organiser.erase(card, (process + 1) % self.house.processes)
            await self._moment(0.0, 0.1)
            self._concern(card)

    def _concern(self, card: str) -> None:
        """Everybody does something about this card, whether it is still there or not."""
        moderator = self.chance.choice(self.stage.moderators)
        entries = moderator.shared.entries
        options = [one for k, one in entries.items() if k[:7] == "option:" and one["card"] == card]
        for phone in self.stage.phones:
            for option in options:
                self._vote(phone, option)
            mine = phone.mine.entries.get(f"mycard:{card}")
            if mine and len(phone.outbox) < 16:
                phone.give("EditCard", card=card, text=f"{mine['text']}+", kind=mine["kind"])
        reason = f"Streit #{self.stage.seed}.{self.chance.random()}#"
        moderator.give("HideCard", card=card, reason=reason)
        moderator.give("UnhideCard", card=card)

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
