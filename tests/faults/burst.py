"""A burst of cards, and what each phone was promised meanwhile; what the hall holds afterwards."""

import asyncio
import itertools
import os
from collections import Counter
from typing import Any

from program import Installation

from server.phones import Desk, Phone

SEED = int(os.environ.get("DIALOGTISCH_SEED", "20261122"))
LIVE_AGAIN_SECONDS = 30.0


class Burst:
    """Phones that post without a pause, and what each of them was promised.

    A phone that is live again rests until all are: on a slow machine it would reach the most cards
    of one person.
    """

    def __init__(self, phones: list[Phone]) -> None:
        self.phones = phones
        self.acknowledged: Counter[str] = Counter()
        self.posted: list[str] = []
        self._numbers = itertools.count(1)
        self._over = False
        self._silent: set[Phone] = set()
        self._go = asyncio.Event()
        self._go.set()
        self._tasks = [asyncio.create_task(self._post(phone)) for phone in phones]

    async def _post(self, phone: Phone) -> None:
        while not self._over:
            text = f"Karte {next(self._numbers)}"
            self.posted.append(text)
            answer = await phone.command("PostCard", text=text, kind="idea")
            assert answer["ok"], answer
            self.acknowledged[text] += 1
            self._silent.discard(phone)
            await self._go.wait()

    async def everybody_is_live(self) -> None:
        """Each phone gets one more card acknowledged, without a hand."""
        self._silent = set(self.phones)
        self._go.clear()
        try:
            async with asyncio.timeout(LIVE_AGAIN_SECONDS):
                while self._silent:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        finally:
            self._go.set()

    async def end(self) -> None:
        self._over = True
        async with asyncio.timeout(LIVE_AGAIN_SECONDS):
            await asyncio.gather(*self._tasks)


async def join(server: Installation, code: str, count: int) -> list[Phone]:
    phones = [Phone(server.url, code) for _ in range(count)]
    await asyncio.gather(*(phone.join("de", nth % 6 + 1) for nth, phone in enumerate(phones)))
    return phones


async def texts(desk: Desk, code: str) -> Counter[str]:
    results: Any = await desk.get(f"/api/dialogues/{code}/results.json")
    return Counter(card["text"] for card in results["cards"])


async def check(desk: Desk, code: str, burst: Burst) -> None:
    found = await texts(desk, code)
    assert found == Counter(burst.posted), f"seed {SEED}"
    assert burst.acknowledged == found, f"seed {SEED}"
