"""What goes out on a wire: to everybody, in order, and how the slow ones are treated."""

import asyncio
import gc
import weakref
from collections.abc import Callable

import msgpack
import pytest
import uvloop
from phones import ACK, until
from wires_open import BIG, OpenWires, Sleeper, on_loop

from server import frames
from server.frames import CATCH_UP, WAITING_HIGH_BYTES

LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]
Loop = Callable[[], asyncio.AbstractEventLoop]
on_both_loops = pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])


@on_both_loops
def test_a_view_reaches_everybody_in_the_room(loop: Loop) -> None:
    async def scene(wires: OpenWires) -> None:
        phones = [await wires.join() for _ in range(5)]
        wires.publish({"to": 1})
        wires.publish({"to": 2, "long": "x" * 70_000})
        for phone in phones:
            await phone.until_heard(lambda packet: packet[1]["to"] == 2)
            assert [view["to"] for view in phone.views] == [1, 2]
            await phone.close()

    on_loop(loop, scene)


@on_both_loops
def test_events_are_heard_in_their_order_however_they_arrive(loop: Loop) -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        begun = [await phone.begin("say", number) for number in range(200)]
        assert [await answer for answer in begun] == [["say", number] for number in range(200)]
        assert wires.heard == [["say", number] for number in range(200)]
        await phone.close()

    on_loop(loop, scene)


@on_both_loops
def test_answers_and_views_arrive_in_the_order_they_were_given(loop: Loop) -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()

        def hear(event: list[object], reply: Callable[[object], None]) -> None:
            wires.publish({"before": event[1]})
            reply(event[1])
            wires.publish({"after": event[1]})

        wires.wires[0].listener = lambda number, event: hear(
            event, lambda body: wires.wires[0].write(answer(number, body))
        )
        for number in range(50):
            await phone.begin("say", number)
        await phone.until_heard(lambda packet: packet == ("view", {"after": 49}))
        told = [packet[2] if packet[0] == "ack" else packet[1] for packet in phone.heard]
        assert told == [what for n in range(50) for what in ({"before": n}, n, {"after": n})]
        await phone.close()

    on_loop(loop, scene)


@on_both_loops
def test_what_is_held_goes_in_one_write_and_in_its_order(loop: Loop) -> None:
    async def scene(wires: OpenWires) -> None:
        answered, other = await wires.join(), await wires.join()
        wire = wires.wires[0]
        writes: list[bytes] = []
        wires.fanout.hold()
        wire.listener and wire.listener(7, ["say", "asked"])
        wires.publish({"after": 1})
        await other.until_heard(lambda packet: packet == ("view", {"after": 1}))
        assert answered.heard == []
        write, wire.write = wire.write, writes.append  # type: ignore[method-assign]
        wires.fanout.let_go()
        assert len(writes) == 1
        write(writes[0])
        await answered.until_heard(lambda packet: packet[0] == "view")
        assert answered.heard == [("ack", 7, ["say", "asked"]), ("view", {"after": 1})]
        for phone in (answered, other):
            await phone.close()

    on_loop(loop, scene)


@on_both_loops
def test_whoever_is_cut_while_something_is_held_still_gets_it(loop: Loop) -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        wires.fanout.hold()
        assert wires.wires[0].listener
        wires.wires[0].listener(7, ["say", "last words"])
        wires.fanout.cut(phone.connection, "link_revoked")
        wires.fanout.let_go()
        await phone.until_closed()
        assert [packet[0] for packet in phone.heard] == ["ack", "disconnect"]
        assert phone.socket.close_code == 1008
        await phone.close()

    on_loop(loop, scene)


@on_both_loops
def test_nothing_is_offered_to_a_wire_that_is_closing(loop: Loop) -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        wires.wires[0].cut("goodbye")
        wires.publish({"too": "late"})
        await phone.until_closed()
        assert phone.views == []

    on_loop(loop, scene)


def answer(number: int, body: object) -> bytes:
    return frames.ready_frame(
        msgpack.packb({"type": ACK, "nsp": "/", "id": number, "data": [body]})
    )


