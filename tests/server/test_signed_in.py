"""Staff see on which devices they are signed in, and sign one of them out."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from open_server import OpenServer
from phones import Phone
from test_entry import cookies_of, evening_with_links, fragment_of

from rooms.devices import Device, MemoryDevices
from rooms.ended import MemoryEnded, RedisEnded
from server.keys import COOKIE_SECONDS, IDLE_SECONDS, Keys
from server.sessions import Sessions
from server.signed_in import SignedIn, device_name

pytestmark = pytest.mark.asyncio(loop_scope="session")
KEYS = Keys(bytes(range(32)))


async def shown(browser: OpenServer, path: str) -> list[dict[str, Any]]:
    response = await browser.get(path)
    assert response.status == 200, await response.text()
    devices: list[dict[str, Any]] = (await response.json())["devices"]
    return devices


async def socket_of(browser: OpenServer, code: str, link: str) -> Phone:
    (cookie,) = cookies_of(browser).values()
    headers = {"Cookie": f"{cookie.key}={cookie.value}"}
    return await Phone.join(browser.url, {"code": code, "link": link}, additional_headers=headers)


async def test_the_moderator_sees_every_device_and_which_is_this_one(organiser: OpenServer) -> None:
    code, links = await evening_with_links(organiser)
    path = f"/api/dialogues/{code}/devices"
    assert await shown(organiser, path) == []
    async with organiser.another_browser() as laptop, organiser.another_browser() as tablet:
        await laptop.enter(fragment_of(links["moderator"]["url"]))
        await tablet.enter(fragment_of(links["host"]["url"]))
        listed = await shown(laptop, path)
        assert {(one["link"], one["own"]) for one in listed} == {
            (links["moderator"]["id"], True),
            (links["host"]["id"], False),
        }
        assert all(abs(time.time() * 1000 - one["seen"]) < 60_000 for one in listed)
        assert (await tablet.get(path)).status == 403
        await laptop.post("/api/leave", {})
        assert [one["link"] for one in await shown(organiser, path)] == [links["host"]["id"]]


async def test_who_is_signed_out_is_cut_and_not_let_in_again(organiser: OpenServer) -> None:
    code, links = await evening_with_links(organiser)
    path, link = f"/api/dialogues/{code}/devices", links["moderator"]
    async with organiser.another_browser() as lost, organiser.another_browser() as mine:
        for browser in (lost, mine):
            await browser.enter(fragment_of(link["url"]))
        sockets = [await socket_of(browser, code, link["id"]) for browser in (lost, mine)]
        (other,) = [one["id"] for one in await shown(mine, path) if not one["own"]]
        assert (await mine.post(path, {"devices": [other]})).status == 200
        await sockets[0].until_closed()
        assert not sockets[1].is_closed
        assert [one["own"] for one in await shown(mine, path)] == [True]
        assert (await lost.get(path)).status == 401
        await sockets[1].close()


async def test_the_organiser_sees_and_ends_the_organisers_own(organiser: OpenServer) -> None:
    async with organiser.another_browser() as left_behind:
        before = {one["id"] for one in await shown(organiser, "/api/devices")}
        await left_behind.enter((await organiser.keys()).organiser_fragment())
        now = await shown(organiser, "/api/devices")
        (other,) = [one for one in now if one["id"] not in before]
        assert not other["own"]
        assert other["link"] is None
        await organiser.post("/api/devices", {"devices": [other["id"]]})
        assert (await left_behind.get("/api/dialogues")).status == 401
        assert (await organiser.get("/api/dialogues")).status == 200
        assert (await left_behind.get("/api/devices")).status == 401


async def test_whoever_looks_at_the_organisers_page_was_just_here(
    organiser: OpenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def own(devices: list[dict[str, Any]]) -> dict[str, Any]:
        return next(one for one in devices if one["own"])

    before = own(await shown(organiser, "/api/devices"))
    later = time.time() + 600
    monkeypatch.setattr(time, "time", lambda: later)
    after = own(await shown(organiser, "/api/devices"))
    assert after["seen"] - before["seen"] >= 590_000
    assert after["since"] == before["since"]


async def test_a_name_that_is_none_is_refused_and_an_unknown_one_ends_nobody(
    organiser: OpenServer,
) -> None:
    for devices in ([], ["nobody"], ["0" * 17], "0" * 16):
        assert (await organiser.post("/api/devices", {"devices": devices})).status == 400
    before = {one["id"] for one in await shown(organiser, "/api/devices")}
    assert (await organiser.post("/api/devices", {"devices": ["0" * 16]})).status == 200
    assert {one["id"] for one in await shown(organiser, "/api/devices")} == before


async def test_who_enters_again_is_one_device(organiser: OpenServer) -> None:
    code, links = await evening_with_links(organiser)
    async with organiser.another_browser() as browser:
        for _ in range(3):
            await browser.enter(fragment_of(links["moderator"]["url"]))
        assert len(await shown(browser, f"/api/dialogues/{code}/devices")) == 1


async def test_a_device_whose_cookie_is_too_old_is_not_listed() -> None:
    kept, now = MemoryDevices(), int(time.time())
    signed_in = SignedIn(KEYS, kept)
    for session, since, seen in (
        ("good", now - 60, now),
        ("idle", now - IDLE_SECONDS - 60, now - IDLE_SECONDS - 1),
        ("old", now - COOKIE_SECONDS - 1, now),
    ):
        await kept.note("ABCDEFGH", Device(session, "one", since, seen), 60)
    assert [one.session for one in await signed_in.all("ABCDEFGH")] == ["good"]


async def test_its_name_on_the_page_does_not_tell_the_session() -> None:
    session = "0123456789abcdef" * 2
    assert device_name(session) not in session
    assert device_name(session) != device_name(session[::-1])


@pytest_asyncio.fixture(loop_scope="session")
async def two_processes(valkey_url: str) -> AsyncIterator[tuple[Sessions, Sessions]]:
    ended = [RedisEnded(valkey_url), RedisEnded(valkey_url)]
    one, other = (Sessions(each, 60) for each in ended)
    yield one, other
    for each in ended:
        await each.close()


async def test_another_process_learns_who_has_to_go(
    two_processes: tuple[Sessions, Sessions],
) -> None:
    one, other = two_processes
    assert await other.cut_among(["left", "replaced"]) == []
    await one.end("replaced")
    assert await other.cut_among(["left", "replaced"]) == []
    await one.end_and_cut("left")
    assert await other.cut_among(["left", "replaced"]) == ["left"]
    assert await other.cut_among(["left", "replaced"]) == []


async def test_whoever_comes_after_the_cut_is_not_looked_for_again() -> None:
    sessions = Sessions(MemoryEnded(), 60)
    await sessions.end_and_cut("left")
    assert await sessions.cut_among(["staying"]) == []
    assert await sessions.cut_among(["left"]) == []
