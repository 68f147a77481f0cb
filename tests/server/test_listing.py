"""The organiser's list: what cannot be opened is told there, and harms nobody else's row."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from played_evening import Nobody
from store_entries import until

from rooms.entries import SCHEMA, Entry, seal_of
from rooms.errors import Unavailable
from rooms.hall import Hall
from rooms.live import LiveDialogue
from rooms.log import MemoryLog, Stored
from rooms.presence import MemoryPresence
from server import entry
from server.listing import LONGEST_MAKING_MS, Listing, Row
from server.making import begin
from server.opening import repair_command
from server.settings import Settings, read_settings

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = {"de": "Ein Abend"}


class PartlyGone(MemoryLog):
    """Some dialogues stand on a node that cannot be reached."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: set[str] = set()

    async def read(self, code: str, after: int = 0) -> list[Stored]:
        if code in self.gone:
            raise Unavailable("storage_away")
        return await super().read(code, after)


class House:
    """Processes with the same log, one after the other; `now` is their clock."""

    def __init__(self, *options: str) -> None:
        self.log = PartlyGone()
        self.now = 1_800_000_000_000
        self.settings: Settings = read_settings(list(options), {})
        self.hall = self._new_hall()

    def _new_hall(self) -> Hall:
        return Hall(self.log, MemoryPresence(lambda: 0), Nobody(), "x", lambda: self.now)

    async def restart(self) -> None:
        """Nothing is open any more: whoever asks reads the log."""
        await self.hall.close()
        self.hall = self._new_hall()

    async def rows(self) -> dict[str, Row]:
        door = entry.Entry(entry.Keys(bytes(32)), self.hall, "http://here")
        return {row["code"]: row for row in await Listing(self.hall, door, self.settings).rows()}

    async def evening(self) -> LiveDialogue:
        """One of which nothing is made yet but its title."""
        return await begin(self.hall, TITLE, ("de",), rehearsal=False)

    async def write(self, code: str, payload: bytes, seal: bytes | None = None) -> None:
        tail = (await self.log.read(code))[-1]
        one = (payload, seal or seal_of(tail.seal, payload))
        assert await self.log.append(code, tail.position, tail.position.epoch, [one])


@pytest_asyncio.fixture(loop_scope="session")
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.hall.close()


async def test_p12_a_dialogue_whose_rest_was_lost_is_not_taken_for_one_never_made(
    house: House,
) -> None:
    live = await house.evening()
    house.now += 2 * LONGEST_MAKING_MS
    live.suspect("the storage was repaired")
    await until(lambda: not live.is_suspect)
    row = (await house.rows())[live.code]
    assert row["title"] == TITLE
    assert row["moderator_link"].startswith(f"http://here/enter#{live.code}.")
    assert (await house.rows())[live.code] == row, "one new link is enough"


async def test_a_dialogue_that_is_just_being_made_gets_no_link_and_one_never_made_goes(
    house: House,
) -> None:
    live = await house.evening()
    assert (await house.rows())[live.code]["moderator_link"] is None
    house.now += 2 * LONGEST_MAKING_MS
    assert await house.rows() == {}
    assert await house.log.read(live.code) == []


async def test_what_a_newer_program_wrote_is_told_apart_from_damage(house: House) -> None:
    newer, well = [(await house.evening()).code for _ in range(2)]
    unknown = Entry(SCHEMA + 1, "tab.2", 2, b"body", msgspec.Raw(b"\x90"))
    await house.write(newer, msgspec.msgpack.encode(unknown))
    await house.restart()
    rows = await house.rows()
    assert rows[newer] == {"code": newer, "title": {}, "created": 0, "other_program": True}
    assert rows[well]["title"] == TITLE


async def test_one_dialogue_that_cannot_be_reached_leaves_the_others_in_the_list(
    house: House,
) -> None:
    away, well = [(await house.evening()).code for _ in range(2)]
    await house.restart()
    house.log.gone.add(away)
    rows = await house.rows()
    assert rows[away] == {"code": away, "title": {}, "created": 0, "away": True}
    assert rows[well]["title"] == TITLE
    house.log.gone.clear()
    assert (await house.rows())[away]["title"] == TITLE


@pytest.mark.parametrize("options", [("--data", "/some where"), ("--redis-url", "redis://other")])
async def test_a_damaged_dialogue_names_the_command_only_where_it_would_help(
    options: tuple[str, ...],
) -> None:
    house = House(*options)
    code = (await house.evening()).code
    await house.write(code, b"not an entry", b"no seal!")
    await house.restart()
    row = (await house.rows())[code]
    assert row["broken"]
    expected = repair_command(house.settings.data, code) if "--data" in options else None
    assert row.get("repair") == expected
    await house.hall.close()
