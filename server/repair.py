"""`./run repair [CODE]`: makes a store whole again out of what can be trusted in its files.

Keeps the files as they were in a folder beside, writes new ones that hold the longest verified
part of every dialogue (or of the one that is named, leaving the others alone), begins a new epoch
in each of them, so that phones offer again what they had been promised, and says what was lost.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rooms.entries import replay, seal_of, write_entry
from rooms.errors import OtherProgram
from rooms.log import EMPTY, Position, Stored
from rooms.redis_log import CODES_KEY, OWED_KEY, SECRET_COPY_KEY, SECRET_KEY
from rooms.secret_copies import sealed_secret
from rooms.setting import EpochBegun
from server.append_file import command
from server.base_file import content_as_commands
from server.codes import typed_code
from server.embedded import take_folder
from server.last_seen import LastSeen
from server.opening import PATIENCE_SECONDS, START_INSTEAD, end_left_over
from server.repair_report import report
from server.salvage import Chain, Salvage
from server.store_files import MANIFEST, Damaged, check_files, listed, number
from server.torn_tail import keep, sync_folder
from server.typed_settings import variable
from server.valkey_process import StoreUnusable, ValkeyProcess

WHOLE = "file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n"
BECAUSE = "the storage was repaired"


def repair(arguments: Sequence[str]) -> None:
    """repair a damaged data folder: `repair [CODE] [--data FOLDER]`, the server being stopped"""
    parser = argparse.ArgumentParser(
        prog="dialogtisch repair",
        allow_abbrev=False,
        description="Makes a damaged data folder whole again, the server being stopped: keeps the "
        "longest part of every dialogue that can be verified, and beside it the files as they "
        "were. If nothing is damaged, nothing is changed.",
    )
    parser.add_argument(
        "code", nargs="?", help="only this dialogue, such as ABCD-EFGH; without it all of them"
    )
    parser.add_argument(
        "--data",
        default=os.environ.get(variable("data"), "./data"),
        help="the data folder of the stopped server (%(default)s)",
    )
    given = parser.parse_args(arguments)
    if os.environ.get(variable("redis_url")) and variable("data") not in os.environ:
        raise StoreUnusable(
            "only the store that the server brings along can be repaired like this. What others "
            "run is restored from their backup; a damaged dialogue stays closed until then"
        )
    typed = typed_code(given.code) if given.code else None
    if given.code and typed is None:
        raise StoreUnusable(f"{given.code!r} cannot be the code of a dialogue")
    print(mend_store(Path(given.data).expanduser().resolve(), typed.code if typed else None))


def mend_store(data: Path, code: str | None = None) -> str:
    """Repair the store in this data folder; what was done, in plain words. Raises StoreUnusable."""
    if not (data / "store").is_dir():
        raise StoreUnusable(f"there is no store in {data}; name the data folder with --data")
    lock = take_folder(data)
    try:
        valkey = ValkeyProcess(data / "store")
        asyncio.run(end_left_over(valkey, PATIENCE_SECONDS))
        return _mend(valkey.files, code)
    except OtherProgram as other:
        raise StoreUnusable(START_INSTEAD[type(other)]) from None
    finally:
        os.close(lock)


def _mend(files: Path, code: str | None) -> str:
    _finish_what_was_begun(files)
    if code and code not in read_files(files).chains:
        raise StoreUnusable(f"the store in {files.parent} holds nothing of a dialogue {code}")
    salvage = read_files(files)
    if not (is_damaged(files, salvage) or is_emptied(files, salvage)):
        return "Nothing is damaged. Nothing was changed."
    draft = files.with_name("repaired")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    keep(draft / "appendonly.aof.1.base.aof", b"")
    keep(draft / "appendonly.aof.1.incr.aof", b"".join(_written(salvage, code)))
    keep(draft / MANIFEST, WHOLE.encode())
    kept = files.with_name(f"kept-{time.strftime('%Y-%m-%d-%H%M%S')}")
    files.rename(kept)
    draft.rename(files)
    (files.parent / "last-seen").unlink(missing_ok=True)
    sync_folder(files.parent)
    return report(salvage, code, kept)


def _finish_what_was_begun(files: Path) -> None:
    """A repair that was cut off at its last step has left the files under another name."""
    if not files.exists() and (kept := sorted(files.parent.glob("kept-*"))):
        kept[-1].rename(files)


def read_files(files: Path) -> Salvage:
    """All that the files hold that can be read."""
    salvage = Salvage()
    for file in _in_order(files):
        content = content_as_commands(file)
        if content is None:
            salvage.unreadable.append(file)
        else:
            salvage.read(file, content)
    return salvage


def _in_order(files: Path) -> list[Path]:
    """The files to be read. By their names if their list is damaged: what was written to an older
    file and is in the newer base too is simply found twice.
    """
    try:
        check_files(files)
        return listed(files)
    except Damaged:
        bases = sorted(files.glob("appendonly.aof.*.base.*[bf]"), key=_number)
        growing = sorted(files.glob("appendonly.aof.*.incr.aof"), key=_number)
        return [*bases[-1:], *growing]


def is_damaged(files: Path, salvage: Salvage) -> bool:
    """Whether anything in the files is not as it was written."""
    try:
        check_files(files)
    except Damaged:
        return True
    unlisted = {code for code, chain in salvage.chains.items() if chain.entries} - salvage.codes
    damaged = salvage.misfits or salvage.unreadable or unlisted
    return bool(damaged) or not salvage.secret_is_sound


def is_emptied(files: Path, salvage: Salvage) -> bool:
    """Whether nothing is left, not even the secret, though the files held something."""
    seen = LastSeen(files.parent / "last-seen")
    with contextlib.suppress(Damaged):
        seen.judge(files)
    return salvage.secret is None and not salvage.chains and seen.held_something


def _written(salvage: Salvage, code: str | None) -> Iterator[bytes]:
    """The commands that the new file holds."""
    yield command("SELECT", "0")
    if salvage.secret is not None:
        yield command("SET", SECRET_KEY, salvage.secret)
        yield command("SET", SECRET_COPY_KEY, sealed_secret(salvage.secret))
    for words in salvage.beside:
        yield command(*words)
    for owed in sorted(salvage.owed):
        yield command("SADD", OWED_KEY, owed)
    for chain in salvage.chains.values():
        if entries := list(_kept_of(chain, code)):
            yield command("SADD", CODES_KEY, chain.code)
            key = f"dialogue:{{{chain.code}}}:log"
            for one in entries:
                yield command("XADD", key, str(one.position), "p", one.payload, "s", one.seal)


def _kept_of(chain: Chain, code: str | None) -> Iterator[Stored]:
    yield from chain.entries
    if code in (None, chain.code):
        if chain.entries:
            yield from _new_epoch(chain)
        return
    before = chain.entries[-1].position if chain.entries else EMPTY
    for stored in chain.refused:  # not asked for: left as it is, as far as Valkey takes it
        if stored.position > before:
            yield stored
            before = stored.position


def _new_epoch(chain: Chain) -> Iterator[Stored]:
    dialogue = replay(chain.code, chain.entries)
    if dialogue.ending:  # erased: nothing is left that could be offered again
        return
    at = int(time.time() * 1000)
    epoch = max(at, dialogue.epoch + 1)
    payload = write_entry(f"epoch:{epoch}", at, b"", [EpochBegun(because=BECAUSE)])
    yield Stored(Position(epoch, dialogue.version + 1), payload, seal_of(dialogue.seal, payload))


def _number(file: Path) -> int:
    return number(file.name)
