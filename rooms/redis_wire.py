"""Questions and answers as bytes on one connection to Redis or Valkey: whole bundles, in order.

redis-py makes the connection and says hello; after that its streams, locks and timeouts, which
cost more than all of a vote, are left aside. Knows no command; imports nothing of ours.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import hiredis

Waiting = tuple[bytes, asyncio.Future[Any]]

_NOT_YET = object()


class Ends(NamedTuple):
    """Whom a wire tells: each time all is answered, and once who will get no answer any more."""

    answered: Callable[[], None]
    ended: Callable[[Sequence[asyncio.Future[Any]], Exception | None], None]


class Wire(asyncio.Protocol):
    """One bundle is under way at a time; takes over the connection of a stream.

    An error in a reply is that answer's own if it is `harmless`; any other ends the wire.
    """

    def __init__(
        self,
        stream: asyncio.StreamWriter,
        parse_error: Callable[[str], Exception],
        harmless: type[Exception],
        ends: Ends,
        timeout_seconds: float,
    ) -> None:
        self._stream = stream  # kept, because it would close the connection when it is let go
        self._transport = stream.transport
        self._replies = hiredis.Reader(replyError=parse_error, notEnoughData=_NOT_YET)
        self._harmless = harmless
        self._ends = ends
        self._timeout = timeout_seconds
        self._is_over = False
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._loop = asyncio.get_running_loop()
        self._heard_at = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._transport.set_protocol(self)

    @property
    def idle(self) -> bool:
        return not self._asked

    def send(self, bundle: Sequence[Waiting]) -> None:
        """Call only while idle."""
        self._asked.extend(answer for _, answer in bundle)
        self._heard_at = self._loop.time()
        if self._watch is None:
            self._watch = self._loop.call_later(self._timeout, self._look)
        self._transport.write(b"".join(packed for packed, _ in bundle))

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        try:
            self._replies.feed(data)
            while (reply := self._replies.gets()) is not _NOT_YET:
                if isinstance(reply, hiredis.PushNotification):
                    continue
                if not self._asked or self._is_fatal(reply):
                    self.end(reply if isinstance(reply, Exception) else None)
                    return
                settle(self._asked.popleft(), reply)
        except hiredis.ProtocolError as error:
            self.end(error)
            return
        if not self._asked:
            self._ends.answered()

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(exc or ConnectionError("the storage hung up"))

    def end(self, error: Exception | None) -> None:
        """Hang up; nobody is asked any more."""
        if self._is_over:
            return
        self._is_over = True
        if self._watch is not None:
            self._watch.cancel()
        self._transport.close()
        asked, self._asked = self._asked, deque()
        self._ends.ended(asked, error)

    def _is_fatal(self, reply: object) -> bool:
        return isinstance(reply, Exception) and not isinstance(reply, self._harmless)

    def _look(self) -> None:
        """One timer for all questions: it looks whether anybody has waited too long."""
        self._watch = None
        if not self._asked:
            return
        left = self._heard_at + self._timeout - self._loop.time()
        if left > 0:
            self._watch = self._loop.call_later(left, self._look)
        else:
            self.end(TimeoutError("the storage does not answer"))


def settle(answer: asyncio.Future[Any], reply: Any) -> None:
    """Gives it to whoever waits, unless they stopped waiting."""
    if answer.done():
        return
    if isinstance(reply, Exception):
        answer.set_exception(reply)
    else:
        answer.set_result(reply)
