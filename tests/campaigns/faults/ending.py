"""The quiet end of an evening: how soon everything is answered and every page shows the same."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from campaigns.faults.here import HERE_WITHIN_SECONDS, PASSING, wrongly_shown
from campaigns.faults.judge import Evening, unanswered
from campaigns.faults.screens import Truth, difference
from campaigns.faults.shown import audiences_of, my_view, shared_view
from campaigns.faults.stage import PATIENCE_SECONDS, Stage
from campaigns.faults.words import judge_erasings, judge_files, owes
from rooms.refusals import RETURNING_MS

SETTLE_SECONDS = 10.0
LOOK_SECONDS = 0.05
DRAINED_WITHIN_SECONDS = 10.0
RETURNING_SECONDS = RETURNING_MS / 1000
EQUAL_WITHIN_SECONDS = 3.0


class Ending:
    """Made when mending begins. `drained_s`: until the last answer was there; `equal_s`: from then
    until all pages showed the end of the log; `here_s`: until staff saw who was there."""

    def __init__(self, stage: Stage) -> None:
        self.drained_s = 0.0
        self.equal_s = 0.0
        self.here_s = 0.0
        self._stage = stage
        self._loop = asyncio.get_running_loop()
        self._healed = self._loop.time()
        self.has_waited = False

    async def judge(self, evening: Evening) -> AsyncIterator[str]:
        """I5, I11, I18, I19: everything gets its answer, all pages show the end of the log."""
        wrong_at_last = await self._settled(evening)
        self.equal_s = self._loop.time() - self._healed - self.drained_s
        begun = (event["name"] for entry in evening.log for event in entry.events)
        self.has_waited = "EpochBegun" in begun
        for wrong in self._waiting():
            yield wrong
        if wrong_at_last:
            yield wrong_at_last
        else:
            for wrong in await self._seen_by_staff(evening):
                yield wrong
            for wrong in judge_erasings(self._stage.history, evening.log):
                yield wrong
            for wrong in await judge_files(self._stage.house, evening.told):
                yield wrong
        for one in unanswered(self._stage.history):
            yield one

    def late(self) -> Iterator[str]:
        """What took longer than it may on a machine that does nothing else."""
        most = DRAINED_WITHIN_SECONDS + (RETURNING_SECONDS if self.has_waited else 0)
        if self.drained_s > most:
            yield f"I18 the last answer came {self.drained_s:.1f} s after everything was mended"
        if self.equal_s > EQUAL_WITHIN_SECONDS:
            yield f"I11 all pages were equal {self.equal_s:.1f} s after the last answer"
        if self.here_s > HERE_WITHIN_SECONDS:
            yield f"I19 staff saw who was there {self.here_s:.1f} s after the last answer"

    def _is_drained(self) -> bool:
        tabs = self._stage.tabs
        if self._stage.organiser.waits:
            return False
        return all(tab.is_gone or (tab.is_live and not tab.outbox) for tab in tabs)

    def _waiting(self) -> Iterator[str]:
        for tab in self._stage.tabs:
            if not tab.is_gone and (tab.outbox or not tab.is_live):
                waiting = [order.id for order in tab.outbox.values()]
                yield f"I18 {tab.name} is {'live' if tab.is_live else 'away'}, waits for {waiting}"

    async def _settled(self, evening: Evening) -> str | None:
        """Waits until nobody waits and every page shows what the log tells; what differs if not.

        Both at one moment: a page that has just learned of lost history offers what it had again.
        """
        now = self._loop.time
        last = now() + PATIENCE_SECONDS
        deadline = now() + SETTLE_SECONDS
        while True:
            if not self._is_drained() and now() < last:
                deadline = now() + SETTLE_SECONDS
                self.drained_s = now() - self._healed
            elif (wrong := self._look(evening)) is None or now() > deadline:
                return wrong
            await asyncio.sleep(LOOK_SECONDS)

    async def _seen_by_staff(self, evening: Evening) -> list[str]:
        """I19: ways that have ended on one side end on the other; then staff must see the truth."""
        for tab in self._stage.tabs:
            tab.air.reset_dead_ends()
        truth = Truth(self._stage.code, evening.log, set())
        truth.ask(set(), set())
        begun = self._healed + self.drained_s
        deadline = self._loop.time() + SETTLE_SECONDS
        while wrong := list(wrongly_shown(self._stage, truth.state)):
            if self._loop.time() > deadline:
                return wrong
            await asyncio.sleep(LOOK_SECONDS)
        self.here_s = self._loop.time() - begun
        return []

    def _look(self, evening: Evening) -> str | None:
        """Reads the log; in what a page differs from it now."""
        with self._stage.house.store() as store:
            evening.log = store.entries(self._stage.code)
            if owes(store, self._stage.code):
                return "I12 an erasing has begun and does not end"
        try:
            truth = Truth(self._stage.code, evening.log, set())
            truth.ask(set(), set())
            return next(_differences(self._stage, truth), None)
        except (KeyError, TypeError) as odd:
            return f"I6 the log cannot be read: {odd!r}"


def _differences(stage: Stage, truth: Truth) -> Iterator[str]:
    state = truth.state
    for tab in stage.tabs:
        if tab.is_gone:
            continue
        who = tab.who
        is_phone = who.role == "participant"
        audience = audiences_of(state, who.id) if is_phone else (who.role, who.table or 0)
        held = {key: value for key, value in tab.shared.entries.items() if key not in PASSING}
        what = f"I11 in the end what {tab.name} shows"
        wrong = difference(shared_view(state, audience), held, what, state.version)
        if wrong is None and is_phone:
            wrong = difference(my_view(state, who.id), tab.mine.entries, what, state.version)
        if wrong is None and tab.shared.epoch != state.epoch:
            wrong = f"I14 {tab.name} stays in epoch {tab.shared.epoch}, the log is in {state.epoch}"
        if wrong:
            yield wrong
