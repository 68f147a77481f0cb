"""What a file of the store holds, as commands; Valkey itself translates its older binary form.

Stores made by earlier versions begin with such a file once they have grown long.
"""

import asyncio
import contextlib
import tempfile
from pathlib import Path

from rooms.errors import Unavailable
from rooms.redis_line import Line, storage_away
from server.store_files import MANIFEST, is_emptied, listed
from server.valkey_process import ValkeyProcess

PATIENCE_SECONDS = 120.0


def content_as_commands(file: Path) -> bytes | None:
    """The content of one of the store's files; None if Valkey cannot read it."""
    if not file.exists():
        return None
    if file.suffix == ".aof":
        return file.read_bytes()
    if is_emptied(file):
        return None
    with tempfile.TemporaryDirectory(prefix="dt-", dir=file.parent.parent) as folder:
        return asyncio.run(_translated(file.read_bytes(), Path(folder)))


async def _translated(content: bytes, folder: Path) -> bytes | None:
    valkey = ValkeyProcess(folder)
    valkey.files.mkdir()
    (valkey.files / "appendonly.aof.1.base.rdb").write_bytes(content)
    (valkey.files / "appendonly.aof.1.incr.aof").touch()
    (valkey.files / MANIFEST).write_text(
        "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n"
    )
    line = Line(f"unix://{valkey.socket}", lost=storage_away)
    valkey.launch()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while valkey.runs():
                base = listed(valkey.files)[0]
                if base.suffix == ".aof":
                    return base.read_bytes()
                with contextlib.suppress(Unavailable):  # it still reads, or is at it already
                    await line.ask("BGREWRITEAOF")
                await asyncio.sleep(0.1)
        return None
    finally:
        await line.close()
        valkey.end()
