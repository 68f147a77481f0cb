"""A log whose very last entry does not hold is cut there, and a new epoch says so.

A storage that others run can come back from a power cut with torn last bytes in what it was just
writing, and not notice. Nobody was promised that entry, or its phone has it still and offers it
again. A log that contradicts itself anywhere else stays as it is: somebody must look. Why a store
whose files the server checks by itself is left alone: docs/decisions/what-a-start-believes.md
"""

from collections.abc import Callable, Sequence

import structlog

from rooms.counts import counts
from rooms.dialogue import Dialogue
from rooms.entries import replay_in_turns, seal_of, write_entry
from rooms.errors import Busy, Corrupted, Forgotten, OtherProgram
from rooms.log import Log, Position, Stored
from rooms.setting import EpochBegun

logger = structlog.get_logger(__name__)

MOST_TRIES = 5
BECAUSE = "the log's last entry was torn"


async def replay_mended(
    log: Log, code: str, entries: Sequence[Stored], clock: Callable[[], int]
) -> Dialogue:
    """The dialogue as its whole log tells it, without a torn last entry; `entries` was just read.

    Raises Forgotten, Corrupted, Unavailable, Busy.
    """
    for _ in range(MOST_TRIES):
        if not entries:
            raise Forgotten(code)
        try:
            return await replay_in_turns(code, entries)
        except OtherProgram:
            raise
        except Corrupted as broken:
            *sound, last = entries
            if not (log.unwatched and sound) or broken.version != last.position.version:
                raise
            await _cut(log, code, sound, last, clock())
        entries = await log.read(code)
    raise Busy


async def _cut(log: Log, code: str, sound: list[Stored], torn: Stored, at: int) -> None:
    """Unless another process was quicker."""
    logger.error("epoch_begun", code=code, because=BECAUSE, version=torn.position.version)
    place = Position(max(at, torn.position.epoch + 1), sound[-1].position.version + 1)
    payload = write_entry(f"epoch:{place.epoch}", at, b"", [EpochBegun(because=BECAUSE)])
    begun = Stored(place, payload, seal_of(sound[-1].seal, payload))
    if await log.draft(code, torn, sound):
        counts.epochs_begun += await log.swap(code, torn, sound[-1], [begun])
