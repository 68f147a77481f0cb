"""The hall: every dialogue that is live in this process, following the log for all of them.

A dialogue opens from its log when somebody asks for it and closes when nobody was here for a while.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar

import structlog

from rooms.audiences import persons
from rooms.dialogue import Dialogue, check_there
from rooms.errors import Corrupted, Erased, Forgotten, Refused, Unavailable
from rooms.live import LiveDialogue
from rooms.log import Log, PartlyAway, Stored
from rooms.mending import replay_mended
from rooms.messages import Call
from rooms.outlet import Outlet
from rooms.presence import RENEW_SECONDS, Presence
from rooms.setting import CreateDialogue
from rooms.views import PresenceShown

log = structlog.get_logger(__name__)

FOLLOW_PAUSE_S = 0.1
FOLLOW_SOON_S = 0.04  # while another process writes too: a copy that lags loses its appends
PRESENCE_PAUSE_S = 1.0
IDLE_S = 600.0
STORAGE_PATIENCE_S = 30.0

Found = TypeVar("Found")


class Hall:
    """`process` names this process among others; `clock` gives milliseconds since 1970.

    `trouble` says why the storage keeps nothing of a dialogue now, as far as it knows unasked.
    """

    def __init__(
        self,
        storage: Log,
        presence: Presence,
        outlet: Outlet,
        process: str,
        clock: Callable[[], int] = lambda: int(time.time() * 1000),
        trouble: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self.storage = storage
        self.clock = clock
        self.away = False
        self._presence = presence
        self._outlet = outlet
        self._process = process
        self._trouble = trouble
        self._live: dict[str, LiveDialogue] = {}
        self._opening: dict[str, asyncio.Task[LiveDialogue]] = {}
        self._renewed: dict[str, tuple[float, set[str]]] = {}
        self._idle_since: dict[str, float] = {}
        self._unread: frozenset[str] = frozenset()
        self._others_write = False
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Starts following the log and renewing leases; needs a running loop."""
        self._tasks = [
            asyncio.create_task(self._for_ever(self._follow, self._pause), name="follow"),
            asyncio.create_task(
                self._for_ever(self._renew, lambda: PRESENCE_PAUSE_S), name="presence"
            ),
        ]

    async def close(self) -> None:
        """Lets every dialogue finish what it has begun."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._opening.values(), return_exceptions=True)
        await asyncio.gather(*(live.close() for live in self._live.values()))

    @property
    def unread(self) -> int:
        """How many live dialogues cannot be followed now, because their storage is away."""
        return len(self._live) if self.away else len(self._unread)

    def known(self, code: str) -> LiveDialogue | None:
        """The dialogue if it is live here already."""
        return self._live.get(code)

    @property
    def lives(self) -> list[LiveDialogue]:
        return list(self._live.values())

    async def live(self, code: str) -> LiveDialogue:
        """The live dialogue with this code. Raises Forgotten, Corrupted, Unavailable."""
        if code in self._live:
            return self._live[code]
        opening = self._opening.get(code)
        if opening is None:
            opening = self._opening[code] = asyncio.create_task(self._open(code))
            opening.add_done_callback(lambda _: self._opening.pop(code, None))
        return await asyncio.shield(opening)

    async def suspect_all(self, because: str) -> None:
        """Begins a new epoch in every dialogue there is; a storage that is away is asked again.

        Raises Unavailable if it stays away.
        """
        for code in await _patiently(self.storage.codes):
            try:
                (await _patiently(partial(self.live, code))).suspect(because)
            except Erased:
                pass  # nothing is left that could have been lost
            except (Forgotten, Corrupted) as broken:
                log.error("dialogue_not_opened", code=code, reason=str(broken))

    async def assured(self) -> None:
        """Returns once every dialogue that was suspected has begun its new epoch."""
        while any(live.is_suspect for live in self._live.values()):  # noqa: ASYNC110
            await asyncio.sleep(FOLLOW_PAUSE_S)

    async def create(self, code: str, call: Call, command: CreateDialogue) -> LiveDialogue:
        """Begins the log of a new dialogue. Raises Refused (code taken, bad texts), Unavailable."""
        if not await self.storage.claim(code):
            raise Refused("code_taken")
        live = self._make(Dialogue(code))
        answer = await live.perform(call, command)
        if answer.ok:
            return live
        if live.dialogue.version:  # the register had forgotten somebody's dialogue
            raise Refused("code_taken")
        await self._forget(code)
        await self.storage.remove(code)
        raise answer.failure

    async def remove(self, code: str) -> None:
        """Cuts everybody off and forgets the dialogue for good; for rehearsals only."""
        await self.let_go(code, "dialogue_removed")
        await self.storage.remove(code)

    async def let_go(self, code: str, reason: str) -> None:
        """Cuts everybody off who is here; whoever asks for the dialogue opens its log anew."""
        if live := self._live.get(code):
            live.audiences.cut_everybody(reason)
        await self._forget(code)

    async def _open(self, code: str) -> LiveDialogue:
        entries = await self.storage.read(code)
        if not entries:
            raise Forgotten(code)
        with contextlib.suppress(Unavailable):  # the register may have lost it with another node
            await self.storage.claim(code)
        dialogue = await replay_mended(self.storage, code, entries, self.clock)
        check_there(dialogue)
        return self._make(dialogue)

    def _make(self, dialogue: Dialogue) -> LiveDialogue:
        live = LiveDialogue(dialogue, self.storage, self._outlet, self.clock)
        self._live[dialogue.code] = live
        return live

    async def _forget(self, code: str) -> None:
        live = self._live.pop(code, None)
        self._renewed.pop(code, None)
        self._idle_since.pop(code, None)
        if live:
            await live.close()

    def _pause(self) -> float:
        return min(FOLLOW_SOON_S, FOLLOW_PAUSE_S) if self._others_write else FOLLOW_PAUSE_S

    async def _for_ever(
        self, turn: Callable[[], Awaitable[None]], pause: Callable[[], float]
    ) -> None:
        while True:
            await asyncio.sleep(pause())
            try:
                await turn()
            except Unavailable:
                pass  # what follows from that, following the log finds out
            except Exception:
                log.exception("hall_turn_failed")

    async def _follow(self) -> None:
        try:
            await self._read_on()
        except Unavailable:
            self._tell_trouble()
            raise
        self._tell_trouble()

    async def _read_on(self) -> None:
        # Whoever has just appended knows that the log held nothing else.
        known = time.monotonic() - FOLLOW_PAUSE_S
        positions = {
            code: live.position for code, live in self._live.items() if live.compared_at < known
        }
        unread: frozenset[str] = frozenset()
        news: Mapping[str, list[Stored]]
        try:
            news = await self.storage.news(positions) if positions else {}
        except PartlyAway as partly:
            news, unread = partly.news, partly.away
        except Unavailable:
            self.away = True
            raise
        back = frozenset(self._live) if self.away else self._unread
        self.away, self._unread = False, unread
        for code in back - unread:
            if code in self._live:
                self._live[code].doubt()
        self._others_write = False
        for code, entries in news.items():
            if live := self._live.get(code):
                self._others_write |= entries[-1].position > live.position
                live.absorb(entries)

    def _tell_trouble(self) -> None:
        for code, live in self._live.items():
            away = "storage_away" if self.away or code in self._unread else None
            live.audiences.show_storage(self._trouble(code) or away)

    async def _renew(self) -> None:
        now = time.monotonic()
        for code, live in list(self._live.items()):
            with contextlib.suppress(Unavailable):  # the others may be kept elsewhere
                await self._renew_one(code, live, now)
                begun = live.position.version and live.dialogue.about.rehearsal
                if begun and not (await self.storage.tail(code)).version:
                    await self.let_go(code, "dialogue_removed")  # by another process
                    continue
            if live.has_company or live.is_suspect:
                self._idle_since.pop(code, None)
            elif now - self._idle_since.setdefault(code, now) > IDLE_S:
                await self._forget(code)

    async def _renew_one(self, code: str, live: LiveDialogue, now: float) -> None:
        here = live.audiences.here
        at, before = self._renewed.get(code, (0.0, set()))
        # Together: a hall that loses its wifi costs one way to the disk and not three hundred.
        gone = before - here
        await asyncio.gather(*(self._presence.leave(code, self._process, one) for one in gone))
        if now - at > RENEW_SECONDS or here - before:
            await self._presence.renew(code, self._process, here)
            at = now
        self._renewed[code] = (at, here)
        if live.audiences.has_staff:
            live.audiences.show_presence(_counts(live, await self._presence.present(code)))


def _counts(live: LiveDialogue, present: set[str]) -> PresenceShown:
    people = persons(present)
    seats = live.dialogue.people
    at = (seats[person].table for person in people if person in seats)
    tables = Counter(table for table in at if table is not None)
    return PresenceShown(
        connected=len(people),
        tables={str(table): count for table, count in sorted(tables.items())},
        staff=len(present) - len(people),
    )


async def _patiently(ask: Callable[[], Awaitable[Found]]) -> Found:
    """What the storage says, once it answers."""
    last = time.monotonic() + STORAGE_PATIENCE_S
    while True:
        try:
            return await ask()
        except Unavailable:
            if time.monotonic() > last:
                raise
            await asyncio.sleep(FOLLOW_PAUSE_S)
