"""Reads a dialogue's log straight from the storage: a few lines of RESP, msgpack and blake2b.

Deliberately not the product's own reading: what checks the log must not share its mistakes.
"""

import hashlib
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgpack

SEAL_BYTES = 16
STAMP = struct.Struct(">I")
PATIENCE_SECONDS = 10.0


class Entry(NamedTuple):
    """One entry as the stream holds it; `id` names its command, `body` is the digest of that."""

    epoch: int
    version: int
    payload: bytes
    seal: bytes
    id: str
    at: int
    body: bytes
    events: list[dict[str, Any]]


def places(log: list[Entry]) -> dict[str, tuple[int, int]]:
    """Where each command stands: version and stamp, for two pasts may number alike."""
    return {entry.id: (entry.version, STAMP.unpack_from(entry.seal)[0]) for entry in log}


class Refusal(Exception):
    """The storage said no."""


class Store:
    """One connection to the storage's unix socket; asks one thing at a time and waits."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE_SECONDS)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, *words: str | bytes | int) -> Any:
        """The answer to one command; raises Refusal or OSError."""
        packed = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        parts = [b"*%d\r\n" % len(packed), *(b"$%d\r\n%b\r\n" % (len(w), w) for w in packed)]
        self._socket.sendall(b"".join(parts))
        return self._reply()

    def entries(self, code: str) -> list[Entry]:
        """Everything the log of a dialogue holds, from its beginning."""
        return read_rows(self.ask("XRANGE", key_of(code), "-", "+"))

    def _reply(self) -> Any:
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the storage hung up")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise Refusal(rest.decode())
        if kind == b"$":
            return self._file.read(int(rest) + 2)[:-2] if rest != b"-1" else None
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))] if rest != b"-1" else None
        return int(rest) if kind == b":" else rest


def key_of(code: str) -> str:
    return f"dialogue:{{{code}}}:log"


def read_rows(rows: list[Any]) -> list[Entry]:
    return [_read_row(place, fields) for place, fields in rows]


def _read_row(place: bytes, fields: list[bytes]) -> Entry:
    epoch, _, version = place.partition(b"-")
    payload, seal = fields[1], fields[3]
    said = msgpack.unpackb(payload)
    told = (said["id"], said["at"], said["body"], said["events"])
    return Entry(int(epoch), int(version), payload, seal, *told)


def broken_links(entries: list[Entry]) -> Iterator[str]:
    """I7 and I15: versions from 1 without a gap, epochs that only rise, a chain that holds."""
    before, epoch = b"", 0
    for number, entry in enumerate(entries, 1):
        if entry.version != number:
            yield f"I7 entry {number} of the log calls itself version {entry.version}"
        if entry.epoch < epoch:
            yield f"I7 epoch {entry.epoch} follows epoch {epoch} at version {entry.version}"
        if hashlib.blake2b(before + entry.payload, digest_size=SEAL_BYTES).digest() != entry.seal:
            yield f"I15 the seal of version {entry.version} does not fit"
        before, epoch = entry.seal, entry.epoch


def kept_no(entry: Entry) -> str | None:
    """The reason, if what the log keeps of a command is that it was refused."""
    is_no = bool(entry.events) and entry.events[0]["name"] == "RefusalKept"
    return entry.events[0]["reason"] if is_no else None
