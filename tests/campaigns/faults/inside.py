"""Faults in the house: its processes, its storage and the disk below."""

import signal

from campaigns.faults.mishaps import Mishaps
from campaigns.faults.stream import key_of, read_rows

DAY_SECONDS = 86_400


class Inside(Mishaps):
    """Each fault ends when it is over; processes that were killed come back by themselves."""

    async def kill_server(self) -> None:
        number = self.chance.randrange(self.house.processes)
        self.house.pauses[number] = self.chance.choice((0.0, 0.0, 0.3))
        self.stage.history.killed(number)
        self.house.kill(number)
        await self._moment(0.1, 0.3)

    async def leave_with_process(self) -> None:
        """A phone goes for good at the moment its process dies: nobody can say goodbye for it."""
        phone = self.chance.choice(self.stage.phones)
        number = phone.air.process
        self.stage.history.touched.add(phone.name)
        self.stage.history.killed(number)
        self.house.kill(number)
        await phone.leave()
        await self._moment(0.1, 0.3)

    async def freeze_server(self) -> None:
        number = self.chance.randrange(self.house.processes)
        self.frozen.add(number)
        self.house.freeze(number)
        await self._moment(0.2, 1.2)
        self.house.thaw(number)

    async def kill_store(self) -> None:
        self.house.signal_store(signal.SIGKILL)
        await self._moment(0.1, 0.3)

    async def freeze_store(self) -> None:
        """Long enough, at times, for processes to give up what still lands after the thaw."""
        self.house.signal_store(signal.SIGSTOP)
        await self._moment(0.1, 1.2)
        self.house.signal_store(signal.SIGCONT)

    async def erasing_cut_off(self) -> None:
        """The process that erases dies while it does, and nobody asks for it again."""
        card = self._card_to_erase()
        if card is None:
            return
        number = self.chance.randrange(self.house.processes)
        self.stage.organiser.erase(card, number, patient=False)
        await self._moment(0.0, 0.08)
        self.stage.history.killed(number)
        self.house.kill(number)
        await self._moment(0.1, 0.3)

    async def slow_disk(self) -> None:
        self.house.disk.slow(self.chance.uniform(0.02, 0.2))
        await self._moment(0.4, 1.0)
        self.house.disk.slow(0)

    async def clock_jump(self) -> None:
        self.house.disk.shift_clock(self.chance.choice((-DAY_SECONDS, DAY_SECONDS, 3600, -5)))
        await self._moment(0.3, 1.0)

    async def power_cut(self) -> None:
        self.epochs += 2
        await self.house.cut_power(self.chance)
        await self._moment(0.1, 0.3)

    async def disk_full(self) -> None:
        self.house.disk.space(self.chance.randint(0, 3000))
        await self._moment(0.2, 0.7)
        self.house.disk.space(None)

    async def disk_error(self) -> None:
        self.house.disk.fail_syncs(self.chance.randint(0, 10), 1)
        await self._moment(0.2, 0.5)

    async def lost_history(self) -> None:
        """The storage falls back to an older copy, as after a failover to one that lagged.

        Not where words are erased: an older copy holds them, and is in nobody's hands.
        """
        if self.stage.history.erasings:
            return
        self.loses_history = True
        key = key_of(self.stage.code)
        await self.house.store_answers()  # an earlier fault may have ended it only just now
        with self.house.store() as store:
            older = store.ask("DUMP", key)
        await self._moment(0.05, 0.5)
        with self.house.store() as store:
            store.ask("MULTI")
            store.ask("XRANGE", key, "-", "+")
            store.ask("RESTORE", key, 0, older, "REPLACE")
            rows, _ = store.ask("EXEC")
            store.ask("CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES")
        self.pasts.append(read_rows(rows))
        self.epochs += 2 * self.house.processes

    async def lost_with_everybody(self) -> None:
        """As before, and no process is left that had seen what was lost: only the phones have."""
        await self.lost_history()
        for number in range(self.house.processes):
            self.house.pauses[number] = 0.0
            self.house.kill(number)
