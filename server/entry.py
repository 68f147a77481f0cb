"""How staff come in: by a personal link whose secret is exchanged once for a cookie.

The log holds only that a link was issued or revoked; its secret is derived from the installation's
own, so that a link can be shown again and is worth nothing without this installation.
"""

import contextlib
import re
import secrets
from typing import NamedTuple

from starlette.requests import cookie_parser
from starlette.responses import Response

from rooms.devices import Devices, MemoryDevices
from rooms.dialogue import Dialogue
from rooms.ended import Ended, MemoryEnded
from rooms.errors import Refused, Unavailable
from rooms.hall import Hall
from rooms.messages import ORGANISER, LinkId, Staff
from rooms.records import StaffLink
from server.algorithms import SESSION_BYTES
from server.keys import COOKIE_SECONDS, IDLE_SECONDS, organiser_name
from server.keys import Keys as Keys
from server.sessions import Sessions
from server.signed_in import SignedIn

COOKIE_START = "dt_"
ORGANISER_COOKIE = f"{COOKIE_START}organiser"
# Browsers keep such a cookie to https and to this very host; on plain http they would refuse it.
SECURE_PREFIX = "__Host-"
# What may stand in the name of a cookie and in an address without being written differently.
_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,64}")


class Badge(NamedTuple):
    """Who came in by a link; `link` is None for the organiser, who belongs to no dialogue.

    `organiser` names the very link an organiser held: it may be ended a moment later.
    """

    code: str | None
    link: StaffLink | None
    organiser: str = ""

    @property
    def page(self) -> str:
        """Where this person works."""
        if self.link is None:
            return "/organise"
        pages = {"moderator": "moderate", "board": "board", "host": "host"}
        return f"/{pages[self.link.role]}/{self.code}?link={self.link.id}"


