"""A writer at its desk: the few words in which tests speak to it."""

from typing import Any

from faulty_log import FaultyLog
from processes import CODE, clock, facts, new_call, new_phone

from rooms.agenda import OpenRound, PlanRound
from rooms.dialogue import Command, Dialogue
from rooms.entries import replay
from rooms.messages import KINDS, ORGANISER, Actor, Answer
from rooms.people import Join, TakeTable
from rooms.setting import CreateDialogue
from rooms.tables import AddTable, AddTopic
from rooms.writer import Writer

CREATE = CreateDialogue(title={"de": "Ein Abend"}, languages=("de", "ar"))
JOIN = Join(language="de")


class Desk(Writer):
    """A writer with the few words the tests need."""

    def __init__(self, storage: Any, dialogue: Dialogue | None = None) -> None:
        self.log = FaultyLog(storage)
        super().__init__(dialogue or Dialogue(CODE), self.log, clock)

    async def do(self, by: Actor, command: Command, id: str | None = None) -> Answer:
        [answer] = await self.settle([(new_call(by, id), command)])
        return answer

    async def must(self, by: Actor, command: Command) -> str:
        call = new_call(by)
        [answer] = await self.settle([(call, command)])
        assert answer.ok, answer
        return call.fresh

    async def open_round(self) -> str:
        plan = PlanRound(title={"de": "Sammeln"}, question={}, kinds=KINDS, minutes=10)
        round_ = await self.must(ORGANISER, plan)
        await self.must(ORGANISER, OpenRound(round=round_))
        return round_

    async def guest(self) -> Any:
        phone = new_phone()
        await self.must(phone, JOIN)
        await self.must(phone, TakeTable(table=1))
        return phone


async def desk_at(storage: Any) -> Desk:
    """A desk where a dialogue with one table has begun."""
    desk = Desk(storage)
    await desk.must(ORGANISER, CREATE)
    topic = await desk.must(ORGANISER, AddTopic(title={"de": "Wohnen"}, question={}))
    await desk.must(ORGANISER, AddTable(topic=topic))
    desk.log.appends.clear()
    desk.log.reads = 0
    return desk


async def another(storage: Any) -> Desk:
    """The same dialogue in a second process, as it stands now."""
    return Desk(storage, replay(CODE, await storage.read(CODE)))


async def told(storage: Any) -> dict[str, object]:
    return facts(replay(CODE, await storage.read(CODE)))


async def ids(storage: Any, desk: Desk) -> list[str]:
    """The command ids in the log, in order."""
    heard = replay(CODE, await storage.read(CODE)).heard
    return sorted(heard, key=lambda id: heard[id].version)
