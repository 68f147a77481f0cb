"""One evening of seconds on a house: people arrive, act and meet faults; then all is mended.

The seed decides who does what when, and what fails; the processes are real, so two runs of one
seed differ in the order of milliseconds.
"""

import asyncio
import hashlib
import random
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from campaigns.faults.air import Air
from campaigns.faults.crowd import KINDS, Crowd
from campaigns.faults.history import History
from campaigns.faults.house import House
from campaigns.faults.organiser import Organiser
from campaigns.faults.paper import ticket_of
from campaigns.faults.rules import Who
from campaigns.faults.tab import Tab
from server.phones import Desk, NotAnswered

TABLES = 3
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.02
BUSY_SECONDS = 2.0
PAUSE_SECONDS = 0.28
MODERATORS_PAUSE_SECONDS = 0.14
OTHER_PROCESS = 0.3
PRINTED = 12
REDEEMED = 0.8
WITH_TICKETS = 0.35
ADMITTED_SECONDS = 2.0


class Stuck(Exception):
    """Something that must come about did not."""


class Stage:
    """`tabs` are all pages of the evening, `phones` those of participants."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.seed = seed
        self.chance = random.Random(seed)
        self.history = History()
        self.code = ""
        self.tabs: list[Tab] = []
        self.secrets: set[str] = set()
        self.setup = 0
        self.over = 0.0
        self.crowd = Crowd(random.Random(seed + 1), TABLES, seed)
        self.organiser = Organiser(self)
        self._home = random.Random(seed + 2)
        self._cookies: dict[str, str] = {}

    # The evening

    async def set_up(self) -> None:
        """A new dialogue with an open round and two open ballots, and everybody connected."""
        self.desk = await Desk.of_organiser(self.house.organiser_link)
        wanted = {"template": "blank", "title": {"de": "Abend"}, "languages": ["de", "ar"]}
        made = await self.desk.post("/api/dialogues", {**wanted, "tables": TABLES})
        self.code = made["code"]
        found = await self.desk.get(f"/api/dialogues/{self.code}/links")
        links = {(link["role"], link["table"]): link for link in found["links"]}
        with self.house.store() as store:
            self.setup = store.entries(self.code)[-1].version
        moderator = await self._staff(links["moderator", None], "moda")
        second = await self._staff(links["moderator", None], "modb")
        host = await self._staff(links["host", 1], "host")
        self.board = await self._staff(links["board", None], "board")
        self.board.air.is_narrow = True
        for number in range(self.chance.randint(4, 6)):
            await self._phone(f"phone{number}", secrets.token_hex(16))
        await self._phone("again0", self.phones[0].auth["token"])
        self.moderators, self.host = (moderator, second), host
        for tab in self.tabs:
            tab.open()
        await self._arrange(moderator)
        await self._arrive()

    async def act(self) -> None:
        """People do what they like until the time is over."""
        loop = asyncio.get_running_loop()
        self.over = loop.time() + BUSY_SECONDS
        acting = [tab for tab in self.tabs if tab.who.role != "board"]
        await asyncio.gather(*(self.live(tab) for tab in acting))

    async def close(self) -> None:
        await self.organiser.close()
        await asyncio.gather(*(tab.close() for tab in self.tabs))
        await asyncio.gather(*(tab.air.close() for tab in self.tabs))

    @property
    def phones(self) -> list[Tab]:
        return [tab for tab in self.tabs if tab.who.role == "participant"]

    def somebody(self) -> Tab:
        return self.chance.choice(self.tabs)

    def leaked(self) -> Iterable[str]:
        """I13: secrets that came over any connection, in whatever packet."""
        tickets = {ticket_of(self.code, secret) or secret for secret in self.crowd.papers}
        words = self.secrets | tickets | set(self.crowd.papers)
        pattern = re.compile(b"|".join(re.escape(word.encode()) for word in words))
        for tab in self.tabs:
            for pair in tab.air.pairs:
                for found in set(pattern.findall(b"".join(pair.heard))):
                    yield f"I13 {tab.name} ({tab.who.role}) was sent {found.decode()}"

    async def until(self, true: Callable[[], Any], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not true():  # noqa: ASYNC110 - what is waited for rings no bell
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise Stuck(what) from None

    # Who comes

    async def _staff(self, link: dict[str, Any], name: str) -> Tab:
        fragment = urlsplit(link["url"]).fragment
        desk = Desk(self.house.url)
        await desk.enter(fragment)
        self.secrets |= {fragment.rpartition(".")[2], desk.cookie.partition("=")[2]}
        who = Who(link["id"], link["role"], link["table"])
        return await self._tab(who, name, {"code": self.code, "link": link["id"]}, desk.cookie)

    async def admit(self, link: str) -> Tab | None:
        """Staff whose link was issued only now come in, if the house lets them."""
        desk = Desk(self.house.url)
        desk._cookies = dict(self.desk._cookies)
        try:
            async with asyncio.timeout(ADMITTED_SECONDS):
                found = await desk.get(f"/api/dialogues/{self.code}/links")
                known = {one["id"]: one for one in found["links"] if one["url"]}
                tab = await self._staff(known[link], "late")
        except (NotAnswered, OSError, KeyError):  # away, or the link is revoked or lost
            return None
        tab.open()
        return tab

    async def _phone(self, name: str, token: str) -> Tab:
        person = hashlib.sha256(f"{self.code}:{token}".encode()).hexdigest()[:32]
        self.secrets |= {token, person}
        return await self._tab(
            Who(person, "participant"), name, {"code": self.code, "token": token}, ""
        )

    async def _tab(self, who: Who, name: str, auth: dict[str, str], cookie: str) -> Tab:
        home = self._home.randrange(self.house.processes)
        air = Air(lambda: self._way(home))
        await air.open()
        unique = f"{name}x{len(self.tabs)}"
        seed = self.chance.randrange(2**32)
        tab = Tab(self.history, who, unique, auth, cookie, air, seed)
        self.tabs.append(tab)
        return tab

    def _way(self, home: int) -> tuple[int, int]:
        """Mostly to the same process, now and then to another, as when affinity fails."""
        number = home
        if self._home.random() < OTHER_PROCESS:
            number = self._home.randrange(self.house.processes)
        return number, self.house.ports[number]

    # What is arranged

    async def _arrange(self, moderator: Tab) -> None:
        title = {"title": {"de": "Sammeln"}, "question": {}}
        moderator.give("PlanRound", **title, kinds=list(KINDS[:3]), minutes=10)
        await self.until(lambda: self._shown(moderator, "round"), "a round is planned")
        [entry] = self._shown(moderator, "round")
        moderator.give("OpenRound", round=entry["id"])
        moderator.give("IssueTickets", secrets=self.crowd.print_tickets(PRINTED))
        for plan in self._plans():
            moderator.give("PlanBallot", **plan, minutes=10)
        await self.until(lambda: len(self._shown(moderator, "ballot")) == 3, "ballots are planned")

    def _plans(self) -> list[dict[str, Any]]:
        by_ticket = self._by_ticket
        typed = {"rounds": [], "statements": [{"de": "Nichts davon"}, {"de": "Alles"}]}
        dots = {"dots": 3, "most_per_option": 2}
        return [
            {"title": {"de": "A"}, "method": "dots", **dots, "own_table": False}
            | {**typed, "kinds": list(KINDS), "tickets": by_ticket()},
            {"title": {"de": "B"}, "method": "agreement", **dots, "own_table": False}
            | {**typed, "kinds": ["idea"], "tickets": by_ticket()},
            {"title": {"de": "C"}, "method": "dots", **dots, "own_table": True}
            | {**typed, "kinds": list(KINDS), "tickets": by_ticket()},
        ]

    def _by_ticket(self) -> bool:
        return self.chance.random() < WITH_TICKETS

    async def _arrive(self) -> None:
        """Everybody joins, sits down and posts a card; then two ballots open."""
        for number, phone in enumerate(self.phones):
            phone.give("Join", language="de")
            if self.chance.random() < REDEEMED:
                phone.give("RedeemTicket", secret=self.crowd.own_ticket(phone))
            if number:
                phone.give("TakeTable", table=number % TABLES + 1)
                phone.give("PostCard", text=f"Karte {phone.name} #{self.seed}#", kind="idea")
        self.host.give("PostCard", text=f"Karte der Tischleitung #{self.seed}#", kind="idea")
        await self.until(lambda: not any(tab.outbox for tab in self.tabs), "everybody has joined")
        for ballot in self._shown(self.moderators[0], "ballot")[: self.chance.randint(1, 3)]:
            self.moderators[0].give("OpenBallot", ballot=ballot["id"])

    def _shown(self, tab: Tab, kind: str) -> list[dict[str, Any]]:
        return [v for key, v in tab.shared.entries.items() if key.partition(":")[0] == kind]

    async def live(self, tab: Tab) -> None:
        """Somebody does what they like until the time is over."""
        loop = asyncio.get_running_loop()
        pause = MODERATORS_PAUSE_SECONDS if tab.who.role == "moderator" else PAUSE_SECONDS
        while (left := self.over - loop.time()) > 0:
            await asyncio.sleep(min(left, self.chance.expovariate(1 / pause)))
            if tab.is_open and len(tab.outbox) < 8:
                name, fields = self.crowd.wish(tab)
                tab.give(name, **fields)
