"""A server with nothing but its sockets, over a log in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from open_server import QuietServer
from phones import Phone, until

from rooms.agenda import OpenRound, PlanRound
from rooms.dialogue import Command
from rooms.hall import Hall
from rooms.links import IssueLink, RevokeLink
from rooms.live import LiveDialogue
from rooms.log import MemoryLog
from rooms.messages import ORGANISER, Answer, Call, LinkId, RoundId, StaffRole, TopicId
from rooms.presence import MemoryPresence
from rooms.tables import AddTable, AddTopic
from server.entry import Entry, Keys, cookie_name
from server.making import begin, fresh_id
from server.running import take_port, with_port
from server.serving import serve_config
from server.settings import Settings, read_settings
from server.sockets import Sockets

TOKEN = "0123456789abcdef0123456789abcdef"
TITLE = {"de": "Abend"}


@dataclass
class OpenSockets:
    settings: Settings
    sockets: Sockets
    hall: Hall
    keys: Keys
    live: LiveDialogue

    @property
    def url(self) -> str:
        return self.settings.public_url

    @property
    def code(self) -> str:
        return self.live.code

    @property
    def unknown_code(self) -> str:
        return "22222222" if self.code != "22222222" else "33333333"

    def token(self, nth: int = 0) -> str:
        return f"{nth:032x}"

    async def phone(self, nth: int = 0, **more: Any) -> Phone:
        """A phone with a token of its own, let in but without a hello."""
        return await Phone.join(self.url, {"code": self.code, "token": self.token(nth)}, **more)

    async def seated(self, nth: int = 0, table: int = 1) -> Phone:
        """A phone whose person has joined and sits at a table."""
        phone = await self.phone(nth)
        await phone.hello()
        assert (await phone.command("Join", language="de"))["ok"]
        assert (await phone.command("TakeTable", table=table))["ok"]
        return phone

    def cookie(self, link: str) -> dict[str, str]:
        name = cookie_name(self.code, link)
        return {"Cookie": f"{name}={self.keys.signed(self.code, link, 'a')}"}

    async def staff(self, link: str, **more: Any) -> Phone:
        auth = {"code": self.code, "link": link}
        return await Phone.join(self.url, auth, additional_headers=self.cookie(link), **more)

    async def moderate(self, command: Command, fresh: str = "") -> Answer:
        call = Call(ORGANISER, f"organiser:{fresh_id()}.1", self.hall.clock(), fresh or fresh_id())
        answer = await self.live.perform(call, command)
        assert answer.ok, answer
        return answer

    async def link(self, role: StaffRole, table: int | None = None) -> str:
        link = fresh_id()
        await self.moderate(IssueLink(role=role, table=table), link)
        return link

    async def revoke(self, link: str) -> None:
        await self.moderate(RevokeLink(link=LinkId(link)))

    async def set_up(self) -> None:
        """One topic, two tables, an open round."""
        await self.moderate(AddTopic(title=TITLE, question=TITLE), "topic")
        for _ in range(2):
            await self.moderate(AddTable(topic=TopicId("topic")))
        plan = PlanRound(title=TITLE, question=TITLE, kinds=("idea", "worry"), minutes=5)
        await self.moderate(plan, "round")
        await self.moderate(OpenRound(round=RoundId("round")))


@asynccontextmanager
async def sockets_open(*options: str) -> AsyncIterator[OpenSockets]:
    """Sockets on a free port of this machine, with one dialogue in which a round is open."""
    settings = read_settings(["--host", "127.0.0.1", "--port", "0", *options], {})
    port = take_port("127.0.0.1", 0)
    settings = with_port(settings, port.getsockname()[1])
    sockets, log = Sockets(settings), MemoryLog()
    hall = Hall(log, MemoryPresence(lambda: 0), sockets, process="test")
    keys = Keys(await log.secret())
    sockets.open(hall, Entry(keys, hall, settings.public_url))
    config = serve_config(
        sockets.app(None),
        host="127.0.0.1",
        port=settings.port,
        fanout=settings.fanout,
        lifespan="off",
    )
    server = QuietServer(config)
    hall.begin()
    serving = asyncio.create_task(server.serve([port]))
    live = await begin(hall, TITLE, ("de",), rehearsal=False)
    opened = OpenSockets(settings, sockets, hall, keys, live)
    await opened.set_up()
    await until(lambda: server.started)
    try:
        yield opened
    finally:
        server.should_exit = True
        await serving
        await sockets.sio.shutdown()
        await hall.close()
