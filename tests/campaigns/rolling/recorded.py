"""A recorded client, said again word for word to another server, and what it must understand.

Ids of rounds, ballots, options and cards are the ones that stand in the same place now. Beyond
that nothing is adapted: what a recorded page does not know, it does not say.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import socketio

HERE = Path(__file__).parent
CONNECT, EVENT, ACK = 0, 2, 3
NAMES_OF_IDS = ("round", "ballot", "option", "card")
ANSWER_SECONDS = 20.0
PASSING = ("busy", "unavailable", "internal")


@dataclass
class Held:
    """What a page holds; frames are applied as docs/protocol.md said in version 1."""

    epoch: int | None = None
    version: int | None = None
    entries: dict[str, Any] = field(default_factory=dict)

    def take(self, frame: dict[str, Any]) -> None:
        if frame["from"] is None:
            self.entries = {}
        elif (frame["epoch"], frame["from"]) != (self.epoch, self.version):
            return
        for key in frame["drop"]:
            self.entries.pop(key, None)
        self.entries.update(frame["put"])
        self.epoch, self.version = frame["epoch"], frame["to"]

    def ids(self, name: str) -> list[str]:
        """In the order people see them."""
        found = [entry for key, entry in self.entries.items() if key.startswith(f"{name}:")]
        found.sort(key=lambda entry: (entry.get("ballot", ""), entry["order"]))
        return [entry["id"] for entry in found]


def steps(version: int) -> list[dict[str, Any]]:
    """The recording of a version of the protocol."""
    read: list[dict[str, Any]] = json.loads((HERE / f"recorded_v{version}.json").read_text("utf-8"))
    return read


def frames_in(packet: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The frames of a view event, or of the answer to a hello."""
    data = packet.get("data")
    if packet["type"] == EVENT and data[0] == "view":
        yield data[1]
    if packet["type"] == ACK and isinstance(data[0], dict):
        yield from data[0].get("views", ())


class Page:
    """One recorded page, alive again at a server that may be replaced under it."""

    def __init__(
        self, auth: dict[str, str], cookie: str, steps_of_it: list[dict[str, Any]]
    ) -> None:
        self.held, self.heard_then = Held(), Held()
        self.shapes: dict[str, Any] = {}
        self.answers: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._auth = auth
        self._cookie = cookie
        self._acks = [
            one["hears"]["data"][0]
            for one in steps_of_it
            if one.get("hears", {}).get("type") == ACK
        ]
        self._socket: socketio.AsyncClient | None = None
        self._changed = asyncio.Event()

    def recorded(self, packet: dict[str, Any]) -> None:
        """What it heard when it was recorded."""
        for frame in frames_in(packet):
            if frame["of"] == "shared":
                self.heard_then.take(frame)

    async def connect(self, url: str) -> None:
        if self._socket is not None:
            await self.lose()
        self._socket = socketio.AsyncClient(serializer="msgpack", reconnection=False)
        self._socket.on("view", self._view)
        headers = {"Cookie": self._cookie, "Origin": url}
        address = f"{url}?code={self._auth['code']}"
        await self._socket.connect(
            address, transports=["websocket"], auth=self._auth, headers=headers
        )

    async def lose(self) -> None:
        """As in a dead corner; nobody is told."""
        if self._socket is not None:
            await self._socket.disconnect()
            self._socket = None

    async def hello(self) -> dict[str, Any]:
        """With what is held, or nothing; again while the server asks for patience."""
        body = {"epoch": self.held.epoch, "version": self.held.version}
        while True:
            answer = await self._ask("hello", body)
            if answer["ok"] or answer["error"] not in PASSING:
                break
            await asyncio.sleep(0.1)
        for frame in answer["views"]:
            self._view(frame)
        return answer

    async def say(self, event: str, body: dict[str, Any]) -> dict[str, Any]:
        """One recorded step, with today's ids, until there is a final answer."""
        if event == "hello":
            answer = await self.hello()
        else:
            answer = await self.command(await self._with_ids_of_today(body))
        self.answers.append((self._acks[len(self.answers)], answer))
        return answer

    async def command(self, body: dict[str, Any]) -> dict[str, Any]:
        while True:
            answer = await self._ask("command", body)
            if answer["ok"] or answer["error"] not in PASSING:
                return answer
            await asyncio.sleep(0.1)

    async def said_and_lost(self, event: str, body: dict[str, Any]) -> None:
        """It left, and the connection is gone before anybody answers."""
        assert self._socket is not None
        today = body if event == "hello" else await self._with_ids_of_today(body)
        await self._socket.emit(event, today)
        await self.lose()

    async def _ask(self, event: str, body: dict[str, Any]) -> dict[str, Any]:
        assert self._socket is not None
        answer: dict[str, Any] = await self._socket.call(event, body, timeout=ANSWER_SECONDS)
        return answer

    async def _with_ids_of_today(self, body: dict[str, Any]) -> dict[str, Any]:
        return {
            name: await self._today(name, value) if name in NAMES_OF_IDS else value
            for name, value in body.items()
        }

    async def _today(self, name: str, then: str) -> str:
        """The id in the same place, once the views have come as far."""
        place = self.heard_then.ids(name).index(then)
        async with asyncio.timeout(ANSWER_SECONDS):
            while len(now := self.held.ids(name)) <= place:
                self._changed.clear()
                await self._changed.wait()
        return now[place]

    def _view(self, frame: dict[str, Any]) -> None:
        for key, entry in frame["put"].items():
            self.shapes[key.partition(":")[0]] = entry
        if frame["of"] == "shared":
            self.held.take(frame)
        self._changed.set()


def lacks(then: Any, now: Any, where: str = "") -> Iterator[str]:
    """What a page of then reads and would not find now: keys that went, types that changed."""
    if then is None or now is None:
        return  # a field that may be empty
    if type(then) is not type(now):
        yield f"{where}: {type(then).__name__} became {type(now).__name__}"
        return
    if isinstance(then, dict) and set(then) and not _is_by_language(then):
        for key, value in then.items():
            if key not in now:
                yield f"{where}.{key} is gone"
            else:
                yield from lacks(value, now[key], f"{where}.{key}")


def _is_by_language(entry: dict[str, Any]) -> bool:
    return all(len(key) == 2 for key in entry)
