"""One evening in which the power goes several times, and what its files hold after each cut."""

import asyncio
import itertools
import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path

import msgspec
from moderating import open_evening
from program import bugs_told, free_port

from campaigns.faults.stream import Store, broken_links
from campaigns.powercuts.forked import ForkedServer
from campaigns.shim import Disk
from rooms.entries import Entry
from server.phones import Desk, Phone, Screen
from server.salvage import Salvage
from server.store_files import listed

PHONES = 4
LIVE_AGAIN_SECONDS = 60.0
ON_DISK_SECONDS = 2.5  # with appendfsync everysec
DAY = 86_400

_entry = msgspec.msgpack.Decoder(Entry)


@dataclass(frozen=True)
class Plan:
    """`lie`: the disk lies; `weaker`: Valkey syncs once a second. Both are expected to lose."""

    cuts: int
    seed: str
    lie: bool = False
    weaker: bool = False
    clock: bool = False


@dataclass
class Outcome:
    """`lost`: acknowledged and not in the files after a cut. `wrong`: what must never happen.

    `returned`: acknowledged, dropped by a cut or by the start after it, and posted anew in the log.
    `refused`: a start on the lying disk that said no and named the repair; its evening ends there.
    """

    cuts: int = 0
    torn: int = 0
    while_opening: int = 0
    acknowledged: int = 0
    lost: int = 0
    returned: int = 0
    epochs: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))


