"""Which files the folder of Valkey's log holds, by its own list of them, and whether that can be.

What stands in the files, `append_file` reads.
"""

import re
from pathlib import Path

MANIFEST = "appendonly.aof.manifest"
EMPTY_BASE_BYTES = 200  # Valkey's first base file holds nothing but its own description

_LISTED = re.compile(r"file (appendonly\.aof\.(\d+)\.(base\.rdb|base\.aof|incr\.aof)) seq (\d+)")


class Damaged(Exception):
    """The files cannot be what Valkey wrote; the text says in plain words why not."""


def number(name: str) -> int:
    """The number in the name of one of the store's files: a later one is higher."""
    return int(name.split(".")[2])


def newest(folder: Path) -> Path | None:
    """The file that commands were last appended to, by the manifest in `folder`."""
    growing = [file for file in listed(folder) if file.name.endswith(".incr.aof")]
    return growing[-1] if growing else None


def listed(folder: Path) -> list[Path]:
    """The files that are read at start, in this order, as the manifest says. Raises Damaged."""
    if not (folder / MANIFEST).exists():
        return []
    return [folder / name for name, kind in named(folder) if kind != "h"]


def named(folder: Path) -> list[tuple[str, str]]:
    """Name and kind (b, i, h: replaced) of all files in the list, which must be there.

    Raises Damaged.
    """
    text = (folder / MANIFEST).read_bytes().decode("ascii", "replace")
    return [_understood(line) for line in text.splitlines() if line]


def check_files(folder: Path) -> None:
    """Whether Valkey can be let loose on the folder: it deletes what its list does not need.

    Raises Damaged.
    """
    if not (folder / MANIFEST).exists():
        if any(_holds_something(file) for file in folder.glob("appendonly.aof.*")):
            raise Damaged("the list of the store's files is gone")
        return
    files = listed(folder)
    for file in files:
        if not file.exists():
            raise Damaged(f"the file {file.name} is missing")
        if is_emptied(file):
            raise Damaged(f"the file {file.name} is empty")
    bases = [file for file in files if ".base." in file.name]
    numbers = [number(file.name) for file in files if file not in bases]
    if len(bases) != 1 or not numbers or numbers != sorted(set(numbers)):
        raise Damaged("the list of the store's files makes no sense")
    history = [name for name, kind in named(folder) if kind == "h"]
    if history and not any(".base." in name for name in history):
        raise Damaged("the list of the store's files gives one up that is needed")
    forgotten = set(folder.glob("appendonly.aof.*.incr.aof")) - set(files)
    if any(_holds_something(file) and number(file.name) >= numbers[0] for file in forgotten):
        raise Damaged("the list of the store's files leaves one out")


def is_emptied(file: Path) -> bool:
    """Whether it is a beginning that held something: only the very first one of ours may be empty.

    Valkey starts with it as if nothing had ever been there.
    """
    is_first_of_ours = file.name == "appendonly.aof.1.base.aof"
    return ".base." in file.name and not is_first_of_ours and not file.stat().st_size


def _understood(line: str) -> tuple[str, str]:
    """Name and kind (b, i, h) in one line of the manifest."""
    match = _LISTED.match(line)
    kind = line.split()[5:6]
    if match is None or match[2] != match[4] or line.split()[4:5] != ["type"]:
        raise Damaged("the list of the store's files cannot be read")
    if kind not in (["b"], ["i"], ["h"]) or (kind[0] != "h" and kind[0] != match[3][0]):
        raise Damaged("the list of the store's files cannot be read")
    return match[1], kind[0]


def _holds_something(file: Path) -> bool:
    empty = EMPTY_BASE_BYTES if file.name.endswith(".rdb") else 0
    return not file.name.endswith(".manifest") and file.stat().st_size > empty
