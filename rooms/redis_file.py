"""Has Redis or Valkey write its files anew, so that what was taken out of a log is in none.

An append-only file keeps every word that was ever written, also after the key is gone; a snapshot
keeps what was there when it was made, and every replica has files of its own.

A new file also frees a storage that refuses every write: the file that a rewrite leaves behind is
synced in the background, and should that fail once, both programs wait for the next rewrite, which
may never come.
"""

import asyncio

from rooms.errors import Unavailable
from rooms.redis_cluster import Asking, ClusterLine
from rooms.redis_facts import told_by
from rooms.redis_line import Line

LOOK_SECONDS = 0.05
MOST_TRIES = 20
COPIED_SECONDS = 5.0
BUSY = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")


async def rewrite_files(line: Asking) -> bool:
    """True once every server behind the line has written its files anew. Raises Unavailable.

    False: a server keeps no append-only file, does not let us rewrite it, or has replicas we do not
    reach; then whoever runs it has to see to its files.
    """
    if isinstance(line, ClusterLine):
        return await _rewrite_cluster(line)
    alone = (await told_by(line, "replication")).get("connected_slaves") == "0"
    return await _rewrite(line, await _keeps_snapshots(line)) and alone


async def free(line: Asking) -> bool:
    """Whether a storage that refused every write has begun a new file, and takes writes again.

    Raises Unavailable if it could not, or does not let us; to be asked again some time later.
    """
    servers = (await line.nodes()).values() if isinstance(line, ClusterLine) else [line]
    stuck = [server for server in servers if await _is_stuck(server)]
    for server in stuck:
        if not await _written(server, "BGREWRITEAOF", "aof_last_bgrewrite_status", tries=1):
            raise Unavailable("storage_refused")
    return bool(stuck)


async def _is_stuck(server: Asking) -> bool:
    about = await told_by(server, "persistence")
    return (
        about.get("aof_enabled") == "1"
        and about.get("aof_last_write_status") == "err"
        and all(about.get(name, "0") == "0" for name in BUSY)
    )


async def _rewrite_cluster(cluster: ClusterLine) -> bool:
    """Replicas first hear that the words are gone; a file written before that would hold them.

    Each node gets a snapshot, too: a replica may have kept the one that it once began with. Raises
    Unavailable("copies_away") when one node is away: it has files as well.
    """
    try:
        nodes = await cluster.all_nodes()
        if not await _all_have_heard(nodes):
            return False
        return all(await asyncio.gather(*(_rewrite(node, snapshot=True) for node in nodes)))
    except Unavailable as away:
        if away.reason == "storage_refused":
            return False
        raise Unavailable("copies_away") from away


async def _all_have_heard(nodes: list[Line]) -> bool:
    """False: somebody else copies from a primary. Raises Unavailable if a replica takes long."""
    told = [await told_by(node, "replication") for node in nodes]
    replicas = sum(one["role"] == "slave" for one in told)
    primaries = {
        node: int(one["master_repl_offset"])
        for node, one in zip(nodes, told, strict=True)
        if one["role"] == "master"
    }
    until = asyncio.get_running_loop().time() + COPIED_SECONDS
    while (heard := sum([await _heard(*one) for one in primaries.items()])) < replicas:
        if asyncio.get_running_loop().time() > until:
            raise Unavailable("copies_away")
        await asyncio.sleep(LOOK_SECONDS)
    return heard == replicas


async def _heard(primary: Line, offset: int) -> int:
    """How many replicas have all that this primary wrote up to there."""
    about = await told_by(primary, "replication")
    copies = [
        dict(pair.split("=", 1) for pair in said.split(","))
        for name, said in about.items()
        if name.startswith("slave") and said.startswith("ip=")
    ]
    return sum(one["state"] == "online" and int(one["offset"]) >= offset for one in copies)


async def _keeps_snapshots(line: Asking) -> bool:
    """Whether it makes any by itself; where we may not ask, it may."""
    try:
        said: dict[bytes, bytes] = await line.ask("CONFIG", "GET", "save")
    except Unavailable as no:
        if no.reason == "storage_refused":
            return True
        raise
    return bool(said.get(b"save"))


async def _rewrite(line: Asking, snapshot: bool) -> bool:
    """Whether a rewrite of each file that began after this call has ended well."""
    if (await _quiet(line)).get("aof_enabled") != "1":
        return False
    if not await _written(line, "BGREWRITEAOF", "aof_last_bgrewrite_status"):
        return False
    return not snapshot or await _written(line, "BGSAVE", "rdb_last_bgsave_status")


async def _written(line: Asking, order: str, outcome: str, tries: int = MOST_TRIES) -> bool:
    """False if it does not let us. Raises Unavailable if it did not succeed in so many tries."""
    for _ in range(tries):
        await _quiet(line)
        try:
            await line.ask(order)
        except Unavailable as no:
            if no.reason == "storage_refused":
                return False
            continue  # another one has just begun, perhaps before our words were gone
        if (await _quiet(line)).get(outcome) == "ok":
            return True
    raise Unavailable("storage_away")


async def _quiet(line: Asking) -> dict[str, str]:
    """What the storage says of its files, at a moment when it writes none of them."""
    while True:
        about = await told_by(line, "persistence")
        if all(about.get(name, "0") == "0" for name in BUSY):
            return about
        await asyncio.sleep(LOOK_SECONDS)
