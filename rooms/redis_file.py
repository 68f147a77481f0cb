"""Has Redis or Valkey write its file anew, so that what was taken out of a log is in none any more.

An append-only file keeps every word that was ever written, also after the key is gone.
"""

import asyncio

from rooms.errors import Unavailable
from rooms.redis_cluster import Asking, ClusterLine

LOOK_SECONDS = 0.05
MOST_TRIES = 20
BUSY = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")


async def rewrite_files(line: Asking) -> bool:
    """True once every server behind the line has written its file anew. Raises Unavailable.

    False: a server keeps no append-only file, does not let us rewrite it, or has replicas we do not
    reach; then whoever runs it has to see to its files.
    """
    if isinstance(line, ClusterLine):
        nodes = (await line.nodes()).values()
        return all([await _rewrite(node) for node in nodes])
    about = await _about(line, "replication")
    return await _rewrite(line) and about.get("connected_slaves") == "0"


async def _rewrite(line: Asking) -> bool:
    """Whether a rewrite that began after this call has ended well."""
    for _ in range(MOST_TRIES):
        before = await _quiet(line)
        if before.get("aof_enabled") != "1":
            return False
        try:
            await line.ask("BGREWRITEAOF")
        except Unavailable as no:
            if no.reason == "storage_refused":
                return False
            continue  # another rewrite has just begun, perhaps before our words were gone
        if (await _quiet(line)).get("aof_last_bgrewrite_status") == "ok":
            return True
    raise Unavailable("storage_away")


async def _quiet(line: Asking) -> dict[str, str]:
    """What the storage says of its files, at a moment when it writes none of them."""
    while True:
        about = await _about(line, "persistence")
        if all(about.get(name, "0") == "0" for name in BUSY):
            return about
        await asyncio.sleep(LOOK_SECONDS)


async def _about(line: Asking, what: str) -> dict[str, str]:
    lines = (await line.ask("INFO", what)).decode().splitlines()
    return dict(pair.split(":", 1) for pair in lines if ":" in pair)
