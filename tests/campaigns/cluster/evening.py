"""Several dialogues at once, each with phones that post without a pause on two processes."""

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from moderating import open_evening
from program import Program

from rooms.entries import replay
from rooms.redis_log import RedisLog
from server.phones import Desk, Phone, Screen

OPEN = re.compile("Ctrl-C")
ORGANISER_LINK = re.compile(r"http://\S+/enter#organiser\.[a-z2-7]{26}")
TABLES = 3
CARDS_PER_PHONE = 30  # as many as one lively person posts; a phone keeps 200 to offer again
LIVE_AGAIN_SECONDS = 60.0
CARD = re.compile(rb"<[A-Z0-9]{8} \d+>")


class Process(Program):
    """One server process on a store that others run."""

    def __init__(self, store: str, port: int, *options: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.organiser_link = ""
        own = ("--host", "127.0.0.1", "--port", str(port), "--redis-url", store)
        super().__init__(*own, "--public-url", self.url, *options)

    async def open(self) -> None:
        await self.start()
        await self.says(OPEN)
        self.organiser_link = await self.says(ORGANISER_LINK)


class Evening:
    """One dialogue with an open round; `first_acks` holds the version each card was promised."""

    def __init__(self, desk: Desk, moderator: Screen) -> None:
        self.desk = desk
        self.moderator = moderator
        self.code = moderator.code
        self.urls: list[str] = []
        self.phones: list[Phone] = []
        self._retired: list[Phone] = []
        self.posted: list[str] = []
        self.first_acks: dict[str, int] = {}
        self.posts: Counter[Phone] = Counter()
        self.longest_wait = self.since = 0.0
        self._numbers = itertools.count(1)
        self._over = False
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def make(cls, process: Process) -> "Evening":
        desk = await Desk.of_organiser(process.organiser_link)
        return cls(desk, await open_evening(desk, TABLES))

    @property
    def key(self) -> str:
        """Where its log is kept."""
        return f"dialogue:{{{self.code}}}:log"

    async def fill(self, urls: list[str], phones: int) -> None:
        self.urls = urls
        self.phones = [Phone(urls[nth % len(urls)], self.code) for nth in range(phones)]
        await asyncio.gather(
            *(phone.join("de", nth % TABLES + 1) for nth, phone in enumerate(self.phones))
        )

    def begin(self, pause: Callable[[], float]) -> None:
        """Everybody posts one card after the other, resting as long as `pause` says."""
        self._tasks = [asyncio.create_task(self._post(phone, pause)) for phone in self.phones]

    async def _post(self, phone: Phone, pause: Callable[[], float]) -> None:
        clock = asyncio.get_running_loop().time
        for nth in itertools.count(1):
            if self._over:
                return
            if nth % CARDS_PER_PHONE == 0:  # the old one stays and offers again if need be
                phone = await self._next_to(phone)
            text = f"<{self.code} {next(self._numbers)}>"
            self.posted.append(text)
            asked = clock()
            answer = await phone.command("PostCard", text=text, kind="idea")
            assert answer["ok"], answer
            self.posts[phone] += 1
            if asked > self.since:
                self.longest_wait = max(self.longest_wait, clock() - asked)
            self.first_acks[text] = answer["version"]
            await asyncio.sleep(pause())

    async def _next_to(self, phone: Phone) -> Phone:
        """Somebody else takes over at the same process; whoever finds it in trouble tries again."""
        place = self.phones.index(phone)
        self._retired.append(phone)
        while True:
            self.phones[place] = Phone(self.urls[place % len(self.urls)], self.code)
            try:
                await self.phones[place].join("de", place % TABLES + 1)
                return self.phones[place]
            except OSError:
                await self.phones[place].close()
                await asyncio.sleep(0.2)

    def watch(self) -> None:
        """From now on, the longest wait of whoever begins to wait."""
        self.since, self.longest_wait = asyncio.get_running_loop().time(), 0.0

    async def everybody_is_live(self) -> None:
        """Each phone has two more cards acknowledged, without a hand."""
        before = self.posts.copy()
        waited_for = list(self.phones)
        try:
            async with asyncio.timeout(LIVE_AGAIN_SECONDS):
                for phone in waited_for:
                    while phone in self.phones and self.posts[phone] < before[phone] + 2:
                        self._check_posting()
                        await asyncio.sleep(0.02)
        except TimeoutError:
            stuck = [one for one in waited_for if self.posts[one] < before[one] + 2]
            held = [(one.shared.epoch, one.shared.version) for one in stuck]
            raise AssertionError(
                f"{self.code}: {len(stuck)} phones got nothing saved: {held}"
            ) from None

    def _check_posting(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()

    async def end(self) -> None:
        self._over = True
        async with asyncio.timeout(LIVE_AGAIN_SECONDS):
            await asyncio.gather(*self._tasks)

    async def leave(self) -> None:
        screens = (self.moderator, *self.phones, *self._retired)
        await asyncio.gather(*(screen.close() for screen in screens))

    async def cards(self) -> Counter[str]:
        """As the organiser downloads them."""
        results: Any = await self.desk.get(f"/api/dialogues/{self.code}/results.json")
        return Counter(card["text"] for card in results["cards"])

    async def settled(self) -> Counter[str]:
        """The cards once nothing is missing, or after long waiting, whatever there is by then."""
        deadline = asyncio.get_running_loop().time() + LIVE_AGAIN_SECONDS
        while True:
            found = await self.cards()
            if not Counter(self.posted) - found or asyncio.get_running_loop().time() > deadline:
                return found
            await asyncio.sleep(0.2)


class Kept:
    """What a dialogue's log itself says in the end, seal by seal."""

    def __init__(self, version_of: dict[str, int], epochs: int) -> None:
        self.version_of = version_of
        self.epochs = epochs

    @classmethod
    async def read(cls, log: RedisLog, code: str) -> "Kept":
        entries = await log.read(code)
        replay(code, entries)  # raises when a seal is broken or an id is there twice
        versions = {
            found[0].decode(): entry.position.version
            for entry in entries
            if (found := CARD.search(entry.payload))
        }
        return cls(versions, len({entry.position.epoch for entry in entries}))

    def lost(self, evening: Evening) -> list[str]:
        """Cards that the store lost after they were acknowledged: they do not stand there now."""
        acks = evening.first_acks
        return [text for text, version in acks.items() if self.version_of.get(text) != version]
