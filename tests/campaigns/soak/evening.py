"""The hall of the soak: the real server, its embedded Valkey, the staff and all the people."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderating import new_dialogue, order
from program import Installation, free_ports

from campaigns.soak.people import Person
from server.phones import Desk, Screen

PEOPLE_PER_TABLE = 8
STATEMENTS = 12
AT_ONCE = 50


@dataclass
class Evening:
    """`metrics` is where the server's own numbers can be read; `log_bytes` what it wrote before."""

    program: Installation
    folder: Path
    metrics: str
    moderator: Screen
    board: Screen
    people: list[Person]
    ballot: str
    options: list[str]
    restarts: int = 0
    log_bytes: int = 0

    @property
    def code(self) -> str:
        return self.moderator.code

    @property
    def screens(self) -> list[Screen]:
        return [self.moderator, self.board, *(person.phone for person in self.people)]

    async def start_again(self) -> None:
        """After the program has ended, however it did."""
        self.log_bytes += len(self.program.said.encode())
        self.restarts += 1
        await self.program.open()

    def said_bytes(self) -> int:
        """What server and store wrote for people to read, over all their lives."""
        store = sum(path.stat().st_size for path in (self.folder / "store").glob("valkey.log*"))
        return self.log_bytes + len(self.program.said.encode()) + store


@asynccontextmanager
async def evening(
    folder: Path, people: int, pause: float, rng: random.Random
) -> AsyncIterator[Evening]:
    """A round and a ballot are open and everybody sits at a table."""
    port, metrics = free_ports(2)
    program = Installation(folder, port, environment={"DIALOGTISCH_METRICS": str(metrics)})
    await program.open()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(program.close)
        desk = await Desk.of_organiser(program.organiser_link)
        tables = max(1, people // PEOPLE_PER_TABLE)
        moderator = await new_dialogue(desk, "blank", tables)
        links = (await desk.get(f"/api/dialogues/{moderator.code}/links"))["links"]
        board = await desk.staff(next(one["url"] for one in links if one["role"] == "board"))
        await board.connect()
        ballot, options = await _open_the_floor(moderator)
        crowd = [Person(program.url, moderator.code, n, pause, rng) for n in range(people)]
        for begin in range(0, people, AT_ONCE):
            coming = enumerate(crowd[begin : begin + AT_ONCE], begin)
            await asyncio.gather(*(one.join(n % tables + 1) for n, one in coming))
        url = f"http://127.0.0.1:{metrics}/metrics"
        hall = Evening(program, folder, url, moderator, board, crowd, ballot, options)
        yield hall
        await asyncio.gather(*(screen.close() for screen in hall.screens))


async def _open_the_floor(moderator: Screen) -> tuple[str, list[str]]:
    plan: dict[str, Any] = {"title": {"de": "Ideen"}, "question": {}, "kinds": ["idea"]}
    await order(moderator, "PlanRound", **plan, minutes=600)
    said = [{"de": f"Aussage {nth}"} for nth in range(STATEMENTS)]
    ballot = {"title": {"de": "Zustimmung"}, "method": "agreement", "statements": said}
    await order(moderator, "PlanBallot", **ballot, minutes=600)
    (round_,) = await moderator.until(lambda: moderator.shared.all("round"))
    (ballot,) = await moderator.until(lambda: moderator.shared.all("ballot"))
    await order(moderator, "OpenRound", round=round_["id"])
    await order(moderator, "OpenBallot", ballot=ballot["id"])
    options = await moderator.until(lambda: moderator.shared.all("option"))
    return ballot["id"], [option["id"] for option in options]
