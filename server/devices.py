"""The API for the devices on which staff are signed in: to look at them, to sign some out.

A moderator sees those of the dialogue, the organiser also the organiser's own.
"""

from typing import Annotated

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rooms.devices import Device
from server.bodies import read_body
from server.dialogues import asked_code
from server.entry import Entry
from server.signed_in import device_name

log = structlog.get_logger(__name__)

MOST_DEVICES = 1000


class SignOut(msgspec.Struct, forbid_unknown_fields=True):
    """By their names on the page."""

    devices: Annotated[
        list[Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]],
        msgspec.Meta(min_length=1, max_length=MOST_DEVICES),
    ]


class DeviceList:
    """The answers to /api/devices and /api/dialogues/.../devices."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    @property
    def routes(self) -> list[Route]:
        """Below /api."""
        one = "/dialogues/{code}/devices"
        return [
            Route("/devices", self.shown, methods=["GET"]),
            Route("/devices", self.sign_out, methods=["POST"]),
            Route(one, self.shown, methods=["GET"]),
            Route(one, self.sign_out, methods=["POST"]),
        ]

    async def shown(self, request: Request) -> Response:
        code = await self._code(request)
        if not code:  # staff of a dialogue are seen by their sockets; the organiser has none
            await self._entry.seen(request.cookies, "", "")
        found = await self._entry.devices.all(code)
        rows = [await self._row(request, code, device) for device in found]
        return JSONResponse({"ok": True, "devices": rows})

    async def sign_out(self, request: Request) -> Response:
        code = await self._code(request)
        wanted = (await read_body(request, SignOut)).devices
        for device in await self._entry.devices.all(code):
            if device_name(device.session) in wanted:
                await self._entry.sessions.end_and_cut(device.session)
                await self._entry.devices.drop(code, device.session)
                log.info("device_signed_out", code=code or None, link=device.link)
        return JSONResponse({"ok": True})

    async def _code(self, request: Request) -> str:
        """Raises Refused for whoever may not look."""
        if "code" not in request.path_params:
            await self._entry.check_organiser(request.cookies)
            return ""
        code = asked_code(request)
        await self._entry.moderator(request.cookies, code)
        return code

    async def _row(self, request: Request, code: str, device: Device) -> dict[str, object]:
        own = await self._entry.session(request.cookies, code, device.link)
        return {
            "id": device_name(device.session),
            "link": device.link if code else None,
            "since": device.since * 1000,
            "seen": device.seen * 1000,
            "own": own == device.session,
        }
