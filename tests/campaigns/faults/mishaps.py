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
        self.loses_history = False

    def _card_to_erase(self) -> str | None:
        """A card that is voted on, if there is one; none where history is lost."""
        entries = self.stage.moderators[0].shared.entries
        cards = [one["id"] for key, one in entries.items() if key[:5] == "card:"]
        voted = [one["card"] for key, one in entries.items() if key[:7] == "option:"]
        chosen = [card for card in cards if card in voted] or cards
        return self.chance.choice(chosen) if chosen and not self.loses_history else None

    def _moment(self, shortest: float, longest: float) -> Awaitable[None]:
        return asyncio.sleep(self.chance.uniform(shortest, longest))
