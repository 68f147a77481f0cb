"""Reading the JSON body of a request into the type it must have."""

from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from rooms.errors import Malformed

LARGEST_BODY_BYTES = 64 * 1024

T = TypeVar("T")


async def read_body(request: Request, shape: type[T]) -> T:
    """The body as a `shape`; raises Malformed. Never keeps more than the largest body in memory."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Malformed("not_json")
    try:
        return msgspec.json.decode(await _bytes_of(request), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("not_understood") from None


async def _bytes_of(request: Request) -> bytes:
    kept = bytearray()
    try:
        async for part in request.stream():
            kept += part
            if len(kept) > LARGEST_BODY_BYTES:
                raise Malformed("too_large")
    except ClientDisconnect:
        raise Malformed("cut_off") from None
    return bytes(kept)
