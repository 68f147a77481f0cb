"""The log of a dialogue as one stream in Redis 7.2+ or Valkey 8.1+.

The stream `dialogue:{CODE}:log` holds an entry per version under the id `<epoch>-<version>` with
the fields p (payload) and s (seal). The braces keep all keys of a dialogue in one cluster slot;
nothing here touches two dialogues at once but `news` and the register of codes.
"""

import secrets
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rooms.copies import Copies
from rooms.errors import Corrupted, Unavailable, Unknown
from rooms.log import (
    EMPTY,
    NOBODY,
    SECRET_BYTES,
    Debt,
    PartlyAway,
    Position,
    Stored,
    positions,
)
from rooms.redis_cluster import ClusterLine, line_to
from rooms.redis_file import free, rewrite_files
from rooms.redis_line import Script, Word, storage_away
from rooms.secret_copies import sealed_secret, sound_secret

CODES_KEY = "dialogtisch:codes"
SECRET_KEY = "dialogtisch:secret"
SECRET_COPY_KEY = "dialogtisch:secret:copy"  # with a digest: a damaged secret would pass unseen
REHEARSALS_KEY = "dialogtisch:rehearsals"  # by the code of their evening
OWED_KEY = "dialogtisch:erasing"
FIRST_CHUNK = 20  # a copy that lags behind has mostly missed a few entries
CHUNK = 1000  # entries per reply, so that a long evening does not hold up the storage

APPEND = Script("""
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local tail, seal = last and last[1] or '0-0', last and last[2][4]
if tail ~= ARGV[1] or (seal and ARGV[2] == 'on' and seal ~= ARGV[3]) then
  return redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', 100)
end
for i = 4, #ARGV, 3 do
  redis.call('XADD', KEYS[1], ARGV[i], 'p', ARGV[i + 1], 's', ARGV[i + 2])
end
return 1
""")
MOST_MISSED = 100
"""An append that comes too late is told what it missed, from the entry on that it expected last."""


SET_REHEARSAL = Script("""
local before = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return before
""")

ENDS = """
local function ends(key, id, seal)
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  return last and last[1] == id and last[2][4] == seal
end
"""

DRAFT = Script(
    ENDS
    + """
local draft = KEYS[1] .. ':draft'
local tail = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not tail or tail[2][4] ~= ARGV[2] then
  return 0
end
local is_first = ARGV[3] == ''
if not is_first and not ends(draft, ARGV[3], ARGV[4]) then
  return 0
end
if is_first then
  redis.call('UNLINK', draft)
end
for i = 5, #ARGV, 3 do
  redis.call('XADD', draft, ARGV[i], 'p', ARGV[i + 1], 's', ARGV[i + 2])
end
return 1
"""
)

SWAP = Script(
    ENDS
    + """
local draft = KEYS[1] .. ':draft'
if not ends(KEYS[1], ARGV[1], ARGV[2]) or not ends(draft, ARGV[3], ARGV[4]) then
  return 0
end
if redis.call('XLEN', draft) ~= tonumber(ARGV[5]) then
  return 0
end
for i = 6, #ARGV, 3 do
  redis.call('XADD', draft, ARGV[i], 'p', ARGV[i + 1], 's', ARGV[i + 2])
end
redis.call('RENAME', draft, KEYS[1])
return 1
"""
)


