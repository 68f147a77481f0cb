"""The short version of `./run campaign rolling`: pages of version 1 at today's server."""

import pytest

from campaigns.rolling.recorded import lacks, steps
from campaigns.rolling.replay import Played, Replay, Switch, servers_on
from rooms.log import MemoryLog
from server.entry import Keys

pytestmark = pytest.mark.asyncio(loop_scope="session")

PINNED = range(8)


async def played(seed: int | None) -> Played:
    log = MemoryLog()
    async with servers_on(log) as servers:
        replay = Replay(1, servers)
        switch = None if seed is None else Switch.drawn(seed, replay.recording)
        return await replay.play(Keys(await log.secret()).organiser_fragment(), switch)


async def test_pages_of_version_1_work_with_this_server() -> None:
    assert (await played(None)).complaints == []


@pytest.mark.parametrize("seed", PINNED)
async def test_pages_of_version_1_lose_nothing_when_the_server_is_replaced(seed: int) -> None:
    told = await played(seed)
    assert told.complaints == [], f"seed {seed}: {told.switch}"


async def test_the_recording_holds_an_evening_and_the_switches_differ() -> None:
    recording = steps(1)
    said = [one["sends"]["data"] for one in recording if one.get("sends", {}).get("type") == 2]
    names = {body["name"] for event, body in said if event == "command"}
    assert {"Join", "TakeTable", "PostCard", "EditCard", "PlaceDots", "HideCard"} <= names
    assert all("protocol" not in body for event, body in said if event == "hello")
    drawn = {Switch.drawn(seed, recording) for seed in PINNED}
    assert len({one.when for one in drawn}) == 3
    assert len({one.going for one in drawn}) == 2


async def test_what_a_page_would_miss_is_noticed() -> None:
    then = {"ok": True, "views": [], "now": 1, "title": {"de": "a", "en": "b"}}
    assert list(lacks(then, then | {"more": 1})) == []
    assert list(lacks(then, {"ok": True, "views": [], "title": {"de": "a"}})) == [".now is gone"]
    assert list(lacks(then, then | {"now": "1"})) == [".now: int became str"]
