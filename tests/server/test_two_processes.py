"""Two servers on one storage: what one of them has just done, the other must not contradict."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from open_server import OpenServer, open_server
from played_evening import open_hall

from rooms.errors import Unavailable
from rooms.hall import Hall
from rooms.links import IssueLink
from rooms.log import MemoryLog
from rooms.messages import ORGANISER
from server.making import begin, carry_out_or_remove, fresh_id, new_call
from server.phones import Desk, Ended
from server.templates import read_template, set_up

pytestmark = pytest.mark.asyncio(loop_scope="session")


@asynccontextmanager
async def two_servers(log: MemoryLog, static: Path) -> AsyncIterator[tuple[OpenServer, OpenServer]]:
    async with open_server(log, static) as one, open_server(log, static) as other:
        for server in (one, other):
            await server.enter_as_organiser()
        yield one, other


@pytest.fixture
def nobody_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies lag behind in halls that open during the test; those that are open go on."""
    monkeypatch.setattr(Hall, "_pause", lambda _: 3_600.0)


@pytest.mark.usefixtures("nobody_follows")
async def test_p4_a_process_that_lags_behind_lets_a_fresh_link_in(built_client: Path) -> None:
    log = MemoryLog()
    async with two_servers(log, built_client) as (one, other):
        code = (await one.new_dialogue(tables=1))["code"]
        await other.links(code)  # it has a copy from now on
        async with open_hall(log) as hall:
            issue = new_call(hall, ORGANISER, "freshlink")
            assert (await (await hall.live(code)).perform(issue, IssueLink(role="moderator"))).ok
        fresh = (await other.keys()).link_fragment(code, "freshlink")
        async with other.another_browser() as browser:
            assert (await browser.enter(fresh))["role"] == "moderator"


async def test_any_process_finds_the_rehearsal_another_one_began(built_client: Path) -> None:
    async with two_servers(MemoryLog(), built_client) as (one, other):
        code = (await one.new_dialogue(tables=1))["code"]
        path = f"/api/dialogues/{code}/rehearsal"
        begun = await (await one.post(path, {})).json()
        found = await (await other.get(path)).json()
        assert found["running"]["code"] == begun["code"]
        assert (await other.delete(f"/api/dialogues/{begun['code']}/rehearsal")).status == 200
        assert await (await one.get(path)).json() == {"ok": True, "running": None}


async def test_a_rehearsal_begun_in_both_processes_at_once_is_one(built_client: Path) -> None:
    log = MemoryLog()
    async with two_servers(log, built_client) as (one, other):
        code = (await one.new_dialogue(tables=1))["code"]
        path = f"/api/dialogues/{code}/rehearsal"
        answers = await asyncio.gather(*(server.post(path, {}) for server in (one, other)))
        assert [answer.status for answer in answers] == [200, 200]
        (rehearsal,) = set(await log.codes()) - {code}
        assert await log.rehearsal_of(code) == rehearsal


async def test_pages_of_the_other_process_leave_a_rehearsal_that_is_removed(
    built_client: Path,
) -> None:
    async with two_servers(MemoryLog(), built_client) as (one, other):
        code = (await one.new_dialogue(tables=1))["code"]
        begun = await (await one.post(f"/api/dialogues/{code}/rehearsal", {})).json()
        desk = await Desk.of_organiser(
            f"{other.url}/enter#{(await other.keys()).organiser_fragment()}"
        )
        screen = await desk.staff(begun["moderator_link"])
        await screen.connect()
        assert (await one.delete(f"/api/dialogues/{begun['code']}/rehearsal")).status == 200
        with pytest.raises(Ended):
            await screen.until(lambda: False)
        await screen.close()


async def test_what_was_never_finished_leaves_the_list_after_a_while(
    built_client: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = MemoryLog()
    async with open_server(log, built_client) as server:
        await server.enter_as_organiser()
        half = await _half_made(log)
        whole = (await server.new_dialogue(tables=1))["code"]
        assert await _listed(server) == {half, whole}, "somebody may still be making it"
        monkeypatch.setattr("server.listing.LONGEST_MAKING_MS", -1)
        assert await _listed(server) == {whole}
        assert await log.codes() == [whole]


async def _half_made(log: MemoryLog) -> str:
    """The storage goes away after the beginning, and stays away while that is to be removed."""
    async with open_hall(log) as hall:
        live = await begin(hall, {"de": "Abend"}, ("de",), rehearsal=False)
        append, remove = log.append, log.remove

        async def away(*_: object) -> bool:
            raise Unavailable("storage_away")

        log.append = log.remove = away  # type: ignore[method-assign,assignment]
        steps = set_up(read_template("blank"), {"de": "Abend"}, 1, fresh_id)
        with pytest.raises(Unavailable):
            await carry_out_or_remove(hall, live, steps)
        log.append, log.remove = append, remove  # type: ignore[method-assign]
        return live.code


async def _listed(server: OpenServer) -> set[str]:
    answer = await (await server.get("/api/dialogues")).json()
    return {one["code"] for one in answer["dialogues"]}
