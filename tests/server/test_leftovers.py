"""What may be swept from the store's folder, and what Valkey still needs or has just begun."""

import asyncio
import re
from pathlib import Path

import pytest

from rooms.errors import Unavailable
from server import leftovers
from server.store_files import MANIFEST

pytestmark = pytest.mark.asyncio(loop_scope="session")

BASE, GROWING, NEXT = (f"appendonly.aof.{which}.aof" for which in ("1.base", "1.incr", "2.incr"))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "appendonlydir"
    folder.mkdir()
    for name in (BASE, GROWING):
        (folder / name).touch()
    announce(folder, BASE, GROWING)
    return folder


def announce(folder: Path, *names: str, kinds: str = "bi") -> None:
    """Has the manifest name these files, all at once, as Valkey does."""
    lines = (
        f"file {name} seq {re.findall('[0-9]+', name)[0]} type {kind}\n"
        for name, kind in zip(names, kinds, strict=True)
    )
    (folder / "temp.manifest").write_text("".join(lines))
    (folder / "temp.manifest").rename(folder / MANIFEST)


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_p18_what_a_torn_end_and_a_cut_off_rewrite_left_is_swept(files: Path) -> None:
    (files / f"{GROWING}.dropped-7").touch()
    (files / "temp-rewriteaof-bg-1.aof").touch()
    files.with_name("kept-2026-11-22-120000").mkdir()
    files.with_name("repaired").mkdir()
    await leftovers.sweep(files)
    assert names(files) == {BASE, GROWING, MANIFEST}
    assert names(files.parent) == {files.name}


async def test_a_file_that_the_store_has_just_begun_is_not_swept(files: Path) -> None:
    """Valkey makes the next file first and names it in its list a moment later."""
    (files / NEXT).touch()
    (files / "temp-rewriteaof-bg-1.aof").touch()
    sweeping = asyncio.create_task(leftovers.sweep(files))
    await asyncio.sleep(0)
    announce(files, BASE, GROWING, NEXT, kinds="bii")
    await sweeping
    assert names(files) == {BASE, GROWING, NEXT, MANIFEST}


async def test_p18_a_file_that_was_replaced_is_waited_for(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(files, GROWING, NEXT, kinds="hi")
    (files / NEXT).touch()
    sweeping = asyncio.create_task(leftovers.sweep(files))
    await asyncio.sleep(3 * leftovers.LOOK_SECONDS)
    assert not sweeping.done()
    (files / GROWING).unlink()
    await sweeping
    monkeypatch.setattr(leftovers, "PATIENCE_SECONDS", 0.01)
    (files / GROWING).touch()
    with pytest.raises(Unavailable):
        await leftovers.sweep(files)
