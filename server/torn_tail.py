"""Mends an append-only file whose end was torn by a power cut or a full disk.

Valkey heals a short tail silently and refuses to start on zeros or garbage. We never let it heal:
whatever is dropped must be known, because the evening then goes on in a new epoch.
Knows the format of the file and nothing of dialogues.
"""

import os
from pathlib import Path
from typing import BinaryIO

LONGEST_LINE = 1024  # a length or a time note; longer ones are garbage


class Torn(Exception):
    """The file ends, or goes bad, in the middle of a command."""


def mend(folder: Path) -> int:
    """Cut the newest append-only file after its last whole command; returns the bytes dropped.

    What is cut off is kept beside it as `<name>.dropped-<offset>`: both together are the original.
    """
    file = newest(folder)
    if file is None:
        return 0
    with file.open("r+b") as store:
        sound = sound_length(store)
        store.seek(sound)
        dropped = store.read()
        if dropped:
            _keep(file.with_name(f"{file.name}.dropped-{sound}"), dropped)
            store.truncate(sound)
            os.fsync(store.fileno())
    return len(dropped)


def newest(folder: Path) -> Path | None:
    """The file that commands were last appended to, by the manifest in `folder`."""
    manifest = folder / "appendonly.aof.manifest"
    if not manifest.exists():
        return None
    lines = [line.split() for line in manifest.read_text().splitlines()]
    growing = [words[1] for words in lines if words[:1] == ["file"] and words[-1] == "i"]
    return folder / growing[-1] if growing else None


def sound_length(store: BinaryIO) -> int:
    """The bytes up to the end of the last whole command that stands outside an open transaction."""
    size = os.fstat(store.fileno()).st_size
    sound, within = 0, False
    store.seek(0)
    try:
        while store.tell() < size:
            name = _command(store, size)
            if name in (b"MULTI", b"EXEC"):
                if within == (name == b"MULTI"):
                    raise Torn
                within = not within
            if not within:
                sound = store.tell()
    except Torn:
        pass
    return sound


def _command(store: BinaryIO, size: int) -> bytes:
    line = _line(store)
    if line.startswith(b"#"):  # a note of the time
        return b""
    count = _number(line, b"*")
    words = [_word(store, size) for _ in range(count)]
    if not words:
        raise Torn
    return words[0].upper()


def _word(store: BinaryIO, size: int) -> bytes:
    length = _number(_line(store), b"$")
    if length + 2 > size - store.tell():
        raise Torn
    word = store.read(length + 2)
    if not word.endswith(b"\r\n"):
        raise Torn
    return word[:-2]


def _line(store: BinaryIO) -> bytes:
    line = store.readline(LONGEST_LINE)
    if not line.endswith(b"\r\n"):
        raise Torn
    return line[:-2]


def _number(line: bytes, mark: bytes) -> int:
    if line[:1] != mark or not line[1:].isdigit():
        raise Torn
    return int(line[1:])


def _keep(file: Path, dropped: bytes) -> None:
    with file.open("wb") as beside:
        beside.write(dropped)
        beside.flush()
        os.fsync(beside.fileno())
