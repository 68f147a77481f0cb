"""A way to the storage on which anything may happen, as its weather is."""

import asyncio
import random
from typing import Any

from faulty_log import Fault, FaultyLog

from rooms.errors import Unavailable
from rooms.log import Log, Stored

TROUBLES = (
    [Fault.NONE] * 20
    + [Fault.AWAY] * 2
    + [Fault.LOST_BEFORE] * 2
    + [Fault.LOST_AFTER] * 3
    + [Fault.LATE] * 2
)


class Weather(FaultyLog):
    """A way to the storage on which anything may happen, until it is `calm`."""

    def __init__(self, inner: Log, chance: random.Random) -> None:
        super().__init__(inner)
        self.calm = True
        self._chance = chance

    async def append(self, *asked: Any) -> bool:
        await self._tarry()
        if not self.calm:
            self.faults.append(self._chance.choice(TROUBLES))
        return await super().append(*asked)

    async def read(self, code: str, after: int = 0) -> list[Stored]:
        await self._tarry()
        found = await super().read(code, after)
        await self._tarry()
        return found

    async def _tarry(self) -> None:
        for _ in range(0 if self.calm else self._chance.randrange(6)):
            await asyncio.sleep(0)
        if not self.calm and self._chance.random() < 0.02:
            raise Unavailable("storage_away")
