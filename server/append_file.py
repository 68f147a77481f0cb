"""Reads Valkey's append-only files without Valkey: the commands in them, also past a damaged place.

Knows the format of a file and nothing of dialogues; which files there are, `manifest` tells.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_LINE = 1024  # a length or a time note; longer ones are garbage

_LENGTH = re.compile(rb"([*$])(\d{1,12})\r\n")
_BEGINNING = re.compile(rb"\*\d{1,7}\r\n\$\d{1,9}\r\n")


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
