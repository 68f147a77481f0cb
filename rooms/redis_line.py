"""One connection to Redis or Valkey that carries questions and answers in order.

Whatever is asked while an answer is awaited travels together in the next bundle: one round trip
and one fsync for many dialogues. The only file that imports redis.

A retry by the client library could run a script twice, and a caller that stops waiting could leave
its answer to the next one. So retries are off, and once connected the bytes go past redis-py, by
rooms/redis_wire.py: callers wait for a future and may be cancelled without touching the connection.

A cluster is one such line per node: rooms/redis_cluster.py, which `line_to` there chooses.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import hiredis
from redis._parsers.base import BaseParser
from redis.asyncio.connection import AbstractConnection, Connection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    MovedError,
    NoScriptError,
    RedisError,
    ResponseError,
)

from rooms.errors import Unavailable, Unknown
from rooms.redis_wire import Ends, Waiting, Wire, settle

Word = str | bytes | int
Rows = list[Any]

REASONS = {
    "READONLY": "read_only",
    "MISCONF": "read_only",
    "OOM": "storage_full",
    "LOADING": "storage_starting",
    "NOAUTH": "storage_refused",
    "NOPERM": "storage_refused",
    "WRONGPASS": "storage_refused",
}
NEVER_STARTED = (BusyLoadingError, AuthenticationError)


class Elsewhere(Unavailable):
    """This node of a cluster did nothing, because the key lives at another one, `address`.

    `asking`: it is on its way there, and only the next question must go there, after ASKING.
    """

    def __init__(self, address: str, asking: bool) -> None:
        super().__init__("storage_away")
        self.address = address
        self.asking = asking


def storage_away() -> Unavailable:
    """What a question that changes nothing ends with when no answer comes."""
    return Unavailable("storage_away")


def refusal(error: Exception) -> Unavailable:
    """The storage said no before it changed anything."""
    if isinstance(error, AskError):
        return Elsewhere(f"{error.host}:{error.port}", not isinstance(error, MovedError))
    kind = getattr(error, "status_code", None) or str(error).partition(" ")[0]
    return Unavailable(REASONS.get(kind, "storage_away"))


class Script:
    """A script that the storage runs in one go."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Line:
    """`lost` makes the error for a question that was sent and never answered."""

    def __init__(
        self, url: str, timeout_seconds: float = 5.0, lost: Callable[[], Unavailable] = Unknown
    ) -> None:
        self._connection = _connection(url, timeout_seconds)
        self._timeout = timeout_seconds
        self._lost = lost
        self._waiting: list[Waiting] = []
        self._wire: Wire | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._broke = False

    async def ask(self, *words: Word, on: str | None = None, asking: bool = False) -> Any:
        """The answer to one command. Raises Unavailable, or `lost` when the outcome is unknown.

        `on` names a key whose node is meant where there are several; here there is one. `asking`:
        this node of a cluster shall answer although the key is only on its way to it.
        """
        try:
            return await self._ask(words, asking)
        except (ResponseError, *NEVER_STARTED) as error:
            raise refusal(error) from error

    async def ask_all(self, *commands: tuple[Word, ...]) -> list[Any]:
        """The answers to several commands that travel together, in order; raises as `ask` does."""
        return await asyncio.gather(*(self.ask(*words) for words in commands))

    async def run(self, script: Script, key: str, *words: Word, asking: bool = False) -> Any:
        """The answer of a script on one key; raises as `ask` does."""
        try:
            return await self._ask(("EVALSHA", script.digest, 1, key, *words), asking)
        except NoScriptError:  # the storage was restarted; it runs nothing it does not know
            return await self.ask("EVAL", script.text, 1, key, *words, asking=asking)
        except (ResponseError, *NEVER_STARTED) as error:
            raise refusal(error) from error

    async def past(self, places: Mapping[str, str]) -> dict[str, Rows | Unavailable]:
        """What stands in each stream past a place, for those that have some; raises as `ask` does.

        Where there are several nodes, a stream whose node is away has its error instead. When the
        connection broke since, it says once that the storage was away, even if nobody was asking:
        what stands behind the next connection may be an older copy.
        """
        if self._broke:
            self._broke = False
            raise storage_away()
        reply = await self.ask("XREAD", "STREAMS", *places, *places.values())
        return {key.decode(): rows for key, rows in (reply or {}).items()}

    async def close(self) -> None:
        """Hang up; whoever still waits is told that the storage is away."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        self._fail_waiting(storage_away)
        if self._wire is not None:
            self._wire.end(None)
        with contextlib.suppress(RedisError, OSError):
            await self._connection.disconnect(nowait=True)

    async def _ask(self, words: tuple[Word, ...], asking: bool = False) -> Any:
        if asking:  # nothing comes in between: both are put down before anybody else has a turn
            self._put(("ASKING",)).add_done_callback(_heed_nothing)
        return await self._put(words)

    def _put(self, words: tuple[Word, ...]) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        packed = hiredis.pack_command(words)  # type: ignore[arg-type]  # the stub means one word
        self._waiting.append((packed, answer))
        if self._wire is not None:
            if self._wire.idle:
                self._send()
        elif self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())
        return answer

    def _send(self) -> None:
        if self._wire is not None and self._waiting:
            bundle, self._waiting = self._waiting, []
            self._wire.send(bundle)

    async def _connect(self) -> None:
        try:
            await self._connection.connect()  # type: ignore[no-untyped-call]
            self._take_over()
        except NEVER_STARTED as error:
            self._fail_waiting(partial(refusal, error), error)
        except Exception as error:
            self._fail_waiting(storage_away, error)
        finally:
            self._connecting = None
        self._send()

    def _take_over(self) -> None:
        """From here on redis-py is out of the way; it has greeted and knows nothing of a stream."""
        connection = self._connection
        stream, connection._reader, connection._writer = connection._writer, None, None
        if stream is not None:
            ends = Ends(answered=self._send, ended=self._end)
            self._wire = Wire(stream, BaseParser.parse_error, ResponseError, ends, self._timeout)

    def _end(self, asked: Sequence[asyncio.Future[Any]], error: Exception | None) -> None:
        self._wire, self._broke = None, True
        make = partial(refusal, error) if isinstance(error, NEVER_STARTED) else self._lost
        _fail(asked, make, error)
        if self._waiting:
            self._connecting = asyncio.create_task(self._connect())

    def _fail_waiting(
        self, make: Callable[[], Unavailable], cause: Exception | None = None
    ) -> None:
        waiting, self._waiting = self._waiting, []
        _fail([answer for _, answer in waiting], make, cause)


def _connection(url: str, timeout_seconds: float) -> AbstractConnection:
    options: dict[str, Any] = {"socket_timeout": timeout_seconds, **parse_url(url)}
    kind = options.pop("connection_class", Connection)
    options |= {
        "protocol": 3,  # its greeting proves that the storage answers before anything is sent
        "retry": Retry(NoBackoff(), 0),
        "retry_on_timeout": False,
        "decode_responses": False,
        "driver_info": None,
    }
    connection: AbstractConnection = kind(**options)
    return connection


def _heed_nothing(answer: asyncio.Future[Any]) -> None:
    """If it failed, so did the question behind it, and that one is heard."""
    if not answer.cancelled():
        answer.exception()


def _fail(
    asked: Sequence[asyncio.Future[Any]],
    make: Callable[[], Unavailable],
    cause: Exception | None = None,
) -> None:
    for answer in asked:
        error = make()
        error.__cause__ = cause
        settle(answer, error)
