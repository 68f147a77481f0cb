"""The log of a dialogue: where its entries are kept, in order, for ever.

One entry is one accepted command. The log compares positions and seals and stores bytes; it never
looks into a payload. `Log` is the contract, `MemoryLog` keeps it for tests and rehearsing;
rooms/redis_log.py keeps it on disk. tests/rooms/test_log_contract.py holds both to it.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from rooms.errors import Unavailable

SECRET_BYTES = 32
NOBODY = "22222222"  # a code that no dialogue has


class Position(msgspec.Struct, frozen=True, order=True, gc=False):
    """Where a log ends or an entry stands. A new epoch begins when history was lost or restored."""

    epoch: int
    version: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.version}"


EMPTY = Position(0, 0)


class Stored(msgspec.Struct, frozen=True, gc=False):
    """One entry as it is kept; `seal` links it to the entry before it."""

    position: Position
    payload: bytes
    seal: bytes


class Debt(NamedTuple):
    """Something of a dialogue must still be erased; `hand` tells whoever began it from others."""

    code: str
    hand: str

    def __str__(self) -> str:
        return f"{self.code} {self.hand}".rstrip()

    @classmethod
    def read(cls, word: str) -> "Debt":
        code, _, hand = word.partition(" ")
        return cls(code, hand)


class PartlyAway(Unavailable):
    """Of several places where logs are kept some are away: `news` of the others, `away` codes."""

    def __init__(self, news: Mapping[str, list[Stored]], away: frozenset[str]) -> None:
        super().__init__("storage_away")
        self.news = news
        self.away = away


class Log(Protocol):
    """What every log promises; the numbered promises stand in the contract tests.

    `unwatched`: nobody checks the storage's files when it starts, so that after a power cut its
    last entry may come back torn.
    """

    unwatched: bool

    async def codes(self) -> list[str]:
        """Every dialogue that was ever created here and not removed. Raises Unavailable."""

    async def claim(self, code: str) -> bool:
        """Register a new code; False if it is taken. Raises Unavailable or Unknown."""

    async def read(self, code: str, after: int = 0) -> list[Stored]:
        """All entries with a version above `after`, in order, across epochs. Raises Unavailable."""

    async def news(self, after: Mapping[str, Position]) -> dict[str, list[Stored]]:
        """The entries past each position, in one round trip; only dialogues that have some.

        When history was lost the first entry does not continue the version asked for: then the
        copy is of another past and must be read afresh. Raises Unavailable, or PartlyAway with
        the news there are when only some dialogues cannot be reached.
        """

    async def tail(self, code: str) -> Position:
        """The position of the last entry, EMPTY if there is none. Raises Unavailable."""

    async def check(self) -> None:
        """Raises Unavailable if there is a dialogue for which nothing could be kept now."""

    async def append(
        self,
        code: str,
        expected: Position,
        epoch: int,
        entries: Sequence[tuple[bytes, bytes]],
        on: bytes | None = None,
    ) -> bool:
        """Keep (payload, seal) pairs as versions expected.version + 1 and on, all or none.

        True once they are on disk; False, and nothing kept, if the tail is not `expected` or does
        not carry the seal `on`: a log that lost its end may have grown as long again.
        Raises Unavailable when certainly nothing was kept, Unknown when that cannot be told.
        """

    async def vouch(self, code: str, expected: Position, on: bytes) -> bool:
        """Asked before what stands here is acknowledged once more: whether that cannot be lost.

        False if the log does not end at `expected`, with the seal `on`. Raises Unavailable while
        too few replicas have it.
        """

    def missed(self, code: str) -> list[Stored] | None:
        """Asked right after an append was refused: what stands from the entry it expected on.

        None if that is not known; then the log has to be read.
        """

    async def remove(self, code: str) -> None:
        """Forget a dialogue with all its entries (rehearsals only)."""

    async def rehearsal_of(self, code: str) -> str | None:
        """The rehearsal that was begun last for this evening. Raises Unavailable."""

    async def set_rehearsal(self, code: str, rehearsal: str) -> str | None:
        """Note a new one; the one noted before, to whoever notes, exactly once.

        Raises Unavailable or Unknown.
        """

    # Taking words out again; rooms/rewriting.py says how these go together.

    async def draft(self, code: str, tail: Stored, entries: Sequence[Stored]) -> bool:
        """Write entries beside the log, in place of what was drafted before.

        False, and no more is written, unless the log holds `tail` as it was read: another hand has
        sealed it anew, and the entries may hold words that are in it no more.
        """

    async def swap(self, code: str, tail: Stored, end: Stored, rest: Sequence[Stored]) -> bool:
        """Put the draft in the log's place, and `rest` after it; all of it or nothing.

        False, and nothing changed, unless the log ends with `tail` and the draft is whole from
        version 1 to `end`. Raises as `append` does.
        """

    async def purge(self) -> bool:
        """Returns once what logs held before is in no file any more.

        False: the files are in somebody else's hands, who has to do it. Raises Unavailable.
        """

    async def owe(self, debt: Debt) -> None:
        """Note that something must still be erased, for whoever starts next."""

    async def owed(self) -> list[Debt]:
        """What must still be erased."""

    async def settle(self, debts: Iterable[Debt]) -> None:
        """It was."""

    async def secret(self) -> bytes:
        """32 random bytes of this installation: made once, the same for every process."""

    async def renew_secret(self) -> None:
        """Others in its place, and the old ones forgotten; cut off in the middle, do it again."""

    async def close(self) -> None:
        """Let go of the storage; no call may follow."""


def positions(expected: Position, epoch: int, count: int) -> list[Position]:
    """The positions that `count` entries appended after `expected` will get."""
    if epoch < max(1, expected.epoch):
        raise ValueError(f"epoch {epoch} cannot follow {expected}: epochs only rise")
    return [Position(epoch, expected.version + 1 + nth) for nth in range(count)]


class MemoryLog:
    """A log that lasts as long as its process."""

    unwatched = False

    def __init__(self) -> None:
        self._logs: dict[str, list[Stored]] = {}
        self._codes: set[str] = set()
        self._rehearsals: dict[str, str] = {}
        self._drafts: dict[str, list[Stored]] = {}
        self._owed: set[Debt] = set()
        self._secret = secrets.token_bytes(SECRET_BYTES)

    async def codes(self) -> list[str]:
        return sorted(self._codes)

    async def claim(self, code: str) -> bool:
        if code in self._codes:
            return False
        self._codes.add(code)
        return True

    async def read(self, code: str, after: int = 0) -> list[Stored]:
        return self._logs.get(code, [])[after:]  # versions are gapless from 1

    async def news(self, after: Mapping[str, Position]) -> dict[str, list[Stored]]:
        found = {code: self._past(code, position) for code, position in after.items()}
        return {code: entries for code, entries in found.items() if entries}

    async def tail(self, code: str) -> Position:
        entries = self._logs.get(code)
        return entries[-1].position if entries else EMPTY

    async def check(self) -> None:
        await self.tail(NOBODY)

    async def append(
        self,
        code: str,
        expected: Position,
        epoch: int,
        entries: Sequence[tuple[bytes, bytes]],
        on: bytes | None = None,
    ) -> bool:
        places = positions(expected, epoch, len(entries))
        if await self.tail(code) != expected:
            return False
        kept = self._logs.setdefault(code, [])
        if on is not None and kept and kept[-1].seal != on:
            return False
        kept.extend(
            Stored(place, payload, seal)
            for place, (payload, seal) in zip(places, entries, strict=True)
        )
        return True

    async def vouch(self, code: str, expected: Position, on: bytes) -> bool:
        return True

    def missed(self, code: str) -> list[Stored] | None:
        """Reading costs nothing here."""
        return None

    async def draft(self, code: str, tail: Stored, entries: Sequence[Stored]) -> bool:
        log = self._logs.get(code, [])
        is_there = any((one.position, one.seal) == (tail.position, tail.seal) for one in log)
        if is_there:
            self._drafts[code] = list(entries)
        return is_there

    async def swap(self, code: str, tail: Stored, end: Stored, rest: Sequence[Stored]) -> bool:
        kept, drafted = self._logs.get(code, []), self._drafts.get(code, [])
        is_whole = len(drafted) == end.position.version and drafted[-1] == end
        if not kept or kept[-1] != tail or not is_whole:
            return False
        self._logs[code] = [*self._drafts.pop(code), *rest]
        return True

    async def purge(self) -> bool:
        return True

    async def owe(self, debt: Debt) -> None:
        self._owed.add(debt)

    async def owed(self) -> list[Debt]:
        return sorted(self._owed)

    async def settle(self, debts: Iterable[Debt]) -> None:
        self._owed.difference_update(debts)

    async def remove(self, code: str) -> None:
        self._logs.pop(code, None)
        self._drafts.pop(code, None)
        self._rehearsals.pop(code, None)
        self._codes.discard(code)

    async def rehearsal_of(self, code: str) -> str | None:
        return self._rehearsals.get(code)

    async def set_rehearsal(self, code: str, rehearsal: str) -> str | None:
        before = self._rehearsals.get(code)
        self._rehearsals[code] = rehearsal
        return before

    async def secret(self) -> bytes:
        return self._secret

    async def renew_secret(self) -> None:
        self._secret = secrets.token_bytes(SECRET_BYTES)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _past(self, code: str, position: Position) -> list[Stored]:
        entries = self._logs.get(code, [])
        start = len(entries)
        while start and entries[start - 1].position > position:
            start -= 1
        return entries[start:]
