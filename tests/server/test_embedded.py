"""The Valkey the server brings along: private, watched, mended, and only one per folder."""

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from rooms.errors import Unavailable
from rooms.log import EMPTY, Position
from rooms.redis_line import Line
from rooms.redis_log import RedisLog
from server.embedded import LEAST_FREE_BYTES, STARTS_PER_MINUTE, EmbeddedStore
from server.valkey_process import (
    LARGEST_LOG,
    LONGEST_SOCKET_PATH,
    StoreUnusable,
    ValkeyProcess,
    runnable,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE = "ABCDEFGH"
PLENTY = 2 * LEAST_FREE_BYTES


async def until(holds: Callable[[], object]) -> None:
    """Wait for something that must come; only a hang ends this by time."""
    for _ in range(3_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def kill(store: EmbeddedStore) -> None:
    os.kill(store.pid, signal.SIGKILL)
    await until(lambda: store.storage_state() is not None)


async def keep(store: EmbeddedStore, count: int) -> None:
    """Append `count` entries, each acknowledged before the next."""
    log = RedisLog(store.url)
    for _ in range(count):
        tail = await log.tail(CODE)
        assert await log.append(CODE, tail, 1, [(b"card", b"seal")] * 2)
    await log.close()


async def kept(store: EmbeddedStore) -> Position:
    log = RedisLog(store.url)
    tail = await log.tail(CODE)
    assert len(await log.read(CODE)) == tail.version
    await log.close()
    return tail


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


def modes(folder: Path) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}


async def test_nobody_else_on_this_machine_reaches_it(
    store: EmbeddedStore, short_folder: Path
) -> None:
    line = Line(store.url)
    assert await line.ask("CONFIG", "GET", "port") == {b"port": b"0"}
    await line.close()
    found = modes(short_folder)
    assert len(found) > 5
    assert {path: mode for path, mode in found.items() if mode & 0o077} == {}


@pytest.mark.parametrize("order", [("FLUSHALL",), ("SHUTDOWN",), ("CONFIG", "SET", "dir", "/")])
async def test_it_takes_no_order_the_product_never_gives(
    store: EmbeddedStore, order: tuple[str, ...]
) -> None:
    line = Line(store.url)
    with pytest.raises(Unavailable, match="storage_refused"):
        await line.ask(*order)
    await line.close()


async def test_ctrl_c_in_the_terminal_does_not_reach_it(store: EmbeddedStore) -> None:
    assert os.getsid(store.pid) == store.pid != os.getsid(0)


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


async def test_a_store_that_keeps_dying_is_given_up_loudly_and_nothing_is_deleted(
    store: EmbeddedStore, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await keep(store, 3)
    for _ in range(STARTS_PER_MINUTE):
        await kill(store)
        await until(lambda: store.storage_state() is None)
    await kill(store)
    await until(lambda: store.storage_state() == "storage_broken")
    assert "store_given_up" in capsys.readouterr().out
    await store.stop()
    again = EmbeddedStore(short_folder)
    await again.start()
    assert await kept(again) == Position(1, 6)
    await again.stop()


async def test_a_second_server_on_the_same_folder_is_told_who_has_it(
    store: EmbeddedStore, short_folder: Path
) -> None:
    second = EmbeddedStore(short_folder)
    with pytest.raises(StoreUnusable, match=rf"in use by another .*process {os.getpid()}\)"):
        await second.start()
    await keep(store, 1)


async def test_a_valkey_left_over_by_a_killed_server_is_ended_first(short_folder: Path) -> None:
    before = EmbeddedStore(short_folder)
    await before.start()
    await keep(before, 5)
    await before.stop()
    left_over = ValkeyProcess(short_folder / "store")
    left_over.launch()
    store = EmbeddedStore(short_folder)
    await store.start()
    assert not left_over.runs()
    assert store.pid != left_over.pid
    assert await kept(store) == Position(1, 10)
    await store.stop()


async def test_two_valkeys_never_write_to_one_folder(
    store: EmbeddedStore, short_folder: Path
) -> None:
    with pytest.raises(StoreUnusable, match="another Valkey"):
        ValkeyProcess(short_folder / "store").launch()
    await keep(store, 1)


SERVER = """
import asyncio, pathlib, sys
from server.embedded import EmbeddedStore
async def serve():
    store = EmbeddedStore(pathlib.Path(sys.argv[1]))
    await store.start()
    print(store.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(serve())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
async def test_it_ends_with_a_server_that_was_killed(short_folder: Path) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(short_folder), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    pid = int(await server.stdout.readline())
    assert alive(pid)
    server.kill()
    await server.wait()
    await until(lambda: not alive(pid))


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


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
    [base] = file.parent.glob("*.base.rdb")
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
        await kill(store)
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


async def test_the_log_of_the_store_does_not_grow_for_ever(
    store: EmbeddedStore, short_folder: Path
) -> None:
    log = short_folder / "store" / "valkey.log"
    log.write_bytes(b"x" * (LARGEST_LOG + 1))
    await until(lambda: log.with_suffix(".log.1").exists())
    assert not log.exists()
    assert store.storage_state() is None


async def test_a_folder_with_a_very_long_path_gets_a_short_socket(short_folder: Path) -> None:
    store = EmbeddedStore(short_folder / ("long name " * 12) / "Straße")
    assert len(os.fsencode(store.url.removeprefix("unix://"))) <= LONGEST_SOCKET_PATH
    await store.start()
    await keep(store, 1)
    await store.stop()


async def test_a_folder_with_an_odd_name_works(short_folder: Path) -> None:
    store = EmbeddedStore(short_folder / 'a "b" ü\\ %41 {x}?y#z')
    await store.start()
    await keep(store, 1)
    await store.stop()


async def test_a_folder_that_cannot_be_made_is_named(short_folder: Path) -> None:
    (short_folder / "file").touch()
    with pytest.raises(StoreUnusable, match="cannot be made"):
        EmbeddedStore(short_folder / "file" / "data")


async def test_a_binary_that_may_not_be_executed_is_copied(short_folder: Path) -> None:
    binary = short_folder / "installed"
    binary.write_bytes(b"#!/bin/sh\n")
    binary.chmod(0o600)
    copy = runnable(binary, short_folder)
    assert copy != binary
    assert os.access(copy, os.X_OK)
    assert runnable(copy, short_folder) == copy
