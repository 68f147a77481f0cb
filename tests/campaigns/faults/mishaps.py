"""What all faults of an evening share: where they happen, and what they leave to be put right."""

import asyncio
from collections.abc import Awaitable

from campaigns.faults.stage import Stage
from campaigns.faults.stream import Entry


class Mishaps:
    """`pasts` are logs that were taken away, `epochs` how many new ones there may be for it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.house = stage.house
        self.chance = stage.chance
        self.pasts: list[list[Entry]] = []
        self.epochs = 0
        self.frozen: set[int] = set()

    def _moment(self, shortest: float, longest: float) -> Awaitable[None]:
        return asyncio.sleep(self.chance.uniform(shortest, longest))
