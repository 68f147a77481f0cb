"""What comes in on a wire: whole messages, pieces, pings, and what ends the connection."""

import asyncio
import logging

import msgpack
import pytest
import uvloop
from phones import ACK, CONNECT, EVENT, Phone, until
from websockets.frames import Opcode
from wires_open import BIG, OpenWires, Sleeper, on_loop

from server.incoming import MESSAGE_BYTES
from server.serving import STAFF_MESSAGE_BYTES

BROKEN = {
    "no_messagepack": b"\xc1",
    "not_a_map": msgpack.packb([1, 2]),
    "nothing": b"",
    "attachments_event": msgpack.packb({"type": 5, "nsp": "/", "data": ["say", 1], "id": 1}),
    "attachments_ack": msgpack.packb({"type": 6, "nsp": "/", "data": [1], "id": 1}),
    "unknown_type": msgpack.packb({"type": 9, "nsp": "/"}),
    "no_namespace": msgpack.packb({"type": EVENT, "data": ["say", 1], "id": 1}),
    "other_namespace": msgpack.packb({"type": EVENT, "nsp": "/x", "data": ["say", 1], "id": 1}),
    "nothing_to_answer": msgpack.packb({"type": EVENT, "nsp": "/", "data": ["say", 1]}),
    "no_event": msgpack.packb({"type": EVENT, "nsp": "/", "data": "say", "id": 1}),
    "an_ack": msgpack.packb({"type": ACK, "nsp": "/", "data": [1], "id": 1}),
    "a_second_connect": msgpack.packb({"type": CONNECT, "nsp": "/"}),
    "text": "4something",
    "engine_ping": "2",
    "engine_upgrade": "5",
    "empty_text": "",
}