@on_both_loops
def test_a_phone_that_does_not_read_holds_nobody_up_and_catches_up_later(loop: Loop) -> None:
    async def scene(wires: OpenWires) -> None:
        sleeper, awake = Sleeper(wires.url), await wires.join()
        await sleeper.join()
        await until(lambda: len(wires.wires) == 2)
        for number in range(100):
            wires.publish({**BIG, "to": number})
            await asyncio.sleep(0.001)
        await awake.until_heard(lambda packet: packet[1]["to"] == 99)
        assert len(awake.views) == 100
        lagging = wires.wires[1]
        assert lagging.behind
        assert not wires.wires[0].behind
        assert lagging.transport.get_write_buffer_size() < WAITING_HIGH_BYTES + 2 * 20_100
        got = await sleeper.read_until(CATCH_UP)
        assert got.endswith(CATCH_UP), "nothing is promised after a gap but the catch-up"
        await until(lambda: not lagging.behind)
        wires.publish({"of": "shared", "to": 100})
        assert b"\xa2to\x64" in await sleeper.read()
        sleeper.close()
        await awake.close()

    on_loop(loop, scene)


@on_both_loops
def test_a_phone_that_was_slow_but_missed_nothing_is_left_alone(loop: Loop) -> None:
    async def scene(wires: OpenWires) -> None:
        sleeper = Sleeper(wires.url)
        await sleeper.join()
        await until(lambda: len(wires.wires) == 1)
        wires.publish({"of": "shared", "put": {"text": "x" * 900_000}, "last": True})
        lagging = wires.wires[0]
        await until(lambda: lagging.behind)
        await sleeper.read_until(b"\xa4last\xc3")
        await until(lambda: not lagging.behind)
        wires.publish({"to": 7})
        assert b"\xa2to\x07" in await sleeper.read()
        sleeper.close()

    on_loop(loop, scene)


@on_both_loops
def test_a_phone_that_never_reads_is_cut(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "STALL_SECONDS", 0.3)

    async def scene(wires: OpenWires) -> None:
        sleeper, awake = Sleeper(wires.url), await wires.join()
        await sleeper.join()
        await until(lambda: len(wires.wires) == 2)
        for _ in range(100):
            wires.publish(BIG)
        await until(lambda: wires.wires[1].disconnected)
        assert not wires.wires[0].disconnected
        await until(lambda: len(wires.sio.eio.sockets) == 1)
        sleeper.close()
        await awake.close()

    on_loop(loop, scene)


@on_both_loops
def test_a_phone_that_reads_slowly_is_not_cut(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "STALL_SECONDS", 0.3)

    async def scene(wires: OpenWires) -> None:
        sleeper = Sleeper(wires.url)
        await sleeper.join()
        await until(lambda: len(wires.wires) == 1)
        wires.publish({"put": "x" * 2_000_000})
        wire = wires.wires[0]
        await until(lambda: wire.behind)
        for _ in range(8):
            for _ in range(16):
                await sleeper.read(8_192)
            await asyncio.sleep(0.1)
        assert wire.behind, "the test reads too fast to mean anything"
        assert not wire.disconnected
        sleeper.close()

    on_loop(loop, scene)


def test_the_kernel_keeps_little_for_a_phone_that_does_not_read() -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()
        connection = wires.wires[0].transport.get_extra_info("socket")
        option = getattr(frames.socket, "TCP_NOTSENT_LOWAT", None)
        assert option is not None
        kept = connection.getsockopt(frames.socket.IPPROTO_TCP, option)
        assert kept == frames.UNSENT_IN_KERNEL_BYTES
        await phone.close()

    on_loop(uvloop.new_event_loop, scene)


def test_messages_are_never_compressed() -> None:
    async def scene(wires: OpenWires) -> None:
        phone = await wires.join()  # its library offers permessage-deflate
        assert phone.socket.response is not None
        assert "Sec-WebSocket-Extensions" not in phone.socket.response.headers
        await phone.close()

    on_loop(uvloop.new_event_loop, scene)


def test_a_connection_that_ended_is_forgotten_without_a_garbage_collection() -> None:
    async def scene(wires: OpenWires) -> None:
        phones = [await wires.join() for _ in range(5)]
        ended = [weakref.ref(part) for wire in wires.wires for part in (wire, wire.conn)]
        assert len(ended) == 10
        for phone in phones:
            await phone.close()
        wires.wires.clear()
        await until(lambda: not wires.sio.eio.sockets)
        await until(lambda: not any(part() for part in ended))

    gc.disable()
    try:
        on_loop(uvloop.new_event_loop, scene)
    finally:
        gc.enable()
