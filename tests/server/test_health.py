"""/healthz and its two neighbours: each asker gets the answer that is right for it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
from open_server import OpenServer, open_server

from rooms.errors import Unavailable
from rooms.log import MemoryLog, PartlyAway, Position, Stored
from server import health

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Leaving(MemoryLog):
    """A storage that can be away, or not answer at all."""

    mood = "well"
    asked = 0

    async def news(self, after: Mapping[str, Position]) -> dict[str, list[Stored]]:
        if self.mood == "partly":
            raise PartlyAway({}, frozenset(after))
        return await super().news(after)

    async def tail(self, code: str) -> Position:
        self.asked += 1
        if self.mood == "away":
            raise Unavailable("storage_away")
        if self.mood == "silent":
            await asyncio.sleep(3600)
        return await super().tail(code)


@pytest_asyncio.fixture(loop_scope="session")
async def leaving(
    built_client: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[OpenServer, Leaving]]:
    monkeypatch.setattr(health, "BELIEVED_S", 0.0)
    monkeypatch.setattr(health, "ANSWER_WITHIN_S", 0.1)
    log = Leaving()
    async with open_server(log, built_client) as server:
        yield server, log


async def status(server: OpenServer, path: str) -> tuple[int, str]:
    response = await server.get(path)
    return response.status, (await response.json()).get("storage", "")


@pytest.mark.parametrize("mood", ["away", "silent"])
async def test_all_is_well_only_when_the_storage_answers(
    leaving: tuple[OpenServer, Leaving], mood: str
) -> None:
    server, log = leaving
    assert await status(server, "/healthz") == (200, "durable")
    log.mood = mood  # no dialogue is open: only asking can find it out
    assert await status(server, "/healthz") == (503, "away")
    log.mood = "well"
    assert await status(server, "/healthz") == (200, "durable")


async def test_a_lost_storage_takes_no_process_from_the_proxy(
    leaving: tuple[OpenServer, Leaving],
) -> None:
    server, log = leaving
    log.mood = "silent"
    assert await status(server, "/healthz") == (503, "away")
    assert (await status(server, "/healthz/ready"))[0] == 200
    assert (await status(server, "/healthz/live"))[0] == 200


async def test_one_node_of_a_cluster_that_is_away_is_told(
    leaving: tuple[OpenServer, Leaving],
) -> None:
    server, log = leaving
    await server.enter_as_organiser()
    await server.new_dialogue()
    log.mood = "partly"
    async with asyncio.timeout(10):
        while await status(server, "/healthz") != (503, "partly_away"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert (await status(server, "/healthz/ready"))[0] == 200
    log.mood = "well"
    async with asyncio.timeout(10):
        while await status(server, "/healthz") != (200, "durable"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_many_who_ask_at_once_cost_the_storage_one_question(
    leaving: tuple[OpenServer, Leaving], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, log = leaving
    monkeypatch.setattr(health, "BELIEVED_S", 60.0)
    await server.get("/healthz")
    before = log.asked
    answers = await asyncio.gather(*(status(server, "/healthz") for _ in range(50)))
    assert set(answers) == {(200, "durable")}
    assert log.asked == before


async def test_health_tells_nothing_about_dialogues(
    leaving: tuple[OpenServer, Leaving],
) -> None:
    server, _ = leaving
    await server.enter_as_organiser()
    code = (await server.new_dialogue())["code"]
    response = await server.get("/healthz")
    assert set(await response.json()) == {"ok", "storage"}
    assert code not in await response.text()
