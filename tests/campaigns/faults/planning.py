"""The organisation of the hall changes while people sit in it: tables come and go, plans change."""

from typing import Any

from campaigns.faults.mishaps import Mishaps
from campaigns.faults.tab import Tab

MOST_TABLES = 6


class Planning(Mishaps):
    """Each fault ends when it is over."""

    async def late_table(self) -> None:
        """One table more, people go there, and its host comes in by a link issued only now."""
        one, other = self.chance.sample(self.stage.moderators, 2)
        number = await self._put_up(one)
        label = f"Nachzug #{self.stage.seed}.{self.chance.random()}#"
        one.give("IssueLink", role="host", table=number, label=label)
        for phone in self.chance.sample(self.stage.phones, 2):
            phone.give("TakeTable", table=number)
        if self.chance.random() < 0.3:
            other.give("RemoveTable", table=number)
        await self._moment(0.1, 0.3)
        found = [v["id"] for v in _shown(one, "link") if v["label"] == label and not v["revoked"]]
        host = await self.stage.admit(found[0]) if found else None
        if host:
            await self.stage.live(host)

    async def vanishing_table(self) -> None:
        """The last table goes at the moment at which somebody sits down there or leaves it."""
        one, other = self.chance.sample(self.stage.moderators, 2)
        number = await self._put_up(one)
        for _ in range(3):
            phone = self.chance.choice(self.stage.phones)
            phone.give("TakeTable", table=number)
            other.give("RemoveTable", table=number)
            if self.chance.random() < 0.4:
                phone.give("PostCard", text=f"Hier #{self.chance.random()}#", kind="idea")
            phone.give("TakeTable", table=self.chance.randint(1, 2))
            await self._moment(0.0, 0.15)
            other.give("RemoveTable", table=number)
            one.give("AddTable", topic=self._topic(one))
            await self._moment(0.0, 0.1)

    async def opening_plan(self) -> None:
        """One moderator opens what the other is changing, or strikes."""
        planner = self.stage.crowd.planner
        for _ in range(2):
            one, other = self.chance.sample(self.stage.moderators, 2)
            planned = [v["id"] for v in _shown(one, "ballot") if v["state"] == "planned"]
            if planned:
                ballot = self.chance.choice(planned)
                other.give("ChangeBallot", ballot=ballot, **planner.ballot(other))
                one.give("OpenBallot", ballot=ballot)
                other.give("ChangeBallot", ballot=ballot, **planner.ballot(other))
                other.give("RemoveBallot", ballot=ballot)
            rounds = [v["id"] for v in _shown(one, "round")]
            if rounds:
                chosen = self.chance.choice(rounds)
                other.give("RemoveRound", round=chosen)
                other.give("ChangeRound", round=chosen, **planner.round())
            await self._moment(0.05, 0.3)

    async def vanishing_language(self) -> None:
        """A language is taken from the offer and put back while everybody chooses it."""
        moderator = self.chance.choice(self.stage.moderators)
        for offered in (["de"], ["de", "en", "ar"], ["ar", "de"], ["de"], ["de", "ar"]):
            moderator.give("OfferLanguages", languages=offered)
            for phone in self.stage.phones:
                if len(phone.outbox) < 12:
                    phone.give("ChooseLanguage", language=self.chance.choice(("ar", "ar", "en")))
            await self._moment(0.02, 0.15)

    async def second_dialogue(self) -> None:
        """The organiser makes another dialogue beside this one, which nobody here may notice."""
        wanted = {"template": "blank", "tables": self.chance.randint(1, 4)}
        title = {"de": f"Daneben #{self.stage.seed}.{self.chance.random()}#", "en": "Beside"}
        languages = self.chance.choice((["de"], ["de", "en"], ["de", "ar"]))
        process = self.chance.randrange(self.house.processes)
        self.stage.organiser.make({**wanted, "title": title, "languages": languages}, process)

    async def _put_up(self, moderator: Tab) -> int:
        """The number of the last table, after one more was wanted unless there are many."""
        if len(_shown(moderator, "table")) < MOST_TABLES:
            moderator.give("AddTable", topic=self._topic(moderator))
        await self._moment(0.05, 0.2)
        return max((one["number"] for one in _shown(moderator, "table")), default=1)

    def _topic(self, tab: Tab) -> str:
        return str(self.chance.choice([one["id"] for one in _shown(tab, "topic")] or ["0" * 16]))


def _shown(tab: Tab, kind: str) -> list[dict[str, Any]]:
    return [one for key, one in tab.shared.entries.items() if key.partition(":")[0] == kind]
