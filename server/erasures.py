"""Erasing for the law over HTTP: a card's words, or a whole dialogue; for the organiser alone."""

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rooms.erasing import EraseCard
from rooms.erasure import Erasure, new_erasing
from rooms.errors import Refused
from rooms.hall import Hall
from rooms.messages import ORGANISER, CardId
from rooms.texts import MOST_TITLE_LETTERS, clean_text
from server.bodies import read_body
from server.codes import typed_code
from server.dialogues import asked_code
from server.entry import Entry
from server.making import fresh_id

Words = Annotated[str, msgspec.Meta(max_length=8 * MOST_TITLE_LETTERS)]


class OfCard(msgspec.Struct, forbid_unknown_fields=True):
    """Which card, and why."""

    card: CardId
    reason: Words


class OfDialogue(msgspec.Struct, forbid_unknown_fields=True):
    """The dialogue's code once more, typed by hand, and why."""

    code: Words
    reason: Words


class Erasures:
    """The answers to /api/dialogues/{code}/erasures; `clean` false: files are in other hands."""

    def __init__(self, hall: Hall, entry: Entry) -> None:
        self._hall = hall
        self._entry = entry
        self.erasure = Erasure(hall)

    @property
    def routes(self) -> list[Route]:
        """Below /api."""
        one = "/dialogues/{code}"
        return [
            Route(f"{one}/erasures", self.allowed, methods=["GET"]),
            Route(f"{one}/erasures", self.card, methods=["POST"]),
            Route(f"{one}/erase", self.dialogue, methods=["POST"]),
        ]

    async def allowed(self, request: Request) -> Response:
        """Whether this browser is the organiser's too: the moderator's page then offers it."""
        who = await self._entry.moderator(request.cookies, asked_code(request))
        return JSONResponse({"ok": True, "allowed": who == ORGANISER})

    async def card(self, request: Request) -> Response:
        await self._entry.check_organiser(request.cookies)
        wanted = await read_body(request, OfCard)
        call = new_erasing(self._hall, fresh_id())
        order = EraseCard(card=wanted.card, reason=wanted.reason)
        clean = await self.erasure.erase_card(asked_code(request), call, order)
        return JSONResponse({"ok": True, "clean": clean})

    async def dialogue(self, request: Request) -> Response:
        await self._entry.check_organiser(request.cookies)
        code = asked_code(request)
        wanted = await read_body(request, OfDialogue)
        typed = typed_code(wanted.code)
        if typed is None or typed.code != code:
            raise Refused("wrong_code")
        if not wanted.reason.strip():
            raise Refused("needs_reason")
        because = clean_text(wanted.reason, MOST_TITLE_LETTERS)
        clean = await self.erasure.erase_dialogue(code, because)
        await self._entry.devices.forget(code)
        return JSONResponse({"ok": True, "clean": clean})
