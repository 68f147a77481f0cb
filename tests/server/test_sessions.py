"""What was ended stays ended: for a link that is ended just then, and while the storage is away."""

from http.cookies import SimpleCookie

import pytest
from played_evening import Nobody
from starlette.responses import Response

from rooms.ended import MemoryEnded
from rooms.errors import Refused, Unavailable
from rooms.hall import Hall
from rooms.log import MemoryLog
from rooms.presence import MemoryPresence
from server.entry import Badge, Entry, Keys
from server.sessions import Sessions

pytestmark = pytest.mark.asyncio(loop_scope="session")
KEYS = Keys(bytes(range(32)))


class Leaving(MemoryEnded):
    """A storage that can be away."""

    def __init__(self, away: bool = False) -> None:
        super().__init__()
        self.away = away

    async def has(self, session: str) -> bool:
        self._check()
        return await super().has(session)

    async def organisers(self) -> int:
        self._check()
        return await super().organisers()

    def _check(self) -> None:
        if self.away:
            raise Unavailable("storage_away")


def a_door(ended: MemoryEnded) -> Entry:
    return Entry(KEYS, Hall(MemoryLog(), MemoryPresence(lambda: 0), Nobody(), "x"), "", ended)


def cookies_for(door: Entry, badge: Badge) -> dict[str, str]:
    """What a browser holds after it was let in."""
    response = Response()
    door.give_cookie(response, badge, secure=False)
    given = SimpleCookie(response.headers["set-cookie"])
    return {name: morsel.value for name, morsel in given.items()}


async def test_whoever_enters_while_the_link_is_being_ended_is_not_the_next_links_holder() -> None:
    ended = Leaving()
    door = a_door(ended)
    badge = await door.exchange(KEYS.organiser_fragment(0))
    await ended.end_organiser()
    assert not await door.is_organiser({}), "somebody else asks meanwhile"
    assert not await door.is_organiser(cookies_for(door, badge))
    again = await door.exchange(KEYS.organiser_fragment(1))
    assert await door.is_organiser(cookies_for(door, again))
    with pytest.raises(Refused):
        await door.exchange(KEYS.organiser_fragment(0))


async def test_a_link_that_may_have_been_ended_opens_nothing_before_the_storage_was_asked() -> None:
    """The server has just started, and nobody can tell whether the first link is still good."""
    ended = Leaving(away=True)
    door = a_door(ended)
    cookies = {"dt_organiser": KEYS.signed("", "organiser", "a")}
    with pytest.raises(Unavailable):
        await door.exchange(KEYS.organiser_fragment(0))
    with pytest.raises(Unavailable):
        await door.is_organiser(cookies)
    ended.away = False
    assert await door.is_organiser(cookies)
    ended.away = True
    assert await door.is_organiser(cookies), "as it was when it could be asked last"


async def test_ended_sessions_are_remembered_as_long_as_their_cookies_are_good() -> None:
    now = 0.0
    storage = Leaving()
    sessions = Sessions(storage, 100, lambda: now)
    await sessions.end("one")
    now = 60.0
    await sessions.end("two")
    storage.away = True
    assert await sessions.has_ended("one")
    now, storage.away = 120.0, False
    await sessions.end("three")
    assert set(sessions._known_to_have_ended) == {"two", "three"}
