"""Which algorithms guard the ways in: named here and nowhere else, by generations.

A link or a cookie says of which generation it is; the first has no mark. The setting `algorithms`
says which one makes new ones and which others are still believed, so that one can be left for the
next without a new program: first `2,1`, and `2` alone when everybody has entered again.

The seals of the log have lengths of their own (rooms/entries.py), TLS its own list (server/tls.py).
"""

import hashlib
from typing import Any, NamedTuple


class Generation(NamedTuple):
    """The hash inside every HMAC, and how many bytes of it stand in a link."""

    mark: str
    digest: Any
    link_bytes: int


FIRST = Generation("", hashlib.sha256, 16)
SECOND = Generation("2", hashlib.sha3_256, 32)
GENERATIONS = {"1": FIRST, "2": SECOND}
SESSION_BYTES = 16
