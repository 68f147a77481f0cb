"""Who may connect: the page it comes from, the dialogue's code, the phone's token or staff link."""

import asyncio
import re
from typing import Any, Protocol

import msgspec
from starlette.datastructures import Headers
from starlette.types import Scope

from rooms.errors import Erased, Forgotten, Malformed, Refused
from rooms.hall import Hall
from rooms.messages import Actor, LinkId, Participant, Staff, person_of
from server.codes import typed_code
from server.entry import read_cookies
from server.limits import FailedJoins
from server.origins import answers_to, may_talk
from server.settings import Settings

_TOKEN = re.compile(r"[0-9a-f]{32}")


class StaffDoor(Protocol):
    """Knows the cookies of staff; server/entry.py is the real one."""

    async def staff(self, cookies: dict[str, str], code: str, link: LinkId) -> Staff:
        """Who enters with this link's cookie; raises Refused or Forgotten."""

    async def session(self, cookies: dict[str, str], code: str, link: str) -> str | None:
        """The session by which this browser holds the link."""

    async def seen(self, cookies: dict[str, str], code: str, link: str) -> None:
        """The browser that holds this link has come in."""


class Knock(msgspec.Struct):
    """What a page sends to be let in: a token from a phone, a link from staff."""

    code: str
    token: str | None = None
    link: str | None = None


class Admission:
    """Decides about every connection; a refusal is a DialogtischError whose reason a page knows."""

    def __init__(self, settings: Settings, hall: Hall, door: StaffDoor) -> None:
        self._settings = settings
        self._hall = hall
        self._door = door
        self._failed_joins = FailedJoins()

    async def admit(self, scope: Scope, auth: Any) -> tuple[str, Actor, str]:
        """The dialogue, who wants to be in it and the session of staff; raises DialogtischError."""
        headers = Headers(scope=scope)
        self._check_origin(headers)
        knock = _read(auth)
        code = await self._existing(knock.code)
        if knock.link is not None:
            cookies = read_cookies(headers.get("cookie"))
            by = await self._door.staff(cookies, code, LinkId(knock.link))
            await self._door.seen(cookies, code, knock.link)
            return code, by, await self._door.session(cookies, code, knock.link) or ""
        if knock.token is None or not _TOKEN.fullmatch(knock.token):
            raise Malformed("bad_token")
        return code, Participant(person_of(code, knock.token)), ""

    def _check_origin(self, headers: Headers) -> None:
        """Browsers let every site open a websocket to us, cookies included; only this stops it."""
        host = headers.get("host")
        if not answers_to(self._settings, host):
            raise Refused("wrong_origin")
        if not may_talk(self._settings, headers.get("origin"), host):
            raise Refused("wrong_origin")

    async def _existing(self, typed: str) -> str:
        """The code of a dialogue that exists. Guessing is slowed down, for everybody together."""
        found = typed_code(typed)
        try:
            if found is None:
                raise Forgotten("unknown_code")
            return (await self._hall.live(found.code)).code
        except Erased:  # no guess: whoever asks still keeps something of it
            raise
        except Forgotten:
            await asyncio.sleep(self._failed_joins.pause())
            raise Forgotten("unknown_code") from None


def _read(auth: Any) -> Knock:
    try:
        return msgspec.convert(auth, Knock)
    except msgspec.ValidationError:
        raise Malformed("malformed") from None
