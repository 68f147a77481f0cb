"""Reads Valkey's append-only files without Valkey: the commands in them, also past a damaged place.

Knows the format of the files and nothing of dialogues.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE = 1024  # a length or a time note; longer ones are garbage
MANIFEST = "appendonly.aof.manifest"
EMPTY_BASE_BYTES = 200  # Valkey's first base file holds nothing but its own description

_LENGTH = re.compile(rb"([*$])(\d{1,12})\r\n")
_BEGINNING = re.compile(rb"\*\d{1,7}\r\n\$\d{1,9}\r\n")
_LISTED = re.compile(r"file (appendonly\.aof\.(\d+)\.(base\.rdb|base\.aof|incr\.aof)) seq (\d+)")


class Damaged(Exception):
    """The files cannot be what Valkey wrote; the text says in plain words why not."""


@dataclass(frozen=True, slots=True)
class Found:
    """One whole command, or a note of the time without words; `after_damage`: not at its place."""

    at: int
    end: int
    words: list[bytes]
    after_damage: bool = False


def command(*words: str | bytes) -> bytes:
    """A command as it stands in a file."""
    packed = [word.encode() if isinstance(word, str) else word for word in words]
    return b"*%d\r\n" % len(packed) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in packed)


def command_at(content: bytes, at: int) -> Found | None:
    """The command that begins at this very byte, None if there is no whole one."""
    if content[at : at + 1] == b"#":
        end = content.find(b"\r\n", at, at + LONGEST_LINE)
        return Found(at, end + 2, []) if end >= 0 else None
    count = _LENGTH.match(content, at)
    if count is None or count[1] != b"*" or not int(count[2]):
        return None
    words, end = [], count.end()
    for _ in range(int(count[2])):
        length = _LENGTH.match(content, end)
        if length is None or length[1] != b"$":
            return None
        start, end = length.end(), length.end() + int(length[2]) + 2
        if content[end - 2 : end] != b"\r\n":
            return None
        words.append(content[start : end - 2])
    return Found(at, end, words)


def commands(content: bytes) -> Iterator[Found]:
    """Every whole command, in order; what cannot be read is passed over and told.

    Nobody can plant a command in a card's text for us to find there: texts hold no carriage return.
    """
    at, after_damage = 0, False
    while at < len(content):
        found = command_at(content, at)
        if found is not None:
            yield Found(at, found.end, found.words, after_damage)
            at, after_damage = found.end, False
        else:
            after_damage = True
            later = _BEGINNING.search(content, at + 1)
            at = later.start() if later else len(content)


def sound_length(content: bytes) -> int:
    """The bytes up to the end of the last whole command that stands outside an open transaction."""
    sound = at = 0
    within = False
    while (found := command_at(content, at)) is not None:
        name = found.words[0].upper() if found.words else b""
        if name in (b"MULTI", b"EXEC"):
            if within == (name == b"MULTI"):
                break
            within = not within
        at = found.end
        if not within:
            sound = at
    return sound


def number(name: str) -> int:
    """The number in the name of one of the store's files: a later one is higher."""
    return int(name.split(".")[2])


def newest(folder: Path) -> Path | None:
    """The file that commands were last appended to, by the manifest in `folder`."""
    growing = [file for file in listed(folder) if file.name.endswith(".incr.aof")]
    return growing[-1] if growing else None


def listed(folder: Path) -> list[Path]:
    """The files that are read at start, in this order, as the manifest says. Raises Damaged."""
    return [folder / name for name, kind in _lines(folder) if kind != "h"]


def check_files(folder: Path) -> None:
    """Whether Valkey can be let loose on the folder: it deletes what its list does not need.

    Raises Damaged.
    """
    if not (folder / MANIFEST).exists():
        if any(_holds_something(file) for file in folder.glob("appendonly.aof.*")):
            raise Damaged("the list of the store's files is gone")
        return
    named = listed(folder)
    for file in named:
        if not file.exists():
            raise Damaged(f"the file {file.name} is missing")
        if is_emptied(file):
            raise Damaged(f"the file {file.name} is empty")
    bases = [file for file in named if ".base." in file.name]
    numbers = [number(file.name) for file in named if file not in bases]
    if len(bases) != 1 or not numbers or numbers != sorted(set(numbers)):
        raise Damaged("the list of the store's files makes no sense")
    history = [name for name, kind in _lines(folder) if kind == "h"]
    if history and not any(".base." in name for name in history):
        raise Damaged("the list of the store's files gives one up that is needed")
    forgotten = set(folder.glob("appendonly.aof.*.incr.aof")) - set(named)
    if any(_holds_something(file) and number(file.name) >= numbers[0] for file in forgotten):
        raise Damaged("the list of the store's files leaves one out")


def is_emptied(file: Path) -> bool:
    """Whether it is a beginning that held something: only the very first one of ours may be empty.

    Valkey starts with it as if nothing had ever been there.
    """
    is_first_of_ours = file.name == "appendonly.aof.1.base.aof"
    return ".base." in file.name and not is_first_of_ours and not file.stat().st_size


def _lines(folder: Path) -> list[tuple[str, str]]:
    manifest = folder / MANIFEST
    if not manifest.exists():
        return []
    text = manifest.read_bytes().decode("ascii", "replace")
    return [_understood(line) for line in text.splitlines() if line]


def _understood(line: str) -> tuple[str, str]:
    """Name and kind (b, i, h) in one line of the manifest."""
    match = _LISTED.match(line)
    kind = line.split()[5:6]
    if match is None or match[2] != match[4] or line.split()[4:5] != ["type"]:
        raise Damaged("the list of the store's files cannot be read")
    if kind not in (["b"], ["i"], ["h"]) or (kind[0] != "h" and kind[0] != match[3][0]):
        raise Damaged("the list of the store's files cannot be read")
    return match[1], kind[0]


def _holds_something(file: Path) -> bool:
    empty = EMPTY_BASE_BYTES if file.name.endswith(".rdb") else 0
    return not file.name.endswith(".manifest") and file.stat().st_size > empty
