"""Room runs out, on the disk or in memory: cards wait, all else goes on, no hand is needed."""

import asyncio
import contextlib
import resource
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from burst import LIVE_AGAIN_SECONDS, Burst, check, join
from moderating import open_evening
from program import Installation

from rooms.errors import Unavailable
from rooms.redis_line import Line
from server.phones import Desk, NotAnswered, Phone, Screen
from server.storage import LOOK_EVERY_S

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONES = 8
MORE_THAN_IS_LEFT = 50_000_000  # bytes


class Cramped(Installation):
    """It needs the folder of the tests to be found."""

    program = ("-m", "faults.cramped")


async def until_health(desk: Desk, wanted: str) -> None:
    async with asyncio.timeout(LIVE_AGAIN_SECONDS):
        while wanted not in await health(desk):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def health(desk: Desk) -> str:
    try:
        return str((await desk.get("/healthz"))["storage"])
    except NotAnswered as no:
        return str(no)


async def results(desk: Desk, code: str) -> dict[str, Any]:
    found: dict[str, Any] = await desk.get(f"/api/dialogues/{code}/results.json")
    return found


async def test_a_disk_that_is_nearly_full_stops_new_cards_only_and_needs_no_hand(
    short_folder: Path, free_port: int
) -> None:
    server = Cramped(short_folder, free_port, environment={"PYTHONPATH": "tests"})
    await server.open()
    desk = await Desk.of_organiser(server.organiser_link)
    moderator = await open_evening(desk)
    phone = Phone(server.url, moderator.code)
    await phone.join("de", 1)
    assert (await phone.command("PostCard", text="vorher", kind="idea"))["ok"]
    server.send(signal.SIGUSR1)
    await until_health(desk, "disk_full")
    await asyncio.sleep(2 * LOOK_EVERY_S)  # an append may go by what was seen just before
    waiting = [
        phone.give("PostCard", text="wartet", kind="idea"),
        moderator.give("DescribeDialogue", title={"de": "Neu"}, goal={}, afterwards={}),
    ]
    await read_on(desk, server, moderator)
    assert not any(one.done() for one in waiting), "kept, although there is no room"
    server.send(signal.SIGUSR2)
    async with asyncio.timeout(LIVE_AGAIN_SECONDS):
        answers = await asyncio.gather(*waiting)
    assert all(answer["ok"] for answer in answers), answers
    assert [card["text"] for card in (await results(desk, moderator.code))["cards"]] == [
        "vorher",
        "wartet",
    ]
    assert "store_ended" not in server.said, "Valkey ran out of room before we noticed"
    await asyncio.gather(phone.close(), moderator.close())
    await server.close()


async def read_on(desk: Desk, server: Installation, moderator: Screen) -> None:
    """Results, the moderator's view and a wall that comes only now."""
    assert [card["text"] for card in (await results(desk, moderator.code))["cards"]] == ["vorher"]
    assert len(await desk.download(f"/api/dialogues/{moderator.code}/results.xlsx")) > 1_000
    assert [card["text"] for card in moderator.shared.all("card")] == ["vorher"]
    links = (await desk.get(f"/api/dialogues/{moderator.code}/links"))["links"]
    again = await desk.staff(next(one["url"] for one in links if one["role"] == "moderator"))
    await again.connect()
    assert [card["text"] for card in again.shared.all("card")] == ["vorher"]
    await again.close()


@pytest_asyncio.fixture(loop_scope="session")
async def running(short_folder: Path, free_port: int) -> AsyncIterator[Installation]:
    server = Installation(short_folder, free_port).hurry()
    await server.open()
    yield server
    await server.close()


async def test_a_store_that_gets_no_more_memory_ends_and_comes_back_with_everything(
    running: Installation, short_folder: Path
) -> None:
    desk = await Desk.of_organiser(running.organiser_link)
    moderator = await open_evening(desk)
    burst = Burst(await join(running, moderator.code, PHONES))
    await burst.everybody_is_live()
    (valkey,) = psutil.Process(running.pid).children()
    held = valkey.memory_info().vms
    resource.prlimit(valkey.pid, resource.RLIMIT_AS, (held, held))
    line = Line(f"unix://{short_folder}/store/valkey.sock")
    with contextlib.suppress(Unavailable):  # the burst may have ended it before, and it is back
        await line.ask("SET", "dialogue:{BALLAST2}:draft", b"x" * MORE_THAN_IS_LEFT)
    await line.close()
    await burst.everybody_is_live()
    await burst.end()
    await check(desk, moderator.code, burst)
    assert "store_ended" in running.said
    assert not valkey.is_running()
    await asyncio.gather(*(screen.close() for screen in (moderator, *burst.phones)))
