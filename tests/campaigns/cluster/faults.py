"""What happens to a primary, and what it took until the hall noticed nothing any more."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from campaigns.cluster.evening import Evening
from campaigns.cluster.local_cluster import LocalCluster, Node

LATER_REPLICA_SECONDS = 0.4
"""Less than the others wait before they give a node up: the replica has to be there afterwards."""


@dataclass
class Round:
    """Seconds: until a replica had taken over, and until every phone had cards saved again."""

    fault: str
    took_over: float = 0.0
    live_again: float = 0.0
    others_longest: float = 0.0
    victims: list[str] = field(default_factory=list)


class Faults:
    """`frozen_seconds`: how long a frozen primary stays away before it returns."""

    def __init__(
        self, cluster: LocalCluster, evenings: list[Evening], frozen_seconds: float
    ) -> None:
        self.cluster = cluster
        self.evenings = evenings
        self.frozen_seconds = frozen_seconds
        self.kinds: dict[str, Callable[[Node, str], Awaitable[None]]] = {
            "killed": self._killed,
            "killed before its replica had heard all": self._killed_ahead,
            "frozen and back": self._frozen,
        }

    async def strike(self, kind: str, chance: random.Random) -> Round:
        """One fault to the primary of one dialogue, then everything healed."""
        clock = asyncio.get_running_loop().time
        victim = chance.choice(self.evenings)
        primary = await self.cluster.primary_of(victim.key)
        round_ = Round(kind)
        for evening in self.evenings:
            evening.watch()
            if await self.cluster.primary_of(evening.key) is primary:
                round_.victims.append(evening.code)
        await asyncio.sleep(chance.uniform(0.1, 0.6))
        begun = clock()
        healing = asyncio.create_task(self.kinds[kind](primary, victim.key))
        await self.cluster.failed_over(victim.key, primary)
        round_.took_over = clock() - begun
        await asyncio.gather(*(evening.everybody_is_live() for evening in self.evenings))
        round_.live_again = clock() - begun
        await healing
        await self.cluster.whole()
        others = [one for one in self.evenings if one.code not in round_.victims]
        round_.others_longest = max((one.longest_wait for one in others), default=0.0)
        await asyncio.gather(*(evening.everybody_is_live() for evening in self.evenings))
        return round_

    async def _killed(self, primary: Node, key: str) -> None:
        await primary.kill()
        await self.cluster.failed_over(key, primary)
        await primary.start()

    async def _killed_ahead(self, primary: Node, key: str) -> None:
        """For a moment the primary acknowledges what nobody else will ever hear."""
        replica = await self.cluster.replica_of(primary)
        replica.send(signal.SIGSTOP)
        await primary.line.ask("CLIENT", "KILL", "TYPE", "REPLICA")
        await asyncio.sleep(LATER_REPLICA_SECONDS)
        await primary.kill()
        replica.send(signal.SIGCONT)
        await self.cluster.failed_over(key, primary)
        await primary.start()

    async def _frozen(self, primary: Node, key: str) -> None:
        """It comes back and believes for a moment that it is still primary."""
        primary.send(signal.SIGSTOP)
        await asyncio.sleep(self.frozen_seconds)
        await self.cluster.failed_over(key, primary)
        primary.send(signal.SIGCONT)
