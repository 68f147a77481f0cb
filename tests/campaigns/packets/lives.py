"""One attacker's whole life, planned from the seed: how it knocks, what it sends, how it goes.

Never more than five malformed packets in a life, the fifth at its end: what the server is sent
after it has hung up would count for nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgpack

from campaigns.packets import frames, orders
from campaigns.packets.values import bent, bent_bytes, odd, text
from rooms.abilities import COMMANDS
from rooms.errors import Malformed
from server.packets import read_packet

SOCKET = "/socket.io/?EIO=4&transport=websocket"
FIRST_NUMBER = 1_000
MOST_ORDERS = 34  # a person may say forty things at once
TOKENS = 3_000


@dataclass(frozen=True, slots=True)
class Door:
    """A way in that really opens: what CONNECT says, the cookie, and what may be said then."""

    auth: dict[str, str]
    cookie: str
    known: orders.Known
    commands: tuple[type, ...] = tuple(COMMANDS)
    first: tuple[dict[str, Any], ...] = ()


@dataclass(slots=True)
class Life:
    """`numbers`: the events that must each be answered; without `connect` it is never let in."""

    opening: bytes
    connect: bytes | None = None
    pieces: list[bytes] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)
    packets: int = 0
    kind: str = ""
    trickles: bool = False
    aborts: bool = False


class Planner:
    """Plans life number n of a seed; the same one whenever it is asked."""

    def __init__(self, seed: int, host: str, code: str, guest: Door, staff: list[Door]) -> None:
        self._seed = seed
        self._host = host
        self._code = code
        self._guest = guest
        self._staff = staff

    def plan(self, number: int) -> Life:
        rng = Random(f"{self._seed}/{number}")
        chance = rng.random()
        if chance < 0.06:
            return self._odd_request(rng)
        if chance < 0.11:
            return self._stranger(rng)
        return self._welcome(rng, ends_in_broken_frame=chance < 0.25)

    def _open(self, **more: str) -> bytes:
        return frames.opening(SOCKET, {"Host": self._host, **more})

    def _odd_request(self, rng: Random) -> Life:
        """HTTP that is not quite HTTP, or asks for what there is not."""
        raw = _request(rng, self._host)
        if rng.random() < 0.5:
            raw = bent_bytes(rng, raw)
        cuts = [raw[: len(raw) // 2], raw[len(raw) // 2 :]] if rng.random() < 0.2 else [raw]
        return Life(b"", pieces=cuts, packets=1, kind="http", aborts=rng.random() < 0.3)

    def _stranger(self, rng: Random) -> Life:
        """Opens a socket and is never let in."""
        life = Life(self._open(), kind="stranger")
        auth = bent(rng, {"code": self._code, "token": _token(rng)})
        for _ in range(rng.randrange(1, 6)):
            packet = rng.choice((bent(rng, {"type": 0, "nsp": "/", "data": auth}), odd(rng)))
            _say(life, frames.frame(_packed(packet)))
        return life

    def _welcome(self, rng: Random, *, ends_in_broken_frame: bool) -> Life:
        door = self._guest if rng.random() < 0.8 else rng.choice(self._staff)
        auth = door.auth if door.cookie else {**door.auth, "token": _token(rng)}
        life = Life(
            self._open(**({"Cookie": door.cookie} if door.cookie else {})),
            connect=frames.frame(msgpack.packb({"type": 0, "nsp": "/", "data": auth})),
            kind="welcome",
            trickles=rng.random() < 0.01,
            aborts=rng.random() < 0.1,
        )
        bad = [_bad_message] * rng.randrange(5) + [_order] * rng.randrange(5, MOST_ORDERS)
        rng.shuffle(bad)
        for body in door.first:
            self._event(life, "command", body)
        for add in bad:
            add(self, rng, life, door)
        if ends_in_broken_frame:
            _say(life, frames.broken_frame(rng, b"\x80"))
        elif rng.random() < 0.3:  # the fifth, sixth and seventh
            for _ in range(3):
                _bad_message(self, rng, life, door)
        return life

    def _event(self, life: Life, name: str, body: object, *, whole: bool = True) -> bytes:
        number = FIRST_NUMBER + len(life.numbers)
        packet = _packed({"type": 2, "nsp": "/", "data": [name, body], "id": number})
        if len(packet) < 16_000:
            life.numbers.add(number)
            _say(life, frames.frame(packet))
        return packet


def _order(plan: Planner, rng: Random, life: Life, door: Door) -> None:
    """A command layer packet: well packed, with something wrong, or nearly nothing."""
    known = orders.good_order(rng, door.known, door.commands)
    body: Any = {"id": f"{rng.randrange(16**8):08x}.{rng.randrange(1, 10**6)}", **known}
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        body = bent(rng, body)
    if not _is_plain(body):
        body = known
    name = "command" if rng.random() < 0.95 else rng.choice(("hello", "view", "connect", text(rng)))
    plan._event(life, name, body)


def _bad_message(plan: Planner, rng: Random, life: Life, door: Door) -> None:
    """A message that no page of ours sends: Engine.IO or Socket.IO layer."""
    body = {"id": "abcdef12.1", **orders.good_order(rng, door.known, door.commands)}
    packet = {"type": 2, "nsp": "/", "data": ["command", body], "id": rng.randrange(FIRST_NUMBER)}
    make = rng.choice(_BAD)
    _say(life, make(rng, packet))


def _say(life: Life, piece: bytes) -> None:
    life.pieces.append(piece)
    life.packets += 1


def _engine_text(rng: Random, packet: dict[str, Any]) -> bytes:
    words = rng.choice("01245679b-") + rng.choice(
        ("", "probe", "{}", '["command",{}]', "x" * 5_000)
    )
    return frames.frame(words.encode(), frames.TEXT)


def _odd_type(rng: Random, packet: dict[str, Any]) -> bytes:
    kind = rng.choice((0, 3, 4, 5, 6, 7, -1, 2.0, True, "2", None, 2**40))
    more = {"attachments": 999_999_999} if rng.random() < 0.5 else {}
    return frames.frame(_packed({**packet, "type": kind, **more}))


def _odd_namespace(rng: Random, packet: dict[str, Any]) -> bytes:
    return frames.frame(_packed({**packet, "nsp": rng.choice(("", "/admin", "/\x00", 7, None))}))


def _bent_packet(rng: Random, packet: dict[str, Any]) -> bytes:
    return frames.frame(_packed(bent(rng, packet))[:16_000])


def _bent_wire(rng: Random, packet: dict[str, Any]) -> bytes:
    return frames.frame(bent_bytes(rng, _packed(packet))[:16_000])


def _in_pieces(rng: Random, packet: dict[str, Any]) -> bytes:
    return frames.in_pieces(rng, bent_bytes(rng, _packed(packet))[:16_000])


def _flood(rng: Random, packet: dict[str, Any]) -> bytes:
    return frames.pings(rng)


_BAD: tuple[Callable[[Random, dict[str, Any]], bytes], ...] = (
    *(_engine_text, _odd_type, _odd_namespace, _bent_packet, _bent_packet),
    *(_bent_wire, _bent_wire, _in_pieces, _flood),
)


def _packed(value: object) -> bytes:
    try:
        packed: bytes = msgpack.packb(value)
    except (ValueError, OverflowError, UnicodeEncodeError):
        return b"\xc1"
    return packed


def _is_plain(body: Any) -> bool:
    """Whether the packet layer lets it pass, so that an answer must come."""
    try:
        read_packet(_packed({"type": 2, "nsp": "/", "data": ["command", body], "id": 1}))
    except Malformed:
        return False
    return True


def _token(rng: Random) -> str:
    return f"{rng.randrange(TOKENS):032x}"


def _request(rng: Random, host: str) -> bytes:
    method = rng.choice(("GET", "GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "BREW", ""))
    path = rng.choice(_PATHS)
    headers = {"Host": host, "Connection": "close"}
    for _ in range(rng.randrange(3)):
        headers[rng.choice(_HEADERS)] = rng.choice(
            (text(rng).replace("\n", " "), "x" * 9_000, "-1", "chunked", "websocket", host)
        )
    body = rng.choice(("", "{}", '{"secret":"' + "[" * 3_000, "5\r\nabc", "\x00" * 50))
    lines = [f"{method} {path} HTTP/{rng.choice(('1.1', '1.1', '1.0', '2.0', '9'))}"]
    lines += [f"{name}: {is_}" for name, is_ in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8", "replace")


_PATHS = (
    *("/", "/healthz", "/api/enter", "/api/dialogues", "/static/../server/app.py", "/%00", "/ü"),
    *("/socket.io/?EIO=3&transport=polling", "/socket.io/?EIO=4&transport=websocket&sid=x"),
    *("/socket.io/", "/api/dialogues/%2e%2e/links", "/api/dialogues/ABCDEFGH/qr.svg?table=-1"),
    *("/board/ABCDEFGH?link=x", "/" + "a" * 5_000, "//evil.example/", "*", "http://evil.example/"),
)
_HEADERS = (
    *("Upgrade", "Content-Length", "Transfer-Encoding", "Cookie", "Origin", "Expect", "Range"),
    *("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Extensions", "X-Forwarded-Host"),
    *("Host", "Content-Type", "X y"),
)
