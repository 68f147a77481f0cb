"""Values nobody expects, and what becomes of a good one when it is bent."""

import math
from random import Random
from typing import Any

import msgpack

LETTERS = (
    "aZ09 _-.:/\\'\"<>&%$=+@\t\nßäÖéñأبת日本\u0301\u0300\u200d\u202e\u2066\ufeff😀\x00\x7f\uffff"
)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 7, 255, 1_000_000, 2**31, 2**63, 2**64 - 1, -(2**63)),
    *(0.5, -0.0, 1e308, math.inf, -math.inf, math.nan),
    *("", " ", "0", "null", "x" * 600, "x" * 8_193, "\u202eabc", "a" + "\u0301" * 40, "\x00"),
    *("__proto__", "constructor", "name", "../../etc/passwd", "=1+1", "<script>", "\u200b"),
    *([], {}, [None], {"": None}, {"id": 1}, [[]] * 3, list(range(300)), ["x"] * 257),
    {str(n): n for n in range(70)},
    *(b"", b"raw", bytes(2_000), msgpack.ExtType(5, b"x"), msgpack.Timestamp(1, 1)),
)
BYTES_OF_BOMBS = (
    *(b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff"),
    *(b"\xc6\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x05", b"\xdc\xff\xff" + b"\x80" * 400),
    *(b"\x91" * 1_500, b"\x81\xa1a" * 500, b"\xc1", b"\xed\xa0\x80", b"\xff\xfe", b"\xc0"),
)


def text(rng: Random) -> str:
    """A text of letters that have made trouble somewhere."""
    return "".join(rng.choices(LETTERS, k=rng.choice((1, 3, 12, 60))))


def deep(rng: Random) -> Any:
    """Something nested deeper than any page of ours nests."""
    value: Any = rng.choice(ODD)
    for _ in range(rng.randrange(4, 60)):
        value = [value] if rng.random() < 0.5 else {"a": value}
    return value


def odd(rng: Random) -> Any:
    chance = rng.random()
    if chance < 0.7:
        return rng.choice(ODD)
    return text(rng) if chance < 0.9 else deep(rng)


def bent(rng: Random, value: Any) -> Any:
    """A copy of the value with one thing wrong somewhere inside."""
    inner = isinstance(value, (dict, list)) and len(value) > 0 and rng.random() < 0.8
    if isinstance(value, dict) and inner:
        return _bent_map(rng, value)
    if isinstance(value, list) and inner:
        return _bent_list(rng, value)
    if isinstance(value, str) and rng.random() < 0.4:
        return rng.choice((value + text(rng), value[:-1], value * 30, value.swapcase()))
    return odd(rng)


def _bent_map(rng: Random, value: dict[Any, Any]) -> dict[Any, Any]:
    copy, key = dict(value), rng.choice(list(value))
    match rng.randrange(6):
        case 0:
            del copy[key]
        case 1:
            copy[text(rng)] = odd(rng)
        case 2:  # swap two fields
            other = rng.choice(list(value))
            copy[key], copy[other] = copy[other], copy[key]
        case 3:
            copy[rng.choice((1, None, True, -5, f"{key} "))] = copy.pop(key)
        case _:
            copy[key] = bent(rng, copy[key])
    return copy


def _bent_list(rng: Random, value: list[Any]) -> list[Any]:
    copy, at = list(value), rng.randrange(len(value))
    match rng.randrange(5):
        case 0:
            del copy[at]
        case 1:
            copy.insert(at, odd(rng))
        case 2:
            copy = copy * rng.choice((2, 40, 300))
        case _:
            copy[at] = bent(rng, copy[at])
    return copy


def bent_bytes(rng: Random, raw: bytes) -> bytes:
    """Bytes with a flipped bit, a missing end, a bomb or a piece twice."""
    at = rng.randrange(len(raw)) if raw else 0
    match rng.randrange(6):
        case 0:
            return raw[:at]
        case 1:
            return raw[:at] + rng.choice(BYTES_OF_BOMBS) + raw[at:]
        case 2:
            return raw[:at] + rng.choice(BYTES_OF_BOMBS)
        case 3:
            return raw + raw[at:]
        case 4:
            return rng.randbytes(rng.choice((1, 5, 40, 400)))
        case _:
            return raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]
