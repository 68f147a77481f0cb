"""An entry of the log: one accepted command as bytes, sealed to the entry before it."""

import asyncio
import contextlib
import hashlib
import struct
from collections.abc import Sequence

import msgspec

from rooms.abilities import ANY_EVENT
from rooms.dialogue import Command, Dialogue, Event
from rooms.errors import Corrupted, Newer, Older, Refused
from rooms.log import Stored
from rooms.records import Heard

SCHEMA = 1
SEAL_BYTES = 16
SHORT_BYTES = 8
PER_TURN = 500


class Entry(msgspec.Struct, frozen=True):
    """`id` names the command for ever, `body` is the digest of what it said, `at` ms since 1970."""

    schema: int
    id: str
    at: int
    body: bytes
    events: msgspec.Raw


class Whole(msgspec.Struct, frozen=True):
    """The same bytes, read or written in one go."""

    schema: int
    id: str
    at: int
    body: bytes
    events: list[ANY_EVENT]


_stamp_in = struct.Struct(">I").unpack_from
"""The first 32 bits of a seal: enough to tell two pasts of one log apart at any later version."""

_encoder = msgspec.msgpack.Encoder()
_whole = msgspec.msgpack.Decoder(Whole)
_entry = msgspec.msgpack.Decoder(Entry)
_events: msgspec.msgpack.Decoder[list[Event]] = msgspec.msgpack.Decoder(list[ANY_EVENT])


def body_of(command: Command) -> bytes:
    """Eight bytes that tell one command's body from another's."""
    try:
        body = _encoder.encode(command)
    except UnicodeEncodeError:  # half a surrogate pair, which no wire and no log can carry
        raise Refused("forbidden_characters") from None
    return hashlib.blake2b(body, digest_size=SHORT_BYTES).digest()


def seal_of(before: bytes, payload: bytes) -> bytes:
    """The chain: changing, dropping or swapping any entry changes every seal after it."""
    return hashlib.blake2b(before + payload, digest_size=SEAL_BYTES).digest()


def is_sealed_short(stored: Stored) -> bool:
    """Whether a log begins with this as logs began before the first release."""
    return stored.seal == hashlib.blake2b(stored.payload, digest_size=SHORT_BYTES).digest()


def write_entry(command_id: str, at: int, body: bytes, events: list[Event]) -> bytes:
    return _encoder.encode(Whole(SCHEMA, command_id, at, body, events))


def read_entry(stored: Stored) -> tuple[Entry, list[Event]]:
    """What an entry says, without looking at its seal."""
    entry = _entry.decode(stored.payload)
    events: list[Event] = _events.decode(entry.events)
    return entry, events


def apply_events(
    dialogue: Dialogue, epoch: int, seal: bytes, entry: tuple[str, int, bytes], events: list[Event]
) -> None:
    """Brings the dialogue one version on; `entry` is the command's id, time and body."""
    command_id, at, body = entry
    dialogue.epoch = epoch
    dialogue.version += 1
    dialogue.seal = seal
    dialogue.stamps.append(_stamp_in(seal)[0])
    dialogue.at = at
    dialogue.begun_at = dialogue.begun_at or at
    for event in events:
        event.apply(dialogue)
    dialogue.put(dialogue.heard, command_id, Heard(dialogue.version, body))


def apply_stored(dialogue: Dialogue, stored: Stored) -> None:
    """Applies what the log holds next; `Corrupted` if it does not follow or its seal is broken."""
    place = dialogue.begin()
    try:
        _apply(dialogue, stored)
    except Corrupted:
        dialogue.take_back(place)
        raise
    finally:
        dialogue.commit()


def replay(code: str, entries: Sequence[Stored]) -> Dialogue:
    """The dialogue as its whole log tells it. Raises Corrupted."""
    dialogue = Dialogue(code)
    for stored in entries:
        _apply(dialogue, stored)
    dialogue.changed.clear()
    return dialogue


async def replay_in_turns(code: str, entries: Sequence[Stored]) -> Dialogue:
    """As `replay`, while other dialogues have their turns: a long evening takes a second."""
    dialogue = Dialogue(code)
    for start in range(0, len(entries), PER_TURN):
        for stored in entries[start : start + PER_TURN]:
            _apply(dialogue, stored)
        dialogue.changed.clear()
        await asyncio.sleep(0)
    return dialogue


def _apply(dialogue: Dialogue, stored: Stored) -> None:
    """As `apply_stored`; where it fails, the dialogue is half changed."""
    position = stored.position
    seal = seal_of(dialogue.seal, stored.payload)
    follows = position.version == dialogue.version + 1 and position.epoch >= dialogue.epoch
    if not follows or seal != stored.seal:
        kind = Older if is_sealed_short(stored) else Corrupted
        raise kind(dialogue.code, position.version)
    try:
        entry = _whole.decode(stored.payload)
        if entry.schema > SCHEMA:
            raise Newer(dialogue.code, position.version)
        apply_events(dialogue, position.epoch, seal, (entry.id, entry.at, entry.body), entry.events)
    except Exception as wrong:  # an apply cannot fail on what a decide of this program wrote
        broken = Newer if _is_newer(stored.payload) else Corrupted
        raise broken(dialogue.code, position.version) from wrong


def _is_newer(payload: bytes) -> bool:
    """Whether a later program wrote it, with events that this one does not know."""
    with contextlib.suppress(ValueError):
        return _entry.decode(payload).schema > SCHEMA
    return False
