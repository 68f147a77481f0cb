"""The Valkey the server brings along when it dies, its file is torn or the disk is full."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from store_entries import CODE, keep, kept, until

from rooms.errors import Unavailable
from rooms.log import EMPTY, Position
from rooms.redis_log import RedisLog
from server.embedded import LEAST_FREE_BYTES, STARTS_PER_MINUTE, EmbeddedStore
from server.valkey_process import StoreUnusable

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLENTY = 2 * LEAST_FREE_BYTES


async def kill(store: EmbeddedStore, how: signal.Signals = signal.SIGKILL) -> None:
    os.kill(store.pid, how)
    await until(lambda: store.storage_state() is not None)


class Disk:
    """A disk whose free space a test decides."""

    def __init__(self) -> None:
        self.free = PLENTY

    def __call__(self, _folder: Path) -> int:
        return self.free


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest_asyncio.fixture(loop_scope="session")
async def store(short_folder: Path, disk: Disk) -> AsyncIterator[EmbeddedStore]:
    store = EmbeddedStore(short_folder, disk)
    await store.start()
    yield store
    await store.stop()


async def test_a_killed_store_comes_back_at_the_same_address_with_everything(
    store: EmbeddedStore,
) -> None:
    first, address = store.pid, store.url
    await keep(store, 10)
    await kill(store)
    assert store.storage_state() == "storage_starting"
    await until(lambda: store.storage_state() is None)
    assert store.pid != first
    assert store.url == address
    assert store.dropped_bytes == 0
    assert await kept(store) == Position(1, 20)


async def test_a_store_that_others_kill_comes_back_however_often(store: EmbeddedStore) -> None:
    await keep(store, 3)
    for _ in range(STARTS_PER_MINUTE + 2):
        await kill(store)
        await until(lambda: store.storage_state() is None)
    assert await kept(store) == Position(1, 6)


async def test_a_store_that_keeps_dying_is_given_up_loudly_and_nothing_is_deleted(
    store: EmbeddedStore, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await keep(store, 3)
    for _ in range(STARTS_PER_MINUTE):
        await kill(store, signal.SIGABRT)
        await until(lambda: store.storage_state() is None)
    await kill(store, signal.SIGABRT)
    await until(lambda: store.storage_state() == "storage_broken")
    assert "store_given_up" in capsys.readouterr().out
    await store.stop()
    again = EmbeddedStore(short_folder)
    await again.start()
    assert await kept(again) == Position(1, 6)
    await again.stop()


async def damaged(folder: Path, damage: Callable[[bytes], bytes]) -> tuple[Path, bytes]:
    """A stopped store with ten acknowledged appends whose newest file was damaged."""
    store = EmbeddedStore(folder)
    await store.start()
    await keep(store, 10)
    await store.stop()
    [file] = (folder / "store" / "appendonlydir").glob("*.incr.aof")
    content = damage(file.read_bytes())
    file.write_bytes(content)
    return file, content


@pytest.mark.parametrize(
    ("damage", "versions"),
    [
        (lambda sound: sound + b"\0" * 4096, 20),
        (lambda sound: sound + os.urandom(200), 20),
        (lambda sound: sound[:-3], 18),
        (lambda sound: sound[: sound.rindex(b"EXEC") - 8], 18),
        (lambda sound: sound[: sound.rindex(b"1-20")], 18),
    ],
    ids=["zeros", "garbage", "short", "transaction without end", "within a transaction"],
)
async def test_a_torn_tail_is_cut_off_counted_and_kept_beside(
    short_folder: Path, damage: Callable[[bytes], bytes], versions: int
) -> None:
    file, content = await damaged(short_folder, damage)
    store = EmbeddedStore(short_folder)
    await store.start()
    assert await kept(store) == Position(1, versions)
    [beside] = file.parent.glob("*.dropped-*")
    assert store.dropped_bytes == len(beside.read_bytes()) > 0
    assert content.endswith(beside.read_bytes())
    await keep(store, 1)
    await store.stop()


async def test_a_file_that_cannot_be_mended_is_left_as_it_is(short_folder: Path) -> None:
    file, _ = await damaged(short_folder, lambda sound: sound)
    [base] = file.parent.glob("*.base.aof")
    base.write_bytes(b"not what Valkey wrote")
    before = {path: path.read_bytes() for path in file.parent.iterdir()}
    for _ in range(2):  # the folder is free again after the first time
        with pytest.raises(StoreUnusable, match="Nothing was deleted"):
            await EmbeddedStore(short_folder).start()
    assert {path: path.read_bytes() for path in file.parent.iterdir()} == before


async def test_commands_are_refused_before_the_disk_is_full(
    store: EmbeddedStore, disk: Disk
) -> None:
    assert store.storage_state() is None
    disk.free = LEAST_FREE_BYTES - 1
    assert store.storage_state() == "disk_full"
    disk.free = LEAST_FREE_BYTES
    assert store.storage_state() is None


async def test_a_store_that_died_on_a_full_disk_comes_back_by_itself(
    store: EmbeddedStore, disk: Disk
) -> None:
    await keep(store, 2)
    for _ in range(STARTS_PER_MINUTE + 1):  # more often than a store that dies for no reason
        disk.free = 0
        await kill(store, signal.SIGABRT)
        await asyncio.sleep(0.5)
        assert store.storage_state() == "disk_full"
        disk.free = PLENTY
        await until(lambda: store.storage_state() is None)
    assert await kept(store) == Position(1, 4)


@pytest.fixture
def small_disk(short_folder: Path) -> Iterator[Path]:
    disk = short_folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=70m", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest_asyncio.fixture(loop_scope="session")
async def cramped(small_disk: Path) -> AsyncIterator[EmbeddedStore]:
    store = EmbeddedStore(small_disk / "data")
    await store.start()
    yield store
    await store.stop()


def fill(ballast: Path) -> None:
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as other:
        while other.write(b"x" * 100_000):
            pass


async def test_on_a_really_full_disk_nothing_acknowledged_is_lost(
    cramped: EmbeddedStore, small_disk: Path
) -> None:
    log, acknowledged, full = RedisLog(cramped.url), EMPTY, False
    fill(small_disk / "ballast")
    while not full:
        try:
            assert await log.append(CODE, acknowledged, 1, [(b"card" * 100, b"seal")])
            acknowledged = Position(1, acknowledged.version + 1)
        except Unavailable:
            full = True
    await until(lambda: cramped.storage_state() == "disk_full")
    (small_disk / "ballast").unlink()
    await until(lambda: cramped.storage_state() is None)
    assert (await log.tail(CODE)).version - acknowledged.version in (0, 1)
    await log.close()
