"""Coming in as staff: links, cookies, revoking; and that nobody else gets in by any of them."""

import asyncio
import re
import time
from http.cookies import Morsel
from pathlib import Path

import pytest
from open_server import OpenServer, open_server
from phones import Phone
from played_evening import Evening, Nobody, open_hall
from starlette.responses import Response
from yarl import URL

from rooms.ended import MemoryEnded
from rooms.errors import Unavailable
from rooms.hall import Hall
from rooms.links import RevokeLink
from rooms.log import MemoryLog
from rooms.messages import ORGANISER, LinkId
from rooms.presence import MemoryPresence
from server.entry import Entry, Keys, cookie_name, read_cookies
from server.keys import CLOCK_AHEAD_SECONDS, COOKIE_SECONDS, IDLE_SECONDS

pytestmark = pytest.mark.asyncio(loop_scope="session")
KEYS = Keys(bytes(range(32)))


def fragment_of(url: str) -> str:
    return url.partition("#")[2]


async def evening_with_links(organiser: OpenServer) -> tuple[str, dict[str, dict[str, str]]]:
    """The code of a new dialogue, and one link of each role."""
    code = (await organiser.new_dialogue(tables=2))["code"]
    return code, {link["role"]: link for link in reversed(await organiser.links(code))}


def cookies_of(browser: OpenServer) -> dict[str, Morsel[str]]:
    return {cookie.key: cookie for cookie in browser.http.cookie_jar}


async def test_a_secret_has_128_bits_and_belongs_to_one_link() -> None:
    secrets = {
        KEYS.link_fragment(code, LinkId(link)).rpartition(".")[2]
        for code in ("ABCDEFGH", "ABCDEFGJ")
        for link in ("one", "two")
    }
    assert len(secrets) == 4
    assert all(re.fullmatch("[a-z2-7]{26}", secret) for secret in secrets)


async def test_another_installation_derives_other_secrets() -> None:
    assert Keys(bytes(32)).organiser_fragment() != KEYS.organiser_fragment()


async def test_a_cookie_is_good_for_its_own_link_only() -> None:
    cookie = KEYS.signed("ABCDEFGH", "one", "a")
    assert KEYS.session_of(cookie, "ABCDEFGH", "one") == "a"
    assert KEYS.session_of(cookie, "ABCDEFGH", "two") is None
    assert KEYS.session_of(cookie, "ABCDEFGJ", "one") is None
    assert KEYS.session_of(cookie[:-1], "ABCDEFGH", "one") is None
    assert Keys(bytes(32)).session_of(cookie, "ABCDEFGH", "one") is None


async def test_a_cookie_ends_after_thirty_days_however_often_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cookie, begun = KEYS.signed("ABCDEFGH", "one", "a"), time.time()
    for day in range(30):
        monkeypatch.setattr(time, "time", lambda day=day: begun + day * 24 * 3600 + 4000)
        cookie = KEYS.prolonged(cookie) or ""
        assert KEYS.session_of(cookie, "ABCDEFGH", "one") == "a"
    monkeypatch.setattr(time, "time", lambda: begun + COOKIE_SECONDS + 10)
    assert KEYS.session_of(cookie, "ABCDEFGH", "one") is None
    assert KEYS.prolonged(cookie) is None


async def test_a_cookie_that_nobody_used_for_eight_days_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cookie, begun = KEYS.signed("ABCDEFGH", "one", "a"), time.time()
    monkeypatch.setattr(time, "time", lambda: begun + IDLE_SECONDS - 10)
    assert KEYS.session_of(cookie, "ABCDEFGH", "one") == "a"
    monkeypatch.setattr(time, "time", lambda: begun + IDLE_SECONDS + 10)
    assert KEYS.session_of(cookie, "ABCDEFGH", "one") is None


async def test_a_clock_that_is_put_back_by_a_day_sends_nobody_of_the_staff_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cookie, begun = KEYS.signed("ABCDEFGH", "one", "a"), time.time()
    monkeypatch.setattr(time, "time", lambda: begun - 24 * 3600)
    assert KEYS.session_of(cookie, "ABCDEFGH", "one") == "a"
    assert KEYS.prolonged(cookie) is None
    monkeypatch.setattr(time, "time", lambda: begun - CLOCK_AHEAD_SECONDS - 10)
    assert KEYS.session_of(cookie, "ABCDEFGH", "one") is None


