"""On which devices staff are signed in, so that they can look and end one: beside the logs, for all
processes. No names, no addresses, no browsers; forgotten when the session's time has come.
"""

from typing import Protocol

import msgspec

from rooms.redis_cluster import line_to


class Device(msgspec.Struct, frozen=True):
    """A session in a browser; times in seconds since 1970. `link` is as its cookie names it."""

    session: str
    link: str
    since: int
    seen: int


class Devices(Protocol):
    """Of one dialogue by its code, of the organiser by none. All of them raise Unavailable."""

    async def note(self, code: str, device: Device, seconds: int) -> None:
        """It was just here; after so many seconds its session would not be worth anything."""

    async def all(self, code: str) -> list[Device]: ...

    async def drop(self, code: str, session: str) -> None: ...

    async def forget(self, code: str) -> None:
        """The dialogue is gone."""

    async def close(self) -> None:
        """Let go of the storage; no call may follow."""


class MemoryDevices:
    """Of a single process."""

    def __init__(self) -> None:
        self._by_code: dict[str, dict[str, Device]] = {}

    async def note(self, code: str, device: Device, seconds: int) -> None:
        self._by_code.setdefault(code, {})[device.session] = device

    async def all(self, code: str) -> list[Device]:
        return list(self._by_code.get(code, {}).values())

    async def drop(self, code: str, session: str) -> None:
        self._by_code.get(code, {}).pop(session, None)

    async def forget(self, code: str) -> None:
        self._by_code.pop(code, None)

    async def close(self) -> None:
        """Nothing to let go of."""


class RedisDevices:
    """One hash for each dialogue."""

    def __init__(self, url: str, timeout_seconds: float = 5.0) -> None:
        self._line = line_to(url, timeout_seconds)
        self._reader = msgspec.json.Decoder(Device)

    async def note(self, code: str, device: Device, seconds: int) -> None:
        await self._line.ask("HSET", _key(code), device.session, msgspec.json.encode(device))
        await self._line.ask("EXPIRE", _key(code), seconds)

    async def all(self, code: str) -> list[Device]:
        found = await self._line.ask("HVALS", _key(code))
        return [self._reader.decode(one) for one in found]

    async def drop(self, code: str, session: str) -> None:
        await self._line.ask("HDEL", _key(code), session)

    async def forget(self, code: str) -> None:
        await self._line.ask("DEL", _key(code))

    async def close(self) -> None:
        await self._line.close()


def _key(code: str) -> str:
    return f"dialogtisch:devices:{code or 'organiser'}"