@pytest.mark.parametrize("message", BROKEN.values(), ids=BROKEN)
def test_the_fifth_broken_message_closes_the_connection(
    message: bytes | str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        for _ in range(4):
            await phone.socket.send(message)
        assert await phone.ask("say", "still here") == ["say", "still here"]
        await phone.socket.send(message)
        await phone.until_closed()
        assert phone.socket.close_code == 1008
        await until(lambda: not wires.sio.eio.sockets)
        assert wires.heard == [["say", "still here"]]

    on_loop(uvloop.new_event_loop, scene)
    assert not [record for record in caplog.records if record.exc_info]


def test_nobody_is_heard_before_connect() -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await Phone.open(wires.url)
        for number in range(5):
            await phone.begin("say", number)
        await phone.until_closed()
        assert wires.heard == []
        await phone.close()

    on_loop(uvloop.new_event_loop, scene)


def test_nobody_is_heard_after_being_sent_away() -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        wires.fanout.cut(phone.connection, "link_revoked")
        await phone.begin("say", "too late")
        await phone.until_closed()
        assert phone.sent_away
        assert wires.heard == []
        await phone.close()

    on_loop(uvloop.new_event_loop, scene)


def test_whoever_is_sent_away_cannot_stay_by_not_reading() -> None:
    async def scene(wires: OpenWires) -> None:
        sleeper = Sleeper(wires.url)
        await sleeper.join()
        await until(lambda: len(wires.wires) == 1)
        for _ in range(100):
            wires.publish(BIG)
        wires.wires[0].cut("link_revoked")
        await until(lambda: wires.wires[0].disconnected)
        sleeper.close()

    on_loop(uvloop.new_event_loop, scene)


@pytest.mark.parametrize("largest", [MESSAGE_BYTES, STAFF_MESSAGE_BYTES])
def test_a_message_has_a_largest_size(largest: int) -> None:
    async def scene(wires: OpenWires) -> None:
        wires.largest = largest
        phone = await wires.join()
        texts = ["x" * 8_000] * (largest // 8_003 - 1)
        assert await phone.ask("say", texts) == ["say", texts]
        await phone.socket.send(b"x" * (largest + 1))
        await phone.until_closed()
        assert phone.socket.close_code == 1009

    on_loop(uvloop.new_event_loop, scene)


def test_a_message_in_pieces_is_put_together() -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        whole = msgpack.packb({"type": EVENT, "nsp": "/", "data": ["say", "pieces"], "id": 1})
        await phone.socket.send([whole[:3], whole[3:10], whole[10:]])
        assert (await phone.until_heard(lambda packet: packet[0] == "ack"))[2] == ["say", "pieces"]
        await phone.close()

    on_loop(uvloop.new_event_loop, scene)


def packet_of(number: int) -> bytes:
    said = {"type": EVENT, "nsp": "/", "data": ["say", number], "id": number}
    payload = msgpack.packb(said)
    mask = bytes((1, 2, 3, number))
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return b"\x82" + bytes([0x80 | len(payload)]) + mask + masked


@pytest.mark.parametrize("at_once", [1, 2, 7, 10_000])
def test_messages_are_heard_however_the_network_cuts_them(at_once: int) -> None:
    async def scene(wires: OpenWires) -> None:
        sleeper = Sleeper(wires.url)
        await sleeper.join()
        await until(lambda: wires.wires and wires.wires[0].listener)
        ping = b"\x89\x80" + bytes(4)
        sent = packet_of(1) + packet_of(2) + ping + packet_of(3)
        for start in range(0, len(sent), at_once):
            wires.wires[0].data_received(sent[start : start + at_once])
        assert wires.heard == [["say", 1], ["say", 2], ["say", 3]]
        assert b"\x8a\x00" in await sleeper.read_until(b"\x8a\x00")
        sleeper.close()

    on_loop(uvloop.new_event_loop, scene)


@pytest.mark.parametrize(
    ("frame", "code"),
    {
        "not_masked": (b"\x82\x01x", 1002),
        "reserved_bit": (b"\xc2\x81" + bytes(4) + b"x", 1002),
        "unknown_kind": (b"\x83\x81" + bytes(4) + b"x", 1002),
        "whole_amid_pieces": (b"\x02\x81" + bytes(4) + b"x" + b"\x82\x81" + bytes(5), 1002),
        "too_long": (b"\x82\xff" + (1 << 40).to_bytes(8, "big") + bytes(4), 1009),
    }.values(),
    ids=["not_masked", "reserved_bit", "unknown_kind", "whole_amid_pieces", "too_long"],
)
def test_what_breaks_the_rules_of_websockets_closes_the_connection(frame: bytes, code: int) -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        wires.wires[0].data_received(frame)
        await phone.until_closed()
        assert phone.socket.close_code == code
        assert wires.heard == []

    on_loop(uvloop.new_event_loop, scene)


def test_endless_empty_pieces_close_the_connection() -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        protocol = phone.socket.protocol
        protocol.send_binary(b"", fin=False)
        for _ in range(1_000):
            protocol.send_continuation(b"", fin=False)
        phone.socket.send_data()
        await phone.until_closed()
        assert phone.socket.close_code == 1008

    on_loop(uvloop.new_event_loop, scene)


def test_a_ping_of_the_websocket_is_answered() -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        async with asyncio.timeout(5):
            await (await phone.socket.ping())
        await phone.close()

    on_loop(uvloop.new_event_loop, scene)


def test_pings_of_a_phone_that_does_not_read_are_not_answered() -> None:
    async def scene(wires: OpenWires) -> None:
        sleeper = Sleeper(wires.url)
        await sleeper.join()
        await until(lambda: len(wires.wires) == 1)
        for _ in range(100):
            wires.publish(BIG)
        wire = wires.wires[0]
        assert wire.behind
        waiting = wire.transport.get_write_buffer_size()
        ping = bytes([0x80 | Opcode.PING, 0x80 | 100]) + bytes(104)
        await asyncio.get_running_loop().sock_sendall(sleeper.socket, ping * 500)
        await asyncio.sleep(0.1)
        assert wire.transport.get_write_buffer_size() <= waiting
        sleeper.close()

    on_loop(uvloop.new_event_loop, scene)
