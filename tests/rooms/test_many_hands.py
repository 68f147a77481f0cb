"""Several processes erase at once, and some die on the way: in the end no byte is left (P18)."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from desk import desk_at
from faulty_log import FaultyLog
from paper_screens import Screens
from processes import CODE, clock, new_call, soon

from rooms.cards import PostCard
from rooms.erasing import EraseCard
from rooms.erasure import Erasure
from rooms.errors import DialogtischError
from rooms.hall import Hall
from rooms.log import Debt, MemoryLog, Stored
from rooms.messages import ORGANISER, CardId
from rooms.presence import MemoryPresence

pytestmark = pytest.mark.asyncio(loop_scope="session")

HANDS = 3
MOST_STEPS = 40
SEEDS = 200


class Disk(MemoryLog):
    """A storage whose file keeps all that was ever written, until it is written anew."""

    def __init__(self) -> None:
        super().__init__()
        self.file: list[bytes] = []

    async def append(self, code: str, *asked: Any) -> bool:
        kept = await super().append(code, *asked)
        self._write(self._logs[code])
        return kept

    async def draft(self, code: str, tail: Stored, entries: Sequence[Stored]) -> bool:
        is_drafted = await super().draft(code, tail, entries)
        self._write(entries if is_drafted else [])
        return is_drafted

    async def swap(self, code: str, tail: Stored, end: Stored, rest: Sequence[Stored]) -> bool:
        is_swapped = await super().swap(code, tail, end, rest)
        self._write(rest if is_swapped else [])
        return is_swapped

    async def purge(self) -> bool:
        self.file.clear()
        for entries in (*self._logs.values(), *self._drafts.values()):
            self._write(entries)
        return True

    def _write(self, entries: Iterable[Stored]) -> None:
        self.file += (stored.payload for stored in entries)

    def says(self, text: str) -> bool:
        return any(text.encode() in payload for payload in self.file)


class Hand(FaultyLog):
    """A process whose every question takes its time, and which dies at the one of that number.

    `has_just_said`: its order stands in the log, and nothing more was done.
    """

    def __init__(self, disk: Disk, chance: random.Random, dies_at: int) -> None:
        super().__init__(disk)
        self._chance = chance
        self._left = dies_at
        self.has_just_said = False

    async def append(self, *asked: Any) -> bool:
        self.has_just_said = await self._slowly(super().append, *asked)
        return self.has_just_said

    async def read(self, code: str, after: int = 0) -> list[Stored]:
        return await self._slowly(super().read, code, after)

    async def draft(self, *asked: Any) -> bool:
        return await self._slowly(super().draft, *asked)

    async def swap(self, *asked: Any) -> bool:
        return await self._slowly(super().swap, *asked)

    async def purge(self) -> bool:
        return await self._slowly(super().purge)

    async def owe(self, debt: Debt) -> None:
        await self._slowly(super().owe, debt)

    async def owed(self) -> list[Debt]:
        return await self._slowly(super().owed)

    async def settle(self, debts: Iterable[Debt]) -> None:
        await self._slowly(super().settle, debts)

    async def _slowly(self, do: Any, *asked: Any) -> Any:
        await self._hesitate()
        self._left -= 1
        if self._left == 0:
            self.away = True
        done = await do(*asked)
        self.has_just_said = False
        await self._hesitate()
        return done

    async def _hesitate(self) -> None:
        for _ in range(self._chance.randrange(6)):
            await asyncio.sleep(0)


async def erases(hand: Hand, card: str, text: str, disk: Disk) -> None:
    """One process, to its end or its death; once it says that it is done, it is."""
    hall = Hall(hand, MemoryPresence(clock), Screens(), "one", clock)
    order = EraseCard(card=CardId(card), reason="nennt einen Namen")
    erasure = Erasure(hall)
    for _ in range(2):
        try:
            assert await erasure.erase_card(CODE, new_call(ORGANISER), order)
            assert not disk.says(text)
        except DialogtischError:
            if not hand.away:
                raise
    finishing = asyncio.create_task(erasure.finish_all())
    while not finishing.done() and not hand.away:  # noqa: ASYNC110  (it lives or it does not)
        await asyncio.sleep(0)
    finishing.cancel()
    hand.away = True
    await hall.close()


async def tidies(hand: Hand) -> None:
    """A process that only finishes what others have begun, over and over."""
    hall = Hall(hand, MemoryPresence(clock), Screens(), "tidy", clock)
    while not hand.away:
        finishing = asyncio.create_task(Erasure(hall).finish_all())
        while not finishing.done() and not hand.away:  # noqa: ASYNC110
            await asyncio.sleep(0)
        finishing.cancel()
    await hall.close()


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_p18_hands_that_erase_at_once_and_die_leave_no_word(seed: int) -> None:
    chance, disk = random.Random(seed), Disk()
    desk = await desk_at(disk)
    await desk.open_round()
    guest = await desk.guest()
    texts = [f"Karte {nth}." for nth in range(HANDS)]
    cards = [await desk.must(guest, PostCard(text=text, kind="idea")) for text in texts]
    hands = [Hand(disk, chance, chance.randrange(1, MOST_STEPS)) for _ in texts]
    tidy = Hand(disk, chance, chance.randrange(1, MOST_STEPS * 2))
    every = [erases(*one, disk) for one in zip(hands, cards, texts, strict=True)]
    await soon(asyncio.gather(tidies(tidy), *every))
    hall = Hall(disk, MemoryPresence(clock), Screens(), "next", clock)
    for hand, card in zip(hands, cards, strict=True):
        if hand.has_just_said:  # the organiser, who was not answered, asks again
            order = EraseCard(card=CardId(card), reason="nennt einen Namen")
            assert await Erasure(hall).erase_card(CODE, new_call(ORGANISER), order)
    await soon(Erasure(hall).finish_all())
    found = await (await hall.live(CODE)).read(lambda now: now)
    for card, text in zip(cards, texts, strict=True):
        assert disk.says(text) == (card in found.cards), text
    assert await disk.owed() == []
    await hall.close()
