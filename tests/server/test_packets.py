"""Packets within limits, ready frames, and the private names all of this stands on."""

import inspect

import engineio
import msgpack
import pytest
import socketio
from hypothesis import given
from hypothesis import strategies as st
from socketio.async_manager import AsyncManager
from socketio.base_manager import BaseManager
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from rooms.errors import Malformed
from rooms.messages import Frame as View
from server.packets import (
    EVENT,
    LimitedPacket,
    ack_packet,
    disconnect_packet,
    event_packet,
    plain_event,
    read_packet,
    ready_frame,
)

HELLO = {"type": EVENT, "nsp": "/", "data": ["hello", {"epoch": None}], "id": 3}


def test_the_names_we_use_of_other_peoples_insides_are_still_there() -> None:
    """Fails when an update moves what server/frames.py, engine.py and stock.py hold on to."""
    uvicorn_methods = {
        "connection_made": ["self", "transport"],
        "connection_lost": ["self", "exc"],
        "pause_writing": ["self"],
        "resume_writing": ["self"],
        "handle_connect": ["self", "event"],
        "handle_cont": ["self", "event"],
        "handle_ping": ["self"],
        "send_receive_event_to_app": ["self"],
    }
    for name, parameters in uvicorn_methods.items():
        method = getattr(WebSocketsSansIOProtocol, name)
        assert list(inspect.signature(method).parameters) == parameters, name
    source = inspect.getsource(WebSocketsSansIOProtocol)
    for attribute in (
        "self.transport",
        "self.loop",
        "self.conn",
        "self.frames",
        "self.curr_msg_data_type",
        "self.app",
        "self.close_sent",
        "self.handshake_complete",
        "self.handshake_initiated",
    ):
        assert f"{attribute} = " in source or f"{attribute}: " in source, attribute
    assert ServerProtocol().parser.close() is None
    for handler in ("handle_text", "handle_bytes", "handle_cont"):
        body = inspect.getsource(getattr(WebSocketsSansIOProtocol, handler))
        assert "self.send_receive_event_to_app()" in body
    assert ServerProtocol(max_size=5).max_message_size == 5
    assert callable(ServerProtocol().fail)
    sio = socketio.AsyncServer(async_mode="asgi")
    assert set(sio.eio.handlers) == {"connect", "message", "disconnect"}
    assert isinstance(sio.eio, engineio.AsyncServer)
    for seam in ("sockets[sid]", "self.sockets", "socket.send(pkt)", "s.closed"):
        assert seam in inspect.getsource(engineio.AsyncServer) + inspect.getsource(
            engineio.base_server.BaseServer
        ), seam
    assert sio.environ == {}
    assert sio.reason.TRANSPORT_CLOSE == "transport close"
    assert (AsyncManager().pending_connect, AsyncManager().pending_disconnect) == ({}, {})
    for name in ("basic_enter_room", "basic_disconnect"):
        assert f"self.{name}(" in inspect.getsource(AsyncManager) + inspect.getsource(
            BaseManager
        ), name
    for name in ("basic_enter_room", "basic_leave_room", "is_connected", "eio_sid_from_sid"):
        assert not inspect.iscoroutinefunction(getattr(AsyncManager, name)), name


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_ready_frame_is_what_the_websocket_library_would_send(length: int) -> None:
    payload = bytes(length)
    assert ready_frame(payload) == Frame(Opcode.BINARY, payload).serialize(mask=False)


def test_a_view_is_written_as_the_protocol_names_its_fields() -> None:
    view = View(of="shared", epoch=1, from_=None, to=2, stamp=3, put={"a": 1}, drop=[])
    packet = msgpack.unpackb(event_packet("view", view))
    assert packet == {
        "type": 2,
        "nsp": "/",
        "data": [
            "view",
            {
                "of": "shared",
                "epoch": 1,
                "from": None,
                "to": 2,
                "stamp": 3,
                "put": {"a": 1},
                "drop": [],
            },
        ],
    }


def test_a_goodbye_carries_no_null_that_a_browser_would_take_for_a_broken_packet() -> None:
    written = (disconnect_packet(), LimitedPacket(1, namespace="/").encode())
    for packet in written:
        assert msgpack.unpackb(packet) == {"type": 1, "nsp": "/"}


def test_an_answer_carries_the_number_of_its_question() -> None:
    packet = read_packet(ack_packet(7, {"ok": True}))
    assert (packet.packet_type, packet.id, packet.data) == (3, 7, [{"ok": True}])


def test_a_packet_is_read_as_it_was_written() -> None:
    packet = read_packet(msgpack.packb({**HELLO, "options": {"compress": True}}))
    assert (packet.packet_type, packet.namespace, packet.id) == (EVENT, "/", 3)
    assert packet.data == HELLO["data"]


