"""The recorded evening played against today's server, which is replaced in the middle of it."""

import asyncio
import json
import random
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from campaigns.rolling.recorded import CONNECT, EVENT, Page, frames_in, lacks, steps
from campaigns.rolling.small_server import small_server
from rooms.log import Log
from server.phones import Desk
from server.shells import PAGES

WHEN = ("before a command", "while a command was under way", "after a command")
LAST_FRAMES_SECONDS = 5.0
GOING = ("told to go", "gone without a word")


@dataclass(frozen=True)
class Switch:
    """The server is replaced at this step of the recording."""

    step: int
    when: str
    going: str

    @classmethod
    def drawn(cls, seed: int, recording: list[dict[str, Any]]) -> "Switch":
        chance = random.Random(seed)
        said = [nth for nth, step in enumerate(recording) if _is_said(step)]
        return cls(chance.choice(said), chance.choice(WHEN), chance.choice(GOING))


class Servers:
    """One server of today at a time, all on one log."""

    def __init__(self, log: Log, static: Path, stack: AsyncExitStack) -> None:
        self._log = log
        self._static = static
        self._all = stack
        self._one = AsyncExitStack()
        self.url = ""

    async def open(self) -> None:
        self._one = AsyncExitStack()
        self._all.push_async_callback(self._one.aclose)
        self.url = await self._one.enter_async_context(small_server(self._log, self._static))

    async def replace(self, going: str) -> None:
        """The old one is told to go, or goes on unseen, as one behind a proxy that gave it up."""
        if going == "told to go":
            await self._one.aclose()
        await self.open()


@dataclass
class Played:
    """What a recorded page would miss (`complaints`), and what it was all about."""

    switch: Switch | None
    complaints: list[str] = field(default_factory=list)


class Replay:
    """The pages of one recording at one server after the other."""

    def __init__(self, version: int, servers: Servers) -> None:
        self.recording = steps(version)
        self.servers = servers
        self.pages: dict[str, Page] = {}

    async def play(self, organiser: str, switch: Switch | None = None) -> Played:
        """`organiser`: what stands behind the # of the organiser's link."""
        await self._enter(organiser)
        for nth, step in enumerate(self.recording):
            page = self.pages[step["who"]]
            if "hears" in step:
                page.recorded(step["hears"])
            elif step["sends"]["type"] == CONNECT:
                page.held.__init__()  # type: ignore[misc]
                await page.connect(self.servers.url)
            elif _is_said(step):
                await self._say(page, step["sends"]["data"], switch if _at(switch, nth) else None)
        await self._last_frames()
        played = Played(switch, self._complaints())
        for page in self.pages.values():
            await page.lose()
        return played

    async def _enter(self, organiser: str) -> None:
        desk = Desk(self.servers.url)
        await desk.enter(organiser)
        wanted = {"template": "zukunftswerkstatt", "languages": ["de", "en"], "tables": 6}
        made = await desk.post("/api/dialogues", wanted)
        staff = await desk.enter(urlsplit(made["moderator_link"]).fragment)
        code = made["code"]
        self._add("moderator", {"code": code, "link": staff["link"]}, desk.cookie)
        self._add("phone", {"code": code, "token": secrets.token_hex(16)}, "")

    def _add(self, who: str, auth: dict[str, str], cookie: str) -> None:
        own = [step for step in self.recording if step["who"] == who]
        self.pages[who] = Page(auth, cookie, own)

    async def _say(self, page: Page, data: list[Any], switch: Switch | None) -> None:
        event, body = data
        if switch is None:
            await page.say(event, body)
            return
        if switch.when == "while a command was under way":
            await page.said_and_lost(event, body)
        if switch.when == "after a command":
            await page.say(event, body)
        await self.servers.replace(switch.going)
        for one in self.pages.values():
            if one.held.epoch is not None or one is page:
                await one.connect(self.servers.url)
                await one.hello()
        if switch.when != "after a command":
            await page.say(event, body)

    async def _last_frames(self) -> None:
        """Some come once a second; what has not come by then is missed."""
        deadline = asyncio.get_running_loop().time() + LAST_FRAMES_SECONDS
        while asyncio.get_running_loop().time() < deadline and self._complaints():  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    def _complaints(self) -> list[str]:
        found: list[str] = []
        for who, page in self.pages.items():
            for then, now in page.answers:
                if then["ok"] != now["ok"]:
                    found.append(f"{who}: was answered {then}, is answered {now}")
                found += [f"{who}: an answer{what}" for what in lacks(then, now)]
            found += [f"{who}: {what}" for what in self._shapes_lost(who, page)]
            if _seen(page.heard_then.entries) != _seen(page.held.entries):
                found.append(f"{who}: sees {_seen(page.held.entries)} in the end")
        return found

    def _shapes_lost(self, who: str, page: Page) -> list[str]:
        told = (step["hears"] for step in self.recording if step["who"] == who and "hears" in step)
        found = set()
        for frame in (frame for packet in told for frame in frames_in(packet)):
            for key, then in frame["put"].items():
                kind = key.partition(":")[0]
                if kind not in page.shapes:
                    found.add(f"hears nothing of {kind} any more")
                else:
                    found.update(lacks(then, page.shapes[kind], kind))
        return sorted(found)


def _is_said(step: dict[str, Any]) -> bool:
    return "sends" in step and step["sends"]["type"] == EVENT


def _at(switch: Switch | None, step: int) -> bool:
    return switch is not None and switch.step == step


def _seen(entries: dict[str, Any]) -> tuple[Any, ...]:
    """The words of the cards and the count of the vote, as this page has them."""
    cards = sorted(one["text"] for key, one in entries.items() if key.startswith("card:"))
    options = [one for key, one in entries.items() if key.startswith("option:")]
    tallies = sorted(
        (one["text"]["de"], str(one["tally"])) for one in options if "de" in one["text"]
    )
    return cards, tallies


@asynccontextmanager
async def servers_on(log: Log) -> AsyncIterator[Servers]:
    """Today's server on this log, with pages whose files are empty: nobody loads them here."""
    async with AsyncExitStack() as stack:
        static = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dt-")))
        empty = {page: {"scripts": [], "styles": []} for page in PAGES}
        (static / "manifest.json").write_text(json.dumps(empty))
        servers = Servers(log, static, stack)
        await servers.open()
        yield servers
