"""The devices on which staff are signed in, as they are shown, and ended one by one."""

import contextlib
import hashlib
import time

from rooms.devices import Device, Devices
from rooms.errors import Unavailable
from server.keys import COOKIE_SECONDS, IDLE_SECONDS, Keys


class SignedIn:
    """Kept by what their cookies say; while the storage is away, nothing is noted."""

    def __init__(self, keys: Keys, devices: Devices) -> None:
        self._keys = keys
        self._devices = devices

    async def note(self, cookie: str) -> None:
        """Who shows this cookie is here now."""
        if found := self._keys.read(cookie):
            device = Device(found.session, found.link, found.begun, int(time.time()))
            with contextlib.suppress(Unavailable):
                await self._devices.note(found.code, device, COOKIE_SECONDS)

    async def left(self, cookie: str) -> None:
        """Its session was ended."""
        if found := self._keys.read(cookie):
            with contextlib.suppress(Unavailable):
                await self._devices.drop(found.code, found.session)

    async def all(self, code: str) -> list[Device]:
        """The latest first; none whose cookie is too old by now. Raises Unavailable."""
        now = time.time()
        good = [
            device
            for device in await self._devices.all(code)
            if now - device.seen < IDLE_SECONDS and now - device.since < COOKIE_SECONDS
        ]
        return sorted(good, key=lambda device: device.seen, reverse=True)

    async def drop(self, code: str, session: str) -> None:
        """It was signed out by somebody else. Raises Unavailable."""
        await self._devices.drop(code, session)

    async def forget(self, code: str) -> None:
        """The dialogue was erased; what cannot be forgotten now ends with its time."""
        with contextlib.suppress(Unavailable):
            await self._devices.forget(code)


def device_name(session: str) -> str:
    """What a device is called on pages: they need not know the session itself."""
    return hashlib.sha256(session.encode()).hexdigest()[:16]
