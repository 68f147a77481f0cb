"""Rehearsals: a copy of an evening's set-up with a simulated hall in it, to practise on.

A rehearsal is a dialogue like any other but marked as one, and it is the only kind that can be
removed. One per evening at a time: starting it again clears the old one away. Which one that is
stands in the storage, so any process finds it; the simulated hall lives in the one that began it.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rooms.admittance import SECRET_ALPHABET, SECRET_LENGTH
from rooms.ballot_plans import PlanBallot
from rooms.dialogue import Dialogue
from rooms.errors import Forgotten, Refused
from rooms.hall import Hall
from rooms.live import LiveDialogue
from rooms.messages import Language, Texts
from rooms.records import StaffLink
from rooms.tickets import IssueTickets
from server.dialogues import asked_code
from server.entry import Badge, Entry
from server.making import begin, carry_out_or_remove
from server.rehearsal import play
from server.templates import Step, set_up_again

PEOPLE_PER_TABLE = 6
FEWEST_PEOPLE, MOST_PEOPLE = 12, 72
MOST_AT_ONCE = 4
LONGEST_SECONDS = 3 * 3600

log = structlog.get_logger(__name__)

Plan = tuple[Texts, tuple[Language, ...], list[Step], int]


class Rehearsals:
    """The answers to /api/dialogues/{code}/rehearsal, and the halls that play."""

    def __init__(self, hall: Hall, entry: Entry, secure: bool) -> None:
        self.hall = hall
        self.entry = entry
        self.secure = secure
        self._playing: dict[str, asyncio.Task[None]] = {}
        self._starting = asyncio.Lock()

    @property
    def routes(self) -> list[Route]:
        """Below /api."""
        path = "/dialogues/{code}/rehearsal"
        return [
            Route(path, self.running, methods=["GET"]),
            Route(path, self.start, methods=["POST"]),
            Route(path, self.end, methods=["DELETE"]),
        ]

    async def running(self, request: Request) -> Response:
        """The rehearsal of this evening that nobody ended yet: a page can go back to it."""
        code = asked_code(request)
        await self.entry.moderator(request.cookies, code)
        rehearsal = await self.hall.storage.rehearsal_of(code)
        if rehearsal is not None:
            with contextlib.suppress(Forgotten):  # another process may just have removed it
                return await (await self.hall.live(rehearsal)).read_fresh(self._running)
        return JSONResponse({"ok": True, "running": None})

    async def start(self, request: Request) -> Response:
        code = asked_code(request)
        await self.entry.moderator(request.cookies, code)
        async with self._starting:  # whoever presses twice gets one rehearsal, not two
            live = await self._begin(code, _own_url(request))
        return await live.read(self._started)

    async def _begin(self, code: str, own_url: str) -> LiveDialogue:
        title, languages, steps, people = await (await self.hall.live(code)).read(_plan)
        await self._clear_away(code)
        if sum(not task.done() for task in self._playing.values()) >= MOST_AT_ONCE:
            raise Refused("too_many_rehearsals")
        tickets = _tickets(steps, people)
        if tickets:
            steps.append(Step("tickets", IssueTickets(secrets=tickets)))
        live = await begin(self.hall, title, languages, rehearsal=True)
        await carry_out_or_remove(self.hall, live, steps)
        before = await self.hall.storage.set_rehearsal(code, live.code)
        if before is not None:  # another process had the same idea, or the old one was left over
            await self._remove(before)
        playing = _play(own_url, live.code, people, tickets)
        self._playing[live.code] = asyncio.create_task(playing)
        return live

    async def end(self, request: Request) -> Response:
        code = asked_code(request)
        await self.entry.moderator(request.cookies, code)
        live = await self.hall.live(code)
        if not await live.read(lambda now: now.about.rehearsal):
            raise Refused("no_rehearsal")
        await self._remove(code)
        return JSONResponse({"ok": True})

    async def close(self) -> None:
        """Sends every simulated hall home; the rehearsals themselves stay."""
        for code in list(self._playing):
            await self._stop(code)

    def _started(self, dialogue: Dialogue) -> Response:
        return self._with_cookie(dialogue, {"ok": True, **self._links(dialogue)})

    def _running(self, dialogue: Dialogue) -> Response:
        return self._with_cookie(dialogue, {"ok": True, "running": self._links(dialogue)})

    def _links(self, dialogue: Dialogue) -> dict[str, str]:
        moderator = next(_links_of(dialogue, "moderator"))
        board = next(_links_of(dialogue, "board"))
        return {
            "code": dialogue.code,
            "moderator_link": self.entry.link_url(dialogue.code, moderator.id),
            "board_link": self.entry.link_url(dialogue.code, board.id),
        }

    def _with_cookie(self, dialogue: Dialogue, content: dict[str, Any]) -> Response:
        """Whoever starts or finds a rehearsal gets its moderator's cookie, and so may end it."""
        moderator = next(_links_of(dialogue, "moderator"))
        response = JSONResponse(content)
        self.entry.give_cookie(response, Badge(dialogue.code, moderator), self.secure)
        return response

    async def _clear_away(self, real: str) -> None:
        old = await self.hall.storage.rehearsal_of(real)
        if old is not None:
            await self._remove(old)

    async def _remove(self, code: str) -> None:
        await self._stop(code)
        await self.hall.remove(code)

    async def _stop(self, code: str) -> None:
        playing = self._playing.pop(code, None)
        if playing is not None:
            playing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await playing


def _plan(dialogue: Dialogue) -> Plan:
    """What a rehearsal of this dialogue needs to know of it."""
    if dialogue.about.rehearsal:
        raise Refused("is_a_rehearsal")
    about = dialogue.about
    people = max(FEWEST_PEOPLE, min(MOST_PEOPLE, len(dialogue.tables) * PEOPLE_PER_TABLE))
    return about.title, about.languages, list(set_up_again(dialogue)), people


def _tickets(steps: list[Step], people: int) -> tuple[str, ...]:
    """One for each invented phone, if any ballot asks for them; nobody prints these."""
    if not any(isinstance(s.command, PlanBallot) and s.command.tickets for s in steps):
        return ()
    symbols = [secrets.choice(SECRET_ALPHABET) for _ in range(people * SECRET_LENGTH)]
    word = "".join(symbols)
    return tuple(word[at : at + SECRET_LENGTH] for at in range(0, len(word), SECRET_LENGTH))


async def _play(url: str, code: str, people: int, tickets: tuple[str, ...]) -> None:
    """A rehearsal somebody forgot ends by itself; its dialogue stays to be looked at."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await play(url, code, people, tickets=tickets)
    except TimeoutError:
        pass
    except Exception:
        log.exception("rehearsal_failed", code=code)


def _own_url(request: Request) -> str:
    """Where this very process listens: its phones are next door, whatever its public address is."""
    host, port = request.scope["server"]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _links_of(dialogue: Dialogue, role: str) -> Iterator[StaffLink]:
    return (link for link in dialogue.links.values() if link.role == role)
