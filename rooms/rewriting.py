"""Takes the words of erased cards out of a log, and whole dialogues out of the storage.

The log stays what it was, entry by entry, without those words: the same positions, the same ids of
commands, so that a repeat still gets its first answer; new seals, and a new epoch at its end, which
makes every process and every screen look again. Cards that were withdrawn lose their words on the
same occasion (docs/decisions/erasing.md).
"""

import asyncio
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from rooms.cards import CardWithdrawn
from rooms.entries import read_entry, replay, seal_of, write_entry
from rooms.erasing import CardErased, DialogueErased
from rooms.errors import Busy
from rooms.log import Log, Position, Stored
from rooms.messages import CardId
from rooms.setting import ERASED, EpochBegun

MOST_TRIES = 5
MOST_CATCH_UPS = 200


class Resealed(NamedTuple):
    """Words were erased `at`: before that the versions `first` to `last` had other seals."""

    first: int
    last: int
    at: int


async def rewrite(log: Log, code: str, clock: Callable[[], int]) -> bool:
    """Whether the log held words that must go; now it does not.

    Raises Unavailable, Busy, Corrupted.

    What others append meanwhile is taken along: the new log takes the old one's place only while
    that ends where it was read to.
    """
    for _ in range(MOST_TRIES):
        entries = await log.read(code)
        bare = await asyncio.to_thread(_checked, code, entries)
        if all(old.payload == new.payload for old, new in zip(entries, bare, strict=True)):
            return False
        if await _swap(log, code, entries, bare, clock):
            return True
    raise Busy


async def write_off(log: Log, code: str, because: str, at: int) -> None:
    """Puts one entry in the place of a whole log: that it was erased. Raises Unavailable, Busy."""
    for _ in range(MOST_CATCH_UPS):
        entries = await log.read(code)
        if not entries:
            return
        place = Position(max(at, entries[-1].position.epoch + 1), 1)
        payload = write_entry("erased", at, b"", [DialogueErased(because=because, at=at)])
        ending = Stored(place, payload, seal_of(b"", payload))
        is_drafted = await log.draft(code, entries[-1], [ending])
        if is_drafted and await log.swap(code, entries[-1], ending, []):
            return
    raise Busy


def gone(entries: Iterable[Stored]) -> set[CardId]:
    """The cards that were erased or withdrawn."""
    events = (event for stored in entries for event in read_entry(stored)[1])
    return {event.card for event in events if isinstance(event, CardErased | CardWithdrawn)}


def without(entries: Sequence[Stored], cards: Container[CardId], seal: bytes = b"") -> list[Stored]:
    """The entries without a word of these cards, sealed anew from the seal before them."""
    bare: list[Stored] = []
    for stored in entries:
        payload = _without(stored, cards)
        seal = seal_of(seal, payload)
        bare.append(Stored(stored.position, payload, seal))
    return bare


def resealed(entries: Iterable[Stored]) -> Resealed | None:
    """What erasing, the last time, has left of itself in a log; None if nothing was erased there.

    An entry that lost its words has lost the digest of its command too, and nothing else has none.
    """
    first, found = 0, None
    for stored in entries:
        entry, events = read_entry(stored)
        version = stored.position.version
        if any(isinstance(event, EpochBegun) for event in events):
            if EpochBegun(because=ERASED) in events:
                found = Resealed(first or version, version - 1, entry.at)
        elif not entry.body:
            first = first or version
    return found


def _checked(code: str, entries: Sequence[Stored]) -> list[Stored]:
    """The entries without the words that must go. Raises Corrupted: new seals would hide that."""
    replay(code, entries)
    bare = without(entries, gone(entries))
    replay(code, bare)
    return bare


def _without(stored: Stored, cards: Container[CardId]) -> bytes:
    """The digest of a command whose words go, goes with them: it could confirm a guess."""
    entry, events = read_entry(stored)
    bare = [event.without(cards) for event in events]
    if bare == events:
        return stored.payload
    return write_entry(entry.id, entry.at, b"", bare)


async def _swap(
    log: Log, code: str, entries: list[Stored], bare: list[Stored], clock: Callable[[], int]
) -> bool:
    """False if the log has become another one meanwhile, or the draft is not whole any more."""
    if not await log.draft(code, entries[-1], bare):
        return False
    tail, rest = entries[-1], bare[-1:]
    for _ in range(MOST_CATCH_UPS):
        if await log.swap(code, tail, bare[-1], [*rest[1:], _new_epoch(rest[-1], clock())]):
            return True
        before, *more = await log.read(code, after=tail.position.version - 1) or entries[:1]
        if before != tail or not more:
            return False
        tail = more[-1]
        rest += without(more, gone(more), rest[-1].seal)
    return False


def _new_epoch(last: Stored, at: int) -> Stored:
    place = Position(max(at, last.position.epoch + 1), last.position.version + 1)
    payload = write_entry(f"epoch:{place.epoch}", at, b"", [EpochBegun(because=ERASED)])
    return Stored(place, payload, seal_of(last.seal, payload))
