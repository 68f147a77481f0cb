"""How often a storage that refuses every write is asked to begin a new file."""

from itertools import chain, repeat

import pytest

from rooms.errors import Unavailable
from server import storage

IN_VAIN, AWAY = Unavailable("storage_refused"), Unavailable("storage_away")


class Enough(Exception):
    """What was to be seen was seen."""


class Stuck:
    """It answers so, one after the other, and then takes writes."""

    def __init__(self, *answers: Unavailable) -> None:
        self._answers = chain(answers, repeat(None))

    async def free(self) -> bool:
        if answer := next(self._answers):
            raise answer
        return False


async def pauses_before_asking(stuck: Stuck, times: int) -> list[float]:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == times:
            raise Enough

    with pytest.raises(Enough):
        await storage._free_again_and_again(stuck, sleep)  # type: ignore[arg-type]
    return pauses


@pytest.mark.asyncio
async def test_a_storage_that_cannot_be_freed_is_asked_less_and_less_often() -> None:
    stuck = Stuck(*[IN_VAIN] * 5)
    assert await pauses_before_asking(stuck, 8) == [2, 4, 8, 16, 16, 16, 2, 2]


@pytest.mark.asyncio
async def test_a_storage_that_is_only_away_is_looked_at_again_soon() -> None:
    stuck = Stuck(AWAY, AWAY, IN_VAIN, AWAY, IN_VAIN)
    assert await pauses_before_asking(stuck, 7) == [2, 2, 2, 4, 2, 4, 2]
