"""A log whose way to the storage is slow, broken or forgetful, as a test wants it."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from rooms.errors import Unavailable, Unknown
from rooms.log import Debt, Log, MemoryLog, Position, Stored


class Fault(Enum):
    """What becomes of one append."""

    NONE = auto()
    AWAY = auto()
    """Nothing is kept, and the caller knows it."""
    LOST_BEFORE = auto()
    """Nothing is kept, and the caller cannot know."""
    LOST_AFTER = auto()
    """All is kept, and the caller cannot know."""
    LATE = auto()
    """The caller cannot know; it may still be kept when `deliver_late` lets it through."""


class FaultyLog:
    """One process's way to a storage that it shares with others."""

    def __init__(self, inner: Log) -> None:
        self.inner = inner
        self.faults: deque[Fault] = deque()
        self.away = False
        self.appends: list[int] = []
        self.reads = 0
        self._late: list[tuple[Any, ...]] = []
        self._open = asyncio.Event()
        self._open.set()
        self._held = asyncio.Event()

    def hold(self) -> None:
        """From now on appends wait for `release` before they reach the storage."""
        self._held.clear()
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def held(self) -> None:
        """Returns as soon as an append waits."""
        await self._held.wait()

    async def deliver_late(self) -> list[bool]:
        """Lets the late appends through; says of each whether it was kept."""
        late, self._late = self._late, []
        return [await self.inner.append(*one) for one in late]

    @property
    def unwatched(self) -> bool:
        return self.inner.unwatched

    async def append(
        self,
        code: str,
        expected: Position,
        epoch: int,
        entries: Sequence[tuple[bytes, bytes]],
        *on: bytes,
    ) -> bool:
        if entries:
            self.appends.append(len(entries))
        self._held.set()
        await self._open.wait()
        self._check_reached()
        asked = (code, expected, epoch, list(entries), *on)
        match self.faults.popleft() if self.faults else Fault.NONE:
            case Fault.AWAY:
                raise Unavailable("storage_away")
            case Fault.LOST_BEFORE:
                raise Unknown
            case Fault.LOST_AFTER:
                await self.inner.append(*asked)
                raise Unknown
            case Fault.LATE:
                self._late.append(asked)
                raise Unknown
        return await self.inner.append(*asked)

    async def codes(self) -> list[str]:
        self._check_reached()
        return await self.inner.codes()

    async def claim(self, code: str) -> bool:
        self._check_reached()
        return await self.inner.claim(code)

    async def read(self, code: str, after: int = 0) -> list[Stored]:
        self.reads += 1
        self._check_reached()
        return await self.inner.read(code, after)

    async def news(self, after: Mapping[str, Position]) -> dict[str, list[Stored]]:
        self._check_reached()
        return await self.inner.news(after)

    async def tail(self, code: str) -> Position:
        self._check_reached()
        return await self.inner.tail(code)

    async def vouch(self, code: str, expected: Position, on: bytes) -> bool:
        return await self.inner.vouch(code, expected, on)

    async def check(self) -> None:
        self._check_reached()
        await self.inner.check()

    def missed(self, code: str) -> list[Stored] | None:
        return self.inner.missed(code)

    async def remove(self, code: str) -> None:
        self._check_reached()
        await self.inner.remove(code)

    async def rehearsal_of(self, code: str) -> str | None:
        self._check_reached()
        return await self.inner.rehearsal_of(code)

    async def set_rehearsal(self, code: str, rehearsal: str) -> str | None:
        self._check_reached()
        return await self.inner.set_rehearsal(code, rehearsal)

    async def draft(self, code: str, tail: Stored, entries: Sequence[Stored]) -> bool:
        self._check_reached()
        return await self.inner.draft(code, tail, entries)

    async def swap(self, code: str, tail: Stored, end: Stored, rest: Sequence[Stored]) -> bool:
        self._check_reached()
        return await self.inner.swap(code, tail, end, rest)

    async def purge(self) -> bool:
        self._check_reached()
        return await self.inner.purge()

    async def owe(self, debt: Debt) -> None:
        self._check_reached()
        await self.inner.owe(debt)

    async def owed(self) -> list[Debt]:
        self._check_reached()
        return await self.inner.owed()

    async def settle(self, debts: Iterable[Debt]) -> None:
        self._check_reached()
        await self.inner.settle(debts)

    async def secret(self) -> bytes:
        self._check_reached()
        return await self.inner.secret()

    async def renew_secret(self) -> None:
        self._check_reached()
        await self.inner.renew_secret()

    async def close(self) -> None:
        await self.inner.close()

    def _check_reached(self) -> None:
        if self.away:
            raise Unavailable("storage_away")


class ForgetfulLog(MemoryLog):
    """A storage that can lose its newest entries, as after a failover or an old backup."""

    def forget(self, code: str, count: int) -> None:
        """The last `count` entries are gone."""
        del self._logs[code][len(self._logs[code]) - count :]

    def garble(self, code: str, version: int) -> None:
        """One bit of an entry flips on the disk."""
        stored = self._logs[code][version - 1]
        flipped = bytes([stored.payload[0] ^ 1]) + stored.payload[1:]
        self._logs[code][version - 1] = Stored(stored.position, flipped, stored.seal)

    def tear(self, code: str) -> None:
        """The last bytes that were written, those of a seal, did not reach the disk."""
        last = self._logs[code][-1]
        self._logs[code][-1] = Stored(last.position, last.payload, last.seal[:-3] + b"\0\0\0")
