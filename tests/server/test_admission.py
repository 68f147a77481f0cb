"""Who is let in by the sockets and who is not, and what the page is told."""

import asyncio

import aiohttp
import pytest
from phones import CONNECT, NotLetIn, Phone, until
from sockets_open import TOKEN, OpenSockets
from websockets.exceptions import InvalidStatus

from rooms.erasure import Erasure
from rooms.live import LiveDialogue
from rooms.messages import Participant, PersonId
from server.conversation import reconnect_within

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def refused(evening: OpenSockets, auth: object, **headers: str) -> NotLetIn:
    with pytest.raises(NotLetIn) as caught:
        await Phone.join(evening.url, auth, additional_headers=headers)
    return caught.value


async def test_a_phone_gets_whole_views_with_its_first_hello(evening: OpenSockets) -> None:
    phone = await evening.phone()
    hello = await phone.hello()
    assert hello["ok"]
    assert [frame["of"] for frame in hello["views"]] == ["shared", "mine"]
    assert all(frame["from"] is None for frame in hello["views"])
    assert hello["views"][0]["put"]["dialogue"]["code"] == evening.code
    assert hello["reconnect_within"] == reconnect_within(1, Participant(PersonId("p")))
    await phone.close()


async def test_a_code_may_be_typed_with_a_dash_and_in_small_letters(evening: OpenSockets) -> None:
    typed = f"{evening.code[:4]}-{evening.code[4:]}".lower()
    phone = await Phone.join(evening.url, {"code": typed, "token": TOKEN})
    assert (await phone.hello())["ok"]
    await phone.close()


@pytest.mark.parametrize("typed", ["", "no code at all", "ABCD", "O0O0-1I1I"])
async def test_what_is_no_code_is_an_unknown_code(ready: OpenSockets, typed: str) -> None:
    away = await refused(ready, {"code": typed, "token": TOKEN})
    assert (away.error, away.reason) == ("forgotten", "unknown_code")


async def test_a_code_nobody_gave_out_is_unknown(evening: OpenSockets) -> None:
    away = await refused(evening, {"code": evening.unknown_code, "token": TOKEN})
    assert (away.error, away.reason) == ("forgotten", "unknown_code")


@pytest.mark.parametrize("token", [None, "", "short", TOKEN.upper(), TOKEN + "0", "g" * 32])
async def test_a_token_is_128_bits_in_hex(ready: OpenSockets, token: str | None) -> None:
    away = await refused(ready, {"code": ready.code, "token": token})
    assert (away.error, away.reason) == ("malformed", "bad_token")


@pytest.mark.parametrize("auth", [None, [], "ABCD", {"token": TOKEN}, {"code": 7}])
async def test_a_connect_without_sense_is_malformed(ready: OpenSockets, auth: object) -> None:
    away = await refused(ready, auth)
    assert (away.error, away.reason) == ("malformed", "malformed")


async def test_a_moderator_comes_in_by_link_and_cookie(evening: OpenSockets) -> None:
    link = await evening.link("moderator")
    moderator = await evening.staff(link)
    views = (await moderator.hello())["views"]
    assert [frame["of"] for frame in views] == ["shared"]
    assert f"link:{link}" in views[0]["put"]
    await moderator.close()


async def test_a_link_without_its_cookie_lets_nobody_in(evening: OpenSockets) -> None:
    link = await evening.link("moderator")
    auth = {"code": evening.code, "link": link}
    assert (await refused(evening, auth)).reason == "not_signed_in"
    other = evening.cookie(await evening.link("board"))
    assert (await refused(evening, auth, **other)).reason == "not_signed_in"


async def test_a_revoked_link_cuts_who_is_in_and_lets_nobody_in_again(
    evening: OpenSockets,
) -> None:
    link = await evening.link("host", 1)
    host = await evening.staff(link)
    await host.hello()
    await evening.revoke(link)
    await host.until_closed()
    assert host.sent_away
    with pytest.raises(NotLetIn, match="link_revoked"):
        await evening.staff(link)


