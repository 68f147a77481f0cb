"""Sessions of staff that were ended before their time, and how many organiser's links were.

Nothing of a dialogue: beside the logs, for all processes. A session is a random name in a cookie,
and is forgotten when its time has come; links of the organiser are counted for ever.
"""

import time
from collections.abc import Callable
from typing import Protocol

from rooms.redis_cluster import line_to

ORGANISERS_KEY = "dialogtisch:organisers"
LAST_CUT_KEY = "dialogtisch:ended:last-cut"
CUT = b"cut"


class Ended(Protocol):
    """All of them raise Unavailable."""

    async def end(self, session: str, seconds: int) -> None:
        """It is worth nothing from now on; after so many seconds it would not be anyway."""

    async def has(self, session: str) -> bool: ...

    async def cut(self, session: str) -> None:
        """To be called after `end`: whoever is in by it has to go, in every process."""

    async def is_cut(self, session: str) -> bool: ...

    async def last_cut(self) -> str:
        """The session that was cut last; empty if none was."""

    async def end_organiser(self) -> None:
        """The organiser's link that is good now is worth nothing; the next one is."""

    async def organisers(self) -> int:
        """How many of the organiser's links were ended."""

    async def close(self) -> None:
        """Let go of the storage; no call may follow."""


class MemoryEnded:
    """Of a single process; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._cut: list[str] = []
        self._organisers = 0

    async def end(self, session: str, seconds: int) -> None:
        now = self._clock()
        ended = {**self._until, session: now + seconds}
        self._until = {one: until for one, until in ended.items() if until > now}

    async def has(self, session: str) -> bool:
        return self._until.get(session, 0.0) > self._clock()

    async def cut(self, session: str) -> None:
        self._cut.append(session)

    async def is_cut(self, session: str) -> bool:
        return session in self._cut

    async def last_cut(self) -> str:
        return self._cut[-1] if self._cut else ""

    async def end_organiser(self) -> None:
        self._organisers += 1

    async def organisers(self) -> int:
        return self._organisers

    async def close(self) -> None:
        """Nothing to let go of."""


class RedisEnded:
    """One key for each, with an end."""

    def __init__(self, url: str, timeout_seconds: float = 5.0) -> None:
        self._line = line_to(url, timeout_seconds)

    async def end(self, session: str, seconds: int) -> None:
        await self._line.ask("SET", _key(session), "", "EX", seconds)

    async def has(self, session: str) -> bool:
        return bool(await self._line.ask("EXISTS", _key(session)))

    async def cut(self, session: str) -> None:
        await self._line.ask("SET", _key(session), CUT, "XX", "KEEPTTL")
        await self._line.ask("SET", LAST_CUT_KEY, session)

    async def is_cut(self, session: str) -> bool:
        return bool(await self._line.ask("GET", _key(session)) == CUT)

    async def last_cut(self) -> str:
        return (await self._line.ask("GET", LAST_CUT_KEY) or b"").decode()

    async def end_organiser(self) -> None:
        # Not INCR: a repair may find what was written twice, and has to come to the same number.
        await self._line.ask("SET", ORGANISERS_KEY, await self.organisers() + 1)

    async def organisers(self) -> int:
        return int(await self._line.ask("GET", ORGANISERS_KEY) or 0)

    async def close(self) -> None:
        await self._line.close()


def _key(session: str) -> str:
    return f"dialogtisch:ended:{session}"