class Burst:
    """Phones that post without a pause, and what each of them was promised."""

    def __init__(self, phones: list[Phone]) -> None:
        self.phones = phones
        self.posted: list[str] = []
        self.promised: Counter[str] = Counter()
        self.first_acks: dict[str, int] = {}
        self._answers: Counter[Phone] = Counter()
        self._numbers = itertools.count(1)
        self._over = False
        self._tasks = [asyncio.create_task(self._post(phone)) for phone in phones for _ in (1, 2)]

    async def _post(self, phone: Phone) -> None:
        while not self._over:
            text = f"Karte {next(self._numbers)}"
            self.posted.append(text)
            answer = await phone.command("PostCard", text=text, kind="idea")
            assert answer["ok"], answer
            self.promised[text] += 1
            self.first_acks.setdefault(text, answer["version"])
            self._answers[phone] += 1

    async def everybody_is_live(self) -> None:
        """Each phone gets more cards acknowledged, without a hand."""
        before = self._answers.copy()
        async with asyncio.timeout(LIVE_AGAIN_SECONDS):
            while any(self._answers[phone] < before[phone] + 2 for phone in self.phones):
                for task in self._tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.01)

    async def end(self) -> None:
        self._over = True
        async with asyncio.timeout(LIVE_AGAIN_SECONDS):
            await asyncio.gather(*self._tasks)

    async def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Evening:
    """`outcome` is filled while it is played."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.outcome = Outcome()
        self.chance = random.Random(plan.seed)
        self.data = folder / "data"
        self.disk = Disk(self.data)
        self.server = ForkedServer(self.data, free_port(), self.disk.environment, plan.weaker)
        self.code = ""
        self.burst: Burst | None = None

    async def play(self) -> Outcome:
        await self.server.prepare()
        desk = await Desk.of_organiser(await self.server.open())
        moderator = await open_evening(desk)
        self.code = moderator.code
        phones = [Phone(desk.url, self.code) for _ in range(PHONES)]
        await asyncio.gather(*(phone.join("de", nth + 1) for nth, phone in enumerate(phones)))
        if self.plan.weaker:
            await asyncio.sleep(ON_DISK_SECONDS)  # or the whole dialogue would be lost
        burst = self.burst = Burst(phones)
        self.disk.lie(self.plan.lie)
        for _ in range(self.plan.cuts):
            await self._cut(burst, moderator)
        await burst.end()
        self.disk.lie(False)
        await asyncio.gather(*(screen.close() for screen in (moderator, *phones)))
        self._check_the_log(burst)
        await self.server.end()
        self._check_the_end(burst)
        return self.outcome

    async def _cut(self, burst: Burst, moderator: Screen) -> None:
        self._weather()
        epoch = burst.phones[0].shared.epoch
        await asyncio.sleep(self.chance.uniform(0.01, 0.3))
        lost = await self._lose_power(burst)
        if self.chance.random() < 0.2:  # and again, before it is open
            await self.server.begin()
            await asyncio.sleep(self.chance.uniform(0.0, 0.5))
            lost |= await self._lose_power(burst)
            self.outcome.while_opening += 1
        await self.server.open()
        await burst.everybody_is_live()
        new_epoch = burst.phones[0].shared.epoch != epoch
        self.outcome.epochs += new_epoch
        if lost and not new_epoch:
            self.outcome.wrong.append(f"{len(lost)} lost in silence")

    def _weather(self) -> None:
        self.disk.slow(self.chance.choice([0, 0, 0.002, 0.01, 0.03]))
        if self.plan.clock:
            self.disk.shift_clock(self.chance.choice([-DAY, 0, DAY]))

    async def _lose_power(self, burst: Burst) -> set[str]:
        """What was promised and is not in the files any more."""
        await self.server.lose_power()
        await asyncio.sleep(0.02)  # answers that had left already arrive
        torn = self.disk.cut_power(self.chance)
        self.outcome.cuts += 1
        self.outcome.torn += any(one.file.name.endswith(".aof") for one in torn)
        kept = self._kept()
        lost = {text for text in burst.promised if not kept[text]}
        self.outcome.lost += len(lost)
        if max(kept.values(), default=0) > 1:
            self.outcome.wrong.append("a card is in the log twice")
        if lost and not (self.plan.lie or self.plan.weaker):
            self.outcome.wrong.append(f"{len(lost)} acknowledged cards are lost")
        return lost

    def _kept(self) -> Counter[str]:
        """The cards in the verified part of the files as they lie there, without any program."""
        salvage = Salvage()
        for file in listed(self.data / "store" / "appendonlydir"):
            salvage.read(file, file.read_bytes())
        chain = salvage.chains.get(self.code)
        return Counter(
            event["text"]
            for stored in (chain.entries if chain else [])
            for event in msgspec.msgpack.decode(_entry.decode(stored.payload).events)
            if event["name"] == "CardPosted"
        )

    def _check_the_log(self, burst: Burst) -> None:
        """As the running store holds it: whole, and each card where its first answer said."""
        with Store(self.data / "store" / "valkey.sock") as store:
            entries = store.entries(self.code)
        self.outcome.wrong += broken_links(entries)
        cards = [(entry, event) for entry in entries for event in entry.events]
        version_of = {
            event["text"]: entry.version for entry, event in cards if event["name"] == "CardPosted"
        }
        acks = burst.first_acks
        returned = [text for text, version in acks.items() if version_of.get(text) != version]
        self.outcome.returned += len(returned)
        if returned and not (self.plan.lie or self.plan.weaker):
            self.outcome.wrong.append(f"{len(returned)} acknowledged cards had to come again")

    def _check_the_end(self, burst: Burst) -> None:
        """Everybody has gone home with an answer to everything."""
        self.outcome.acknowledged = sum(burst.promised.values())
        if burst.promised != Counter(burst.posted):
            self.outcome.wrong.append("a card was answered twice or never")
        if self._kept() != Counter(burst.posted):
            self.outcome.wrong.append("the log is not what was posted, each once")
        self.outcome.wrong += bugs_told(self.server.said_before + self.server.said)


async def play(plan: Plan) -> Outcome:
    """Play one evening; what went wrong is in the outcome."""
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        evening = Evening(plan, Path(folder))
        try:
            return await evening.play()
        except Exception as error:
            said = evening.server.said
            if evening.burst:
                await evening.burst.cancel()
            if plan.lie and "cannot start" in said and "./run repair" in said:
                evening.outcome.refused += 1
                return evening.outcome
            evening.outcome.wrong.append(f"{type(error).__name__}: {error}; it said {said[-500:]}")
            return evening.outcome
        finally:
            await evening.server.close()
            evening.disk.close()
