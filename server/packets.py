"""Socket.IO packets in MessagePack, and the ready WebSocket frames that carry them.

Nothing from outside is decoded without limits: the Python objects of a hostile packet would take
seventy times its size. May import `rooms.errors` and `rooms.messages`.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgpack  # type: ignore[import-untyped]
import msgspec
from socketio import packet as packets  # type: ignore[import-untyped]
from socketio.msgpack_packet import MsgPackPacket  # type: ignore[import-untyped]

from rooms.errors import Malformed

MOST_LIST_ENTRIES = 256
MOST_FIELDS = 64
MOST_TEXT_BYTES = 8_192
DEEPEST = 6
SHORT_CHARACTERS = 2_000

CONNECT, DISCONNECT, EVENT, ACK = (
    packets.CONNECT,
    packets.DISCONNECT,
    packets.EVENT,
    packets.ACK,
)
_KNOWN_TYPES = (CONNECT, DISCONNECT, EVENT, ACK)
_encode = msgspec.msgpack.Encoder().encode


class LimitedPacket(MsgPackPacket):  # type: ignore[misc]  # python-socketio carries no types
    """The packet python-socketio reads and writes; raises Malformed on anything unusual.

    Binary attachments (types 5 and 6) are refused: an announced attachment makes python-socketio
    collect every following message of that client in memory.
    """

    packet_type: int
    namespace: str
    data: Any
    id: int | None

    def encode(self) -> bytes:
        fields = {"type": self.packet_type, "nsp": self.namespace}
        if self.id is not None:
            fields["id"] = self.id
        # The JavaScript parser takes a DISCONNECT with `data: null` for a broken packet, after
        # which a phone that was sent away would connect again.
        if self.data is not None:
            fields["data"] = self.data
        return _encode(fields)

    def decode(self, encoded_packet: bytes) -> None:
        fields = _decode(encoded_packet)
        if type(fields) is not dict:
            raise Malformed("no_packet")
        kind, namespace, number = fields.get("type"), fields.get("nsp"), fields.get("id")
        if type(kind) is not int or kind not in _KNOWN_TYPES:
            raise Malformed("packet_type")
        if type(namespace) is not str:
            raise Malformed("namespace")
        if number is not None and type(number) is not int:
            raise Malformed("packet_id")
        data = fields.get("data")
        if kind in (EVENT, ACK) and type(data) is not list:
            raise Malformed("packet_data")
        _check_plain(data, DEEPEST - 1)
        self.packet_type, self.namespace, self.id, self.data = kind, namespace, number, data


def read_packet(message: bytes) -> LimitedPacket:
    """The packet in one binary message of a client; raises Malformed."""
    if not message:
        raise Malformed("no_packet")
    return LimitedPacket(encoded_packet=message)


_Short = Annotated[str, msgspec.Meta(max_length=SHORT_CHARACTERS)]
_Flat = dict[str, int | float | bool | _Short | None]


class _Seen(msgspec.Struct):
    """A usual packet: the decoder itself looks whether all of it is as it should be."""

    type: int
    nsp: Literal["/"]
    data: tuple[str, Annotated[_Flat, msgspec.Meta(max_length=MOST_FIELDS)]]
    id: int


_see = msgspec.msgpack.Decoder(_Seen).decode


def plain_event(message: bytes) -> tuple[int, Sequence[Any]] | None:
    """The number and the event of a usual packet: a name and a flat map of short fields.

    None for everything else, which `read_packet` then looks at closely. That is slower by as much
    as the rules of a vote cost.
    """
    try:
        seen = _see(message)
    except (ValueError, RecursionError):
        return None
    return (seen.id, seen.data) if seen.type == EVENT else None


def event_packet(name: str, body: object) -> bytes:
    """An event without ack for the default namespace."""
    return _encode({"type": EVENT, "data": [name, body], "nsp": "/"})


def ack_packet(number: int, body: object) -> bytes:
    """The answer to the client's event with that number."""
    return _encode({"type": ACK, "data": [body], "nsp": "/", "id": number})


def disconnect_packet() -> bytes:
    """The server sends the client away from the default namespace."""
    return _encode({"type": DISCONNECT, "nsp": "/"})


def ready_frame(payload: bytes) -> bytes:
    """The payload as one whole binary WebSocket frame, as a server sends it: not masked."""
    length = len(payload)
    if length < 126:
        return b"\x82" + length.to_bytes(1, "big") + payload
    if length < 65_536:
        return b"\x82\x7e" + length.to_bytes(2, "big") + payload
    return b"\x82\x7f" + length.to_bytes(8, "big") + payload


def _decode(encoded: bytes) -> Any:
    """One call, one unpacker: a shared one keeps what a rejected message left in it."""
    try:
        return msgpack.unpackb(
            encoded,
            max_array_len=MOST_LIST_ENTRIES,
            max_map_len=MOST_FIELDS,
            max_str_len=MOST_TEXT_BYTES,
            max_bin_len=0,
            max_ext_len=0,
        )
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise Malformed("not_messagepack") from error


def _check_plain(value: Any, deepest: int) -> None:
    """Raises Malformed unless the value is made of texts, numbers, lists and maps, not too deep."""
    if value is None or isinstance(value, (str, int, float)):
        return
    if deepest <= 0 or not isinstance(value, (dict, list)):
        raise Malformed("too_deep" if deepest <= 0 else "odd_value")
    for inner in value.values() if isinstance(value, dict) else value:
        _check_plain(inner, deepest - 1)
