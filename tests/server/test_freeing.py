"""How often a storage that refuses every write is asked to begin a new file."""

import pytest

from rooms.errors import Unavailable
from server import storage


class Enough(Exception):
    """What was to be seen was seen."""


class Stuck:
    """It cannot begin a new file the first five times."""

    asked = 0

    async def free(self) -> bool:
        self.asked += 1
        if self.asked <= 5:
            raise Unavailable("storage_away")
        return False


@pytest.mark.asyncio
async def test_a_storage_that_cannot_be_freed_is_asked_less_and_less_often() -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            raise Enough

    with pytest.raises(Enough):
        await storage._free_again_and_again(Stuck(), sleep)  # type: ignore[arg-type]
    assert pauses == [2, 4, 8, 16, 16, 16, 2, 2]
