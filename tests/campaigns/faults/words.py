"""Judges that an erasing was seen through: of an erased card no byte is left (I12).

Where Valkey came with the server, in no file of the house; else in none that the storage uses.
"""

import asyncio
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from campaigns.faults.erasing import erased_in, words_of_erased
from campaigns.faults.history import History
from campaigns.faults.house import House
from campaigns.faults.stream import Entry, Store

OWED = "dialogtisch:erasing"
PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.1


def owes(store: Store, code: str) -> bool:
    """Whether an erasing in this dialogue has begun and not ended."""
    return any(member.split()[0] == code.encode() for member in store.ask("SMEMBERS", OWED))


async def judge_files(house: House, told: Sequence[Entry]) -> list[str]:
    """I12: what is still there after the moment that the storage takes to delete old files."""
    words = words_of_erased(told)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while found := list(_in_files(house, words)):
        if loop.time() > deadline:
            return found
        await asyncio.sleep(LOOK_SECONDS)
    return []


def _in_files(house: House, words: set[str]) -> Iterator[str]:
    for file in _files(house) if words else ():
        try:
            content = file.read_bytes()
        except OSError:  # deleted just now
            continue
        for one in words:
            if one.encode() in content:
                yield f"I12 {file.relative_to(house.folder)} still holds {one!r}, which was erased"


def _files(house: House) -> list[Path]:
    every = [path for path in house.folder.rglob("*") if path.is_file()]
    if house.is_embedded:
        return every
    own = [path for path in every if path.name.startswith("appendonly.aof.")]
    return [house.log, *(path for path in own if "dropped" not in path.name)]


def judge_taken_home(told: Sequence[Entry], files: Mapping[str, bytes]) -> Iterator[str]:
    """I12: what a download still says of an erased card."""
    words = words_of_erased(told)
    for name, content in files.items():
        plain = unpacked(content) if name.endswith(".xlsx") else content
        for one in words:
            if one.encode() in plain:
                yield f"I12 {name} still says {one!r}, which was erased"


def unpacked(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def judge_erasings(history: History, log: Sequence[Entry]) -> Iterator[str]:
    """I1, I3, I12: what the organiser was told is done stands in the log, once, and is clean."""
    erased = [event["card"] for event in erased_in(log)]
    for card in {card for card in erased if erased.count(card) > 1}:
        yield f"I3 {card} was erased {erased.count(card)} times"
    for order in history.erasings:
        if order.accepted and order.body["card"] not in erased:
            yield f"I1 {order.body} was said to be done and is not in the log"
        if any((send.answer or {}).get("clean") is not True for send in order.accepted):
            yield f"I12 {order.body} was done, and files are said to hold the words"