async def test_whoever_uses_a_page_stays_signed_in(
    organiser: OpenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, links = await evening_with_links(organiser)
    async with organiser.another_browser() as browser:
        await browser.enter(fragment_of(links["moderator"]["url"]))
        (before,) = cookies_of(browser).values()
        assert "set-cookie" not in (await browser.get(f"/moderate/{code}")).headers
        soon = time.time() + 4000
        monkeypatch.setattr(time, "time", lambda: soon)
        answer = await browser.get(f"/moderate/{code}")
        (cookie,) = answer.headers.getall("set-cookie")
        assert cookie.startswith(f"{before.key}=")
        assert "httponly" in cookie.lower()
        (after,) = cookies_of(browser).values()
        keys, link = await browser.keys(), links["moderator"]["id"]
        assert after.value != before.value
        assert keys.session_of(after.value, code, link) == keys.session_of(before.value, code, link)
        again = await browser.get("/static/manifest.json")
        assert "set-cookie" not in again.headers


@pytest.mark.parametrize("header", [None, "", ";;;", "a", "a=b; c", '"', "=x", "\x00=\x01"])
async def test_a_strange_cookie_header_holds_no_cookie_of_ours(header: str | None) -> None:
    assert not [name for name in read_cookies(header) if name.startswith("dt")]


@pytest.mark.parametrize("other", ['consent={"all":1}', "list[0]=1", "path=1", "ä=1", "a b=1", "x"])
async def test_strange_cookies_of_other_pages_hide_none_of_ours(other: str) -> None:
    assert read_cookies(f"{other}; dt_organiser=a.b_c-d; {other}")["dt_organiser"] == "a.b_c-d"


async def test_the_organiser_comes_in_by_the_printed_link(server: OpenServer) -> None:
    answer = await server.enter((await server.keys()).organiser_fragment())
    assert (answer["role"], answer["page"]) == ("organiser", "/organise")
    assert (await server.get("/api/dialogues")).status == 200


async def test_every_role_comes_in_to_its_own_page(organiser: OpenServer) -> None:
    code, links = await evening_with_links(organiser)
    for role, page in {"moderator": "moderate", "board": "board", "host": "host"}.items():
        async with organiser.another_browser() as browser:
            answer = await browser.enter(fragment_of(links[role]["url"]))
            assert (answer["role"], answer["code"]) == (role, code)
            assert answer["page"] == f"/{page}/{code}?link={links[role]['id']}"
            assert answer["table"] == (1 if role == "host" else None)


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    organiser: OpenServer,
) -> None:
    code, links = await evening_with_links(organiser)
    async with organiser.another_browser() as browser:
        await browser.enter(fragment_of(links["board"]["url"]))
        (cookie,) = cookies_of(browser).values()
    assert cookie.key == cookie_name(code, links["board"]["id"])
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "strict"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == str(IDLE_SECONDS)
    assert not cookie["secure"]


async def test_by_https_the_cookie_is_never_sent_in_the_open(built_client: Path) -> None:
    public = ("--public-url", "https://dialog.example.org")
    async with open_server(MemoryLog(), built_client, *public) as server:
        fragment = (await server.keys()).organiser_fragment()
        response = await server.post("/api/enter", {"secret": fragment})
        cookie = response.headers["set-cookie"]
        assert cookie.startswith("__Host-dt_organiser=")
        assert "domain=" not in cookie.lower()
        assert {"secure", "path=/", "httponly"} <= set(cookie.lower().split("; "))


async def test_by_https_a_cookie_that_anybody_could_have_set_is_worth_nothing(
    built_client: Path,
) -> None:
    public = ("--public-url", "https://dialog.example.org")
    async with open_server(MemoryLog(), built_client, *public) as server:
        signed = (await server.keys()).signed("", "organiser", "a")
        for name, status in (("dt_organiser", 401), ("__Host-dt_organiser", 200)):
            headers = {"cookie": f"{name}={signed}"}
            assert (await server.get("/api/dialogues", headers=headers)).status == status


async def test_the_secret_is_in_no_answer_but_the_list_of_links(organiser: OpenServer) -> None:
    code, links = await evening_with_links(organiser)
    fragment = fragment_of(links["moderator"]["url"])
    secret = fragment.rpartition(".")[2]
    async with organiser.another_browser() as browser:
        response = await browser.post("/api/enter", {"secret": fragment})
        assert secret not in await response.text() + str(response.headers)
        page = await browser.get(f"/moderate/{code}?link={links['moderator']['id']}")
        assert secret not in await page.text() + str(page.headers)


