"""The Valkey the server brings along: private, alone in its folder, and gone with its server."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest
from store_entries import keep, kept, until

from rooms.errors import Unavailable
from rooms.log import Position
from rooms.redis_line import Line
from server.embedded import EmbeddedStore
from server.valkey_process import (
    LARGEST_LOG,
    LONGEST_SOCKET_PATH,
    StoreUnusable,
    ValkeyProcess,
    runnable,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def modes(folder: Path) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}


async def test_nobody_else_on_this_machine_reaches_it(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    line = Line(own_valkey.url)
    assert await line.ask("CONFIG", "GET", "port") == {b"port": b"0"}
    await line.close()
    found = modes(short_folder)
    assert len(found) > 5
    assert {path: mode for path, mode in found.items() if mode & 0o077} == {}


@pytest.mark.parametrize("order", [("FLUSHALL",), ("SHUTDOWN",), ("CONFIG", "SET", "dir", "/")])
async def test_it_takes_no_order_the_product_never_gives(
    own_valkey: EmbeddedStore, order: tuple[str, ...]
) -> None:
    line = Line(own_valkey.url)
    with pytest.raises(Unavailable, match="storage_refused"):
        await line.ask(*order)
    await line.close()


async def test_ctrl_c_in_the_terminal_does_not_reach_it(own_valkey: EmbeddedStore) -> None:
    assert os.getsid(own_valkey.pid) == own_valkey.pid != os.getsid(0)


async def test_a_second_server_on_the_same_folder_is_told_who_has_it(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    second = EmbeddedStore(short_folder)
    with pytest.raises(StoreUnusable, match=rf"in use by another .*process {os.getpid()}\)"):
        await second.start()
    await keep(own_valkey, 1)


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
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    with pytest.raises(StoreUnusable, match="another Valkey"):
        ValkeyProcess(short_folder / "store").launch()
    await keep(own_valkey, 1)


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


async def test_the_log_of_the_store_does_not_grow_for_ever(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    log = short_folder / "store" / "valkey.log"
    log.write_bytes(b"x" * (LARGEST_LOG + 1))
    await until(lambda: log.with_suffix(".log.1").exists())
    assert not log.exists()
    assert own_valkey.storage_state() is None


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
