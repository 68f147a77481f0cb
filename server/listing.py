"""The organiser's list: every dialogue there is, and why one of them cannot be opened.

Nobody's trouble is everybody's: what is damaged, away or newer than this program is a row among the
others.
"""

import asyncio
from typing import Any

from rooms.dialogue import Dialogue
from rooms.errors import Corrupted, Erased, Forgotten, OtherProgram, Unavailable
from rooms.hall import Hall
from rooms.links import IssueLink
from rooms.messages import ORGANISER
from server.entry import Entry
from server.making import fresh_id, new_call
from server.opening import repair_command
from server.settings import Settings

LONGEST_MAKING_MS = 600_000

Row = dict[str, Any]


class Listing:
    """What GET /api/dialogues tells."""

    def __init__(self, hall: Hall, entry: Entry, settings: Settings) -> None:
        self._hall = hall
        self._entry = entry
        self._own_data = None if settings.redis_url else settings.data

    async def rows(self) -> list[Row]:
        """The newest first. Raises Unavailable if not even the codes can be had."""
        codes = await self._hall.storage.codes()
        known = await asyncio.gather(*(self._looked_up(code) for code in codes))
        return sorted(filter(None, known), key=lambda row: -row["created"])

    async def _looked_up(self, code: str) -> Row | None:
        closed = {"code": code, "title": {}, "created": 0}
        try:
            return await self._opened(code)
        except Erased as erased:  # the trace that stays: that there was one, and why no more
            trace = {"at": erased.at, "because": erased.because}
            return {**closed, "created": erased.at, "erased": trace}
        except Forgotten:  # its making was cut off before anything was kept
            return None
        except OtherProgram:
            return {**closed, "other_program": True}
        except Corrupted:  # stays in the list: somebody must look
            return {**closed, "broken": True, **self._repair(code)}
        except Unavailable:
            return {**closed, "away": True}

    async def _opened(self, code: str) -> Row | None:
        live = await self._hall.live(code)
        if await live.read(self._was_never_finished):
            await self._hall.remove(code)
            return None
        if await live.read(self._is_without_moderator):  # the organiser is never locked out
            again = IssueLink(role="moderator")
            await live.perform(new_call(self._hall, ORGANISER, fresh_id()), again)
        return await live.read(self._row)

    def _repair(self, code: str) -> dict[str, str]:
        """What mends it; a store that others run is theirs to restore."""
        return {"repair": repair_command(self._own_data, code)} if self._own_data else {}

    def _was_never_finished(self, dialogue: Dialogue) -> bool:
        """Its making was cut off before its first link: nobody was ever let in, nobody ever can.

        After a loss it may have had more, which was lost or could not be repaired.
        """
        is_bare = not dialogue.links and not dialogue.people
        return is_bare and not dialogue.lost_at and self._is_made(dialogue)

    def _is_without_moderator(self, dialogue: Dialogue) -> bool:
        """Whether no moderator link is good; one that is just being made has none yet."""
        links = [link for link in dialogue.links.values() if link.role == "moderator"]
        if not links:
            return bool(dialogue.lost_at) and self._is_made(dialogue)
        return all(link.revoked for link in links)

    def _is_made(self, dialogue: Dialogue) -> bool:
        """Whether nobody can be at making it any more."""
        return self._hall.clock() - dialogue.begun_at > LONGEST_MAKING_MS

    def _row(self, dialogue: Dialogue) -> Row:
        return {
            "code": dialogue.code,
            "title": dialogue.about.title,
            "created": dialogue.begun_at,
            "rehearsal": dialogue.about.rehearsal,
            "joined": len(dialogue.people),
            "cards": sum(card.hidden is None for card in dialogue.cards.values()),
            "moderator_link": first_link(self._entry, dialogue, "moderator"),
        }


def first_link(entry: Entry, dialogue: Dialogue, role: str) -> str | None:
    """The first link of this role that still opens the door."""
    good = (link for link in dialogue.links.values() if not link.revoked and link.role == role)
    first = next(good, None)
    return entry.link_url(dialogue.code, first.id) if first else None