class Entry:
    """The door for staff: knows links by their secrets and people by their cookies."""

    def __init__(
        self,
        keys: Keys,
        hall: Hall,
        public_url: str,
        ended: Ended | None = None,
        devices: Devices | None = None,
    ) -> None:
        self.keys = keys
        self.hall = hall
        self.public_url = public_url
        self.sessions = Sessions(ended or MemoryEnded(), COOKIE_SECONDS)
        self.devices = SignedIn(keys, devices or MemoryDevices())
        self._prefix = SECURE_PREFIX if public_url.startswith("https://") else ""
        self._own = self._prefix + COOKIE_START

    def link_url(self, code: str, link: LinkId) -> str:
        return f"{self.public_url}/enter#{self.keys.link_fragment(code, link)}"

    async def exchange(self, fragment: str) -> Badge:
        """Who holds this link; raises Refused for a wrong or revoked one."""
        ended = await self.sessions.ask_for_organisers()
        if self.keys.is_organiser(fragment, ended):
            return Badge(None, None, organiser_name(ended))
        code, _, rest = fragment.partition(".")
        link = LinkId(rest.partition(".")[0])
        # The secret first: nobody learns from an answer which codes and links there are.
        if not self.keys.is_link(fragment, code, link):
            raise Refused("unknown_link")
        return Badge(code, await self._valid_link(code, link))

    def give_cookie(self, response: Response, badge: Badge, secure: bool) -> str:
        """Lets the browser in again for thirty days, or until the link is revoked."""
        code, link = self._held_by(badge)
        name = self._prefix + cookie_name(code, link)
        content = self.keys.signed(code, link, secrets.token_hex(SESSION_BYTES))
        self._set(response, name, content, secure)
        return content

    def _held_by(self, badge: Badge) -> tuple[str, str]:
        """Dialogue and link, as they stand in a cookie."""
        if badge.link is None:
            return "", badge.organiser
        return badge.code or "", badge.link.id

    def _set(self, response: Response, name: str, content: str, secure: bool) -> None:
        response.set_cookie(
            name,
            content,
            max_age=IDLE_SECONDS,
            path="/",
            secure=secure,
            httponly=True,
            samesite="strict",
        )

    def prolonged(self, cookies: dict[str, str], secure: bool) -> list[str]:
        """Set-Cookie headers for what this browser holds and has used again after a while."""
        response = Response()
        for name, cookie in cookies.items():
            again = self.keys.prolonged(cookie) if name.startswith(self._own) else None
            if again:
                self._set(response, name, again, secure)
        return response.headers.getlist("set-cookie")

    async def take_cookies(self, response: Response, cookies: dict[str, str], secure: bool) -> None:
        """Signs the browser out of every role it holds here; raises Unavailable."""
        for name, cookie in cookies.items():
            if name.startswith(self._own):
                if session := self.keys.session_in(cookie):
                    await self.sessions.end_and_cut(session)
                    await self.devices.left(cookie)
                response.delete_cookie(
                    name, path="/", secure=secure, httponly=True, samesite="strict"
                )

    async def end_former(self, cookies: dict[str, str], badge: Badge) -> None:
        """Who enters again gets a new session, and the cookie from before is worth nothing.

        Sockets that are open stay: another tab of the same browser goes on with the new one.
        """
        code, link = self._held_by(badge)
        with contextlib.suppress(Unavailable):  # then it lasts until its time is up
            if session := await self.session(cookies, code, link):
                await self.sessions.end(session)
                await self.devices.left(self._cookie(cookies, code, link))

    async def session(self, cookies: dict[str, str], code: str, link: str) -> str | None:
        """The session by which this browser holds a link; None if it has none that is good."""
        session = self.keys.session_of(self._cookie(cookies, code, link), code, link)
        return None if session is None or await self.sessions.has_ended(session) else session

    async def seen(self, cookies: dict[str, str], code: str, link: str) -> None:
        """The browser that holds this link has come in."""
        await self.devices.note(self._cookie(cookies, code, link))

    def _cookie(self, cookies: dict[str, str], code: str, link: str) -> str:
        return cookies.get(self._prefix + cookie_name(code, link), "")

    async def check_organiser(self, cookies: dict[str, str]) -> None:
        """Raises Refused for everybody else."""
        if not await self.is_organiser(cookies):
            raise Refused("not_signed_in")

    async def is_organiser(self, cookies: dict[str, str]) -> bool:
        name = organiser_name(await self.sessions.ask_for_organisers())
        return await self.session(cookies, "", name) is not None

    async def staff(self, cookies: dict[str, str], code: str, link: LinkId) -> Staff:
        """Who enters with this link's cookie; raises Refused or Forgotten."""
        if await self.session(cookies, code, link) is None:
            raise Refused("not_signed_in")
        known = await self._valid_link(code, link)
        return Staff(known.role, known.id, known.table)

    async def moderator(self, cookies: dict[str, str], code: str) -> Staff:
        """Whoever of the browser's people may moderate this dialogue; raises Refused, Forgotten.

        The organiser counts as moderator of every dialogue.
        """
        if await self.is_organiser(cookies):
            await self._dialogue(code)
            return ORGANISER
        reason = "not_signed_in"
        for link in _links_in(cookies, self._prefix + cookie_name(code, "")):
            try:
                staff = await self.staff(cookies, code, link)
            except Refused as refused:
                reason = refused.reason
                continue
            if staff.role == "moderator":
                return staff
            reason = "not_allowed"
        raise Refused(reason)

    async def _valid_link(self, code: str, link: LinkId) -> StaffLink:
        """As valid_link. A copy that lags behind looks at the log before it says no."""
        live = await self.hall.live(code)
        try:
            return valid_link(live.dialogue, link)
        except Refused:
            return await live.read_fresh(lambda now: valid_link(now, link))

    async def _dialogue(self, code: str) -> Dialogue:
        return (await self.hall.live(code)).dialogue


def valid_link(dialogue: Dialogue, link: LinkId) -> StaffLink:
    """The link as the dialogue knows it; raises Refused when unknown or revoked."""
    known = dialogue.links.get(link)
    if known is None:
        raise Refused("unknown_link")
    if known.revoked:
        raise Refused("link_revoked")
    return known


def cookie_name(code: str, link: str) -> str:
    """The name of the cookie for one link; the organiser's has no code."""
    return f"{COOKIE_START}{code}_{link}" if code else ORGANISER_COOKIE


def read_cookies(header: str | None) -> dict[str, str]:
    """The cookies of a Cookie header, by name.

    As browsers write them: SimpleCookie gives up at the first odd one, which may be another page's.
    """
    return cookie_parser(header or "")


def _links_in(cookies: dict[str, str], start: str) -> list[LinkId]:
    links = [name.removeprefix(start) for name in cookies if name.startswith(start)]
    return [LinkId(link) for link in links if _PLAIN.fullmatch(link)]
