"""What is said of a storage that keeps nothing: of which dialogue, and for how long."""

from pathlib import Path
from typing import Any

import pytest

from rooms.errors import Unavailable
from rooms.log import Position
from rooms.redis_log import RedisLog
from server import storage
from server.embedded import free_bytes
from server.storage import CarefulLog

FULL, WELL = "FULLFULL", "WELLWELL"
START, ENTRY = Position(1, 0), ((b"k", b"v"),)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The dialogues whose node has no room left."""
    codes = {FULL}

    async def append(_: RedisLog, code: str, *__: Any) -> bool:
        if code in codes:
            raise Unavailable("storage_full")
        return True

    monkeypatch.setattr(RedisLog, "append", append)
    return codes


@pytest.mark.asyncio
async def test_a_node_that_is_full_is_told_of_its_own_dialogues_until_they_are_kept(
    full: set[str],
) -> None:
    log = CarefulLog("redis://localhost:1", lambda: None)
    assert log.refused() is log.refused(FULL) is None
    with pytest.raises(Unavailable, match="storage_full"):
        await log.append(FULL, START, 1, ENTRY)
    await log.append(WELL, START, 1, ENTRY)
    assert (log.refused(FULL), log.refused(WELL), log.refused()) == (
        "storage_full",
        None,
        "storage_full",
    )
    full.clear()
    await log.append(FULL, START, 1, ENTRY)
    assert log.refused() is log.refused(FULL) is None


@pytest.mark.asyncio
async def test_who_offers_nothing_any_more_is_not_refused_for_ever(
    full: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "REFUSED_S", 0.0)
    log = CarefulLog("redis://localhost:1", lambda: None)
    with pytest.raises(Unavailable, match="storage_full"):
        await log.append(FULL, START, 1, ENTRY)
    assert log.refused() is log.refused(FULL) is None


def test_a_disk_that_does_not_answer_has_no_room(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0
    assert free_bytes(tmp_path / "gone") == 0
