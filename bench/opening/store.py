"""A data folder with one large evening and many small ones, as a server would have left it."""

from pathlib import Path

from rooms.log import Position, Stored
from rooms.redis_log import RedisLog
from server.codes import CODE_ALPHABET, CODE_LENGTH
from server.embedded import EmbeddedStore

DIALOGUES = 50
PER_APPEND = 500


def _code(nth: int) -> str:
    digits = divmod(nth, len(CODE_ALPHABET))
    return CODE_ALPHABET[0] * (CODE_LENGTH - 2) + "".join(CODE_ALPHABET[digit] for digit in digits)


BIG, *SMALL = (_code(nth) for nth in range(DIALOGUES + 1))


async def fill(folder: Path, big: list[Stored], small: list[Stored]) -> None:
    store = EmbeddedStore(folder)
    await store.start()
    try:
        log = RedisLog(store.url)
        await _keep(log, BIG, big)
        for code in SMALL:
            await _keep(log, code, small)
        await log.close()
    finally:
        await store.stop()


async def _keep(log: RedisLog, code: str, entries: list[Stored]) -> None:
    """A log does not name its dialogue, so one can stand for many."""
    await log.claim(code)
    at = Position(0, 0)
    for start in range(0, len(entries), PER_APPEND):
        chunk = entries[start : start + PER_APPEND]
        pairs = [(one.payload, one.seal) for one in chunk]
        if not await log.append(code, at, chunk[0].position.epoch, pairs):
            raise RuntimeError(f"{code} would not take entry {start}")
        at = chunk[-1].position
