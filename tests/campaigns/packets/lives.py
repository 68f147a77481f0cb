"""One attacker's whole life, planned from the seed: how it knocks, what it sends, how it goes.

Never more than five malformed packets in a life, the fifth at its end: what the server is sent
after it has hung up would count for nothing.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgpack

from campaigns.packets import frames, orders
from campaigns.packets.requests import odd_request, talk
from campaigns.packets.values import bent, bent_bytes, odd, text
from rooms.abilities import COMMANDS
from rooms.errors import Malformed
from server.packets import read_packet

SOCKET = "/socket.io/?EIO=4&transport=websocket"
FIRST_NUMBER = 1_000
MOST_ORDERS = 24
MOST_PONGS = 3
HTTP, ENGINE, SOCKET_IO, ORDERS = LAYERS = (
    "HTTP and frames",
    "Engine.IO",
    "Socket.IO",
    "commands",
)
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
    layers: Counter[str] = field(default_factory=Counter)
    kind: str = ""
    trickles: bool = False
    aborts: bool = False

    @property
    def packets(self) -> int:
        return self.layers.total()


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
        if chance < 0.05:
            return self._odd_request(rng)
        if chance < 0.1:
            return self._stranger(rng)
        if chance < 0.17:
            return self._visitor(rng)
        return self._welcome(rng, ends_in_broken_frame=chance < 0.25)

    def _open(self, **more: str) -> bytes:
        return frames.opening(SOCKET, {"Host": self._host, **more})

    def _odd_request(self, rng: Random) -> Life:
        raw = odd_request(rng, self._host)
        cuts = [raw[: len(raw) // 2], raw[len(raw) // 2 :]] if rng.random() < 0.2 else [raw]
        once = Counter({HTTP: 1})
        return Life(b"", pieces=cuts, layers=once, kind="http", aborts=rng.random() < 0.3)

    def _visitor(self, rng: Random) -> Life:
        """Asks for one page after another on one connection, with somebody's cookie or without."""
        cookie = rng.choice(("", *(door.cookie for door in self._staff)))
        asked = talk(rng, self._host, self._code, cookie)
        return Life(b"", pieces=asked, layers=Counter({HTTP: len(asked)}), kind="visitor")

    def _stranger(self, rng: Random) -> Life:
        """Opens a socket and is never let in."""
        life = Life(self._open(), kind="stranger")
        auth = bent(rng, {"code": self._code, "token": _token(rng)})
        for _ in range(rng.randrange(1, 6)):
            packet = rng.choice((bent(rng, {"type": 0, "nsp": "/", "data": auth}), odd(rng)))
            _say(life, frames.frame(_packed(packet)), SOCKET_IO)
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
        bad = [_bad_message] * rng.randrange(5) + [_order] * rng.randrange(3, MOST_ORDERS)
        bad += [_pong] * rng.randrange(MOST_PONGS + 1)
        rng.shuffle(bad)
        for body in door.first:
            self._event(life, "command", body)
        for add in bad:
            add(self, rng, life, door)
        if ends_in_broken_frame:
            _say(life, frames.broken_frame(rng, b"\x80"), HTTP)
        elif rng.random() < 0.3:  # the fifth, sixth and seventh
            for _ in range(3):
                _bad_message(self, rng, life, door)
        return life

    def _event(self, life: Life, name: str, body: object, *, whole: bool = True) -> bytes:
        number = FIRST_NUMBER + len(life.numbers)
        packet = _packed({"type": 2, "nsp": "/", "data": [name, body], "id": number})
        if len(packet) < 16_000:
            life.numbers.add(number)
            _say(life, frames.frame(packet), ORDERS)
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
    make, layer = rng.choice(_BAD)
    _say(life, make(rng, packet), layer)


def _pong(plan: Planner, rng: Random, life: Life, door: Door) -> None:
    """Nobody asked for it, but it is well said."""
    _say(life, frames.frame(b"3", frames.TEXT), ENGINE)


def _say(life: Life, piece: bytes, layer: str) -> None:
    life.pieces.append(piece)
    life.layers[layer] += 1


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


_BAD: tuple[tuple[Callable[[Random, dict[str, Any]], bytes], str], ...] = (
    *((_engine_text, ENGINE), (_engine_text, ENGINE), (_in_pieces, HTTP), (_flood, HTTP)),
    *((_odd_type, SOCKET_IO), (_odd_namespace, SOCKET_IO), (_bent_packet, SOCKET_IO)),
    *((_bent_packet, SOCKET_IO), (_bent_wire, SOCKET_IO), (_bent_wire, SOCKET_IO)),
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
