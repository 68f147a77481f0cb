"""Cuts off the end of an append-only file that was torn by a power cut or a full disk.

Valkey heals a short tail silently and refuses to start on zeros or garbage. We never let it heal:
whatever is dropped must be known, because the evening then goes on in a new epoch.
"""

import os
from pathlib import Path

from server.append_file import commands, sound_length
from server.store_files import newest


def torn_at(folder: Path) -> int | None:
    """Where the newest file stops being sound, None if it is sound to its end. Raises Damaged."""
    file = newest(folder)
    if file is None:
        return None
    content = file.read_bytes()
    sound = sound_length(content)
    return sound if sound < len(content) else None


def something_follows(folder: Path, at: int) -> bool:
    """Whether anything can still be read after the place where the newest file goes bad."""
    file = newest(folder)
    return file is not None and any(
        found.after_damage for found in commands(file.read_bytes()[at:])
    )


def cut(file: Path, at: int) -> int:
    """Cut the file at this byte; returns the bytes dropped.

    What is cut off is kept beside it as `<name>.dropped-<offset>`: both together are the original.
    """
    with file.open("r+b") as store:
        store.seek(at)
        dropped = store.read()
        if dropped:
            keep(_unused(file.with_name(f"{file.name}.dropped-{at}")), dropped)
            store.truncate(at)
            os.fsync(store.fileno())
    return len(dropped)


def keep(file: Path, content: bytes) -> None:
    """Write a file so that it is on disk under its name when this returns."""
    with file.open("wb") as beside:
        beside.write(content)
        beside.flush()
        os.fsync(beside.fileno())
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """The names in a folder are on disk when this returns."""
    names = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(names)
    finally:
        os.close(names)


def _unused(file: Path) -> Path:
    """A second cut at the same place must not write over what the first one kept."""
    names = [file, *(file.with_name(f"{file.name}-{nth}") for nth in range(2, 1000))]
    return next(name for name in names if not name.exists())
