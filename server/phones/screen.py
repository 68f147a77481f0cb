"""A screen in the hall: says hello, holds its views, gives commands, comes back by itself."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Callable
from typing import Any, TypeVar

from server.phones.held import Frame, Held
from server.phones.line import Ack, Line, NotLetIn
from server.phones.outbox import PASSING, Outbox, Told

ANSWER_SECONDS = 20.0
HELLO_AGAIN_SECONDS = 1.0
LONGEST_WINDOW_SECONDS = 10.0
TRIES_IN_THE_FIRST_WINDOW = 3
LONGEST_STAFF_WINDOW_SECONDS = 1.5

T = TypeVar("T")


class Ended(ConnectionError):
    """This screen was closed or sent away; there will be no more answers."""


class Screen:
    """One screen of one dialogue at the server `url`; call `connect`, at the end `close`.

    `auth` is what it shows at the door: {code, token} of a phone, {code, link} of staff.
    `shared` and `mine` are what it holds. `seen`, if set, is called after each frame. `told`, if
    given, hears each command's final answer with the time it took.
    """

    def __init__(
        self, url: str, auth: dict[str, str], cookie: str = "", told: Told | None = None
    ) -> None:
        self.shared = Held()
        self.mine = Held()
        self.seen: Callable[[Frame], None] | None = None
        self._url = url
        self._auth = auth
        self._cookie = cookie
        self._outbox = Outbox(self._offer, told)
        self._line: Line | None = None
        self._early: list[Frame] | None = None
        self._window = 1.0
        self._seen: Ack | None = None
        self._returning: asyncio.Task[None] | None = None
        self._changed: asyncio.Event | None = None
        self._end: Exception | None = None

    @property
    def code(self) -> str:
        return self._auth["code"]

    @property
    def pause(self) -> float:
        """Seconds until a command would leave at once; the server lets nobody go faster."""
        return self._outbox.pause

    async def connect(self) -> None:
        """Come in and say hello. Raises NotLetIn, OSError."""
        line = self._line = Line(self._view, self._lost)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await line.open(self._url, self._auth, self._cookie)
                await self._greet(line)
        except BaseException:
            line.close()
            raise

    async def command(self, name: str, **fields: Any) -> Ack:
        """Give a command; the final answer, however often it had to be offered. Raises Ended."""
        return await self.give(name, **fields)

    def give(self, name: str, **fields: Any) -> "asyncio.Future[Ack]":
        """As `command`, for those who do not wait at once."""
        if self._end:
            raise self._end
        return self._outbox.put(name, fields)

    async def until(self, look: Callable[[], T | None], seconds: float = ANSWER_SECONDS) -> T:
        """Waits until what `look` finds in the views is true, and returns it."""
        async with asyncio.timeout(seconds):
            while not (found := look()):
                if self._end:
                    raise self._end
                self._changed = self._changed or asyncio.Event()
                await self._changed.wait()
        return found

    def drop(self) -> None:
        """Lose the connection as a phone does in a dead corner; it comes back by itself."""
        if self._line:
            self._line.close()

    async def close(self) -> None:
        self._leave(Ended("closed"))
        if self._returning:
            self._returning.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._returning
        if self._line:
            await self._line.closed()

    # Coming in

    async def _greet(self, line: Line) -> None:
        """Afterwards the views are whole and the outbox runs; also the way out of a gap."""
        held = self.shared.epoch
        self._early = []
        hello = await self._hello(line)
        frames, self._early = [*hello["views"], *self._early], None
        self._window = hello["reconnect_within"] / 1000
        if not all([self._take(frame) for frame in frames]):
            self.shared = Held()
            await self._greet(line)
            return
        if held not in (None, hello["epoch"]):
            self._outbox.offer_again()
        self._outbox.open()

    async def _hello(self, line: Line) -> Ack:
        while True:
            held = {"epoch": self.shared.epoch, "version": self.shared.version}
            hello = await line.answer("hello", {**held, "seen": self._seen})
            if hello["ok"]:
                return hello
            if hello["error"] not in PASSING:
                raise NotLetIn(hello["reason"])
            await asyncio.sleep(HELLO_AGAIN_SECONDS)

    async def _mend(self, line: Line) -> None:
        """Something before a frame was missing."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._greet(line)
        except NotLetIn as refused:
            self._leave(refused)
        except OSError:
            line.close()
            await self._come_back()

    async def _come_back(self) -> None:
        """Everybody who lost the line at once comes back spread over the announced window."""
        window = self._window
        longest = LONGEST_STAFF_WINDOW_SECONDS if "link" in self._auth else LONGEST_WINDOW_SECONDS
        for tries in itertools.count(1):
            await asyncio.sleep(random.random() * window)
            try:
                await self.connect()
                return
            except NotLetIn as refused:
                self._leave(refused)
                return
            except OSError:
                if tries >= TRIES_IN_THE_FIRST_WINDOW:
                    window = min(window * 2, longest)

    # Hearing

    def _view(self, frame: Frame) -> None:
        if self._early is not None:
            self._early.append(frame)
        elif frame["epoch"] != self.shared.epoch or not self._take(frame):
            self._mend_now()

    def _mend_now(self) -> None:
        self._outbox.shut()
        self._early = []
        if self._line:
            self._returning = asyncio.create_task(self._mend(self._line))

    def _take(self, frame: Frame) -> bool:
        """False if something before this frame is missing."""
        held = self.mine if frame["of"] == "mine" else self.shared
        outcome = held.take(frame)
        if outcome == "taken":
            self._heard_of(frame["epoch"], frame["to"], frame.get("stamp"))
            if self.seen:
                self.seen(frame)
            self._look_again()
        return outcome != "gap"

    def _look_again(self) -> None:
        if self._changed:
            self._changed.set()
            self._changed = None

    def _offer(self, body: Ack, hear: Callable[[Ack], None]) -> None:
        def heard(ack: Ack) -> None:
            if ack["ok"] and self.shared.epoch is not None:
                self._heard_of(self.shared.epoch, ack["version"], ack.get("stamp"))
            hear(ack)

        if self._line:
            self._line.ask("command", body, heard)

    def _heard_of(self, epoch: int, version: int, stamp: int | None) -> None:
        known = self._seen
        if known is None or (epoch, version) >= (known["epoch"], known["version"]):
            self._seen = {"epoch": epoch, "version": version, "stamp": stamp}

    # Going

    def _lost(self, line: Line) -> None:
        if line is not self._line or self._end:
            return
        self._outbox.shut()
        if line.sent_away:
            self._leave(Ended("sent away"))
        elif self.shared.epoch is not None and not (self._returning and not self._returning.done()):
            self._returning = asyncio.create_task(self._come_back())

    def _leave(self, why: Exception) -> None:
        if self._end:
            return
        self._end = why
        self._outbox.fail(why)
        self._look_again()
        if self._line:
            self._line.close()