class RedisLog:
    """Two connections, one to append and one to read, so that a long read delays no saving."""

    unwatched = False

    def __init__(self, url: str, timeout_seconds: float = 5.0, replicas_wait: int = 0) -> None:
        self._appending = line_to(url, timeout_seconds)
        self._copies = Copies(self._appending, replicas_wait)
        self._reading = line_to(url, timeout_seconds, lost=storage_away)
        self._missed: dict[str, list[Stored]] = {}

    async def codes(self) -> list[str]:
        return sorted(code.decode() for code in await self._reading.ask("SMEMBERS", CODES_KEY))

    async def claim(self, code: str) -> bool:
        return bool(await self._appending.ask("SADD", CODES_KEY, code))

    async def read(self, code: str, after: int = 0) -> list[Stored]:
        await self._copies.make_up_for(_key(code))
        chunks = [chunk async for chunk in self._chunks(code, after)]
        # Erasing may have put another log in the place of this one between two chunks.
        while len(chunks) > 1 and not await self._still_holds(code, chunks[0][0]):
            chunks = [chunk async for chunk in self._chunks(code, after)]
        found = [entry for chunk in chunks for entry in chunk if entry.position.version > after]
        return found[::-1]

    async def _chunks(self, code: str, after: int) -> AsyncIterator[list[Stored]]:
        """From the end backwards: a version is asked for, and only the stream knows its epoch."""
        end, size = "+", FIRST_CHUNK
        while True:
            chunk = await self._backwards(code, end, size)
            yield chunk
            if len(chunk) < size or chunk[-1].position.version <= after + 1:
                return
            end, size = f"({chunk[-1].position}", CHUNK

    async def _still_holds(self, code: str, entry: Stored) -> bool:
        """With the same seal: a log that is sealed anew has other ones up to its end."""
        return await self._backwards(code, str(entry.position), 1) == [entry]

    async def news(self, after: Mapping[str, Position]) -> dict[str, list[Stored]]:
        if not after:
            return {}
        keys = {_key(code): code for code in after}
        places = {_key(code): str(position) for code, position in after.items()}
        found = {keys[key]: rows for key, rows in (await self._reading.past(places)).items()}
        news = {code: _entries(r) for code, r in found.items() if not isinstance(r, Unavailable)}
        if away := frozenset(found) - frozenset(news):
            raise PartlyAway(news, away) if len(away) < len(after) else storage_away()
        return news

    async def tail(self, code: str) -> Position:
        last = await self._backwards(code, "+", 1)
        return last[0].position if last else EMPTY

    async def check(self) -> None:
        if not isinstance(self._reading, ClusterLine):
            await self.tail(NOBODY)
            return
        serving = await self._reading.serving(self._copies.wanted)
        if not all(serving):
            raise PartlyAway({}, frozenset()) if any(serving) else storage_away()

    async def append(
        self,
        code: str,
        expected: Position,
        epoch: int,
        entries: Sequence[tuple[bytes, bytes]],
        on: bytes | None = None,
    ) -> bool:
        words: list[Word] = [str(expected), *(("any", b"") if on is None else ("on", on))]
        places = positions(expected, epoch, len(entries))
        for place, (payload, seal) in zip(places, entries, strict=True):
            words += str(place), payload, seal
        return await self._written(code, APPEND, words, bool(entries))

    async def vouch(self, code: str, expected: Position, on: bytes) -> bool:
        if not self._copies.wanted:
            return True
        if not await self.append(code, expected, max(1, expected.epoch), [], on):
            return False
        await self._copies.confirm(_key(code))
        return True

    def missed(self, code: str) -> list[Stored] | None:
        return self._missed.pop(code, None)

    async def remove(self, code: str) -> None:
        # The register last: cut off between the two, the dialogue is still listed for removal.
        await self._appending.ask("UNLINK", _draft(code))
        await self._appending.ask("UNLINK", _key(code))
        await self._appending.ask("HDEL", REHEARSALS_KEY, code)
        await self._appending.ask("SREM", CODES_KEY, code)

    async def rehearsal_of(self, code: str) -> str | None:
        return _text(await self._reading.ask("HGET", REHEARSALS_KEY, code))

    async def set_rehearsal(self, code: str, rehearsal: str) -> str | None:
        return _text(await self._appending.run(SET_REHEARSAL, REHEARSALS_KEY, code, rehearsal))

    async def draft(self, code: str, tail: Stored, entries: Sequence[Stored]) -> bool:
        before: tuple[Word, Word] = "", ""
        for start in range(0, len(entries), CHUNK):
            chunk = entries[start : start + CHUNK]
            words = [str(tail.position), tail.seal, *before, *_words(chunk)]
            if await self._appending.run(DRAFT, _key(code), *words) != 1:
                return False
            before = str(chunk[-1].position), chunk[-1].seal
        return True

    async def swap(self, code: str, tail: Stored, end: Stored, rest: Sequence[Stored]) -> bool:
        words: list[Word] = [str(tail.position), tail.seal, str(end.position), end.seal]
        words += end.position.version, *_words(rest)
        return await self._written(code, SWAP, words)

    async def purge(self) -> bool:
        return await rewrite_files(self._appending)

    async def free(self) -> bool:
        """Whether the storage refused every write and was helped. Raises Unavailable."""
        return await free(self._reading)

    async def owe(self, debt: Debt) -> None:
        await self._appending.ask("SADD", OWED_KEY, str(debt))

    async def owed(self) -> list[Debt]:
        owed: set[bytes] = await self._reading.ask("SMEMBERS", OWED_KEY)
        return sorted(Debt.read(one.decode()) for one in owed)

    async def settle(self, debts: Iterable[Debt]) -> None:
        await self._appending.ask("SREM", OWED_KEY, *map(str, debts))

    async def secret(self) -> bytes:
        fresh = secrets.token_bytes(SECRET_BYTES)
        if await self._appending.ask("SET", SECRET_KEY, fresh, "NX"):
            await self._copies.await_for(SECRET_KEY)
        kept: bytes = await self._appending.ask("GET", SECRET_KEY)
        if await self._appending.ask("SET", SECRET_COPY_KEY, sealed_secret(kept), "NX"):
            await self._copies.await_for(SECRET_COPY_KEY)
        if sound_secret(kept, await self._appending.ask("GET", SECRET_COPY_KEY)) != kept:
            raise Corrupted("secret", 0)
        return kept

    async def renew_secret(self) -> None:
        fresh = secrets.token_bytes(SECRET_BYTES)
        kept = {SECRET_KEY: fresh, SECRET_COPY_KEY: sealed_secret(fresh)}
        await self._appending.ask_all(*(("SET", key, word) for key, word in kept.items()))
        for key in kept:
            await self._copies.await_for(key)
        await self.purge()

    async def close(self) -> None:
        await self._appending.close()
        await self._reading.close()

    async def _written(
        self, code: str, script: Script, words: list[Word], changes: bool = True
    ) -> bool:
        """Whether the script did what it is for, and the replicas have it too."""
        self._missed.pop(code, None)  # what an earlier answer told is told no more
        try:
            answer = await self._appending.run(script, _key(code), *words)
            kept = bool(answer == 1)
            if isinstance(answer, list) and len(answer) < MOST_MISSED:
                self._missed[code] = _entries(answer)
            if kept and changes:
                await self._copies.await_for(_key(code))
        except Unknown:
            self._copies.owe(_key(code))
            raise
        return kept

    async def _backwards(self, code: str, end: str, count: int) -> list[Stored]:
        return _entries(await self._reading.ask("XREVRANGE", _key(code), end, "-", "COUNT", count))


def _key(code: str) -> str:
    return f"dialogue:{{{code}}}:log"


def _text(word: bytes | None) -> str | None:
    return None if word is None else word.decode()


def _draft(code: str) -> str:
    return f"{_key(code)}:draft"


def _words(entries: Iterable[Stored]) -> Iterator[Word]:
    for one in entries:
        yield from (str(one.position), one.payload, one.seal)


def _entries(rows: list[Any]) -> list[Stored]:
    return [Stored(_position(place), fields[1], fields[3]) for place, fields in rows]


def _position(place: bytes) -> Position:
    epoch, version = place.split(b"-")
    return Position(int(epoch), int(version))
