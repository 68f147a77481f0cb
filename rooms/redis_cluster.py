"""Lines to all nodes of a Redis or Valkey Cluster: each key is asked for at the node that has it.

One ordered line per node; nothing is ever sent twice. A node that says MOVED or ASK has done
nothing, so that question goes on to where it points; after any other failure the map is doubted.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from rooms.cluster_map import ClusterMap, member_name
from rooms.errors import Unavailable, Unknown
from rooms.redis_line import Elsewhere, Line, Rows, Script, Word, storage_away

T = TypeVar("T")

MOST_MOVES = 5
PAST_S = 0.5
SERVES_S = 1.5
MARK = "+cluster"
STILL_THERE = ("storage_full", "storage_refused")  # such a node is up and has its slots


class Asking(Protocol):
    """What a line to one server and lines to a cluster have in common; rooms/redis_line.py."""

    async def ask(self, *words: Word, on: str | None = None) -> Any: ...

    async def ask_all(self, *commands: tuple[Word, ...]) -> list[Any]: ...

    async def run(self, script: Script, key: str, *words: Word) -> Any: ...

    async def past(self, places: Mapping[str, str]) -> dict[str, Rows | Unavailable]: ...

    async def close(self) -> None: ...


def line_to(
    url: str, timeout_seconds: float = 5.0, lost: Callable[[], Unavailable] = Unknown
) -> Asking:
    """The line to one server, or for `redis+cluster://` and `rediss+cluster://` to a cluster."""
    if is_cluster(url):
        return ClusterLine(url, timeout_seconds, lost)
    return Line(url, timeout_seconds, lost)


def is_cluster(url: str) -> bool:
    return urlsplit(url).scheme.endswith(MARK)


class ClusterLine:
    """As Line. The URL names some of the nodes: `redis+cluster://:secret@a:7000,b:7000`."""

    def __init__(
        self, url: str, timeout_seconds: float = 5.0, lost: Callable[[], Unavailable] = Unknown
    ) -> None:
        address = urlsplit(url)
        login, at, nodes = address.netloc.rpartition("@")
        self._secure = address.scheme.startswith("rediss")
        self._before = f"{address.scheme.removesuffix(MARK)}://{login}{at}"
        self._after = f"?{address.query}" if address.query else ""
        self._make = partial(Line, timeout_seconds=timeout_seconds, lost=lost)
        self._lines: dict[str, Line] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._map = ClusterMap(nodes.split(","), self._slots)

    async def ask(self, *words: Word, on: str | None = None) -> Any:
        """As Line.ask; without `on`, the first word after the command is the key."""
        return await self._at(
            words[1] if on is None else on,
            lambda line, asking: line.ask(*words, asking=asking),
        )

    async def ask_all(self, *commands: tuple[Word, ...]) -> list[Any]:
        """The answers to several commands, in order; those for one node travel together."""
        return await asyncio.gather(*(self.ask(*words) for words in commands))

    async def run(self, script: Script, key: str, *words: Word) -> Any:
        """As Line.run."""
        return await self._at(
            key, lambda line, asking: line.run(script, key, *words, asking=asking)
        )

    async def past(self, places: Mapping[str, str]) -> dict[str, Rows | Unavailable]:
        """A question per stream, since none may name two slots; one bundle and reply per node.

        A stream that has moved counts as away once: its new node may lack what the old one had.
        So does one whose node takes long, and it is not asked again before it has answered.
        """
        found: dict[str, Rows | Unavailable] = dict.fromkeys(places, storage_away())
        asked = set()
        for node, here in (await self._by_node(places)).items():
            if node not in self._reading:
                reading = asyncio.create_task(self._past_at(node, here, found))
                reading.add_done_callback(partial(self._have_read, node))
                self._reading[node] = reading
                asked.add(reading)
        if asked:
            await asyncio.wait(asked, timeout=PAST_S)
        return {key: rows for key, rows in found.items() if rows}

    async def nodes(self) -> dict[str, Line]:
        """Every node that has keys, primary or replica, and the line to it. Raises Unavailable."""
        await self._map.look()
        return {node: self._line(node) for node in self._map.nodes()}

    async def all_nodes(self) -> list[Line]:
        """As `nodes`, and those that have no keys (any more); Unavailable also if one is away."""
        teller = await self._map.owner("")
        shards = await self._line(teller).ask("CLUSTER", "SHARDS")
        members = [one for shard in shards for one in shard[b"nodes"]]
        if any(one[b"health"] != b"online" for one in members):
            raise storage_away()
        return [self._line(member_name(one, teller, self._secure)) for one in members]

    async def serving(self, replicas: int) -> list[bool]:
        """For each primary whether it answers, serves its slots and has so many replicas.

        Slots that nobody has count as one more that does not. Raises Unavailable.
        """
        await self._map.look()
        primaries = self._map.primaries()
        asked = (self._serves(node, replicas) for node in primaries)
        return [*await asyncio.gather(*asked), *([] if self._map.is_whole() else [False])]

    async def close(self) -> None:
        """As Line.close, for every node."""
        for reading in list(self._reading.values()):
            reading.cancel()
        await asyncio.gather(*self._reading.values(), return_exceptions=True)
        await self._map.close()
        await asyncio.gather(*(line.close() for line in self._lines.values()))

    async def _at(self, key: Word, question: Callable[[Line, bool], Awaitable[T]]) -> T:
        node, asking = await self._map.owner(key), False
        for _ in range(MOST_MOVES):
            try:
                return await question(self._line(node), asking)
            except Elsewhere as moved:
                node, asking = self._map.follow(key, moved, node), moved.asking
            except Unavailable as away:
                if away.reason not in STILL_THERE:
                    self._map.doubt(node)
                raise
        raise storage_away()

    async def _by_node(self, places: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """The places by the node that has them; without those of which nobody knows where."""
        found: dict[str, dict[str, str]] = {}
        for key, place in places.items():
            with contextlib.suppress(Unavailable):
                found.setdefault(await self._map.owner(key), {})[key] = place
        return found

    async def _past_at(
        self, node: str, places: dict[str, str], found: dict[str, Rows | Unavailable]
    ) -> None:
        line = self._line(node)
        questions = (line.ask("XREAD", "STREAMS", *place) for place in places.items())
        replies = await asyncio.gather(*questions, return_exceptions=True)
        for key, reply in zip(places, replies, strict=True):
            if isinstance(reply, Elsewhere):
                self._map.follow(key, reply, node)
            elif isinstance(reply, Unavailable):
                self._map.doubt(node)
            elif isinstance(reply, BaseException):
                raise reply
            else:
                found[key] = next(iter(reply.values())) if reply else []

    async def _serves(self, node: str, replicas: int) -> bool:
        """It may answer and yet be cut off from the others, or have become a replica."""
        line = self._line(node)
        try:
            async with asyncio.timeout(SERVES_S):
                cluster, copies = await line.ask_all(("CLUSTER", "INFO"), ("INFO", "replication"))
        except (Unavailable, TimeoutError):
            self._map.doubt(node)
            return False
        is_primary = b"role:master" in copies
        enough = copies.count(b"state=online") >= replicas
        return b"cluster_state:ok" in cluster and is_primary and enough

    def _have_read(self, node: str, reading: asyncio.Task[None]) -> None:
        del self._reading[node]
        if not reading.cancelled() and (wrong := reading.exception()):
            raise wrong

    async def _slots(self, node: str) -> Any:
        return await self._line(node).ask("CLUSTER", "SLOTS")

    def _line(self, node: str) -> Line:
        if node not in self._lines:
            self._lines[node] = self._make(f"{self._before}{node}{self._after}")
        return self._lines[node]
