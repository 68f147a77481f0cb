"""What was begun to be erased is seen through: none waits for another, none for a restart."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from faulty_log import ForgetfulLog
from paper_screens import Screens
from processes import clock, new_call, new_phone, soon, until

from rooms.agenda import OpenRound, PlanRound
from rooms.cards import PostCard
from rooms.dialogue import Command
from rooms.erasing import EraseCard
from rooms.erasure import Erasure
from rooms.errors import Refused, Unavailable
from rooms.hall import Hall
from rooms.log import Debt, Stored
from rooms.messages import KINDS, ORGANISER, Actor, CardId, RoundId, TopicId
from rooms.people import Join, TakeTable
from rooms.presence import MemoryPresence
from rooms.setting import CreateDialogue
from rooms.tables import AddTable, AddTopic

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

CREATE = CreateDialogue(title={"de": "Ein Abend"}, languages=("de",))
CODES = ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC")


class Stumbling(ForgetfulLog):
    """Reading a dialogue raises what nobody expects, appending or cleaning fails: so often."""

    def __init__(self) -> None:
        super().__init__()
        self.stumbles: dict[str, int] = {}
        self.dirty = 0
        self.shut = 0
        self.reads = 0

    async def read(self, code: str, after: int = 0) -> list[Stored]:
        self.reads += 1
        if self.stumbles.get(code, 0):
            self.stumbles[code] -= 1
            raise ZeroDivisionError
        return await super().read(code, after)

    async def append(self, *asked: Any) -> bool:
        if self.shut:
            self.shut -= 1
            raise Unavailable("storage_away")
        return await super().append(*asked)

    async def purge(self) -> bool:
        if self.dirty:
            self.dirty -= 1
            raise Unavailable("storage_away")
        return await super().purge()


async def owing(storage: Stumbling) -> set[str]:
    return {debt.code for debt in await storage.owed()}


@pytest.fixture
def storage() -> Stumbling:
    return Stumbling()


@pytest_asyncio.fixture(loop_scope="session")
async def hall(storage: Stumbling, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hall]:
    """Three evenings, of each of which something must still be erased."""
    monkeypatch.setattr("rooms.erasure.AGAIN_SECONDS", 0.01)
    hall = Hall(storage, MemoryPresence(clock), Screens(), "one", clock)
    for code in CODES:
        await hall.create(code, new_call(ORGANISER), CREATE)
        await storage.owe(Debt(code, "earlier"))
    yield hall
    await hall.close()


async def test_p18_a_dialogue_that_cannot_be_read_keeps_no_other_erasure_waiting(
    hall: Hall, storage: Stumbling
) -> None:
    storage.garble(CODES[0], 1)
    await soon(Erasure(hall).finish_all())
    assert await owing(storage) == {CODES[0]}, "it waits for a repair and a start"


async def test_a_dialogue_that_cannot_be_read_is_not_read_over_and_over(
    hall: Hall, storage: Stumbling
) -> None:
    storage.garble(CODES[0], 1)
    async with Erasure(hall).finishing():
        await until(lambda: {debt.code for debt in storage._owed} == {CODES[0]})
        reads = storage.reads
        await asyncio.sleep(0.05)
        assert storage.reads == reads


async def test_p18_an_erasure_that_raises_keeps_no_other_waiting_and_is_tried_again(
    hall: Hall, storage: Stumbling
) -> None:
    storage.stumbles[CODES[0]] = 1_000_000
    finishing = asyncio.create_task(Erasure(hall).finish_all())
    await until(lambda: {debt.code for debt in storage._owed} == {CODES[0]})
    storage.stumbles.clear()
    await soon(finishing)
    assert await storage.owed() == []


async def test_p18_what_failed_when_it_was_asked_for_is_finished_without_a_restart(
    hall: Hall, storage: Stumbling
) -> None:
    erasure = Erasure(hall)
    async with erasure.finishing():
        await until(lambda: not storage._owed)
        storage.dirty = 3
        with pytest.raises(Unavailable):
            await erasure.erase_dialogue(CODES[1], "auf Wunsch der Stadt")
        assert await owing(storage) == {CODES[1]}
        await until(lambda: not storage._owed)
        assert storage.dirty == 0


async def a_card(hall: Hall) -> CardId:
    """A card in the first evening."""
    live, guest = await hall.live(CODES[0]), new_phone()

    async def give(by: Actor, command: Command) -> str:
        call = new_call(by)
        assert (await live.perform(call, command)).ok
        return call.fresh

    topic = await give(ORGANISER, AddTopic(title={"de": "Wohnen"}, question={}))
    await give(ORGANISER, AddTable(topic=TopicId(topic)))
    plan = PlanRound(title={"de": "Sammeln"}, question={}, kinds=KINDS, minutes=10)
    await give(ORGANISER, OpenRound(round=RoundId(await give(ORGANISER, plan))))
    await give(guest, Join(language="de"))
    await give(guest, TakeTable(table=1))
    return CardId(await give(guest, PostCard(text="Muster", kind="idea")))


async def test_an_erasing_that_is_refused_owes_nothing(hall: Hall, storage: Stumbling) -> None:
    await soon(Erasure(hall).finish_all())
    card = await a_card(hall)
    for order in (EraseCard(card=CardId("none"), reason="x"), EraseCard(card=card, reason=" ")):
        with pytest.raises(Refused):
            await Erasure(hall).erase_card(CODES[0], new_call(ORGANISER), order)
        assert await storage.owed() == []


async def test_p18_an_order_that_did_not_reach_the_log_for_certain_is_seen_through(
    hall: Hall, storage: Stumbling
) -> None:
    card, erasure = await a_card(hall), Erasure(hall)
    order = EraseCard(card=card, reason="nennt einen Namen")
    async with erasure.finishing():
        await until(lambda: not storage._owed)
        storage.shut = 1
        with pytest.raises(Unavailable):
            await erasure.erase_card(CODES[0], new_call(ORGANISER), order)
        await until(lambda: not storage._owed)
        assert await erasure.erase_card(CODES[0], new_call(ORGANISER), order)
    assert not any(b"Muster" in kept.payload for kept in await storage.read(CODES[0]))
    assert await Erasure(hall).erase_card(CODES[0], new_call(ORGANISER), order), "a repeat"
