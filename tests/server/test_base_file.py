"""The binary beginning of an older store, as commands; what is torn or foreign is nothing."""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from store_entries import CODE, until

from rooms.errors import Unavailable
from rooms.redis_line import Line
from rooms.redis_log import CODES_KEY
from server.base_file import content_as_commands
from server.salvage import Salvage
from server.store_files import EMPTY_BASE_BYTES
from server.valkey_process import carried_binary

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENTRIES = 300
KEY = f"dialogue:{{{CODE}}}:log"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bases() -> AsyncIterator[tuple[bytes, bytes]]:
    """Base files as earlier versions wrote them: when nothing was there yet, and with a dialogue
    and a key that no version of ours has ever written.
    """
    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        socket = f"{folder}/valkey.sock"
        options = ("--port", "0", "--save", "", "--unixsocket", socket, "--dir", folder)
        valkey = await asyncio.create_subprocess_exec(
            *(carried_binary(), *options, "--appendonly", "yes", "--aof-use-rdb-preamble", "yes"),
            stdout=asyncio.subprocess.DEVNULL,
        )
        line = Line(f"unix://{socket}")
        try:
            await filled(line)
            first, made = (
                Path(folder) / "appendonlydir" / f"appendonly.aof.{number}.base.rdb"
                for number in (1, 2)
            )
            empty = first.read_bytes()
            await line.ask("BGREWRITEAOF")
            await until(made.exists)
            yield empty, made.read_bytes()
        finally:
            await line.close()
            valkey.kill()
            await valkey.wait()


@pytest.fixture
def empty(bases: tuple[bytes, bytes]) -> bytes:
    return bases[0]


@pytest.fixture
def older(bases: tuple[bytes, bytes]) -> bytes:
    return bases[1]


async def filled(line: Line) -> None:
    while not await answers(line):  # noqa: ASYNC110 - it rings no bell
        await asyncio.sleep(0.01)
    await line.ask("SADD", CODES_KEY, CODE)
    await line.ask("SET", "foreign", "x")
    for version in range(1, ENTRIES + 1):
        await line.ask("XADD", KEY, f"1-{version}", "p", f"entry {version}", "s", "seal")


async def answers(line: Line) -> bool:
    try:
        return bool(await line.ask("PING"))
    except Unavailable:
        return False


async def read(folder: Path, content: bytes, name: str = "appendonly.aof.2.base.rdb") -> object:
    """What the commands say that come of a file with this content; None if nothing does."""
    files = folder / "appendonlydir"
    files.mkdir(exist_ok=True)
    (files / name).write_bytes(content)
    commands = await asyncio.to_thread(content_as_commands, files / name)
    assert os.listdir(folder) == ["appendonlydir"], "nothing is left behind"
    return commands


async def test_an_older_stores_beginning_is_read_entry_by_entry(
    short_folder: Path, older: bytes
) -> None:
    assert re.match(rb"[A-Z]+\d{3,}", older), "Valkey's own form, and no list of commands"
    assert len(older) > EMPTY_BASE_BYTES
    commands = await read(short_folder, older)
    assert isinstance(commands, bytes)
    salvage = Salvage()
    salvage.read(Path("base"), commands)
    assert salvage.codes == {CODE}
    found = [*salvage.chains[CODE].entries, *salvage.chains[CODE].refused]
    assert [one.position.version for one in found] == list(range(1, ENTRIES + 1))
    assert found[-1].payload == b"entry %d" % ENTRIES


async def test_what_is_not_ours_in_it_is_found_by_whoever_reads_on(
    short_folder: Path, older: bytes
) -> None:
    commands = await read(short_folder, older)
    assert isinstance(commands, bytes)
    assert b"foreign" in commands


@pytest.mark.parametrize("part", [0, 40, 0.2, 0.7, 0.99])
async def test_of_a_torn_file_nothing_is_read(
    short_folder: Path, older: bytes, part: float
) -> None:
    """However short: it must not pass for one in which nothing ever stood."""
    torn = older[: int(part if part > 1 else part * len(older))]
    assert await read(short_folder, torn) is None


async def test_of_a_file_in_which_a_bit_has_flipped_nothing_is_read(
    short_folder: Path, older: bytes
) -> None:
    at = older.index(b"foreign")
    flipped = older[:at] + bytes([older[at] ^ 1]) + older[at + 1 :]
    assert await read(short_folder, flipped) is None


@pytest.mark.parametrize(
    "foreign",
    [b"\0" * 4_000, b"\x89PNG\r\n" * 700, b"REDIS9999" + b"\xff" * 900],
    ids=["zeros", "picture", "newer"],
)
async def test_of_a_foreign_file_nothing_is_read(short_folder: Path, foreign: bytes) -> None:
    assert await read(short_folder, foreign) is None


async def test_a_file_of_commands_is_read_as_it_is_and_an_empty_beginning_as_nothing(
    short_folder: Path, empty: bytes
) -> None:
    said = b"*1\r\n$4\r\nPING\r\n torn"
    assert await read(short_folder, said, "appendonly.aof.1.incr.aof") == said
    assert len(empty) <= EMPTY_BASE_BYTES
    assert await read(short_folder, empty) == b""
    missing = short_folder / "appendonlydir" / "appendonly.aof.7.base.rdb"
    assert content_as_commands(missing) is None
