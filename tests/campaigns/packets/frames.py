"""Websocket frames as bytes: good ones, and what no browser would ever send.

The mask is four zeros: masked as the protocol wants it, and nothing has to be computed.
"""

from random import Random

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(
    payload: bytes,
    opcode: int = BINARY,
    *,
    last: bool = True,
    reserved: int = 0,
    masked: bool = True,
    said: int | None = None,
) -> bytes:
    """One frame; `said` is the length it claims to have."""
    length = len(payload) if said is None else said
    mask = 0x80 if masked else 0
    head = bytes([(0x80 if last else 0) | reserved << 4 | opcode])
    if length < 126:
        head += bytes([mask | length])
    elif length < 65_536:
        head += bytes([mask | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([mask | 127]) + length.to_bytes(8, "big")
    return head + (bytes(4) if masked else b"") + payload


def in_pieces(rng: Random, payload: bytes) -> bytes:
    """One message in several frames, perhaps with a ping between them."""
    cuts = sorted(rng.randrange(len(payload) + 1) for _ in range(rng.randrange(1, 6)))
    pieces = [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
    frames = [
        frame(piece, 0 if nth else BINARY, last=nth == len(pieces) - 1)
        for nth, piece in enumerate(pieces)
    ]
    return (frame(b"between", PING) if rng.random() < 0.3 else b"").join(frames)


def pings(rng: Random) -> bytes:
    """A flood of them."""
    return frame(bytes(rng.randrange(126)), PING) * rng.randrange(2, 40)


def broken_frame(rng: Random, payload: bytes) -> bytes:
    """Something that must end the connection, or leave it waiting for ever."""
    match rng.randrange(11):
        case 0:
            return frame(payload, rng.choice((3, 4, 5, 6, 7, 11, 12, 13, 14, 15)))
        case 1:
            return frame(payload, reserved=rng.randrange(1, 8))
        case 2:
            return frame(payload, masked=False)
        case 3:
            return frame(payload, said=rng.choice((2**16, 2**31, 2**63 - 1, 2**63, 2**64 - 1)))
        case 4:
            return frame(bytes(rng.randrange(126, 400)), rng.choice((CLOSE, PING, PONG)))
        case 5:
            return frame(b"half", rng.choice((CLOSE, PING)), last=False)
        case 6:
            return frame(payload, 0)  # goes on with what never began
        case 7:
            return frame(payload, last=False) + frame(payload)  # begins anew before the end
        case 8:
            return frame(b"", last=False) + frame(b"", 0, last=False) * rng.randrange(15, 200)
        case 9:
            return frame(rng.choice((b"\xff\xfe", b"\xed\xa0\x80", b"\xc3", b"3\xf8")), TEXT)
        case _:
            code = rng.choice((0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535))
            words = rng.choice(
                (b"\x03", code.to_bytes(2, "big") + b"\xff", b"\x03\xe8" + b"x" * 100)
            )
            return frame(words, CLOSE)


def opening(path: str, headers: dict[str, str]) -> bytes:
    """The request that makes a connection a websocket."""
    all_headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **headers,
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {is_}" for name, is_ in all_headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
