"""Everything that can go wrong in an evening, each fault a coroutine that ends when it is over.

Afterwards `mend` puts everything right that a fault has left behind.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence

from campaigns.faults.inside import Inside
from campaigns.faults.outside import Outside
from campaigns.faults.planning import Planning
from campaigns.faults.stage import Stage

LOOK_SECONDS = 0.02


class Trouble(Outside, Planning, Inside):
    """The faults of one evening."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.is_rough = False

    def faults(self) -> dict[str, tuple[int, Callable[[], Awaitable[None]]]]:
        """How often each may come, by its name."""
        several = 1 if self.house.processes > 1 else 0
        return {
            "offline": (6, self.offline),
            "half-open connection": (6, self.half_open),
            "copy that comes late": (3, self.late_copy),
            "dead corner": (4, self.dead_corner),
            "slow connection": (4, self.slow),
            "cut after some bytes": (5, self.cut),
            "page that does not read": (1, self.stalled),
            "page that hops": (4, self.hops),
            "card that flickers": (3, self.flicker),
            "frames delivered twice": (5, self.doubles),
            "old command again elsewhere": (5, self.again_elsewhere),
            "id forged with another body": (4, self.forged),
            "tab closed before the ack": (5, self.closed_tab),
            "votes while the ballot closes": (5, self.closing_burst),
            "votes while cards are hidden": (6, self.hiding_burst),
            "one ticket on several phones": (5, self.shared_ticket),
            "card erased": (2, self.erased),
            "two moderators at once": (4, self.quarrel),
            "link revoked": (1, self.revoked),
            "table put up late, with a host": (3, self.late_table),
            "table taken away under people": (4, self.vanishing_table),
            "plan changed while it opens": (4, self.opening_plan),
            "language taken from the offer": (3, self.vanishing_language),
            "second dialogue made": (2, self.second_dialogue),
            "huge version claimed": (1, self.liar),
            "server killed": (4, self.kill_server),
            "phone leaves with its process": (2, self.leave_with_process),
            "erasing cut off": (1, self.erasing_cut_off),
            "server frozen": (3, self.freeze_server),
            "storage killed": (2, self.kill_store),
            "storage frozen": (3, self.freeze_store),
            "slow disk": (2, self.slow_disk),
            "clock jump": (2, self.clock_jump),
            "power cut": (2, self.power_cut),
            "disk full": (2 * several, self.disk_full),
            "disk error": (1 * several, self.disk_error),
            "history lost": (2 * several, self.lost_history),
            "history lost, all killed": (2 * several, self.lost_with_everybody),
        }

    async def break_out(self, most: int, always: Sequence[str]) -> None:
        """Some of them, at random moments; those that shake the house come one at a time."""
        known = self.faults()
        weights = [often for often, _ in known.values()]
        chosen = self.chance.choices(list(known), weights, k=self.chance.randint(2, most))
        chosen = [*always, *(one for one in chosen if not always or one not in SHAKING)]
        moments = sorted(self.chance.uniform(0.05, 1.7) for _ in chosen)
        begun: list[asyncio.Task[None]] = []
        at = 0.0
        for number, (name, moment) in enumerate(zip(chosen, moments, strict=True)):
            await asyncio.sleep(moment - at)
            at, is_sure = moment, number < len(always)
            begun.append(asyncio.ensure_future(self._one(name, known[name][1], is_sure)))
        await asyncio.gather(*begun)

    async def _one(self, name: str, fault: Callable[[], Awaitable[None]], is_sure: bool) -> None:
        if name in SHAKING:
            while self.is_rough and is_sure:  # noqa: ASYNC110 - it rings no bell
                await asyncio.sleep(LOOK_SECONDS)
            if self.is_rough:
                return
            self.is_rough = True
        self.stage.history.fault(name)
        try:
            await fault()
        finally:
            self.is_rough = self.is_rough and name not in SHAKING

    async def mend(self) -> None:
        """Everything heals; what was held back arrives."""
        for number in self.frozen:
            self.house.thaw(number)
        disk = self.house.disk
        disk.slow(0)
        disk.fail_syncs(times=0)
        disk.space(None)
        disk.shift_clock(0)
        self.house.signal_store(signal.SIGCONT)
        await self.house.store_answers()
        await self.house.all_open()
        for tab in self.stage.tabs:
            tab.doubles = 0.0
            tab.air.recover()
            tab.air.deliver_late()
            tab.open()


SHAKING = {
    *("server killed", "phone leaves with its process", "erasing cut off", "server frozen"),
    *("storage killed", "storage frozen", "power cut"),
    *("disk full", "disk error", "slow disk"),
    *("history lost", "history lost, all killed"),
}
"""Of these only one is under way at any time: the next is left out while one is, or waits if it
must come."""
