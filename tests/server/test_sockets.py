"""What connections say and get, and how they are sent away: over real sockets, both fan-outs."""

import asyncio
import logging
from typing import Any

import pytest
import socketio
from phones import DISCONNECT, EVENT, Phone, until
from sockets_open import TOKEN, OpenSockets

from server import conversation, limits

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_card_reaches_the_table_and_no_other(evening: OpenSockets) -> None:
    author, neighbour = await evening.seated(1), await evening.seated(2)
    stranger = await evening.seated(3, table=2)
    answer = await author.command("PostCard", text="Mehr Bänke", kind="idea")
    assert answer["ok"]
    _, frame = await neighbour.until_heard(lambda p: p[0] == "view" and _cards(p[1]))
    (card,) = _cards(frame)
    assert (card["text"], card["table"]) == ("Mehr Bänke", 1)
    assert (await stranger.command("PostCard", text="Mehr Bäume", kind="idea"))["ok"]
    await stranger.until_heard(lambda p: p[0] == "view" and _cards(p[1]))
    assert all(card["table"] == 2 for frame in stranger.views for card in _cards(frame))
    for phone in (author, neighbour, stranger):
        await phone.close()


def _cards(frame: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for key, entry in frame["put"].items() if key.startswith("card:")]


async def test_commands_of_one_phone_keep_their_order(evening: OpenSockets) -> None:
    phone = await evening.seated()
    begun = [
        await phone.begin(
            "command",
            {"id": f"order123.{n}", "name": "PostCard", "text": str(n), "kind": "idea"},
        )
        for n in range(8)
    ]
    versions = [(await answer)["version"] for answer in begun]
    assert versions == sorted(versions)
    texts = [card.text for card in evening.live.dialogue.cards.values()]
    assert texts == [str(n) for n in range(8)]
    await phone.close()


async def test_a_repeated_command_gets_the_first_answer(evening: OpenSockets) -> None:
    phone = await evening.seated()
    body = {"id": "again123.1", "name": "PostCard", "text": "einmal", "kind": "idea"}
    first = await phone.ask("command", body)
    assert await phone.ask("command", body) == first
    changed = await phone.ask("command", {**body, "text": "anders"})
    assert (changed["ok"], changed["error"]) == (False, "conflict")
    assert len(evening.live.dialogue.cards) == 1
    await phone.close()


async def test_nobody_can_use_up_another_ones_command_ids(evening: OpenSockets) -> None:
    body = {"id": "same1234.1", "name": "PostCard", "text": "gleich", "kind": "idea"}
    for nth in (1, 2):
        phone = await evening.seated(nth)
        assert (await phone.ask("command", body))["ok"]
        await phone.close()
    assert len(evening.live.dialogue.cards) == 2


async def test_a_refusal_says_why(evening: OpenSockets) -> None:
    phone = await evening.phone()
    await phone.hello()
    answer = await phone.command("PostCard", text="zu früh", kind="idea")
    assert answer == {"ok": False, "error": "refused", "reason": "not_joined"}
    await phone.close()


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (["command", None], "no_command"),
        (["command", {"name": "Join", "language": "de"}], "command_id"),
        (["command", {"id": "ab.1", "name": "Join", "language": "de"}], "command_id"),
        (["command", {"id": "abcdef.1", "name": "Nonsense"}], "Nonsense"),
        (["command", {"id": "abcdef.1", "name": "Join", "language": "xx"}], "xx"),
        (["command", {"id": "abcdef.1", "name": "Join", "language": "de", "x": 1}], "x"),
        (["hello", {"epoch": "one"}], "epoch"),
        (["hello", None], ""),
        (["emit", {}], "unknown_event"),
        (["command"], "unknown_event"),
    ],
)
async def test_what_makes_no_sense_is_answered_as_malformed(
    evening: OpenSockets, event: list[Any], reason: str
) -> None:
    phone = await evening.phone()
    await phone.send({"type": EVENT, "nsp": "/", "data": event, "id": 7})
    _, number, answer = await phone.until_heard(lambda p: p[0] == "ack")
    assert (number, answer["ok"], answer["error"]) == (7, False, "malformed")
    assert reason in answer["reason"]
    assert len(answer["reason"]) <= 200
    await phone.close()


async def test_a_hello_with_a_known_version_gets_only_what_changed(evening: OpenSockets) -> None:
    phone = await evening.seated()
    hello = await phone.hello()
    assert (await phone.command("PostCard", text="neu", kind="idea"))["ok"]
    again = await phone.hello(hello["epoch"], hello["version"])
    shared = again["views"][0]
    assert shared["from"] == hello["version"]
    assert all(key.startswith("card:") for key in shared["put"])
    await phone.close()


