"""An entry of the log: one accepted command as bytes, sealed to the entry before it."""

import hashlib

import msgspec

from rooms.abilities import ANY_EVENT
from rooms.dialogue import Command, Dialogue, Event
from rooms.errors import Corrupted, Newer, Refused
from rooms.log import Stored
from rooms.records import Heard

SCHEMA = 1
SEAL_BYTES = 8


class Entry(msgspec.Struct, frozen=True):
    """`id` names the command for ever, `body` is the digest of what it said, `at` ms since 1970."""

    schema: int
    id: str
    at: int
    body: bytes
    events: msgspec.Raw


_encoder = msgspec.msgpack.Encoder()
_entry = msgspec.msgpack.Decoder(Entry)
_events: msgspec.msgpack.Decoder[list[Event]] = msgspec.msgpack.Decoder(list[ANY_EVENT])


def body_of(command: Command) -> bytes:
    """Eight bytes that tell one command's body from another's."""
    try:
        body = _encoder.encode(command)
    except UnicodeEncodeError:  # half a surrogate pair, which no wire and no log can carry
        raise Refused("forbidden_characters") from None
    return hashlib.blake2b(body, digest_size=SEAL_BYTES).digest()


def seal_of(before: bytes, payload: bytes) -> bytes:
    """The chain: changing, dropping or swapping any entry changes every seal after it."""
    return hashlib.blake2b(before + payload, digest_size=SEAL_BYTES).digest()


def write_entry(command_id: str, at: int, body: bytes, events: list[Event]) -> bytes:
    raw = msgspec.Raw(_encoder.encode(events))
    return _encoder.encode(Entry(SCHEMA, command_id, at, body, raw))


def apply_events(
    dialogue: Dialogue, epoch: int, seal: bytes, entry: tuple[str, int, bytes], events: list[Event]
) -> None:
    """Brings the dialogue one version on; `entry` is the command's id, time and body."""
    command_id, at, body = entry
    dialogue.epoch = epoch
    dialogue.version += 1
    dialogue.seal = seal
    dialogue.at = at
    dialogue.begun_at = dialogue.begun_at or at
    for event in events:
        event.apply(dialogue)
    dialogue.put(dialogue.heard, command_id, Heard(dialogue.version, body))


def apply_stored(dialogue: Dialogue, stored: Stored) -> None:
    """Applies what the log holds next; `Corrupted` if it does not follow or its seal is broken."""
    position = stored.position
    seal = seal_of(dialogue.seal, stored.payload)
    follows = position.version == dialogue.version + 1 and position.epoch >= dialogue.epoch
    if not follows or seal != stored.seal:
        raise Corrupted(dialogue.code, position.version)
    place = dialogue.begin()
    try:
        entry = _entry.decode(stored.payload)
        if entry.schema > SCHEMA:
            raise Newer(dialogue.code, position.version)
        events: list[Event] = _events.decode(entry.events)
        apply_events(dialogue, position.epoch, seal, (entry.id, entry.at, entry.body), events)
    except Newer:
        dialogue.take_back(place)
        raise
    except Exception as wrong:  # an apply cannot fail on what a decide of this program wrote
        dialogue.take_back(place)
        raise Corrupted(dialogue.code, position.version) from wrong
    finally:
        dialogue.commit()


def replay(code: str, entries: list[Stored]) -> Dialogue:
    """The dialogue as its whole log tells it."""
    dialogue = Dialogue(code)
    for stored in entries:
        apply_stored(dialogue, stored)
    dialogue.changed.clear()
    return dialogue
