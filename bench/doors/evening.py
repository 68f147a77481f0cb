"""A dialogue with a round and a ballot open, at a server of its own; nobody has joined yet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.hall.crowd import crowd_of
from server.phones import Desk, Screen
from server.trial_server import trial_server


@dataclass
class Evening:
    """`server` is its process id."""

    url: str
    server: int
    desk: Desk
    moderator: Screen
    board: Screen

    @property
    def code(self) -> str:
        return self.moderator.code

    @property
    def tables(self) -> int:
        return len(self.moderator.shared.all("table"))


@asynccontextmanager
async def evening_for(
    phones: int, *options: str, data: Path | None = None, module: str = "server"
) -> AsyncIterator[Evening]:
    """As large as that many phones need, with the moderator and the board connected."""
    trial = trial_server(data, options, module)
    async with trial as (link, server), crowd_of(phones, link) as crowd:
        yield Evening(crowd.desk.url, server, crowd.desk, crowd.moderator, crowd.board)