WRONG_ORIGINS = [
    "http://evil.example",
    "https://evil.example",
    "http://evil.example:8000",
    "null",
    "",
    "http://127.0.0.1.evil.example",
    "http://evil.example#http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://localhost",
    "http://127.0.0.1@evil.example",
    "file://",
    "chrome-extension://abcdefgh",
    "http://127.0.0.1.",
    "http://127.0.0.1%00",
    "http://[::1]",
    "https://127.0.0.1",
    "ws://127.0.0.1",
    "http://0.0.0.0",
    "about:blank",
    "http://127.0.0.1:8000, http://evil.example",
]


@pytest.mark.parametrize("origin", WRONG_ORIGINS)
async def test_a_page_of_another_site_cannot_use_our_sockets(
    ready: OpenSockets, origin: str
) -> None:
    auth = {"code": ready.code, "token": TOKEN}
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    for more in ({}, forwarded):
        assert (await refused(ready, auth, Origin=origin, **more)).reason == "wrong_origin"


async def test_our_own_page_may_use_our_sockets(evening: OpenSockets) -> None:
    phone = await evening.phone(additional_headers={"Origin": evening.url})
    await phone.close()


async def test_a_name_that_was_bent_to_our_address_is_not_ours(ready: OpenSockets) -> None:
    auth = {"code": ready.code, "token": TOKEN}
    bent = f"http://evil.example:{ready.settings.port}"
    here = {"host": "127.0.0.1", "port": ready.settings.port}
    with pytest.raises(NotLetIn, match="wrong_origin"):
        await Phone.join(bent, auth, additional_headers={"Origin": bent}, **here)


async def test_only_websockets_are_served(ready: OpenSockets) -> None:
    async with aiohttp.ClientSession() as http:
        for transport in ("polling", "websocket", "jsonp"):
            address = f"{ready.url}/socket.io/?EIO=4&transport={transport}"
            for request in (http.get(address), http.post(address, data=b"40")):
                async with request as response:
                    assert response.status == 400


async def test_somebody_elses_session_id_opens_nothing(ready: OpenSockets) -> None:
    phone = await ready.seated()
    engine_ids = list(ready.sockets.sio.eio.sockets)
    assert engine_ids
    for known in (*engine_ids, phone.connection):
        with pytest.raises(InvalidStatus):
            await Phone.open(ready.url, f"&sid={known}")
    assert (await phone.command("TakeTable", table=2))["ok"]
    await phone.close()


async def test_right_codes_wait_for_nothing_while_wrong_ones_are_slowed(
    ready: OpenSockets,
) -> None:
    failed = ready.sockets._admission._failed_joins
    while not failed.pause():
        pass
    guess = asyncio.create_task(
        refused(ready, {"code": ready.unknown_code, "token": TOKEN}), name="guess"
    )
    for nth in range(5):
        phone = await ready.phone(nth)
        await phone.close()
    assert not guess.done()
    assert (await guess).reason == "unknown_code"


async def test_whoever_leaves_while_being_let_in_leaves_nothing_behind(
    evening: OpenSockets, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked, go_on, find = asyncio.Event(), asyncio.Event(), evening.hall.live

    async def slow(code: str) -> LiveDialogue:
        asked.set()
        await go_on.wait()
        return await find(code)

    monkeypatch.setattr(evening.hall, "live", slow)
    gone = await Phone.open(evening.url)
    knock = {"code": evening.code, "token": evening.token()}
    await gone.send({"type": CONNECT, "nsp": "/", "data": knock})
    await asked.wait()
    gone.socket.transport.abort()
    await gone.until_closed()
    go_on.set()
    monkeypatch.undo()
    phone = await evening.phone(1)
    await until(lambda: len(evening.sockets) == 1)
    assert not caplog.records
    await phone.close()


async def test_p18_phones_of_an_erased_dialogue_are_cut_and_told_to_forget(
    evening: OpenSockets,
) -> None:
    phone = await evening.seated()
    await Erasure(evening.hall).erase_dialogue(evening.code, "vorbei")
    await phone.until_closed()
    away = await refused(evening, {"code": evening.code, "token": TOKEN})
    assert (away.error, away.reason) == ("forgotten", "dialogue_erased")
