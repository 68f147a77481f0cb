"""Checks everything an opened store holds before anybody is let in.

Every seal of every dialogue, the register of codes, the installation's secret, and that nothing is
there which the product never writes: Valkey itself loads a file with a flipped bit without a word.
"""

from dataclasses import dataclass

from rooms.redis_facts import told_by
from rooms.redis_line import Line, storage_away
from rooms.redis_log import (
    CODES_KEY,
    OWED_KEY,
    SECRET_COPY_KEY,
    SECRET_KEY,
    RedisLog,
)
from rooms.secret_copies import sound_secret
from server.salvage import BESIDE, CODE, KEY, Chain

OWN_KEYS = {key.encode() for key in (CODES_KEY, OWED_KEY, SECRET_KEY, SECRET_COPY_KEY)}
KEYS_PER_LOOK = 1000


@dataclass(frozen=True, slots=True)
class Findings:
    """`odd`: what is wrong with the store as a whole. `broken`: how many entries of which dialogue
    still hold, for those that are damaged.
    """

    odd: tuple[str, ...]
    broken: dict[str, int]

    def __bool__(self) -> bool:
        return bool(self.odd or self.broken)


async def verify(url: str, held_something: bool = False) -> Findings:
    """What is wrong with the store at `url`; `held_something`: it was not empty when last seen.

    Raises Unavailable, and OtherProgram.
    """
    line, log = Line(url, lost=storage_away), RedisLog(url)
    try:
        listed = await line.ask("SMEMBERS", CODES_KEY)
        codes = {code.decode() for code in listed if CODE.fullmatch(code)}
        odd = [*await _while_loading(line), *await _keys(line, codes)]
        odd += await _secret(line)
        if held_something and not await line.ask("DBSIZE"):
            odd.append("it holds nothing any more, though it did; a backup would bring it back")
        if len(codes) < len(listed):
            odd.append("the register holds what cannot be the code of a dialogue")
        broken = {}
        for code in sorted(codes):
            chain = Chain(code)
            if not all([chain.take(stored) for stored in await log.read(code)]):
                broken[code] = len(chain.entries)
        return Findings(tuple(odd), broken)
    finally:
        await log.close()
        await line.close()


async def _while_loading(line: Line) -> list[str]:
    """Valkey leaves out commands of its file that it cannot carry out, and only counts them."""
    if (await told_by(line, "stats")).get("unexpected_error_replies") == "0":
        return []
    return ["some of what is written there could not be read in"]


async def _keys(line: Line, codes: set[str]) -> list[str]:
    odd = []
    for key in await _all_keys(line):
        match = KEY.fullmatch(key)
        if match and match[2] == b"log" and match[1].decode() not in codes:
            odd.append(f"the dialogue {match[1].decode()} is not in the register")
        elif not match and key not in OWN_KEYS and not BESIDE.fullmatch(key):
            odd.append(f"there is an entry under a wrong name ({key.decode('ascii', 'replace')!r})")
    return odd


async def _secret(line: Line) -> list[str]:
    kept, copy = await line.ask_all(("GET", SECRET_KEY), ("GET", SECRET_COPY_KEY))
    if (kept is None and copy is None) or sound_secret(kept, copy) == kept:
        return []
    return ["the secret that all links are made from is damaged"]


async def _all_keys(line: Line) -> list[bytes]:
    found: list[bytes] = []
    cursor = b"0"
    while True:
        cursor, keys = await line.ask("SCAN", cursor, "COUNT", KEYS_PER_LOOK)
        found += keys
        if cursor == b"0":
            return sorted(found)
