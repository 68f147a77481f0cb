"""A phone in another dialogue, which feels what the process does besides."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Self

from server.phones import Desk, Phone

PAUSE_S = 0.1


@dataclass
class Felt:
    """Seconds from a tap to its ack, one per tap."""

    acks: list[float]

    def __str__(self) -> str:
        if not self.acks:
            return ""
        return f"{statistics.median(self.acks) * 1e3:.0f} / {max(self.acks) * 1e3:.0f}"


class Witness:
    """Changes its language for ever, and notes how long each change took to be saved."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._felt: list[Felt] = []
        self._begun = 0.0

    @classmethod
    @contextlib.asynccontextmanager
    async def in_dialogue(cls, desk: Desk, code: str) -> AsyncIterator[Self]:
        phone = Phone(desk.url, code)
        await phone.join("de", 1)
        witness = cls(phone)
        tapping = asyncio.create_task(witness._tap_for_ever())
        try:
            yield witness
        finally:
            tapping.cancel()
            await asyncio.gather(tapping, return_exceptions=True)
            await phone.close()

    @contextlib.contextmanager
    def watching(self) -> Iterator[Felt]:
        """What is felt while the block lasts; also by a tap that was under way at its end."""
        felt = Felt([])
        self._felt.append(felt)
        try:
            yield felt
        finally:
            felt.acks.append(time.monotonic() - self._begun if self._begun else 0.0)
            self._felt.remove(felt)

    async def for_seconds(self, seconds: float) -> Felt:
        with self.watching() as felt:
            await asyncio.sleep(seconds)
        return felt

    async def _tap_for_ever(self) -> None:
        table = 1
        while True:
            self._begun = time.monotonic()
            await self._phone.command("TakeTable", table=(table := 3 - table))
            taken, self._begun = time.monotonic() - self._begun, 0.0
            for felt in self._felt:
                felt.acks.append(taken)
            await asyncio.sleep(PAUSE_S)
