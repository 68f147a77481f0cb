"""People at every table without a browser, so that pages have something to show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle

from evening import Evening
from house import House

from server.phones import Phone

TABLES = range(1, 7)
AT_EACH = 2
KINDS = ("worry", "question", "going_well")
CARDS = (
    ("de", "Ich habe Angst, dass für die neue Unterkunft unser Sportplatz wegfällt."),
    ("ar", "نحتاج إلى دورات لغة مسائية لأن كثيرين منّا يعملون في النهار."),
    ("de", "Kinderbetreuung während der Sprachkurse."),
    ("ar", "لدي شهادة B1 ولكن لا أجد مكانًا في دورة B2."),
    ("en", "Buses stop at 8 pm, so I cannot get to my late shift."),
    ("de", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung"),
    ("de", "Behördenbriefe sind kaum zu verstehen. " * 12),
)


class FullTables:
    """Some phones at each table of an evening."""

    def __init__(self, evening: Evening) -> None:
        self._evening = evening
        self._phones: list[tuple[Phone, int]] = []

    @classmethod
    @asynccontextmanager
    async def taken(cls, house: House, evening: Evening) -> AsyncIterator["FullTables"]:
        tables = cls(evening)
        languages = cycle(language for language, _ in CARDS)
        for table in TABLES:
            for _ in range(AT_EACH):
                phone = house.light_phone(evening.code)
                await phone.join(next(languages), table)
                tables._phones.append((phone, table))
        yield tables
        for phone, _ in tables._phones:
            await phone.close()

    async def write_cards(self) -> None:
        """One after another, more at some tables than at others."""
        (running,) = [one for one in self._evening.rounds if one["state"] == "open"]
        texts = cycle(text.strip() for _, text in CARDS)
        kinds = cycle(running["kinds"])
        for number, (phone, table) in enumerate(self._phones):
            for _ in range(1 + table % 3 + number % 2):
                answer = await phone.command("PostCard", text=next(texts), kind=next(kinds))
                assert answer["ok"], answer

    async def give_dots(self) -> None:
        """Each person some, to the first options of the own table."""
        for phone, _ in self._phones:
            ballot = await _open_ballot(phone)
            options = sorted(phone.shared.all("option"), key=lambda one: int(one["order"]))
            for option, dots in zip(options, (2, 1), strict=False):
                placed = {"ballot": ballot, "option": option["id"], "dots": dots}
                assert (await phone.command("PlaceDots", **placed))["ok"]

    async def agree(self) -> None:
        """To most of what is stated; some know nothing."""
        answers = cycle(("agree", "agree", "disagree", "agree", "pass"))
        for phone, _ in self._phones:
            ballot = await _open_ballot(phone)
            for option in phone.shared.all("option"):
                if option["ballot"] == ballot:
                    said = {"ballot": ballot, "option": option["id"], "answer": next(answers)}
                    assert (await phone.command("AnswerStatement", **said))["ok"]


async def _open_ballot(phone: Phone) -> str:
    """Its id, as soon as this phone knows of it."""
    ballots = await phone.until(
        lambda: [one["id"] for one in phone.shared.all("ballot") if one["state"] == "open"]
    )
    return str(ballots[0])
