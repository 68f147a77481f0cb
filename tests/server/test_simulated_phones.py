"""The phones of rehearsals and replays do what docs/protocol.md asks of a client."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sockets_open import OpenSockets

from rooms.log import MemoryLog
from server.limits import COMMANDS_AT_ONCE, COMMANDS_PER_SECOND
from server.phones import Ack, Ended, Held, NotLetIn, Phone, Screen
from server.phones.outbox import AT_ONCE, MOST_UNDER_WAY, Outbox, Pace

Hear = Callable[[Ack], None]
BUSY = {"ok": False, "error": "busy", "reason": "too_fast"}
DONE = {"ok": True, "version": 7}


@asynccontextmanager
async def seated(ready: OpenSockets) -> AsyncIterator[Phone]:
    phone = Phone(ready.url, ready.code)
    await phone.join("de", 1)
    try:
        yield phone
    finally:
        await phone.close()


def frame(start: int | None, to: int, put: dict[str, Any], drop: list[str]) -> dict[str, Any]:
    return {"of": "shared", "epoch": 5, "from": start, "to": to, "put": put, "drop": drop}


class Server:
    """Keeps what an outbox offers and answers when told to."""

    def __init__(self) -> None:
        self.offered: list[tuple[dict[str, Any], Hear]] = []
        self.outbox = Outbox(lambda body, hear: self.offered.append((body, hear)), None)
        self.outbox.open()

    @property
    def texts(self) -> list[str]:
        return [body.get("text") or body.get("answer") for body, _ in self.offered]

    def post(self, text: str) -> "asyncio.Future[Ack]":
        return self.outbox.put("PostCard", {"text": text, "kind": "idea"})

    def answer(self, nth: int, ack: Ack) -> None:
        self.offered[nth][1](ack)


def test_a_frame_is_taken_only_on_top_of_what_is_held() -> None:
    held = Held()
    assert held.take(frame(3, 4, {"card:a": 1}, [])) == "gap"
    assert held.take(frame(None, 4, {"card:a": 1, "card:b": 2}, [])) == "taken"
    assert held.take(frame(4, 6, {"card:c": 3}, ["card:a"])) == "taken"
    assert held.take(frame(4, 6, {"card:c": 9}, ["card:b"])) == "stale"
    assert held.take(frame(7, 8, {"card:c": 9}, [])) == "gap"
    assert held.take({**frame(6, 8, {}, []), "epoch": 6}) == "gap"
    assert (held.entries, held.version) == ({"card:b": 2, "card:c": 3}, 6)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_card_appears_at_the_table_and_among_the_own(ready: OpenSockets) -> None:
    async with seated(ready) as phone, seated(ready) as neighbour:
        ack = await phone.command("PostCard", text="Mehr Bänke", kind="idea")
        (card,) = await neighbour.until(lambda: neighbour.shared.all("card"))
        assert (card["text"], card["order"]) == ("Mehr Bänke", ack["version"])
        assert list((await phone.until(phone.cards)).values()) == [card["id"]]
        assert neighbour.cards() == {}


@pytest.mark.asyncio(loop_scope="session")
async def test_a_refusal_is_an_answer(ready: OpenSockets) -> None:
    async with seated(ready) as phone:
        ack = await phone.command("PostCard", text=" ", kind="idea")
        assert ack == {"ok": False, "error": "refused", "reason": "empty_text"}


@pytest.mark.asyncio(loop_scope="session")
async def test_what_was_given_in_a_dead_corner_arrives_once(ready: OpenSockets) -> None:
    async with seated(ready) as phone:
        given = [phone.give("PostCard", text=f"{nth}", kind="idea") for nth in range(5)]
        phone.drop()
        given += [phone.give("PostCard", text=f"{nth}", kind="idea") for nth in range(5, 9)]
        acks = await asyncio.gather(*given)
        assert [ack["ok"] for ack in acks] == [True] * 9
        await phone.until(lambda: len(phone.cards()) == 9)
        texts = await ready.live.read(lambda now: [card.text for card in now.cards.values()])
        assert sorted(texts) == [f"{nth}" for nth in range(9)]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_phone_that_missed_a_frame_asks_for_what_it_lacks(ready: OpenSockets) -> None:
    async with seated(ready) as phone, seated(ready) as neighbour:
        phone.shared.version = (phone.shared.version or 0) - 1
        await neighbour.command("PostCard", text="Mehr Bänke", kind="idea")
        await phone.until(lambda: phone.shared.all("card"))
        assert phone.shared.entries == neighbour.shared.entries


@pytest.mark.asyncio(loop_scope="session")
async def test_what_a_storage_lost_is_brought_back_by_the_phone_that_had_it_acknowledged(
    ready: OpenSockets,
) -> None:
    async with seated(ready) as phone:
        epoch = phone.shared.epoch
        await phone.command("PostCard", text="Mehr Bänke", kind="idea")
        assert isinstance(ready.hall.storage, MemoryLog)
        del ready.hall.storage._logs[ready.code][-1:]
        ready.live.doubt()
        await phone.until(lambda: phone.shared.epoch != epoch and phone.shared.all("card"))
        texts = await ready.live.read(lambda now: [card.text for card in now.cards.values()])
        assert texts == ["Mehr Bänke"]


@pytest.mark.asyncio(loop_scope="session")
async def test_whoever_is_not_let_in_learns_why(ready: OpenSockets) -> None:
    with pytest.raises(NotLetIn, match="unknown_code"):
        await Phone(ready.url, ready.unknown_code).connect()
    with pytest.raises(NotLetIn, match="bad_token"):
        await Phone(ready.url, ready.code, "not a token").connect()
    with pytest.raises(NotLetIn, match="not_signed_in"):
        await Screen(ready.url, {"code": ready.code, "link": "0123"}).connect()


@pytest.mark.asyncio(loop_scope="session")
async def test_a_screen_that_is_sent_away_stays_away(ready: OpenSockets) -> None:
    link = await ready.link("board")
    cookie = ready.cookie(link)["Cookie"]
    board = Screen(ready.url, {"code": ready.code, "link": link}, cookie)
    await board.connect()
    await ready.revoke(link)
    with pytest.raises(Ended, match="sent away"):
        await board.until(lambda: None)
    with pytest.raises(Ended):
        await board.command("PostCard", text="noch etwas", kind="idea")
    await board.close()


@pytest.mark.asyncio(loop_scope="session")
async def test_no_more_than_eight_commands_are_under_way() -> None:
    server = Server()
    for nth in range(12):
        server.post(f"{nth}")
    assert server.texts == [f"{nth}" for nth in range(MOST_UNDER_WAY)]
    server.answer(0, DONE)
    assert server.texts[-1] == f"{MOST_UNDER_WAY}"
    server.outbox.fail(Ended("closed"))


@pytest.mark.asyncio(loop_scope="session")
async def test_an_answer_changed_while_the_first_is_sent_back_does_not_overtake_it() -> None:
    server = Server()
    vote = {"ballot": "b", "option": "1"}
    server.outbox.put("AnswerStatement", {**vote, "answer": "agree"})
    last = server.outbox.put("AnswerStatement", {**vote, "answer": "pass"})
    server.answer(0, BUSY)
    assert server.texts == ["agree"], "it waits a while"
    server.outbox.shut()
    server.outbox.open()
    async with asyncio.timeout(5):
        while len(server.offered) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert {**server.offered[0][0], "again": True} == server.offered[1][0], "the very same command"
    server.answer(1, DONE)
    assert server.texts == ["agree", "agree", "pass"]
    server.answer(2, DONE)
    assert await last == DONE


@pytest.mark.asyncio(loop_scope="session")
async def test_an_answer_that_comes_twice_counts_once() -> None:
    told: list[str] = []
    server = Server()
    server.outbox = Outbox(
        lambda body, hear: server.offered.append((body, hear)), lambda name, *_: told.append(name)
    )
    server.outbox.open()
    card = server.post("Mehr Bänke")
    server.outbox.shut()
    server.outbox.open()
    server.answer(0, DONE)
    server.answer(1, DONE)
    assert (await card, told, len(server.offered)) == (DONE, ["PostCard"], 2)


@pytest.mark.asyncio(loop_scope="session")
async def test_what_goes_out_again_takes_nothing_from_the_pace() -> None:
    server = Server()
    saved = AT_ONCE - 1
    for number in range(saved):
        server.post(f"Karte {number}")
        server.answer(number, DONE)
    server.outbox.offer_again()
    for number in range(saved):
        server.answer(saved + number, DONE)
    server.post("Mehr Bänke")
    assert all(body["again"] for body, _ in server.offered[saved:-1])
    assert (len(server.offered), server.texts[-1]) == (2 * saved + 1, "Mehr Bänke")


def test_the_pace_stays_below_what_the_server_lets_one_person_do() -> None:
    pace, now, left = Pace(), 1_000.0, []
    while now < 1_060.0:
        now += pace.wait(now)
        pace.take(now)
        left.append(now)
    assert left[AT_ONCE - 1] == 1_000.0
    assert AT_ONCE < COMMANDS_AT_ONCE
    assert len(left) <= AT_ONCE + 60 * COMMANDS_PER_SECOND
