"""Erasing over HTTP: for the organiser alone, hard to do by mistake, and the trace that stays."""

import pytest
from open_server import OpenServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def reason_of(response: object) -> str:
    return str((await response.json())["reason"])  # type: ignore[attr-defined]


async def test_only_the_organiser_is_offered_to_erase(organiser: OpenServer) -> None:
    code = (await organiser.new_dialogue())["code"]
    path = f"/api/dialogues/{code}/erasures"
    assert await (await organiser.get(path)).json() == {"ok": True, "allowed": True}
    links = await organiser.links(code)
    moderator = next(link["url"] for link in links if link["role"] == "moderator")
    async with organiser.another_browser() as other:
        assert (await other.get(path)).status == 401
        for _ in ("a stranger", "a moderator"):
            for way in (path, f"/api/dialogues/{code}/erase"):
                assert (await other.post(way, {"card": "x", "reason": "y"})).status == 401
            await other.enter(moderator.partition("#")[2])
        assert await (await other.get(path)).json() == {"ok": True, "allowed": False}


async def test_a_card_that_is_not_there_and_a_missing_reason_are_refused(
    organiser: OpenServer,
) -> None:
    code = (await organiser.new_dialogue())["code"]
    path = f"/api/dialogues/{code}/erasures"
    gone = await organiser.post(path, {"card": "none", "reason": "Name"})
    assert (gone.status, await reason_of(gone)) == (409, "unknown_card")
    odd = await organiser.post(path, {"card": 7})
    assert odd.status == 400
    elsewhere = await organiser.post(
        "/api/dialogues/22222222/erasures", {"card": "x", "reason": "Name"}
    )
    assert elsewhere.status == 404


async def test_a_whole_dialogue_goes_only_when_its_code_is_typed_once_more(
    organiser: OpenServer,
) -> None:
    code = (await organiser.new_dialogue())["code"]
    path = f"/api/dialogues/{code}/erase"
    for typed in ("", "22222222", code[:7]):
        answer = await organiser.post(path, {"code": typed, "reason": "vorbei"})
        assert (answer.status, await reason_of(answer)) == (409, "wrong_code")
    silent = await organiser.post(path, {"code": code, "reason": " "})
    assert await reason_of(silent) == "needs_reason"
    typed = f"{code[:4]}-{code[4:]}".lower()
    done = await organiser.post(path, {"code": typed, "reason": "auf Wunsch der Stadt"})
    assert await done.json() == {"ok": True, "clean": True}
    listed = (await (await organiser.get("/api/dialogues")).json())["dialogues"]
    (row,) = [one for one in listed if one["code"] == code]
    assert row["erased"]["because"] == "auf Wunsch der Stadt"
    assert "moderator_link" not in row
    again = await organiser.post(path, {"code": code, "reason": "noch einmal"})
    assert again.status == 200


async def test_the_page_of_an_erased_dialogue_still_comes_so_that_phones_forget(
    organiser: OpenServer,
) -> None:
    code = (await organiser.new_dialogue())["code"]
    await organiser.post(f"/api/dialogues/{code}/erase", {"code": code, "reason": "vorbei"})
    assert (await organiser.get(f"/{code}")).status == 200
    links = await organiser.get(f"/api/dialogues/{code}/links")
    assert (links.status, await reason_of(links)) == (404, "dialogue_erased")
