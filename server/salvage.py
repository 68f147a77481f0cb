"""Reads what a store's files hold without Valkey, and says what of it can be trusted.

An entry counts if its place follows and its seal fits: then everything before it is as it was
written. Used after damage only: for finding a torn end, and by the repair.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from rooms.entries import SCHEMA, is_sealed_short, seal_of
from rooms.errors import Newer, Older
from rooms.log import Position, Stored
from rooms.redis_log import CODES_KEY, OWED_KEY, SECRET_COPY_KEY, SECRET_KEY
from rooms.secret_copies import sound_secret
from server.append_file import commands

CODE = re.compile(rb"[2-9A-HJ-NP-Z]{8}")
DEBT = re.compile(rb"%s( [0-9a-f]+)?" % CODE.pattern)
KEY = re.compile(rb"dialogue:\{(%s)\}:(log|log:draft|here)" % CODE.pattern)
# Of no dialogue, without seals.
BESIDE = re.compile(rb"dialogtisch:(rehearsals|organisers|ended:[\w-]{1,100}|devices:\w{1,20})")
_PLACE = re.compile(rb"(\d{1,15})-(\d{1,15})")
_OF_NO_KEY = (b"", b"SELECT", b"MULTI", b"EXEC")


class Head(msgspec.Struct):
    """What of an entry can be read whatever version of the program wrote it."""

    schema: int
    id: str


_head = msgspec.msgpack.Decoder(Head)


@dataclass
class Chain:
    """One dialogue's entries as far as each follows from the one before; `refused` did not."""

    code: str
    entries: list[Stored] = field(default_factory=list)
    refused: list[Stored] = field(default_factory=list)

    def take(self, stored: Stored) -> bool:
        """Whether the entry is the next one, or one that was found before. Raises OtherProgram."""
        version = stored.position.version
        if 0 < version <= len(self.entries) and self.entries[version - 1] == stored:
            return True
        if self.refused or not self._follows(stored):
            self.refused.append(stored)
            return False
        self.entries.append(stored)
        return True

    def _follows(self, stored: Stored) -> bool:
        last = self.entries[-1] if self.entries else None
        place, before = (last.position, last.seal) if last else (Position(0, 0), b"")
        if stored.position.version != place.version + 1:
            return False
        if stored.seal != seal_of(before, stored.payload):
            if is_sealed_short(stored):
                raise Older(self.code, stored.position.version)
            return False
        try:
            head = _head.decode(stored.payload)
        except ValueError:  # also for letters that are none
            return False
        if head.schema > SCHEMA:
            raise Newer(self.code, stored.position.version)
        same_epoch = not last or stored.position.epoch == place.epoch
        return same_epoch or (
            stored.position.epoch > place.epoch and head.id == f"epoch:{stored.position.epoch}"
        )


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something in a file that does not belong there, or is no longer readable."""

    file: Path
    at: int


class Salvage:
    """Everything the files hold, in the order in which it was written."""

    def __init__(self) -> None:
        self.chains: dict[str, Chain] = {}
        self.drafts: dict[str, Chain] = {}
        self.codes: set[str] = set()
        self.owed: set[str] = set()
        self.beside: list[list[bytes]] = []
        self.misfits: list[Misfit] = []
        self.unreadable: list[Path] = []
        self._secret: bytes | None = None
        self._secret_copy: bytes | None = None

    @property
    def secret(self) -> bytes | None:
        """The installation's secret, if what is there of it can be trusted."""
        return sound_secret(self._secret, self._secret_copy)

    @property
    def secret_is_sound(self) -> bool:
        """Whether the secret stands where it is looked for."""
        if self._secret is None:
            return self._secret_copy is None
        return self.secret == self._secret

    def read(self, file: Path, content: bytes) -> None:
        """Take in one append-only file. Raises OtherProgram."""
        before = 0
        for found in commands(content):
            if found.after_damage:
                self.misfits.append(Misfit(file, before))
            if not self._take(found.words):  # one of a chain that is broken already tells no more
                self.misfits.append(Misfit(file, found.at))
            before = found.end
        if before < len(content):
            self.misfits.append(Misfit(file, before))

    def _take(self, words: list[bytes]) -> bool:
        """Whether this is something that the product writes, and fits."""
        match [words[0].upper() if words else b"", *words[1:]]:
            case [name, *rest] if name in _OF_NO_KEY:
                return name != b"SELECT" or rest == [b"0"]
            case [b"SADD" | b"SREM" as name, key, *members] if key in self._registers:
                pattern = DEBT if key == OWED_KEY.encode() else CODE
                return _change(self._registers[key], name, members, pattern)
            case [b"SET", key, content, *_] if key == SECRET_KEY.encode():
                self._secret = content
            case [b"SET", key, content, *_] if key == SECRET_COPY_KEY.encode():
                self._secret_copy = content
            case [_, key, *_] if BESIDE.fullmatch(key):
                self.beside.append(words)
            case [name, key, *rest] if match := KEY.fullmatch(key):
                chains = self.drafts if match[2] == b"log:draft" else self.chains
                return match[2] == b"here" or self._take_of(chains, name, match[1].decode(), rest)
            case _:
                return False
        return True

    @property
    def _registers(self) -> dict[bytes, set[str]]:
        return {CODES_KEY.encode(): self.codes, OWED_KEY.encode(): self.owed}

    def _take_of(
        self, chains: dict[str, Chain], name: bytes, code: str, words: list[bytes]
    ) -> bool:
        match [name, *words]:
            case [b"UNLINK" | b"DEL"]:
                chains.pop(code, None)
                return True
            case [b"XSETID", *_]:
                return True
            case [b"RENAME", _] if chains is self.drafts and code in chains:
                self.chains[code] = chains.pop(code)
                return True
            case [b"XADD", place, _, payload, _, seal] if match := _PLACE.fullmatch(place):
                position = Position(int(match[1]), int(match[2]))
                chain = chains.setdefault(code, Chain(code))
                return chain.take(Stored(position, payload, seal)) or len(chain.refused) > 1
            case _:
                return False


def _change(
    register: set[str], name: bytes, members: list[bytes], pattern: re.Pattern[bytes]
) -> bool:
    known = {member.decode() for member in members if pattern.fullmatch(member)}
    if name == b"SADD":
        register.update(known)
    else:
        register.difference_update(known)
    return len(known) == len(members)
