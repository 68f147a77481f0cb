"""Which node of a cluster has which key, as the nodes themselves say it.

A map is believed until a node proves it wrong: a node in doubt is asked nothing before the others
were asked for the map once more. So a failover is found by its first victim.
"""

import asyncio
from binascii import crc_hqx
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from rooms.redis_line import Elsewhere, Word, storage_away

SLOTS = 16_384
LOOK_PAUSE_S = 0.1  # between two looks, however many ask for one

Ranges = list[tuple[int, int, list[str]]]
"""First and last slot, and who has them: the primary, then its replicas."""


def slot_of(key: Word) -> int:
    """Only what stands between the first braces counts, if anything does."""
    name = key if isinstance(key, bytes) else str(key).encode()
    _, brace, rest = name.partition(b"{")
    tag, end, _ = rest.partition(b"}")
    return crc_hqx(tag if brace and end and tag else name, 0) % SLOTS


class ClusterMap:
    """`named`: the nodes somebody told us; `ask` gets a node's answer to CLUSTER SLOTS."""

    def __init__(self, named: Iterable[str], ask: Callable[[str], Awaitable[Any]]) -> None:
        self._named = list(named)
        self._ask = ask
        self._owners: Ranges = []
        self._moved: dict[int, str] = {}
        self._doubted: set[str] = set()
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0.0

    async def owner(self, key: Word) -> str:
        """The node that has this key. Raises Unavailable."""
        slot = slot_of(key)
        node = self._mapped(slot)
        if node is None or node in self._doubted:
            await self.look()
            node = self._mapped(slot)
        if node is None:
            raise storage_away()
        return node

    def nodes(self) -> list[str]:
        """Every node that has keys, as primary or as replica."""
        return list(dict.fromkeys(node for *_, nodes in self._owners for node in nodes))

    def primaries(self) -> list[str]:
        return list(dict.fromkeys(nodes[0] for *_, nodes in self._owners))

    def is_whole(self) -> bool:
        """Whether every slot has a node."""
        return sum(last - first + 1 for first, last, _ in self._owners) == SLOTS

    def doubt(self, node: str) -> None:
        self._doubted.add(node)

    def follow(self, key: Word, moved: Elsewhere, said: str) -> str:
        """Where it points; a node without a name of its own is reached as the one that said so."""
        host, _, port = moved.address.rpartition(":")
        node = f"{_in_url(host) or said.rpartition(':')[0]}:{port}"
        if not moved.asking:
            self._moved[slot_of(key)] = node
        return node

    async def look(self) -> None:
        """One look at a time, for everybody who wants one. Raises Unavailable."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
            self._looking.add_done_callback(self._looked)
        await asyncio.shield(self._looking)

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    def _mapped(self, slot: int) -> str | None:
        if slot in self._moved:
            return self._moved[slot]
        return next((at[0] for first, last, at in self._owners if first <= slot <= last), None)

    def _looked(self, look: asyncio.Task[None]) -> None:
        self._looking = None
        self._looked_at = asyncio.get_running_loop().time()
        if not look.cancelled():
            look.exception()

    async def _look(self) -> None:
        """The first answer counts; nodes in doubt are asked only if there are no others."""
        pause = self._looked_at + LOOK_PAUSE_S - asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, pause))
        known = {*self.nodes(), *self._moved.values(), *self._named}
        asked = {
            asyncio.create_task(self._as_seen_by(one)) for one in known - self._doubted or known
        }
        try:
            while asked:
                done, asked = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
                for answer in done:
                    if answer.exception() is None:
                        self._believe(answer.result())
                        return
        finally:
            for late in asked:
                late.cancel()
        raise storage_away()

    def _believe(self, owners: Ranges) -> None:
        self._owners = owners
        self._moved.clear()
        self._doubted.clear()

    async def _as_seen_by(self, node: str) -> Ranges:
        """Raises Unavailable."""
        host = node.rpartition(":")[0]
        ranges = await self._ask(node)
        if not ranges:
            raise storage_away()
        return [(first, last, [_name(at, host) for at in nodes]) for first, last, *nodes in ranges]


def member_name(member: dict[bytes, Any], teller: str, secure: bool) -> str:
    """The name of a node in the answer of `teller` to CLUSTER SHARDS."""
    own = member[b"endpoint"]
    port = member[b"tls-port" if secure else b"port"]
    return _name([None if own == b"?" else own, port], teller.rpartition(":")[0])


def _name(at: list[Any], host: str) -> str:
    """A node that does not know its own name is reached as the one that told of it."""
    return f"{_in_url((at[0] or b'').decode()) or host}:{at[1]}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
