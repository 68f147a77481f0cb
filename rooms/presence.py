"""Who is here now: leases that end by themselves, never an entry in a log.

A process reports the people it holds sockets for and renews that every 15 s; whoever is not
renewed for 45 s is gone, so a process that dies takes nobody's chair for long. Clocks of phones
never matter: time is the storage's, or the one clock handed to `MemoryPresence`.
"""

from collections.abc import Callable, Collection
from typing import Protocol

from rooms.redis_cluster import line_to
from rooms.redis_line import storage_away

RENEW_SECONDS = 15
LEASE_SECONDS = 45
LEASE_MS = LEASE_SECONDS * 1000
NO_LEASE_MS = 2 * LEASE_MS
"""What runs longer than any lease can was begun while the clock was ahead, and counts no more."""


class Presence(Protocol):
    """A person may be held by several processes; `person` may also be `staff:<connection>`."""

    async def renew(self, code: str, process: str, people: Collection[str]) -> None:
        """Start or prolong the lease that this process holds for each of these people."""

    async def leave(self, code: str, process: str, person: str) -> None:
        """End this process's lease at once; the person stays while another process holds them."""

    async def present(self, code: str) -> set[str]:
        """Everybody with a lease in this dialogue. All three raise Unavailable."""

    async def close(self) -> None:
        """Let go of the storage; no call may follow."""


class MemoryPresence:
    """Leases of a single process; `clock` gives milliseconds."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._leases: dict[str, dict[tuple[str, str], int]] = {}

    async def renew(self, code: str, process: str, people: Collection[str]) -> None:
        until = self._clock() + LEASE_MS
        leases = self._running(code)
        leases.update({(process, person): until for person in people})
        self._leases[code] = leases

    async def leave(self, code: str, process: str, person: str) -> None:
        self._leases.get(code, {}).pop((process, person), None)

    async def present(self, code: str) -> set[str]:
        return {person for _, person in self._running(code)}

    async def close(self) -> None:
        """Nothing to let go of."""

    def _running(self, code: str) -> dict[tuple[str, str], int]:
        now = self._clock()
        known = self._leases.pop(code, {})
        leases = {who: at for who, at in known.items() if now < at < now + NO_LEASE_MS}
        if leases:
            self._leases[code] = leases
        return leases


class RedisPresence:
    """One sorted set per dialogue: `<process> <person>` scored with the end of the lease."""

    def __init__(self, url: str, timeout_seconds: float = 5.0) -> None:
        self._line = line_to(url, timeout_seconds, lost=storage_away)

    async def renew(self, code: str, process: str, people: Collection[str]) -> None:
        if not people:
            return
        now = await self._now(code)
        leases = (word for one in people for word in (now + LEASE_MS, _lease(process, one)))
        await self._line.ask_all(
            ("ZREMRANGEBYSCORE", _key(code), "-inf", now),
            ("ZREMRANGEBYSCORE", _key(code), now + NO_LEASE_MS, "+inf"),
            ("ZADD", _key(code), *leases),
            ("PEXPIRE", _key(code), LEASE_MS),
        )

    async def leave(self, code: str, process: str, person: str) -> None:
        await self._line.ask("ZREM", _key(code), _lease(process, person))

    async def present(self, code: str) -> set[str]:
        now = await self._now(code)
        soon = f"({now + NO_LEASE_MS}"
        leases = await self._line.ask("ZRANGEBYSCORE", _key(code), f"({now}", soon)
        return {lease.decode().partition(" ")[2] for lease in leases}

    async def close(self) -> None:
        await self._line.close()

    async def _now(self, code: str) -> int:
        """By the clock of the server that keeps these leases."""
        seconds, microseconds = await self._line.ask("TIME", on=_key(code))
        return int(seconds) * 1000 + int(microseconds) // 1000


def _key(code: str) -> str:
    return f"dialogue:{{{code}}}:here"


def _lease(process: str, person: str) -> str:
    return f"{process} {person}"
