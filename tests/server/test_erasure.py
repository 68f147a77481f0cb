"""Erasing on a real Valkey: not a byte left, in no process, after a crash at any moment."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from store_entries import until

from rooms.agenda import OpenRound, PlanRound
from rooms.cards import EditCard, PostCard
from rooms.dialogue import Command
from rooms.entries import replay
from rooms.erasing import EraseCard
from rooms.erasure import Erasure, new_erasing
from rooms.errors import Erased, Forgotten, Refused
from rooms.hall import Hall
from rooms.live import LiveDialogue
from rooms.log import Debt
from rooms.messages import (
    KINDS,
    ORGANISER,
    Actor,
    Audience,
    CardId,
    Frame,
    Participant,
    RoundId,
    TopicId,
    person_of,
)
from rooms.people import Join, TakeTable
from rooms.presence import MemoryPresence
from rooms.redis_log import RedisLog
from rooms.tables import AddTable, AddTopic
from server.embedded import EmbeddedStore
from server.making import begin, fresh_id, new_call
from server.results import results
from server.salvage import Salvage
from server.storage import CarefulLog
from server.store_files import listed

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKER = "Muster-0155-marker"
TITLE = {"de": "Ein Abend"}


class Nobody:
    """An outlet without screens."""

    def publish(self, code: str, audience: Audience, frame: Frame) -> None: ...

    def move(
        self, connection: str, code: str, old: Audience | None, new: Audience | None
    ) -> None: ...

    def cut(self, connection: str, reason: str) -> None: ...

    def hold(self) -> None: ...

    def let_go(self) -> None: ...


class Killed(Exception):
    """The process ends here: nothing after this line is done."""


class Mortal(CarefulLog):
    """A log whose process is killed before or after its nth question about erasing."""

    def __init__(self, store: EmbeddedStore, dies_at: int = 0) -> None:
        super().__init__(store.url, lambda: None, files=store.files)
        self.steps = 0
        self._dies_at = dies_at

    async def draft(self, *asked: Any) -> bool:
        return bool(await self._step(lambda: super(Mortal, self).draft(*asked)))

    async def swap(self, *asked: Any) -> bool:
        return bool(await self._step(lambda: super(Mortal, self).swap(*asked)))

    async def owe(self, debt: Debt) -> None:
        await self._step(lambda: super(Mortal, self).owe(debt))

    async def settle(self, debts: Iterable[Debt]) -> None:
        await self._step(lambda: super(Mortal, self).settle(debts))

    async def purge(self) -> bool:
        return bool(await self._step(super().purge))

    async def _step(self, do: Callable[[], Awaitable[object]]) -> object:
        self._end_at(self.steps * 2 + 1)
        done = await do()
        self._end_at(self.steps * 2 + 2)
        self.steps += 1
        return done

    def _end_at(self, moment: int) -> None:
        if moment == self._dies_at:
            raise Killed


class Slow(CarefulLog):
    """A log whose process falls asleep between reading a log and drafting another."""

    def __init__(self, store: EmbeddedStore) -> None:
        super().__init__(store.url, lambda: None, files=store.files)
        self.is_asleep = asyncio.Event()
        self.wakes = asyncio.Event()

    async def draft(self, *asked: Any) -> bool:
        self.is_asleep.set()
        await self.wakes.wait()
        return await super().draft(*asked)


@asynccontextmanager
async def hall_on(log: RedisLog) -> AsyncIterator[Hall]:
    """One process: a hall of its own on the storage."""
    hall = Hall(log, MemoryPresence(lambda: 0), Nobody(), process=fresh_id())
    hall.begin()
    try:
        yield hall
    finally:
        await hall.close()
        await log.close()


async def give(hall: Hall, live: LiveDialogue, by: Actor, command: Command) -> str:
    fresh = fresh_id()
    answer = await live.perform(new_call(hall, by, fresh), command)
    assert answer.ok, answer
    return fresh


async def evening(hall: Hall) -> tuple[LiveDialogue, Participant, CardId]:
    """A dialogue with a card that has said the marker twice."""
    live = await begin(hall, TITLE, ("de",), rehearsal=False)
    topic = await give(hall, live, ORGANISER, AddTopic(title=TITLE, question={}))
    await give(hall, live, ORGANISER, AddTable(topic=TopicId(topic)))
    plan = PlanRound(title=TITLE, question={}, kinds=KINDS, minutes=5)
    round_ = await give(hall, live, ORGANISER, plan)
    await give(hall, live, ORGANISER, OpenRound(round=RoundId(round_)))
    guest = Participant(person_of(live.code, "0" * 32))
    await give(hall, live, guest, Join(language="de"))
    await give(hall, live, guest, TakeTable(table=1))
    card = CardId(await give(hall, live, guest, PostCard(text=f"{MARKER} eins", kind="idea")))
    await give(hall, live, guest, EditCard(card=card, text=f"{MARKER} zwei", kind="idea"))
    await give(hall, live, guest, PostCard(text="Mehr Bänke", kind="idea"))
    return live, guest, card


def files_with(marker: str, folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and marker.encode() in path.read_bytes()
    )


async def erase(hall: Hall, code: str, card: CardId) -> bool:
    order = EraseCard(card=card, reason="nennt einen Namen")
    return await Erasure(hall).erase_card(code, new_erasing(hall, fresh_id()), order)


async def test_p18_an_erased_card_leaves_no_byte_behind(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    async with hall_on(Mortal(own_valkey)) as hall:
        live, _, card = await evening(hall)
        torn = own_valkey.files / "appendonly.aof.1.incr.aof.dropped-7"
        torn.write_bytes(f"torn off: {MARKER}".encode())
        half = own_valkey.files / "temp-rewriteaof-bg-123.aof"
        half.write_bytes(f"half written: {MARKER}".encode())
        kept = own_valkey.files.with_name("kept-2026-11-22-120000")
        kept.mkdir()
        (kept / "appendonly.aof.1.incr.aof").write_bytes(MARKER.encode())
        assert len(files_with(MARKER, short_folder)) == 4
        assert await erase(hall, live.code, card)
        assert files_with(MARKER, short_folder) == []
        found = await live.read(lambda now: results(now, b"key"))
        assert MARKER not in str(found)
        assert [one["text"] for one in found["cards"]] == ["Mehr Bänke"]
        assert found["moderation"][0]["reason"] == "nennt einen Namen"
        assert await hall.storage.owed() == []


async def test_p18_an_erased_dialogue_leaves_only_that_it_was_erased(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    async with hall_on(Mortal(own_valkey)) as hall:
        live, _, _ = await evening(hall)
        kept, _, _ = await evening(hall)
        assert await Erasure(hall).erase_dialogue(live.code, "auf Wunsch der Stadt")
        assert len(files_with("Ein Abend", short_folder)) == 1, "the other evening is still there"
        with pytest.raises(Erased) as erased:
            await hall.live(live.code)
        assert erased.value.because == "auf Wunsch der Stadt"
        assert (await hall.live(kept.code)).dialogue.about.title == TITLE
        assert live.code in await hall.storage.codes(), "the trace stays"
        assert await Erasure(hall).erase_dialogue(kept.code, "auch")
        assert files_with("Ein Abend", short_folder) == []
        assert files_with(MARKER, short_folder) == []


async def test_p18_every_process_notices_and_goes_on_with_the_new_log(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    async with hall_on(Mortal(own_valkey)) as here, hall_on(Mortal(own_valkey)) as there:
        live, guest, card = await evening(here)
        elsewhere = await there.live(live.code)
        assert card in elsewhere.dialogue.cards
        assert await erase(here, live.code, card)
        await until(lambda: card not in elsewhere.dialogue.cards)
        await give(there, elsewhere, guest, PostCard(text="danach", kind="idea"))
        entries = await there.storage.read(live.code)
        dialogue = replay(live.code, entries)
        assert [kept.text for kept in dialogue.cards.values()] == ["Mehr Bänke", "danach"]
        assert await Erasure(there).erase_dialogue(live.code, "Ende")
        await until(lambda: live.dialogue.ending)
        with pytest.raises(Erased):
            await live.read(lambda _: None)
        assert files_with(MARKER, short_folder) == []


async def test_p18_what_is_said_while_somebody_erases_is_never_lost(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    async with hall_on(Mortal(own_valkey)) as here, hall_on(Mortal(own_valkey)) as there:
        live, guest, card = await evening(here)
        elsewhere = await there.live(live.code)
        going, joined = True, {guest.person}

        async def arrive(hall: Hall, at: LiveDialogue) -> None:
            while going:
                person = Participant(person_of(live.code, fresh_id()))
                answer = await at.perform(new_call(hall, person, fresh_id()), Join(language="de"))
                assert answer.ok or answer.error == "busy", answer
                if answer.ok:
                    joined.add(person.person)

        arriving = [
            asyncio.create_task(arrive(here, live)),
            asyncio.create_task(arrive(there, elsewhere)),
        ]
        await until(lambda: len(joined) > 20)
        assert await erase(here, live.code, card)
        at_least = len(joined) + 20
        await until(lambda: len(joined) > at_least)
        going = False
        await asyncio.gather(*arriving)
        dialogue = replay(live.code, await here.storage.read(live.code))
        assert set(dialogue.people) == joined
        assert files_with(MARKER, short_folder) == []


async def test_p18_two_processes_that_erase_two_cards_at_once_leave_neither(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    slow = Slow(own_valkey)
    async with hall_on(slow) as here, hall_on(Mortal(own_valkey)) as there:
        live, _, card = await evening(here)
        (other,) = live.dialogue.cards.keys() - {card}
        asked = asyncio.create_task(erase(here, live.code, other))
        await slow.is_asleep.wait()
        assert await erase(there, live.code, card)
        slow.wakes.set()
        assert await asked
        assert files_with(MARKER, short_folder) + files_with("Mehr Bänke", short_folder) == []
        assert not replay(live.code, await there.storage.read(live.code)).cards
        assert await there.storage.owed() == []


async def test_p18_whoever_is_done_settles_nothing_that_another_hand_has_begun(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    async with hall_on(Mortal(own_valkey)) as here:
        live, _, card = await evening(here)
        (other,) = live.dialogue.cards.keys() - {card}
        dying = Mortal(own_valkey, dies_at=3)  # its order stands in the log, and no more was done
        async with hall_on(dying) as there:
            with pytest.raises(Killed):
                await erase(there, live.code, card)
        assert await erase(here, live.code, other)
        assert [debt.code for debt in await here.storage.owed()] == [live.code]
        await Erasure(here).finish_all()
        assert await here.storage.owed() == []
        assert files_with(MARKER, short_folder) == []


async def test_whoever_asks_again_at_once_is_told_that_it_is_done(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    async with hall_on(Mortal(own_valkey)) as hall:
        live, _, card = await evening(hall)
        assert await erase(hall, live.code, card)
        assert await erase(hall, live.code, card)
        log = await live.read(lambda now: results(now, b"key")["moderation"])
        assert [line["action"] for line in log] == ["erased"]


async def test_nobody_but_the_organiser_erases_and_nothing_that_is_not_there(
    own_valkey: EmbeddedStore,
) -> None:
    async with hall_on(Mortal(own_valkey)) as hall:
        live, guest, card = await evening(hall)
        order = EraseCard(card=card, reason="x")
        with pytest.raises(Refused, match="not_allowed"):
            await Erasure(hall).erase_card(live.code, new_call(hall, guest, fresh_id()), order)
        with pytest.raises(Refused, match="unknown_card"):
            await erase(hall, live.code, CardId("none"))
        with pytest.raises(Forgotten):
            await erase(hall, "22222222", card)


def misfits(files: Path) -> list[object]:
    """What the repair would find wrong in files that hold drafts, a swap and a debt."""
    salvage = Salvage()
    for file in listed(files):
        if file.suffix == ".aof":
            salvage.read(file, file.read_bytes())
    return list(salvage.misfits)


def moments(seed: int, count: int) -> list[int]:
    """Moments at which to die, of the sixteen before and after each step of an erasing."""
    return sorted(random.Random(seed).sample(range(1, 15), count))


@pytest.mark.parametrize("dies_at", moments(seed=18, count=6))
async def test_p18_whoever_dies_while_erasing_leaves_old_or_new_and_a_repeat_finishes(
    own_valkey: EmbeddedStore, short_folder: Path, dies_at: int
) -> None:
    async with hall_on(Mortal(own_valkey)) as hall:
        live, _, card = await evening(hall)
        code, before = live.code, await hall.storage.read(live.code)
    async with hall_on(Mortal(own_valkey, dies_at)) as dying:
        try:
            await erase(dying, code, card)
            assert dies_at > 2 * dying.storage.steps
        except Killed:
            pass
    await own_valkey.stop()
    assert misfits(own_valkey.files) == []
    await own_valkey.start()
    assert not own_valkey.findings
    assert not own_valkey.suspicion
    async with hall_on(Mortal(own_valkey)) as after:
        found = replay(code, await after.storage.read(code))
        is_old = card in found.cards and found.cards[card].text == f"{MARKER} zwei"
        assert is_old or card in found.erased
        assert found.version >= len(before)
        await Erasure(after).finish_all()
        if is_old:
            await erase(after, code, card)
        assert files_with(MARKER, short_folder) == []
        assert await after.storage.owed() == []
        assert (await after.live(code)).dialogue.cards.keys() == found.cards.keys() - {card}


async def test_an_external_storage_we_may_not_rewrite_is_somebody_elses_to_clean(
    own_valkey: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forbidden(*_: object) -> dict[str, str]:
        return {"aof_enabled": "0"}

    monkeypatch.setattr("rooms.redis_file.told_by", forbidden)
    async with hall_on(RedisLog(own_valkey.url)) as hall:
        live, _, card = await evening(hall)
        assert not await erase(hall, live.code, card)
        assert MARKER not in str(await hall.storage.read(live.code))
