"""The JSON API around dialogues: make one, list them, show links, take results home.

Everything live happens over sockets; what stands here is done once or by few. Errors leave as
exceptions and become answers in server/app.py.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rooms.dialogue import Dialogue
from rooms.errors import Forgotten, Refused
from rooms.hall import Hall
from rooms.messages import Language, Texts
from server.bodies import read_body
from server.codes import Typed, typed_code
from server.downloads import FILES, download
from server.entry import Badge, Entry
from server.known_codes import KnownCodes
from server.listing import Listing, first_link
from server.making import begin, carry_out_or_remove, fresh_id
from server.qr import join_url, qr_svg, ticket_qrs
from server.results import results
from server.settings import Settings
from server.templates import read_template, set_up

log = structlog.get_logger(__name__)

SVG = "image/svg+xml"
MOST_TABLES = 200


class NewDialogue(msgspec.Struct, forbid_unknown_fields=True):
    """What the organiser asks for; without title or number of tables the template decides."""

    template: Literal["zukunftswerkstatt", "blank"]
    languages: Annotated[tuple[Language, ...], msgspec.Meta(min_length=1, max_length=16)]
    title: Texts | None = None
    tables: Annotated[int, msgspec.Meta(ge=1, le=MOST_TABLES)] | None = None


class EnterBy(msgspec.Struct):
    """The fragment of a link, as the page /enter found it behind the #."""

    secret: Annotated[str, msgspec.Meta(max_length=200)]


class TicketSecrets(msgspec.Struct):
    """What a page that prints tickets wants drawn, some pages at a time."""

    secrets: Annotated[
        list[Annotated[str, msgspec.Meta(pattern="^[2-9A-Z]{8}$")]], msgspec.Meta(max_length=50)
    ]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A request that says all by its address."""


class Dialogues:
    """The answers to /api/..., given the hall and the door for staff."""

    def __init__(self, hall: Hall, codes: KnownCodes, entry: Entry, settings: Settings) -> None:
        self.hall = hall
        self.codes = codes
        self.entry = entry
        self.public_url = settings.public_url
        self.secure = settings.secure
        self._listing = Listing(hall, entry, settings)

    @property
    def routes(self) -> list[Route]:
        """Below /api."""
        one = "/dialogues/{code}"
        return [
            Route("/enter", self.enter, methods=["POST"]),
            Route("/leave", self.leave, methods=["POST"]),
            Route("/dialogues", self.listed, methods=["GET"]),
            Route("/dialogues", self.create, methods=["POST"]),
            Route(f"{one}/links", self.links, methods=["GET"]),
            Route(f"{one}/qr.svg", self.qr, methods=["GET"]),
            Route(f"{one}/tickets", self.tickets, methods=["POST"]),
            *(Route(f"{one}/{name}", self.file(name), methods=["GET"]) for name in FILES),
        ]

    async def enter(self, request: Request) -> Response:
        body = await read_body(request, EnterBy)
        badge = await self._badge(body.secret)
        link = badge.link
        log.info("staff_entered", code=badge.code, link=link.id if link else "organiser")
        response = JSONResponse(
            {
                "ok": True,
                "role": link.role if link else "organiser",
                "code": badge.code,
                "link": link.id if link else None,
                "table": link.table if link else None,
                "page": badge.page,
            }
        )
        await self.entry.end_former(request.cookies, badge)
        await self.entry.devices.note(self.entry.give_cookie(response, badge, self.secure))
        return response

    async def leave(self, request: Request) -> Response:
        await read_body(request, Nothing)  # a form of another site cannot send JSON
        log.info("staff_left")
        response = JSONResponse({"ok": True})
        await self.entry.take_cookies(response, request.cookies, self.secure)
        return response

    async def _badge(self, secret: str) -> Badge:
        try:
            return await self.entry.exchange(secret)
        except Refused as refused:
            log.warning("entry_refused", reason=refused.reason)
            raise

    async def listed(self, request: Request) -> Response:
        await self.entry.check_organiser(request.cookies)
        return JSONResponse({"ok": True, "dialogues": await self._listing.rows()})

    async def create(self, request: Request) -> Response:
        await self.entry.check_organiser(request.cookies)
        wanted = await read_body(request, NewDialogue)
        template = read_template(wanted.template)
        title = wanted.title or template.title
        live = await begin(self.hall, title, wanted.languages, rehearsal=False)
        steps = set_up(template, title, wanted.tables, fresh_id)
        await carry_out_or_remove(self.hall, live, steps)
        return JSONResponse(
            {
                "ok": True,
                "code": live.code,
                "moderator_link": await live.read(
                    lambda now: first_link(self.entry, now, "moderator")
                ),
            }
        )

    async def links(self, request: Request) -> Response:
        code = asked_code(request)
        await self.entry.moderator(request.cookies, code)
        links = await (await self.hall.live(code)).read(self._links)
        return JSONResponse({"ok": True, "links": links})

    async def qr(self, request: Request) -> Response:
        code = asked_code(request)
        dialogue = (await self.codes.live(code)).dialogue
        table = request.query_params.get("table")
        if table is not None and table not in map(str, dialogue.tables):
            raise Refused("unknown_table")
        url = join_url(self.public_url, code, table)
        return Response(qr_svg(url), media_type=SVG)

    async def tickets(self, request: Request) -> Response:
        """The QR codes of tickets on their way to the printer; nothing of them is kept here."""
        code = asked_code(request)
        await self.entry.moderator(request.cookies, code)
        secrets = (await read_body(request, TicketSecrets)).secrets
        drawn = await asyncio.to_thread(ticket_qrs, self.public_url, code, secrets)
        return JSONResponse({"ok": True, "codes": msgspec.to_builtins(drawn)})

    def file(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """The answer to a request for one of the files to take home."""

        async def answer(request: Request) -> Response:
            code = asked_code(request)
            await self.entry.moderator(request.cookies, code)
            key = self.entry.keys.shuffle_key(code)
            live = await self.hall.live(code)
            return await download(name, await live.read(lambda now: results(now, key)))

        return answer

    def _links(self, dialogue: Dialogue) -> list[dict[str, Any]]:
        return [
            {
                "id": link.id,
                "role": link.role,
                "table": link.table,
                "label": link.label,
                "revoked": link.revoked,
                "url": None if link.revoked else self.entry.link_url(dialogue.code, link.id),
            }
            for link in dialogue.links.values()
        ]


def asked_code(request: Request) -> str:
    """The dialogue a request is about; raises Forgotten for what cannot be a code."""
    typed: Typed | None = typed_code(request.path_params["code"])
    if typed is None or typed.table is not None:
        raise Forgotten("unknown_code")
    return typed.code
