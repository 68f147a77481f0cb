"""Files beside Valkey's own that may still hold words which were erased.

Files a rewrite has replaced go by themselves, a moment later. What does not: a rewrite that was cut
off half way, ends that were torn and kept beside the file when it was mended, and what a repair
kept of the files it found.
"""

import asyncio
import shutil
from pathlib import Path

from rooms.errors import Unavailable
from server.store_files import named

LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 30.0


async def sweep(files: Path) -> None:
    """Returns when only what Valkey needs is left in its folder. Raises Unavailable."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while _replaced(files):  # noqa: ASYNC110  (nobody announces that they are gone)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise Unavailable("storage_away") from None
    # Valkey makes a file a moment before its manifest names it: only what is still unnamed then.
    unnamed = _leftovers(files)
    await asyncio.sleep(LOOK_SECONDS)
    for file in unnamed & _leftovers(files):
        file.unlink(missing_ok=True)
    for folder in (*files.parent.glob("kept-*"), files.with_name("repaired")):
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _replaced(files: Path) -> bool:
    """Whether an old file is still to be deleted by Valkey."""
    return any(kind == "h" and (files / name).exists() for name, kind in named(files))


def _leftovers(files: Path) -> set[Path]:
    needed = {name for name, _ in named(files)}
    return {
        file
        for file in files.iterdir()
        if file.is_file() and file.name not in needed and not file.name.endswith(".manifest")
    }
