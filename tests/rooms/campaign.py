"""Whole evenings at random: many tabs over several processes, with everything going wrong.

One seed makes one evening. Tabs behave as the client does: they keep what was not answered, send
it again under its id, and offer again what was saved when an epoch has changed.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from crowd import Crowd
from faulty_log import ForgetfulLog
from msgspec.structs import replace
from processes import CODE, Process, new_call, new_phone
from tabs import Order, Tab
from weather import Weather

from rooms.ballot_plans import PlanBallot
from rooms.ballots import OpenBallot
from rooms.cards import PostCard
from rooms.dialogue import Command
from rooms.log import Log, Stored
from rooms.messages import KINDS, ORGANISER, Actor, Answer
from rooms.setting import DescribeDialogue
from rooms.tickets import IssueTickets

MOST_UNANSWERED = 8
PAPERS = ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC")
BALLOT = PlanBallot(
    title={"de": "Gewichten"},
    method="dots",
    dots=3,
    most_per_option=2,
    kinds=KINDS,
    statements=({"de": "Nichts davon"},),
)


class Campaign:
    """`connect` opens one more way to the storage; `forgets` lets the storage lose its end."""

    def __init__(self, seed: int, connect: Callable[[], Log], *, forgets: bool = False) -> None:
        self.chance = random.Random(seed)
        self.orders: list[Order] = []
        self.tabs: list[Tab] = []
        self.processes: list[Process] = []
        self.left_behind: list[Process] = []
        self.forgotten = 0
        self._connect = connect
        self._forgets = forgets
        self._crowd = Crowd(self.chance)
        self._now = 0
        self._news: list[tuple[Process, list[Stored]]] = []

    async def play(self, steps: int) -> None:
        await self._open_doors()
        doings: list[tuple[int, Callable[[], Any]]] = [
            (40, self._somebody_acts),
            (6, self._somebody_sends_again),
            (5, self._somebody_moves),
            (4, self._something_arrives_twice),
            (3, self._somebody_repeats_what_was_saved),
            (3, self._somebody_forges_an_id),
            (8, self._news_leave),
            (8, self._news_arrive),
            (2, self._late_appends_arrive),
            (1, self._a_process_doubts),
            (1, self._a_process_is_left_behind),
            (2 if self._forgets else 0, self._the_storage_forgets),
            (12, self._a_moment_passes),
        ]
        for _ in range(steps):
            [doing] = self.chance.choices([do for _, do in doings], [often for often, _ in doings])
            done = doing()
            if asyncio.iscoroutine(done):
                await done
        await self._calm_down()

    async def close(self) -> None:
        for process in (*self.processes, *self.left_behind):
            process.log.calm = True
            await process.close()
            await process.log.close()

    # Beginning and ending

    async def _open_doors(self) -> None:
        first = await Process.begin(Weather(self._connect(), self.chance))
        staff = [await first.staff("moderator"), await first.staff("host", 1)]
        board = await first.staff("board")
        for text in ("Brunnen", "Bäume", "Licht"):
            await first.must(staff[1], PostCard(text=text, kind="idea"))
        await first.must(ORGANISER, IssueTickets(secrets=PAPERS))
        self._crowd.papers += PAPERS
        for plan in (BALLOT, replace(BALLOT, tickets=True)):
            await first.must(ORGANISER, OpenBallot(ballot=await first.must(ORGANISER, plan)))
        phones: list[Actor] = [new_phone() for _ in range(5)]
        self.processes = [first, await self._new_process(), await self._new_process()]
        people = [*staff, staff[0], board, *phones, phones[0]]
        for number, by in enumerate(people):
            process = self.chance.choice(self.processes)
            screen = process.screens.screen(by)
            self.tabs.append(Tab(by, f"tab{number}", process, screen))
            screen.say_hello(process.live)
        for process in self.processes:
            await process.steady()
            process.log.calm = False

    async def _new_process(self) -> Process:
        return await Process.open(Weather(self._connect(), self.chance))

    async def _calm_down(self) -> None:
        """The trouble ends; whatever is still on its way arrives."""
        for process in (*self.processes, *self.left_behind):
            process.log.calm = True
            await process.log.deliver_late()
            process.live.doubt()
            await process.steady()
        for process in self.left_behind:
            await process.live.close()
        for _ in range(20):
            for process in self.processes:
                process.live.doubt()
                await process.shown()
            waiting = [tab for tab in self.tabs if self._unanswered(tab)]
            if not waiting:
                break
            for tab in waiting:
                self._send_all(tab)
                await tab.process.steady()
        for process in self.processes:
            process.live.doubt()
            await process.shown()

    def _unanswered(self, tab: Tab) -> bool:
        tab.offer_again()
        return bool(tab.outbox) and not tab.is_cut

    # What happens

    def _somebody_acts(self) -> None:
        tab = self.chance.choice(
            [tab for tab in self.tabs if not tab.only_looks and not tab.is_cut]
        )
        if len(tab.outbox) >= MOST_UNANSWERED:
            return
        tab.count += 1
        wish = self._crowd.wish(tab.process.live.dialogue, tab.by)
        order = self._order(tab.by, f"{tab.by.id}:{tab.name}.{tab.count}", wish)
        tab.outbox[order.id] = order
        self._send(order, tab.process, tab)

    def _somebody_sends_again(self) -> None:
        self._send_all(self.chance.choice(self.tabs))

    def _somebody_moves(self) -> None:
        """The connection breaks; answers on it are lost; the tab comes back anywhere."""
        tab = self.chance.choice(self.tabs)
        self._connect_tab(tab, self.chance.choice(self.processes))

    def _something_arrives_twice(self) -> None:
        tab = self.chance.choice(self.tabs)
        for order in list(tab.outbox.values())[:3]:
            self._send(order, self.chance.choice(self.processes))

    def _somebody_repeats_what_was_saved(self) -> None:
        saved = [order for order in self.orders if order.accepted]
        if saved:
            self._send(self.chance.choice(saved), self.chance.choice(self.processes))

    def _somebody_forges_an_id(self) -> None:
        saved = [order for order in self.orders if order.accepted]
        if saved:
            order = self.chance.choice(saved)
            other = DescribeDialogue(title={"de": "gefälscht"}, goal={}, afterwards={})
            self._send(self._order(order.by, order.id, other), self.chance.choice(self.processes))

    async def _news_leave(self) -> None:
        process = self.chance.choice(self.processes)
        news = await process.log.news({CODE: process.live.position})
        self._news.append((process, news.get(CODE, [])))

    def _news_arrive(self) -> None:
        """Not always in the order in which they were read."""
        if self._news:
            process, entries = self._news.pop(self.chance.randrange(len(self._news)))
            process.live.absorb(entries)

    async def _late_appends_arrive(self) -> None:
        for process in (*self.processes, *self.left_behind):
            await process.log.deliver_late()

    def _a_process_doubts(self) -> None:
        self.chance.choice(self.processes).live.doubt()

    async def _a_process_is_left_behind(self) -> None:
        """Nobody is connected to it any more, but it still finishes what it was given."""
        if len(self.left_behind) > 3:
            return
        old = self.processes.pop(self.chance.randrange(len(self.processes)))
        self.left_behind.append(old)
        new = await self._new_process()
        new.log.calm = False
        self.processes.append(new)
        for tab in self.tabs:
            if tab.process is old:
                self._connect_tab(tab, self.chance.choice(self.processes))

    async def _the_storage_forgets(self) -> None:
        """Some of its newest entries, but not how the evening was arranged."""
        storage = self.processes[0].log.inner
        assert isinstance(storage, ForgetfulLog)
        if self.forgotten < 3 and len(await storage.read(CODE)) > 30:
            storage.forget(CODE, self.chance.randrange(1, 4))
            self.forgotten += 1

    async def _a_moment_passes(self) -> None:
        for _ in range(self.chance.randrange(12)):
            await asyncio.sleep(0)

    # What tabs do

    def _order(self, by: Actor, id: str, command: Command) -> Order:
        self._now += 1
        self.orders.append(Order(id, by, command, self._now))
        return self.orders[-1]

    def _connect_tab(self, tab: Tab, process: Process) -> None:
        if tab.is_cut:
            return
        tab.process.screens.unplug(tab.screen.connection)
        tab.process.live.leave(tab.screen.connection)
        tab.connections += 1
        tab.process = process
        process.screens.plug(tab.screen)
        tab.screen.say_hello(process.live)
        self._send_all(tab)

    def _send_all(self, tab: Tab) -> None:
        tab.offer_again()
        for order in list(tab.outbox.values()):
            self._send(order, tab.process, tab)

    def _send(self, order: Order, process: Process, tab: Tab | None = None) -> None:
        connection = tab.connections if tab else 0
        sent_at = self._now = self._now + 1

        def answered(answer: Answer) -> None:
            self._now += 1
            order.answers.append((self._now, answer))
            if answer.error == "refused":
                order.refusals.append((sent_at, self._now, answer.reason or ""))
            if tab and tab.connections == connection:
                tab.settle(order, answer)

        process.live.submit(new_call(order.by, order.id), order.command, answered)
