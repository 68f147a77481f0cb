"""A page in somebody's hand, as the protocol wants it, keeping a record of all it sends and sees.

Patience and pauses are shorter than in life, so that an evening of faults fits into seconds.
"""

import asyncio
import contextlib
import random
from typing import Any

from campaigns.faults.air import Air
from campaigns.faults.history import FINAL, Connection, Fields, History, Order, Seen, Send, TabStory
from campaigns.faults.rules import Who
from server.phones.wire import (
    ACK,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    EVENT,
    Packet,
    Wire,
    open_wire,
)

MOST_UNDER_WAY = 8
PATIENCE_SECONDS = 1.5
LOOK_SECONDS = 0.2
RETRY_SECONDS = 0.15
RETURNING_RETRY_SECONDS = 1.0
COME_BACK_SECONDS = 0.25
DOOR_ENDS = (
    *("unknown_code", "bad_token", "unknown_link", "link_revoked", "not_signed_in", "malformed"),
)
FRAME_KEYS = {"of", "epoch", "from", "to", "stamp", "put", "drop"}
HELLO_KEYS = {"ok", "epoch", "version", "now", "reconnect_within", "views", "protocol", "build"}


class Held:
    """One view of the tab, and the name it goes by."""

    def __init__(self) -> None:
        self.epoch: int | None = None
        self.version = 0
        self.entries: Fields = {}

    def take(self, frame: Fields) -> str:
        """taken, stale (known already) or gap (something before it is missing)."""
        start = frame["from"]
        if start is None:
            self.entries = dict(frame["put"])
        elif frame["epoch"] != self.epoch or start > self.version:
            return "gap"
        elif start < self.version:
            return "stale"
        else:
            for key in frame["drop"]:
                self.entries.pop(key, None)
            self.entries.update(frame["put"])
        self.epoch, self.version = frame["epoch"], frame["to"]
        return "taken"


