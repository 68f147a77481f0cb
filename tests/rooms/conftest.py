"""How the random tests of the rules run, and a dialogue that is live in one or two processes."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from faulty_log import ForgetfulLog
from hypothesis import settings
from processes import Process

# Never against the clock, and a failure can be repeated.
settings.register_profile("evening", deadline=None, max_examples=30, print_blob=True)
settings.load_profile("evening")


@pytest.fixture
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames leave at once and nobody waits for long: how long is a matter of speed."""
    monkeypatch.setattr("rooms.shared_views.STAFF_PAUSE_S", 0.0)
    monkeypatch.setattr("rooms.waiting.GATHER_S", 0.0)
    monkeypatch.setattr("rooms.hall.FOLLOW_PAUSE_S", 0.005)
    monkeypatch.setattr("rooms.hall.PRESENCE_PAUSE_S", 0.005)
    monkeypatch.setattr("rooms.writer.RETRY_PAUSE_S", 0.001)
    monkeypatch.setattr("rooms.writer.PATIENCE_S", 0.02)
    monkeypatch.setattr("rooms.refusals.RETURNING_MS", 0)  # fake clocks count calls


@pytest.fixture
def storage() -> ForgetfulLog:
    return ForgetfulLog()


@pytest_asyncio.fixture(loop_scope="session")
async def one(storage: ForgetfulLog) -> AsyncIterator[Process]:
    """The process in which the dialogue was made."""
    process = await Process.begin(storage)
    yield process
    await process.close()


@pytest_asyncio.fixture(loop_scope="session")
async def other(storage: ForgetfulLog, one: Process) -> AsyncIterator[Process]:
    """A second process with the same dialogue."""
    process = await Process.open(storage)
    yield process
    await process.close()