async def test_a_wrong_secret_is_refused_and_leaves_no_cookie(organiser: OpenServer) -> None:
    _, links = await evening_with_links(organiser)
    right = fragment_of(links["moderator"]["url"])
    code, link, secret = right.split(".")
    other_board = fragment_of(links["board"]["url"])
    wrong = ["", ".", "..", "organiser", "organiser.", f"organiser.{secret}", right[:-1]]
    wrong += [right + "a", right.upper(), f"{code}.{link}.", f"2222ABCD.{link}.{secret}"]
    wrong += [f"{code}.{other_board.split('.')[1]}.{secret}", "\ud800.x.y", "é" * 50]
    async with organiser.another_browser() as browser:
        for fragment in wrong:
            response = await browser.post("/api/enter", {"secret": fragment})
            assert response.status in (400, 403), fragment
            assert (await response.json())["reason"] in ("unknown_link", "not_understood")
        assert not cookies_of(browser)


async def test_a_link_of_another_dialogue_opens_nothing_here(organiser: OpenServer) -> None:
    code, _ = await evening_with_links(organiser)
    _, others = await evening_with_links(organiser)
    async with organiser.another_browser() as browser:
        await browser.enter(fragment_of(others["moderator"]["url"]))
        assert (await browser.get(f"/api/dialogues/{code}/links")).status == 401
        assert (await browser.get(f"/api/dialogues/{code}/cards.csv")).status == 401


async def test_a_revoked_link_is_worthless_at_once_whoever_revoked_it(
    organiser: OpenServer,
) -> None:
    code, links = await evening_with_links(organiser)
    moderator = links["moderator"]
    async with organiser.another_browser() as browser, open_hall(organiser.log) as hall:
        await browser.enter(fragment_of(moderator["url"]))
        assert (await browser.get(f"/api/dialogues/{code}/links")).status == 200
        elsewhere = Evening(hall, await hall.live(code))
        await elsewhere.act(ORGANISER, RevokeLink(link=LinkId(moderator["id"])))
        async with asyncio.timeout(5):
            while (await browser.get(f"/api/dialogues/{code}/links")).status == 200:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        refused = await browser.get(f"/api/dialogues/{code}/links")
        assert (refused.status, (await refused.json())["reason"]) == (403, "link_revoked")
        again = await browser.post("/api/enter", {"secret": fragment_of(moderator["url"])})
        assert (again.status, (await again.json())["reason"]) == (403, "link_revoked")
    shown = {link["id"]: link for link in await organiser.links(code)}[moderator["id"]]
    assert (shown["revoked"], shown["url"]) == (True, None)


async def test_only_the_organiser_makes_and_lists_dialogues(organiser: OpenServer) -> None:
    _, links = await evening_with_links(organiser)
    async with organiser.another_browser() as browser:
        await browser.enter(fragment_of(links["moderator"]["url"]))
        assert (await browser.get("/api/dialogues")).status == 401
        asked = {"template": "blank", "languages": ["de"]}
        assert (await browser.post("/api/dialogues", asked)).status == 401


@pytest.mark.parametrize("role", ["board", "host"])
async def test_a_board_or_host_link_does_not_moderate(organiser: OpenServer, role: str) -> None:
    code, links = await evening_with_links(organiser)
    async with organiser.another_browser() as browser:
        await browser.enter(fragment_of(links[role]["url"]))
        for what in ("links", "cards.csv", "votes.csv", "results.xlsx", "results.json"):
            response = await browser.get(f"/api/dialogues/{code}/{what}")
            assert (response.status, (await response.json())["reason"]) == (403, "not_allowed")


async def test_the_moderator_among_several_roles_in_one_browser_moderates(
    organiser: OpenServer,
) -> None:
    code, links = await evening_with_links(organiser)
    async with organiser.another_browser() as browser:
        for role in ("board", "host", "moderator"):
            await browser.enter(fragment_of(links[role]["url"]))
        assert (await browser.get(f"/api/dialogues/{code}/links")).status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example.com", "null", "http://127.0.0.1", "http://127.0.0.1:1"]
)
async def test_another_site_cannot_act_for_somebody_signed_in(
    organiser: OpenServer, origin: str
) -> None:
    asked = {"template": "blank", "languages": ["de"]}
    response = await organiser.post("/api/dialogues", asked, headers={"origin": origin})
    assert (response.status, (await response.json())["reason"]) == (403, "wrong_origin")
    own = await organiser.post("/api/dialogues", asked, headers={"origin": organiser.url})
    assert own.status == 200