class Tab:
    """`auth` is shown at the door; `outbox` is what has no final answer yet, `saved` what was."""

    def __init__(
        self, history: History, who: Who, name: str, auth: Fields, cookie: str, air: Air, seed: int
    ) -> None:
        self.who = who
        self.name = name
        self.auth = auth
        self.cookie = cookie
        self.air = air
        self.story = TabStory(who, name)
        self.shared = Held()
        self.mine = Held()
        self.outbox: dict[str, Order] = {}
        self.saved: dict[str, Order] = {}
        self.is_live = False
        self.doubles = 0.0
        self._history = history
        self._chance = random.Random(seed)
        self._count = 0
        self._wire: Wire | None = None
        self._connection: Connection | None = None
        self._asked: dict[int, Any] = {}
        self._asked_at: dict[int, float] = {}
        self._number = 0
        self._under_way: dict[str, int] = {}
        self._early: list[Fields] | None = None
        self._admission: asyncio.Future[None] | None = None
        self._retry_at = 0.0
        self._furthest: Fields | None = None
        self._task: asyncio.Task[None] | None = None
        history.tabs.append(self.story)

    # What the person does

    def open(self) -> None:
        """Open the page; what an earlier page left in the outbox goes on."""
        if self._task is None and not self.story.has_left:
            self._task = asyncio.create_task(self._stay())

    async def close(self) -> None:
        """Close the page, perhaps in the middle of things: the outbox stays."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._hang_up()
        self.shared, self.mine = Held(), Held()

    async def leave(self) -> None:
        """Close the page and never come back: the phone is in a bag, or its battery is empty."""
        self.story.has_left = True
        await self.close()

    @property
    def is_gone(self) -> bool:
        """Whether nothing is to be expected of this page any more."""
        return bool(self.story.cut) or self.story.has_left

    @property
    def is_open(self) -> bool:
        return self._task is not None

    def give(self, name: str, **fields: Any) -> Order:
        self._count += 1
        body = {"name": name, **fields}
        order = Order(self.who, f"{self.name}.{self._count}", body, self.name, self._history.now())
        self._history.orders.append(order)
        self.outbox[order.own_id] = order
        self._pump()
        return order

    def lose(self) -> None:
        """The phone thinks that its connection is dead."""
        self._hang_up()

    # Coming and staying

    async def _stay(self) -> None:
        while not self.story.cut:
            with contextlib.suppress(OSError, TimeoutError):
                await self._come_in()
                while self._wire and not self._is_impatient():
                    await asyncio.sleep(LOOK_SECONDS)
                    self._pump()
            self._hang_up()
            await asyncio.sleep(self._chance.uniform(0.01, COME_BACK_SECONDS))

    async def _come_in(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE_SECONDS):
            url = f"http://127.0.0.1:{self.air.port}"
            wire = await open_wire(url, self.auth["code"], self.cookie, self._hear, self._lost)
            self._wire = wire
            self._connection = Connection(self.name, self.air.process, self._history.now())
            self._history.connections.append(self._connection)
            self._admission = loop.create_future()
            wire.send({"type": CONNECT, "nsp": "/", "data": self.auth})
            await self._admission
        self._say_hello()

    def _say_hello(self) -> None:
        if self._early is None:
            self._early = []
            held = self.shared
            body = {"epoch": held.epoch, "version": None if held.epoch is None else held.version}
            self._ask("hello", {**body, "seen": self._furthest}, self._welcomed)

    def _is_impatient(self) -> bool:
        now = asyncio.get_running_loop().time()
        return any(now - asked > PATIENCE_SECONDS for asked in self._asked_at.values())

    def _hang_up(self) -> None:
        if self._wire:
            self._wire.close()
        self._gone()

    def _lost(self) -> None:
        self._gone()

    def _gone(self) -> None:
        if self._connection:
            self._history.ended(self._connection)
        self._wire = self._connection = self._early = None
        self.is_live = False
        self._asked.clear()
        self._asked_at.clear()
        self._under_way.clear()
        if self._admission and not self._admission.done():
            self._admission.set_exception(ConnectionError("lost while coming in"))
            self._admission.exception()
        self._admission = None

    # Hearing

    def _hear(self, packet: Packet) -> None:
        if self._wire is None and self._admission is None:
            return  # what still lay in the air when this page hung up
        if packet.type == ACK:
            hear = self._asked.pop(packet.id or 0, None)
            self._asked_at.pop(packet.id or 0, None)
            if hear is None:
                self._history.odd(f"I3 {self.name} got an answer to nothing it had asked")
            else:
                hear(packet.data[0])
        elif packet.type == EVENT and packet.data[0] == "view":
            self._view(packet.data[1])
        elif packet.type == DISCONNECT:
            self._hang_up()
        elif self._admission and not self._admission.done():
            self._hear_admission(packet)

    def _hear_admission(self, packet: Packet) -> None:
        assert self._admission
        if packet.type == CONNECT:
            self._admission.set_result(None)
        elif packet.type == CONNECT_ERROR:
            reason = (packet.data.get("data") or {}).get("reason", "")
            if reason in DOOR_ENDS:
                self.story.cut = reason
            self._admission.set_exception(ConnectionError(reason))

    def _welcomed(self, hello: Fields) -> None:
        early, self._early = self._early or [], None
        if not hello.get("ok"):
            if hello.get("error") in FINAL:
                self.story.cut = hello["reason"]
            self._hang_up()
            return
        if set(hello) != HELLO_KEYS:
            self._history.odd(f"I13 a hello was answered with {sorted(hello)}")
        before = len(self.story.seen)
        follows = all([self._take(frame) for frame in [*hello["views"], *early]])
        last = {seen.frame["of"]: seen for seen in self.story.seen[before:]}
        for seen in self.story.seen[before:]:
            seen.amid = seen is not last[seen.frame["of"]]
        if not follows:
            self._start_over()
            return
        self._offer_again(hello["epoch"])
        self.is_live = True
        self._pump()

    def _view(self, frame: Fields) -> None:
        if self._early is not None:
            self._early.append(frame)
        elif frame["epoch"] != self.shared.epoch or not self._take(frame):
            self._start_over()

    def _start_over(self) -> None:
        self.is_live = False
        self._say_hello()

    def _take(self, frame: Fields) -> bool:
        if set(frame) != FRAME_KEYS:
            self._history.odd(f"I13 a frame carries {sorted(frame)}")
        held = self.mine if frame["of"] == "mine" else self.shared
        outcome = held.take(frame)
        self._heard_of(frame["epoch"], frame["to"], frame["stamp"])
        if outcome == "taken" and self._connection:
            self.story.seen.append(Seen(self._history.now(), self._connection, frame))
        return outcome != "gap"

    def _heard_of(self, epoch: int, version: int, stamp: int) -> None:
        known = self._furthest
        if known is None or (epoch, version) >= (known["epoch"], known["version"]):
            self._furthest = {"epoch": epoch, "version": version, "stamp": stamp}

    def _offer_again(self, epoch: int) -> None:
        """History was lost: what was saved in another epoch goes out again, with its old id."""
        lost = {key: one for key, one in self.saved.items() if one.saved_in != epoch}
        self.saved = {key: one for key, one in self.saved.items() if key not in lost}
        self.outbox = lost | self.outbox

    # Sending

    def _ask(self, event: str, body: Fields, hear: Any) -> None:
        assert self._wire
        self._number += 1
        self._asked[self._number] = hear
        self._asked_at[self._number] = asyncio.get_running_loop().time()
        self._wire.send({"type": EVENT, "nsp": "/", "data": [event, body], "id": self._number})

    def _pump(self) -> None:
        if not self.is_live or asyncio.get_running_loop().time() < self._retry_at:
            return
        for order in list(self.outbox.values()):
            if len(self._under_way) >= MOST_UNDER_WAY:
                return
            if order.own_id not in self._under_way:
                self._under_way[order.own_id] = 1
                self._send(order)
                if self._chance.random() < self.doubles:
                    self._send(order)

    def _send(self, order: Order) -> None:
        assert self._connection
        send = Send(self._connection, self._history.now())
        body = {"id": order.own_id, **order.body} | ({"again": True} if order.sends else {})
        order.sends.append(send)
        order.latest = send
        self._ask("command", body, lambda answer: self._answered(order, send, answer))

    def _answered(self, order: Order, send: Send, answer: Fields) -> None:
        send.heard, send.answer = self._history.now(), answer
        if send is not order.latest:
            return  # what counts is the answer to the copy that said it was one
        self._under_way.pop(order.own_id, None)
        if order.own_id not in self.outbox:
            return
        if answer.get("ok"):
            if self.shared.epoch is not None:
                self._heard_of(self.shared.epoch, answer["version"], answer["stamp"])
            order.saved_in = self.shared.epoch
            self.saved[order.own_id] = order
        if answer.get("ok") or answer.get("error") in FINAL:
            del self.outbox[order.own_id]
        else:
            returns = answer.get("reason") == "history_returns"
            pause = RETURNING_RETRY_SECONDS if returns else RETRY_SECONDS
            self._retry_at = asyncio.get_running_loop().time() + pause
        self._pump()
