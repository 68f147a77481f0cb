"""Engine.IO on our own wires: who is pinged when, who is given up, and what is left of them."""

import asyncio
import contextlib
import json
from typing import Any

import engineio
import pytest
import socketio
import uvloop
from phones import CONNECT, Phone, until
from sockets_open import TOKEN, OpenSockets
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from wires_open import OpenWires, on_loop

from server import engine
from server.packets import LimitedPacket


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of the engine takes a fiftieth of one."""
    monkeypatch.setattr(engine, "TICK_SECONDS", 0.02)


def test_the_terms_are_those_that_engine_io_would_announce() -> None:
    async def scene(wires: OpenWires) -> None:
        address = f"{wires.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"
        async with connect(address) as ours:
            said = await ours.recv()
        assert isinstance(said, str)
        assert said[0] == "0"
        terms, theirs = json.loads(said[1:]), await announced_by_engine_io()
        assert set(terms) == set(theirs)
        assert len(terms.pop("sid")) == len(theirs.pop("sid"))
        assert {**theirs, "maxPayload": terms["maxPayload"]} == terms

    on_loop(uvloop.new_event_loop, scene)


@pytest.mark.usefixtures("fast")
def test_whoever_answers_pings_stays_and_whoever_does_not_is_given_up() -> None:
    async def scene(wires: OpenWires) -> None:
        awake = await wires.join()
        heard: list[str | bytes] = []
        address = f"{wires.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"
        async with connect(address, ping_interval=None) as dead:
            await dead.send(LimitedPacket(CONNECT, namespace="/").encode())
            async with asyncio.timeout(5):
                with contextlib.suppress(ConnectionClosed):
                    while True:
                        heard.append(await dead.recv())
        assert "2" in heard, "it was given up before it was pinged"
        assert dead.close_code == 1008
        assert len(wires.sio.eio.sockets) == 1
        assert await awake.ask("say", "here") == ["say", "here"]
        await awake.close()

    on_loop(uvloop.new_event_loop, scene)


@pytest.mark.usefixtures("fast")
def test_pings_are_spread_over_their_interval() -> None:
    async def scene(wires: OpenWires) -> None:
        phones = [await wires.join() for _ in range(engine.PING_SECONDS * 2)]
        turns = {id(session.turn) for session in wires.sio.eio.sockets.values()}
        assert len(turns) == engine.PING_SECONDS
        assert {len(session.turn) for session in wires.sio.eio.sockets.values()} == {2}
        await asyncio.gather(*(phone.close() for phone in phones))

    on_loop(uvloop.new_event_loop, scene)


@pytest.mark.usefixtures("fast")
def test_a_ping_that_fails_stops_neither_the_others_nor_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pinged: list[str] = []
    ping = engine.Session.ping

    def stumble_first(session: engine.Session) -> None:
        pinged.append(session.sid)
        if len(pinged) == 1:
            raise ZeroDivisionError
        ping(session)

    async def scene(wires: OpenWires) -> None:
        failed: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: failed.append(what))
        phones = [await wires.join() for _ in range(2)]
        await until(lambda: len(set(pinged)) == 2 and len(pinged) > 3)
        assert len(failed) == 1
        await asyncio.gather(*(phone.close() for phone in phones))

    monkeypatch.setattr(engine.Session, "ping", stumble_first)
    on_loop(uvloop.new_event_loop, scene)


@pytest.mark.asyncio(loop_scope="session")
async def test_nothing_is_left_of_those_who_came_and_went(ready: OpenSockets) -> None:
    phones = await asyncio.gather(*(ready.seated(nth) for nth in range(20)))
    strangers = [await Phone.open(ready.url) for _ in range(5)]
    assert len(ready.sockets.sio.eio.sockets) == 25
    await asyncio.gather(*(phone.close() for phone in (*phones, *strangers)))
    sio, ours = ready.sockets.sio, ready.sockets._engine
    assert ours is not None
    await until(lambda: not (sio.eio.sockets or sio.environ or sio.manager.rooms))
    await until(lambda: not ours._under_way)
    assert not ours._strangers
    assert not any(ours._turns)
    assert not ready.sockets._fanout._rooms  # type: ignore[attr-defined]


@pytest.mark.asyncio(loop_scope="session")
async def test_what_was_said_at_the_door_is_not_kept(ready: OpenSockets) -> None:
    phone = await ready.phone(additional_headers={"Cookie": "secret=1"})
    assert set(map(len, ready.sockets.sio.environ.values())) == {0}
    await phone.close()


@pytest.mark.asyncio(loop_scope="session")
async def test_whoever_has_gone_before_the_request_was_read_is_no_bug() -> None:
    """A campaign of fuzzed packets found it on a busy machine."""
    scope = {"type": "http", "method": "GET", "path": "/socket.io/", "headers": []}
    sio, sent = socketio.AsyncServer(async_mode="asgi"), []

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def asked() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    with pytest.raises(KeyError):  # a guard: this is what python-socketio makes of it
        await socketio.ASGIApp(sio)(scope, gone, send)
    await engine.Requests(sio)(scope, gone, send)
    assert sent == []
    await engine.Requests(sio)(scope, asked, send)
    assert sent[0]["status"] == 400


@pytest.mark.asyncio(loop_scope="session")
async def test_a_second_connect_on_one_socket_is_a_broken_packet(ready: OpenSockets) -> None:
    phone = await ready.phone()
    for _ in range(5):
        auth = {"code": ready.code, "token": TOKEN}
        await phone.send({"type": CONNECT, "nsp": "/", "data": auth})
    await phone.until_closed()
    await until(lambda: not len(ready.sockets))


async def announced_by_engine_io() -> dict[str, Any]:
    """What its own socket would say first."""
    eio = engineio.AsyncServer(
        async_mode="asgi",
        transports=["websocket"],
        ping_interval=engine.PING_SECONDS,
        ping_timeout=engine.PONG_SECONDS,
        monitor_clients=False,
    )
    said: list[dict[str, Any]] = []

    async def keep(_socket: object, packet: Any) -> None:
        if isinstance(packet, engineio.packet.Packet):
            said.append(packet.data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engineio.async_socket.AsyncSocket, "send", keep)
        patch.setattr(engineio.async_socket.AsyncSocket, "handle_get_request", keep)
        patch.setattr(engineio.async_socket.AsyncSocket, "schedule_ping", lambda _: None)
        await eio._handle_connect({}, "websocket")
    return said[0]


@pytest.mark.asyncio(loop_scope="session")
async def test_the_last_places_are_for_staff(ready: OpenSockets) -> None:
    link = await ready.link("moderator")
    phone = await ready.phone()
    ours = ready.sockets._engine
    assert ours is not None
    ours._phone_places = 1
    with pytest.raises(InvalidStatus) as full:
        await ready.phone(1)
    assert full.value.response.status_code == 503
    staff = await ready.staff(link)
    assert (await staff.hello())["ok"]
    assert not phone.is_closed
    await staff.close()
    await phone.close()


@pytest.mark.asyncio(loop_scope="session")
async def test_the_stranger_who_stood_here_longest_makes_room(
    ready: OpenSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_STRANGERS", 2)
    strangers = [await Phone.open(ready.url) for _ in range(2)]
    phone = await ready.phone()
    await strangers[0].until_closed()
    assert not strangers[1].is_closed
    assert (await phone.hello())["ok"]
    for one in (*strangers, phone):
        await one.close()