async def test_a_form_of_another_site_is_not_taken_for_json(server: OpenServer) -> None:
    fragment = (await server.keys()).organiser_fragment()
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        response = await server.http.post(
            "/api/enter",
            data=f'{{"secret": "{fragment}"}}'.encode(),
            headers={"content-type": media_type},
        )
        assert (response.status, (await response.json())["reason"]) == (400, "not_json")
    assert not cookies_of(server)


async def test_whoever_signs_out_is_nobody_in_that_browser(organiser: OpenServer) -> None:
    code, links = await evening_with_links(organiser)
    async with organiser.another_browser() as browser:
        await browser.enter_as_organiser()
        await browser.enter(fragment_of(links["moderator"]["url"]))
        assert len(cookies_of(browser)) == 2
        assert (await browser.post("/api/leave", {})).status == 200
        assert cookies_of(browser) == {}
        assert (await browser.get("/api/dialogues")).status == 401
        assert (await browser.get(f"/api/dialogues/{code}/links")).status == 401
    assert (await organiser.get("/api/dialogues")).status == 200


async def test_another_site_cannot_sign_anybody_out(organiser: OpenServer) -> None:
    for headers in ({"origin": "https://evil.example.com"}, {"content-type": "text/plain"}):
        response = await organiser.http.post("/api/leave", data="{}", headers=headers)
        assert response.status in (400, 403)
        await response.read()
    assert (await organiser.get("/api/dialogues")).status == 200


async def test_a_copied_cookie_is_worth_nothing_after_signing_out(organiser: OpenServer) -> None:
    code, links = await evening_with_links(organiser)
    async with organiser.another_browser() as browser, organiser.another_browser() as thief:
        await browser.enter(fragment_of(links["moderator"]["url"]))
        copied = {cookie.key: cookie.value for cookie in cookies_of(browser).values()}
        thief.http.cookie_jar.update_cookies(copied, URL(thief.url))
        assert (await thief.get(f"/api/dialogues/{code}/links")).status == 200
        await browser.post("/api/leave", {})
        assert (await thief.get(f"/api/dialogues/{code}/links")).status == 401
        await browser.enter(fragment_of(links["moderator"]["url"]))  # the link itself stays good
        assert (await browser.get(f"/api/dialogues/{code}/links")).status == 200


async def test_entering_again_ends_the_session_before(organiser: OpenServer) -> None:
    code, links = await evening_with_links(organiser)
    async with organiser.another_browser() as browser, organiser.another_browser() as other:
        await browser.enter(fragment_of(links["moderator"]["url"]))
        before = {cookie.key: cookie.value for cookie in cookies_of(browser).values()}
        await browser.enter(fragment_of(links["moderator"]["url"]))
        assert (await browser.get(f"/api/dialogues/{code}/links")).status == 200
        other.http.cookie_jar.update_cookies(before, URL(other.url))
        assert (await other.get(f"/api/dialogues/{code}/links")).status == 401


async def test_signing_out_cuts_the_sockets_of_that_session_only(organiser: OpenServer) -> None:
    code, links = await evening_with_links(organiser)
    link = links["moderator"]
    async with organiser.another_browser() as leaving, organiser.another_browser() as staying:
        sockets = []
        for browser in (leaving, staying):
            await browser.enter(fragment_of(link["url"]))
            (cookie,) = cookies_of(browser).values()
            headers = {"Cookie": f"{cookie.key}={cookie.value}"}
            auth = {"code": code, "link": link["id"]}
            sockets.append(await Phone.join(browser.url, auth, additional_headers=headers))
        await leaving.post("/api/leave", {})
        await sockets[0].until_closed()
        assert not sockets[1].is_closed
        assert (await sockets[1].hello())["ok"]
        await sockets[1].close()


async def test_while_the_storage_is_away_staff_are_not_locked_out() -> None:
    class Away(MemoryEnded):
        async def has(self, session: str) -> bool:
            raise Unavailable("storage_away")

    entry = Entry(KEYS, Hall(MemoryLog(), MemoryPresence(lambda: 0), Nobody(), "x"), "", Away())
    cookies = {"dt_organiser": KEYS.signed("", "organiser", "a")}
    assert await entry.is_organiser(cookies)
    await entry.take_cookies(Response(), cookies, secure=False)
    assert not await entry.is_organiser(cookies)  # what this process knows holds all the same
