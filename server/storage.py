"""Where this server keeps its dialogues: the Valkey it brings along, or a Redis somebody runs."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from rooms.devices import Devices, MemoryDevices, RedisDevices
from rooms.ended import Ended, MemoryEnded, RedisEnded
from rooms.errors import Unavailable
from rooms.log import Log, Position, Stored
from rooms.presence import Presence, RedisPresence
from rooms.redis_log import RedisLog
from server.durability import Durability, check_persistence
from server.embedded import EmbeddedStore
from server.leftovers import sweep
from server.settings import Settings
from server.valkey_process import StoreUnusable

LOOK_EVERY_S = 0.1
LOOK_WHETHER_IT_WRITES_S = 2.0
LONGEST_BETWEEN_LOOKS_S = 16.0  # a new file of a large storage on a full disk is work for nothing
REFUSED_S = 30.0  # phones offer again every few seconds; if none does, nobody is refused any more
NO_MORE_KEPT = ("storage_full", "read_only")

logger = structlog.get_logger(__name__)


def _nothing() -> None:
    """A storage that others run has no suspicion of ours."""


def _no_trouble_with(_: str) -> None:
    """A storage in memory keeps everything."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The open storage. `sentences` say what acknowledged means here, to be printed at start.

    `trouble` says why nothing of the dialogue with this code is kept now, as far as known unasked.
    `suspicion`: why the end of what was acknowledged may be missing, or nothing; `believe` is to be
    called once a new epoch has begun everywhere.
    """

    log: Log
    presence: Presence
    sentences: tuple[str, ...]
    state: Callable[[], str]
    suspicion: str = ""
    ended: Ended = field(default_factory=MemoryEnded)
    devices: Devices = field(default_factory=MemoryDevices)
    believe: Callable[[], None] = _nothing
    trouble: Callable[[str], str | None] = _no_trouble_with


class CarefulLog(RedisLog):
    """Keeps nothing any more once there is trouble, such as a disk that is nearly full.

    Reading, and so the wall and the downloads, go on.
    """

    def __init__(
        self,
        url: str,
        trouble: Callable[[], str | None],
        replicas_wait: int = 0,
        files: Path | None = None,
    ) -> None:
        """`files`: where the storage keeps its own, if they are in our hands."""
        super().__init__(url, replicas_wait=replicas_wait)
        self._trouble = trouble
        self._at_peace_until = 0.0
        self._refusals: dict[str, tuple[str, float]] = {}
        self._files = files
        self.unwatched = files is None

    def refused(self, code: str | None = None) -> str | None:
        """Why the store keeps nothing new, as far as it has told us lately: of this one, or any."""
        now, lately = time.monotonic(), self._refusals
        asked = lately.values() if code is None else [lately[code]] if code in lately else []
        return next((reason for reason, until in asked if now < until), None)

    async def append(
        self,
        code: str,
        expected: Position,
        epoch: int,
        entries: Sequence[tuple[bytes, bytes]],
        on: bytes | None = None,
    ) -> bool:
        if not entries:  # it only compares, so that a refusal can be told to be fresh
            return await super().append(code, expected, epoch, entries, on)
        self._check()
        try:
            kept = await super().append(code, expected, epoch, entries, on)
        except Unavailable as away:
            if away.reason in NO_MORE_KEPT:
                self._refusals[code] = away.reason, time.monotonic() + REFUSED_S
            raise
        self._refusals.pop(code, None)
        return kept

    async def claim(self, code: str) -> bool:
        self._check()
        return await super().claim(code)

    async def draft(self, code: str, tail: Stored, entries: Sequence[Stored]) -> bool:
        if len(entries) > 1:  # one: a whole dialogue is written off, which makes room
            self._check()
        return await super().draft(code, tail, entries)

    async def purge(self) -> bool:
        rewritten = await super().purge()
        if self._files is not None:
            await sweep(self._files)
        return rewritten

    def _check(self) -> None:
        now = time.monotonic()
        if now < self._at_peace_until:  # a look costs two calls of the system
            return
        if trouble := self._trouble():
            raise Unavailable(trouble)
        self._at_peace_until = now + LOOK_EVERY_S


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[Storage]:
    """The storage the settings name, for as long as the block lasts. Raises StoreUnusable."""
    async with AsyncExitStack() as stack:
        trouble: Callable[[], str | None]
        found: tuple[str, ...]
        files: Path | None
        believe: Callable[[], None]
        suspicion, believe, found = "", _nothing, ()
        if settings.redis_url:
            url, trouble, files = settings.redis_url, _no_trouble, None
        else:
            store = EmbeddedStore(settings.data)
            await store.start()
            stack.push_async_callback(store.stop)
            url, trouble, files = store.url, store.storage_state, store.files
            suspicion, believe, found = store.suspicion, store.believe, store.sentences
        durability = await _checked(url)
        log = CarefulLog(url, trouble, settings.replicas_wait, files)
        presence = RedisPresence(url)
        stack.push_async_callback(log.close)
        stack.push_async_callback(presence.close)
        ended = RedisEnded(url)
        stack.push_async_callback(ended.close)
        devices = RedisDevices(url)
        stack.push_async_callback(devices.close)
        await stack.enter_async_context(_seeing_that_it_writes(log))
        in_peace = "durable" if durability.durable else "not_durable"
        sentences = (*durability.sentences, *found)
        yield Storage(
            *(log, presence, sentences, lambda: trouble() or log.refused() or in_peace),
            *(suspicion, ended, devices, believe),
            trouble=lambda code: trouble() or log.refused(code),
        )


@asynccontextmanager
async def _seeing_that_it_writes(log: CarefulLog) -> AsyncIterator[None]:
    """Frees a storage that refuses every write, at the start and beside the block."""
    await _free(log)
    task = asyncio.create_task(_free_again_and_again(log), name="freeing")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _free_again_and_again(
    log: CarefulLog, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    pause = LOOK_WHETHER_IT_WRITES_S
    while True:
        await sleep(pause)
        soon = LOOK_WHETHER_IT_WRITES_S
        pause = soon if await _free(log) else min(2 * pause, LONGEST_BETWEEN_LOOKS_S)


async def _free(log: CarefulLog) -> bool:
    """Unless it was asked for a new file in vain: to look again soon costs nothing."""
    try:
        if await log.free():
            logger.warning("store_freed")
    except Unavailable as no:
        return no.reason != "storage_refused"
    return True


def _no_trouble() -> None:
    """A storage that others run is not watched; what goes wrong there shows when it is used."""


@contextmanager
def needed_for_the_start() -> Iterator[None]:
    """What asks the storage before anybody is let in. Raises StoreUnusable if it goes away."""
    try:
        yield
    except Unavailable as away:
        raise StoreUnusable(f"the storage went away during the start ({away})") from None


async def _checked(url: str) -> Durability:
    try:
        durability = await check_persistence(url)
    except Unavailable as away:
        why = f"{away}{_what_of_tls(away)}"
        raise StoreUnusable(f"the storage at {_without_password(url)} is away: {why}") from None
    if not durability.fit:
        raise StoreUnusable(" ".join(durability.sentences))
    return durability


def _what_of_tls(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            reason = getattr(error, "verify_message", "") or error.reason or "no reason given"
            return f". TLS was refused ({reason})"
        error = error.__cause__ or error.__context__
    return ""


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("?")[0].partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
