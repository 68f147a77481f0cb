"""The server under test with its two evenings, the healthy phones, and what is left at the end.

In the first evening healthy phones go on voting and changing their cards while guests and staff of
the same evening attack; the second belongs to attackers with a moderator's link.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from program import Installation

from campaigns.packets.lives import Door
from campaigns.packets.orders import GUESTS
from rooms.abilities import COMMANDS
from rooms.dialogue import Dialogue
from rooms.entries import replay
from rooms.redis_log import RedisLog
from rooms.texts import MOST_CARD_LETTERS, clean_text
from server.phones import Ack, Desk, Phone, Screen

TABLES = 4
PHONES = 16
SECONDS_BETWEEN = 0.4


@dataclass
class Hall:
    """`waits` are the seconds each healthy phone's command took; `refusals` what went wrong."""

    program: Installation
    folder: Path
    desk: Desk
    code: str
    other: str
    phones: list[Phone] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    quiet: bool = False

    @property
    def address(self) -> tuple[str, int]:
        where = urlsplit(self.program.own_url)
        return str(where.hostname), int(where.port or 0)

    def memory(self) -> int:
        """Bytes the server process itself has in memory."""
        return int(psutil.Process(self.program.pid).memory_info().rss)

    def log_bytes(self) -> int:
        """Everything written for people to read: the server's own words and its store's."""
        store = self.folder / "store"
        return len(self.program.said.encode()) + sum(
            path.stat().st_size for path in store.glob("valkey.log*")
        )

    async def talk(self, rng: random.Random) -> None:
        """Healthy phones change what they wrote, again and again, until `quiet` is set."""
        await asyncio.gather(*(self._talk(phone, rng) for phone in self.phones))

    async def _talk(self, phone: Phone, rng: random.Random) -> None:
        nth = 0
        while not self.quiet:
            await asyncio.sleep(rng.random() * 2 * SECONDS_BETWEEN)
            nth += 1
            (card,) = phone.mine.all("mycard")
            text = f"Gedanke {nth} von {self.phones.index(phone)}"
            ack = await phone.command("EditCard", card=card["id"], text=text, kind=card["kind"])
            if ack["ok"]:
                self.said[card["id"]] = text

    def told(self, name: str, seconds: float, ack: Ack) -> None:
        self.waits.append(seconds)
        if not ack["ok"]:
            self.refusals.append(f"{name}: {ack}")

    async def doors(self) -> tuple[Door, list[Door]]:
        """How attackers come in: as guests of the hall, with its lesser links, as a moderator."""
        known = await self._known(self.code)
        first = ({"id": "abcdef01.1", "name": "Join", "language": "de"},)
        first += ({"id": "abcdef01.2", "name": "TakeTable", "table": 1},)
        guest = Door({"code": self.code}, "", known, GUESTS, first)
        staff = [await self._door(self.code, role, known) for role in ("host", "board")]
        return guest, [
            *staff,
            await self._door(self.other, "moderator", await self._known(self.other)),
        ]

    async def _door(self, code: str, role: str, known: dict[str, list[Any]]) -> Door:
        link = await self._link(code, role)
        desk = Desk(self.program.own_url)
        entered = await desk.enter(urlsplit(link["url"]).fragment)
        return Door({"code": code, "link": entered["link"]}, desk.cookie, known, tuple(COMMANDS))

    async def _link(self, code: str, role: str) -> dict[str, Any]:
        links = (await self.desk.get(f"/api/dialogues/{code}/links"))["links"]
        found: dict[str, Any] = next(link for link in links if link["role"] == role)
        return found

    async def moderator(self, code: str) -> Screen:
        desk = Desk(self.program.own_url)
        screen = await desk.staff((await self._link(code, "moderator"))["url"])
        await screen.connect()
        return screen

    async def _known(self, code: str) -> dict[str, list[Any]]:
        """The ids a page of the moderator holds, by the field that names them."""
        screen = await self.moderator(code)
        known: dict[str, list[Any]] = {}
        for kind in ("card", "round", "ballot", "topic", "option"):
            known[kind] = [entry["id"] for entry in screen.shared.all(kind)]
        known["table"] = [entry["number"] for entry in screen.shared.all("table")]
        known["rounds"] = known["round"]
        await screen.close()
        return known

    async def read(self, code: str) -> Dialogue:
        """The evening as its log tells it, from the first entry to the last. Raises Corrupted."""
        socket = self.folder / "store" / "valkey.sock"
        log = RedisLog(f"unix://{socket}")
        entries = await log.read(code)
        await log.close()
        return replay(code, entries)

    async def check_unharmed(self) -> list[str]:
        """What is wrong with the evenings afterwards: nothing, if all is well."""
        here, there = await self.read(self.code), await self.read(self.other)
        wrong = [*self.refusals]
        for card, text in self.said.items():
            if here.cards[card].text != text:  # type: ignore[index]
                wrong.append(f"the card {text!r} now says {here.cards[card].text!r}")  # type: ignore[index]
        for dialogue in (here, there):
            for kept in dialogue.cards.values():
                if clean_text(kept.text, MOST_CARD_LETTERS) != kept.text:
                    wrong.append(f"a card no rule would let in: {kept.text!r}")
        fresh = Phone(self.program.own_url, self.code)
        await fresh.join("de", 1)
        for phone in self.phones[::TABLES]:
            try:
                await fresh.until(lambda p=phone: p.shared.entries == fresh.shared.entries)
            except TimeoutError:
                wrong.append("a phone holds another view than a fresh one")
        await fresh.close()
        return wrong


@asynccontextmanager
async def open_hall(folder: Path, port: int) -> AsyncIterator[Hall]:
    """The server on that folder, both evenings set up, the healthy phones with a card each."""
    program = Installation(folder, port)
    await program.open()
    desk = await Desk.of_organiser(program.organiser_link)
    codes = [await _evening(desk) for _ in range(2)]
    hall = Hall(program, folder, desk, *codes)
    try:
        await _set_up(hall)
        yield hall
    finally:
        for phone in hall.phones:
            await phone.close()
        await program.close()


async def _evening(desk: Desk) -> str:
    wanted = {"template": "zukunftswerkstatt", "languages": ["de", "en", "ar"], "tables": TABLES}
    return str((await desk.post("/api/dialogues", wanted))["code"])


async def _set_up(hall: Hall) -> None:
    for code in (hall.code, hall.other):
        moderator = await hall.moderator(code)
        (first, *_) = moderator.shared.all("round")
        await moderator.command("OpenRound", round=first["id"])
        await moderator.command("IssueLink", role="host", table=1)
        for nth in range(PHONES if code == hall.code else 3):
            phone = Phone(hall.program.own_url, code, told=hall.told)
            await phone.join("de", nth % TABLES + 1)
            ack = await phone.command("PostCard", text=f"Gedanke von {nth}", kind=first["kinds"][0])
            assert ack["ok"], ack
            await phone.until(phone.cards)
            if code == hall.code:
                hall.phones.append(phone)
            else:
                await phone.close()
        await _open_a_vote(moderator)
        await moderator.close()
    hall.waits.clear()


async def _open_a_vote(moderator: Screen) -> None:
    before = {ballot["id"] for ballot in moderator.shared.all("ballot")}
    await moderator.command("PlanBallot", title={"de": "Was zuerst?"}, method="dots")
    ballot = await moderator.until(
        lambda: [one["id"] for one in moderator.shared.all("ballot") if one["id"] not in before]
    )
    ack = await moderator.command("OpenBallot", ballot=ballot[0])
    assert ack["ok"], ack
