"""What the tests of the store that comes along share: entries in it, and waiting for it."""

import asyncio
from collections.abc import Callable

from rooms.entries import seal_of, write_entry
from rooms.log import EMPTY, Position, Stored
from rooms.redis_log import RedisLog
from server.embedded import EmbeddedStore

CODE = "ABCDEFGH"


async def until(holds: Callable[[], object]) -> None:
    """Wait for something that must come; only a hang ends this by time."""
    for _ in range(3_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def keep(store: EmbeddedStore, count: int) -> None:
    """Append `count` times two entries, each acknowledged before the next."""
    log = RedisLog(store.url)
    await log.claim(CODE)
    seal = (await log.read(CODE) or [Stored(EMPTY, b"", b"")])[-1].seal
    for _ in range(count):
        tail, pair = await log.tail(CODE), []
        for number in (1, 2):
            payload = write_entry(f"tab.{tail.version + number}", 1, b"body", [])
            seal = seal_of(seal, payload)
            pair.append((payload, seal))
        assert await log.append(CODE, tail, max(1, tail.epoch), pair)
    await log.close()


async def kept(store: EmbeddedStore) -> Position:
    log = RedisLog(store.url)
    tail = await log.tail(CODE)
    assert len(await log.read(CODE)) == tail.version
    await log.close()
    return tail
