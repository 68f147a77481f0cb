"""Every number of /metrics moves when what it counts happens, trouble above all."""

import asyncio
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from open_server import OpenServer, open_server
from phones import NotLetIn, Phone
from played_evening import Evening, open_hall
from prometheus_client.parser import text_string_to_metric_families

from rooms.errors import Unknown
from rooms.log import MemoryLog, Position

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What operators were promised to see, and the name under which they do.
PROMISED = {
    "people": "connected",
    "commands": "commands_total",
    "acknowledgements": "acks_total",
    "latency of appends": "append_seconds_count",
    "latency of the fan-out": "shown_seconds_count",
    "conflicts": "appends_lost_total",
    "phones that lag": "lagged_total",
    "size of the log": "log_entries",
    "bytes of the log": "appended_bytes_total",
}
MOVES = re.compile("_(?:total|count|bucket|sum)$")
LONG = "語" * 500
CARDS = 400


class TroubledLog(MemoryLog):
    """Before each append something happens, if anything is planned."""

    def __init__(self) -> None:
        super().__init__()
        self.planned: deque[Callable[[], Awaitable[object]]] = deque()

    async def append(
        self,
        code: str,
        expected: Position,
        epoch: int,
        entries: Sequence[tuple[bytes, bytes]],
        on: bytes | None = None,
    ) -> bool:
        if entries and self.planned:
            await self.planned.popleft()()
        return await super().append(code, expected, epoch, entries, on)


class Trouble:
    """A server whose numbers are read, and another process on the same log, without sockets."""

    def __init__(self, server: OpenServer, log: TroubledLog, address: str) -> None:
        self.server = server
        self.log = log
        self.code = ""
        self._address = address

    async def begin(self) -> None:
        await self.server.enter_as_organiser()
        self.code = (await self.server.new_dialogue())["code"]

    async def seated(self, nth: int, **more: object) -> Phone:
        auth = {"code": self.code, "token": f"{nth:032x}"}
        phone = await Phone.join(self.server.url, auth, **more)
        await phone.hello()
        assert (await phone.command("Join", language="de"))["ok"]
        assert (await phone.command("TakeTable", table=1))["ok"]
        return phone

    async def numbers(self) -> dict[str, float]:
        """Every number by its name, over all its labels."""
        async with aiohttp.ClientSession() as http, http.get(self._address) as answer:
            page = await answer.text()
        found: dict[str, float] = {}
        for family in text_string_to_metric_families(page):
            for one in family.samples:
                name = one.name.removeprefix("dialogtisch_")
                found[name] = found.get(name, 0.0) + one.value
        return found

    async def until_grown(self, before: dict[str, float], *names: str) -> None:
        async with asyncio.timeout(20):
            now = before
            while any(now[name] <= before[name] for name in names):
                await asyncio.sleep(0.05)
                now = await self.numbers()


@pytest.fixture(autouse=True)
def any_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.cards.MINUTE_MS", 0)


@asynccontextmanager
async def troubled(static: Path, port: int) -> AsyncIterator[Trouble]:
    log = TroubledLog()
    async with open_server(log, static, "--metrics", str(port)) as server:
        trouble = Trouble(server, log, f"http://127.0.0.1:{port}/metrics")
        await trouble.begin()
        yield trouble


@asynccontextmanager
async def elsewhere(trouble: Trouble) -> AsyncIterator[Evening]:
    """The same evening in another process, with its first round open."""
    async with open_hall(trouble.log) as hall:
        evening = Evening(hall, await hall.live(trouble.code))
        await evening.open_round(0)
        yield evening


def narrow(url: str) -> socket.socket:
    """A phone's connection that can hold next to nothing unread."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", int(url.rpartition(":")[2])))
    connection.setblocking(False)
    return connection


async def nobody_answers() -> None:
    raise Unknown


async def test_a_conflict_and_a_lost_answer_are_counted(built_client: Path, free_port: int) -> None:
    async with troubled(built_client, free_port) as trouble, elsewhere(trouble) as evening:
        phone = await trouble.seated(1)
        before = await trouble.numbers()
        trouble.log.planned.append(lambda: evening.arrive_without_table(2))
        assert (await phone.command("TakeTable", table=2))["ok"]
        conflict = await trouble.numbers()
        trouble.log.planned.append(nobody_answers)
        assert (await phone.command("TakeTable", table=1))["ok"]
        unknown = await trouble.numbers()
        await phone.close()
    assert conflict["appends_lost_total"] > before["appends_lost_total"]
    assert conflict["appends_unknown_total"] == before["appends_unknown_total"]
    assert unknown["appends_unknown_total"] == conflict["appends_unknown_total"] + 1


async def test_a_phone_that_lags_is_counted_and_so_is_its_return(
    built_client: Path, free_port: int
) -> None:
    async with troubled(built_client, free_port) as trouble, elsewhere(trouble) as evening:
        sleeper = await trouble.seated(1, sock=narrow(trouble.server.url))
        before = await trouble.numbers()
        assert before["connected"] == 1
        sleeper.socket.transport.pause_reading()
        await overwhelm(trouble, evening, before)
        assert (await trouble.numbers())["caught_up_total"] == before["caught_up_total"]
        sleeper.socket.transport.resume_reading()
        await trouble.until_grown(before, "caught_up_total")
        await sleeper.close()


async def overwhelm(trouble: Trouble, evening: Evening, before: dict[str, float]) -> None:
    """A frame larger than the way to a phone that does not read can hold, and one more."""
    kind = next(iter(evening.dialogue.rounds.values())).kinds[0]
    writer = await evening.arrive(9, 1)
    for number in range(CARDS):
        await evening.post(writer, f"{number} {LONG}"[:500], kind)
    await trouble.until_grown(before, "lagged_total")
    await evening.post(writer, "und noch eine", kind)
    await trouble.until_grown(before, "frames_missed_total")


async def test_every_counter_moves_when_what_it_counts_happens(
    built_client: Path, free_port: int
) -> None:
    """So no name on /metrics is a number that nobody adds to."""
    async with troubled(built_client, free_port) as trouble, elsewhere(trouble) as evening:
        before = await trouble.numbers()
        sleeper = await trouble.seated(1, sock=narrow(trouble.server.url))
        trouble.log.planned += [lambda: evening.arrive_without_table(2), nobody_answers]
        assert (await sleeper.command("TakeTable", table=2))["ok"]
        assert (await sleeper.command("TakeTable", table=1))["ok"]
        with pytest.raises(NotLetIn):
            await Phone.join(trouble.server.url, {"code": "22222222", "token": "1" * 32})
        sleeper.socket.transport.pause_reading()
        await overwhelm(trouble, evening, before)
        sleeper.socket.transport.resume_reading()
        await trouble.until_grown(before, "caught_up_total")
        rude = await trouble.seated(3)
        for _ in range(5):
            await rude.socket.send(b"\xc1")
        await rude.until_closed()
        liar = await trouble.seated(4)
        await liar.begin("hello", {"epoch": liar_epoch(liar), "version": 10**9})
        await trouble.until_grown(before, "epochs_begun_total")
        after = await trouble.numbers()
        for phone in (sleeper, rude, liar):
            await phone.close()
    counters = {name for name in after if MOVES.search(name) and not name.startswith("process_")}
    assert len(counters) > 20
    assert {name for name in counters if after[name] == before.get(name, 0.0)} == set()
    assert set(PROMISED.values()) <= set(after)
    for told, name in PROMISED.items():
        assert after[name] > before[name], told


def liar_epoch(phone: Phone) -> int:
    epoch: int = phone.views[-1]["epoch"] if phone.views else 1
    return epoch