async def test_a_bug_is_written_down_once_and_answered_as_internal(
    ready: OpenSockets, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = await ready.seated()

    def broken_clock() -> int:
        raise ZeroDivisionError

    ready.hall.clock = broken_clock
    answer = await phone.command("PostCard", text="geheim", kind="idea")
    assert answer == {"ok": False, "error": "internal", "reason": "internal"}
    written = capsys.readouterr()
    assert (written.out + written.err).count("event_failed") == 1
    assert "geheim" not in written.out + written.err
    await phone.close()


async def test_a_dialogue_that_fell_asleep_wakes_for_a_hello(ready: OpenSockets) -> None:
    phone = await ready.phone()
    await ready.hall._forget(ready.code)
    answer = await phone.command("Join", language="de")
    assert (answer["error"], answer["reason"]) == ("unavailable", "dialogue_asleep")
    assert (await phone.hello())["ok"]
    assert (await phone.command("Join", language="de"))["ok"]
    await phone.close()


# Going


async def test_whoever_leaves_is_not_here_any_more(evening: OpenSockets) -> None:
    phone = await evening.seated()
    assert len(evening.live.audiences) == 1
    await phone.close()
    await until(lambda: not len(evening.live.audiences) and not len(evening.sockets))


async def test_whoever_says_goodbye_is_disconnected(evening: OpenSockets) -> None:
    phone = await evening.seated()
    await phone.send({"type": DISCONNECT, "nsp": "/"})
    await until(lambda: not len(evening.sockets))
    await phone.close()


async def test_a_fourth_connection_of_a_phone_ends_its_oldest(evening: OpenSockets) -> None:
    oldest, *others = [await evening.phone() for _ in range(4)]
    await oldest.until_closed()
    assert oldest.sent_away
    assert not any(other.is_closed for other in others)
    for other in others:
        assert (await other.hello())["ok"]
        await other.close()


async def test_a_socket_that_never_says_connect_is_closed(
    evening: OpenSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CONNECT_SECONDS", 0.2)
    silent, phone = await Phone.open(evening.url), await evening.phone()
    await silent.until_closed()
    assert not phone.is_closed
    await phone.close()


async def test_whoever_asks_too_fast_is_told_to_wait(evening: OpenSockets) -> None:
    phone = await evening.phone()
    body = {"id": "fastfast.1", "name": "Join", "language": "de"}
    begun = [await phone.begin("command", body) for _ in range(60)]
    answers = [await answer for answer in begun]
    assert all(answer["ok"] for answer in answers[:40])
    assert {"ok": False, "error": "busy", "reason": "too_fast"} in answers[40:]
    await phone.close()


async def test_what_is_offered_again_does_not_hold_up_what_is_tapped_now(
    evening: OpenSockets,
) -> None:
    phone = await evening.phone()
    join = {"name": "Join", "language": "de"}

    async def say(number: int, **more: bool) -> asyncio.Future[Any]:
        return await phone.begin("command", {**join, "id": f"fastfast.{number}", **more})

    begun = [await say(number, again=True) for number in range(200)]
    begun += [await say(number) for number in range(200, 240)]
    assert all([(await answer)["ok"] for answer in begun])
    begun = [await say(number, again=True) for number in range(60)]
    answers = [await answer for answer in begun]
    assert {"ok": False, "error": "busy", "reason": "too_fast"} in answers
    await phone.close()


async def test_whoever_never_slows_down_is_cut(
    evening: OpenSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "TOO_FAST_AT_ONCE", 5)
    phone = await evening.phone()
    for _ in range(80):
        if phone.is_closed:
            break
        await phone.begin("command", {"id": "fastfast.1", "name": "Join", "language": "de"})
    await phone.until_closed()
    assert phone.sent_away
    await phone.close()


# Clients of other people


async def test_the_client_of_python_socketio_understands_us(evening: OpenSockets) -> None:
    client = socketio.AsyncClient(serializer="msgpack", reconnection=False)
    frames: list[dict[str, Any]] = []
    client.on("view", frames.append)
    auth = {"code": evening.code, "token": TOKEN}
    await client.connect(evening.url, auth=auth, transports=["websocket"])
    hello = await client.call("hello", {"epoch": None, "version": None})
    assert hello["ok"]
    join = {"id": "python12.1", "name": "Join", "language": "de"}
    assert (await client.call("command", join))["ok"]
    await until(lambda: any("me" in frame["put"] for frame in frames))
    await client.disconnect()


async def test_the_client_of_python_socketio_is_told_why_it_is_refused(
    evening: OpenSockets,
) -> None:
    client = socketio.AsyncClient(serializer="msgpack", reconnection=False)
    said: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    client.on("connect_error", said.set_result)
    auth = {"code": evening.unknown_code, "token": TOKEN}
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(evening.url, auth=auth, transports=["websocket"])
    assert (await said)["data"] == {"error": "forgotten", "reason": "unknown_code"}
    await client.disconnect()


# Broken packets, with either fan-out


async def test_five_broken_packets_close_the_socket_and_write_no_traceback(
    evening: OpenSockets, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone = await evening.phone()
    for _ in range(4):
        await phone.socket.send(b"\xc1broken")
    assert (await phone.hello())["ok"]
    await phone.socket.send(b"\xc1broken")
    await phone.until_closed()
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


async def test_announced_attachments_are_broken_packets(evening: OpenSockets) -> None:
    phone = await evening.phone()
    for kind in (5, 6, 5, 6, 5):
        placeholder = {"_placeholder": True, "num": 0}
        await phone.send({"type": kind, "nsp": "/", "data": ["hello", placeholder], "id": 1})
    await phone.until_closed()
    assert not evening.sockets.sio._binary_packet