BOMBS = {
    "many_maps": b"\x93" + b"\xdc\xff\xff" + b"\x80" * 16_000,
    "long_list": msgpack.packb({**HELLO, "data": [0] * 300}),
    "long_map": msgpack.packb({**HELLO, "data": [{str(n): n for n in range(70)}]}),
    "long_text": msgpack.packb({**HELLO, "data": ["x" * 9_000]}),
    "bytes": msgpack.packb({**HELLO, "data": [b"raw"]}),
    "extension": msgpack.packb({**HELLO, "data": [msgpack.ExtType(5, b"x")]}),
    "time": msgpack.packb({**HELLO, "data": [msgpack.Timestamp(1, 1)]}),
    "deep": msgpack.packb({**HELLO, "data": [[[[[[[[1]]]]]]]]}),
    "very_deep": b"\x91" * 16_000,
    "announced_but_absent": b"\xdd\xff\xff\xff\xff",
    "two_packets": msgpack.packb(HELLO) * 2,
    "number_as_key": msgpack.packb({**HELLO, "data": [{1: 2}]}),
    "half_a_letter": b"\x81\xa4type\xa2\xed\xa0",
    "true_as_type": msgpack.packb({**HELLO, "type": True}),
    "text_as_number": msgpack.packb({**HELLO, "id": "3"}),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_what_no_page_of_ours_sends_is_malformed(bomb: bytes) -> None:
    with pytest.raises(Malformed):
        read_packet(bomb)


def test_the_longest_command_of_a_moderator_is_within_the_limits() -> None:
    texts = {language: "ب" * 1_500 for language in ("de", "en", "ar")}
    body = {"id": "abcdef.1", "name": "DescribeDialogue", "goal": texts, "statements": [texts] * 6}
    packet = msgpack.packb({**HELLO, "data": ["command", body]})
    assert read_packet(packet).data == ["command", body]


@given(st.binary(max_size=200))
def test_random_bytes_are_malformed_or_a_packet_and_nothing_else(message: bytes) -> None:
    try:
        packet = read_packet(message)
    except Malformed:
        return
    assert packet.packet_type in (0, 1, 2, 3)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(plain, plain, plain, plain)
def test_well_formed_nonsense_is_malformed_or_a_packet_and_nothing_else(
    kind: object, namespace: object, data: object, number: object
) -> None:
    packet = {"type": kind, "nsp": namespace, "data": data, "id": number}
    try:
        read_packet(msgpack.packb(packet))
    except Malformed:
        return
    assert isinstance(kind, int)
    assert isinstance(namespace, str)


PLAIN = {"id": "abc.1", "name": "PlaceDots", "dots": 1, "share": 0.5, "sure": True, "more": None}
NOT_PLAIN = {
    "no_messagepack": b"\xc1",
    "not_a_map": msgpack.packb([1]),
    "no_number": msgpack.packb({"type": 2, "nsp": "/", "data": ["command", PLAIN]}),
    "other_namespace": msgpack.packb({"type": 2, "nsp": "/x", "id": 1, "data": ["command", PLAIN]}),
    "other_type": msgpack.packb({"type": 3, "nsp": "/", "id": 1, "data": ["command", PLAIN]}),
    "name_alone": msgpack.packb({"type": 2, "nsp": "/", "id": 1, "data": ["command"]}),
    "long_text": msgpack.packb(
        {"type": 2, "nsp": "/", "id": 1, "data": ["command", {"text": "x" * 2_001}]}
    ),
    "bytes": msgpack.packb({"type": 2, "nsp": "/", "id": 1, "data": ["command", {"text": b"x"}]}),
    "a_list": msgpack.packb({"type": 2, "nsp": "/", "id": 1, "data": ["command", {"of": [1]}]}),
    "odd_key": msgpack.packb({"type": 2, "nsp": "/", "id": 1, "data": ["command", {1: 1}]}),
    "many": msgpack.packb(
        {"type": 2, "nsp": "/", "id": 1, "data": ["command", dict.fromkeys(map(str, range(65)))]}
    ),
    "deep": b"\x81\xa4data" + b"\x91" * 10_000 + b"\xc0",
}


def test_a_plain_event_reads_as_it_does_closely() -> None:
    sent = {"type": 2, "nsp": "/", "id": 7, "data": ["command", PLAIN], "options": {"x": True}}
    message = msgpack.packb(sent)
    close = read_packet(message)
    assert plain_event(message) == (7, ("command", PLAIN)) == (close.id, tuple(close.data))


@pytest.mark.parametrize("message", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_everything_else_is_looked_at_closely(message: bytes) -> None:
    assert plain_event(message) is None


def test_a_text_that_is_no_text_is_malformed_and_nothing_worse() -> None:
    message = msgpack.packb({"type": 2, "nsp": "/", "data": ["command", {"text": "ab"}], "id": 7})
    broken = message.replace(b"ab", b"\xffb")
    assert plain_event(message) is not None
    assert plain_event(broken) is None
    with pytest.raises(Malformed):
        read_packet(broken)
