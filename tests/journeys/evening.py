"""An evening for journeys that are not about the moderator: she needs no browser there."""

from typing import Any

from house import PUBLIC_URL, House

from server.phones import Desk, Screen

AGREEMENT = {
    "title": {"de": "Was uns wichtig ist", "en": "What matters to us", "ar": "ما يهمنا"},
    "method": "agreement",
    "statements": [
        {"de": "Der Sportplatz bleibt.", "en": "The sports ground stays.", "ar": "يبقى الملعب."},
        {
            "de": "Sprachkurse finden auch abends und am Wochenende statt, mit Kinderbetreuung.",
            "en": "Language courses also take place in the evening and at weekends.",
            "ar": "تُقام دورات اللغة في المساء وفي عطلة نهاية الأسبوع أيضًا، مع رعاية للأطفال.",
        },
        {"de": "Die Stadt berichtet im Herbst.", "ar": "تقدّم المدينة تقريرًا في الخريف."},
    ],
}


class Evening:
    """A dialogue from the workshop's template; `moderator` holds what her screen would show."""

    def __init__(self, desk: Desk, made: dict[str, str], moderator: Screen) -> None:
        self.desk = desk
        self.code = made["code"]
        self.moderator_link = made["moderator_link"]
        self.moderator = moderator

    @classmethod
    async def begun(cls, house: House, *languages: str) -> "Evening":
        desk = await house.desk()
        spoken = languages or ("de", "en", "ar")
        wanted = {"template": "zukunftswerkstatt", "title": None, "languages": spoken}
        made = await desk.post("/api/dialogues", {**wanted, "tables": 6})
        return cls(desk, made, await house.light_screen(made["moderator_link"]))

    def address(self, table: int) -> str:
        """What the QR code on that table leads to."""
        return f"{PUBLIC_URL}/{self.code}/{table}"

    async def link(self, role: str) -> str:
        """The personal link of this role, newest first."""
        links = (await self.desk.get(f"/api/dialogues/{self.code}/links"))["links"]
        url: str = [link["url"] for link in links if link["role"] == role][-1]
        return url

    async def revoke(self, link: str) -> None:
        await self.order("RevokeLink", link=link.partition("#")[2].split(".")[1])

    async def order(self, name: str, **fields: Any) -> None:
        """Returns when her screen would show it."""
        answer = await self.moderator.command(name, **fields)
        assert answer["ok"], answer
        await self.moderator.until(lambda: self._has_seen(answer["version"]))

    @property
    def rounds(self) -> list[dict[str, Any]]:
        return self._in_order("round")

    @property
    def languages(self) -> list[str]:
        (dialogue,) = self.moderator.shared.all("dialogue")
        offered: list[str] = dialogue["languages"]
        return offered

    @property
    def round_is_open(self) -> bool:
        return any(one["state"] == "open" for one in self.rounds)

    async def open_round(self, number: int) -> None:
        """The first, second or third round of the workshop."""
        await self.order("OpenRound", round=self.rounds[number - 1]["id"])

    async def close_round(self) -> None:
        (is_open,) = [one for one in self.rounds if one["state"] == "open"]
        await self.order("CloseRound", round=is_open["id"])

    async def open_ballot(self) -> None:
        """The newest one."""
        await self.order("OpenBallot", ballot=self._in_order("ballot")[-1]["id"])

    async def close_ballot(self) -> None:
        (is_open,) = [one for one in self._in_order("ballot") if one["state"] == "open"]
        await self.order("CloseBallot", ballot=is_open["id"])

    async def count_heads(self, people: dict[int, int]) -> None:
        """By table; 0 is the hall."""
        for table, number in people.items():
            await self.order("CountHeads", table=table, people=number)

    async def show_overshoot(self) -> None:
        """Of the newest ballot, on the wall."""
        await self.order("ShowOvershoot", ballot=self._in_order("ballot")[-1]["id"], shown=True)

    async def plan_agreement(self) -> None:
        """A ballot on three statements, one of them long."""
        await self.order("PlanBallot", **AGREEMENT)

    async def hide(self, text: str, reason: str) -> None:
        """The first card with this text."""
        held = self.moderator.shared
        found = await self.moderator.until(
            lambda: [card["id"] for card in held.all("card") if card["text"] == text]
        )
        await self.order("HideCard", card=found[0], reason=reason)

    async def results(self) -> Any:
        return await self.desk.get(f"/api/dialogues/{self.code}/results.json")

    def _has_seen(self, version: int) -> bool:
        return (self.moderator.shared.version or 0) >= version

    def _in_order(self, kind: str) -> list[dict[str, Any]]:
        return sorted(self.moderator.shared.all(kind), key=lambda entry: int(entry["order"]))
