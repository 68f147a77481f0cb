"""Server processes for tests: each has its own way to one storage, its own copy, its screens."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import TypeVar

from faulty_log import FaultyLog
from paper_screens import Screen, Screens

from rooms.agenda import OpenRound, PlanRound
from rooms.dialogue import Command, Dialogue
from rooms.entries import replay
from rooms.links import IssueLink
from rooms.live import LiveDialogue
from rooms.log import Log
from rooms.messages import (
    ORGANISER,
    Actor,
    Answer,
    Call,
    LinkId,
    Participant,
    Seen,
    Staff,
    StaffRole,
    person_of,
)
from rooms.people import Join, TakeTable
from rooms.setting import CreateDialogue
from rooms.tables import AddTable, AddTopic

CODE = "ABCDEFGH"
BEGIN = 1_800_000_000_000
PATIENCE_S = 5.0
T = TypeVar("T")

_numbers = itertools.count(1)


def clock() -> int:
    """Every look at it is a millisecond later."""
    return BEGIN + next(_numbers)


def new_call(by: Actor, id: str | None = None) -> Call:
    number = next(_numbers)
    return Call(by, id or f"{by.id}:tab.{number}", BEGIN + number, f"f{number}")


def new_phone() -> Participant:
    return Participant(person_of(CODE, f"{next(_numbers):032x}"))


async def until(true: Callable[[], bool]) -> None:
    """Waits until it is true; how long that takes is nobody's business."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.002)


async def soon(answer: Awaitable[T]) -> T:
    """The answer; fails rather than wait for ever."""
    async with asyncio.timeout(PATIENCE_S):
        return await answer


class Process:
    """One server process in which the dialogue is live."""

    def __init__(self, way: FaultyLog, dialogue: Dialogue) -> None:
        self.log = way
        self.screens = Screens()
        self.live = LiveDialogue(dialogue, self.log, self.screens, clock)

    @classmethod
    async def begin(cls, storage: Log) -> "Process":
        """The process in which the dialogue is made; one table, one open round for everything."""
        process = cls(_way(storage), Dialogue(CODE))
        title = {"de": "Ein Abend"}
        await process.must(ORGANISER, CreateDialogue(title=title, languages=("de", "ar")))
        topic = await process.must(ORGANISER, AddTopic(title={"de": "Wohnen"}, question={}))
        await process.must(ORGANISER, AddTable(topic=topic))
        kinds = ("idea", "worry", "question", "going_well")
        plan = PlanRound(title={"de": "Sammeln"}, question={}, kinds=kinds, minutes=10)
        await process.must(ORGANISER, OpenRound(round=await process.must(ORGANISER, plan)))
        process.log.appends.clear()
        process.log.reads = 0
        return process

    @classmethod
    async def open(cls, storage: Log) -> "Process":
        """One more process, opening the dialogue from its log."""
        process = cls(_way(storage), replay(CODE, await storage.read(CODE)))
        await process.steady()
        process.log.reads = 0
        return process

    async def close(self) -> None:
        self.log.away = False
        self.log.release()
        await self.live.close()

    @property
    def heard(self) -> Seen:
        """What somebody knows who has just been answered here."""
        at = self.live.position
        return Seen(at.epoch, at.version, self.live.dialogue.stamp)

    def send(self, by: Actor, command: Command, id: str | None = None) -> asyncio.Future[Answer]:
        """Hands the command in; the answer comes when it comes."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.live.submit(new_call(by, id), command, answer.set_result)
        return answer

    async def do(self, by: Actor, command: Command, id: str | None = None) -> Answer:
        return await soon(self.send(by, command, id))

    async def must(self, by: Actor, command: Command) -> str:
        """Has it carried out; returns the id of what it may have made."""
        call = new_call(by)
        answer = await soon(self.live.perform(call, command))
        assert answer.ok, answer
        return call.fresh

    async def guest(self, table: int | None = 1) -> Participant:
        """Somebody who has joined and sits at a table."""
        phone = new_phone()
        await self.must(phone, Join(language="de"))
        if table is not None:
            await self.must(phone, TakeTable(table=table))
        return phone

    async def new_table(self) -> int:
        """One more table, for the first topic there is."""
        topic = next(iter((await self.steady()).topics))
        await self.must(ORGANISER, AddTable(topic=topic))
        return max((await self.steady()).tables)

    async def staff(self, role: StaffRole, table: int | None = None) -> Staff:
        link = await self.must(ORGANISER, IssueLink(role=role, table=table))
        return Staff(role, LinkId(link), table)

    async def screen(self, by: Actor) -> Screen:
        """A page that has said hello and was welcomed."""
        made = self.screens.screen(by)
        await self.hello(made)
        return made

    async def hello(self, screen: Screen) -> None:
        screen.say_hello(self.live)
        await until(lambda: screen.greeted or screen.refused is not None)

    async def steady(self) -> Dialogue:
        """The copy at a moment when it is what the log holds."""
        return await soon(self.live.read(lambda dialogue: dialogue))

    async def follow(self) -> None:
        """One look at what others have written."""
        news = await self.log.news({CODE: self.live.position})
        self.live.absorb(news.get(CODE, []))
        await self.steady()

    async def shown(self) -> None:
        """Returns when every screen has been told everything there is to tell."""
        async with asyncio.timeout(PATIENCE_S):
            pause: float | None = 0.0
            while pause is not None:
                await asyncio.sleep(pause)
                pause = await self.live.read(self.live.audiences.flush)


def _way(storage: Log) -> FaultyLog:
    return storage if isinstance(storage, FaultyLog) else FaultyLog(storage)


def same(one: Dialogue, other: Dialogue) -> bool:
    """Whether two copies hold the same, shelf by shelf."""
    return facts(one) == facts(other)


def facts(dialogue: Dialogue) -> dict[str, object]:
    """Everything that is true in it."""
    heads = ("code", "epoch", "version", "seal", "stamps", "at", "begun_at")
    found: dict[str, object] = {name: getattr(dialogue, name) for name in heads}
    found |= {shelf.name: dict(shelf) for shelf in dialogue.shelves}
    return found


async def stored(storage: Log) -> Dialogue:
    """What the log tells from its beginning."""
    return replay(CODE, await storage.read(CODE))
