"""Three evenings in one store, made by the real server and simulated phones."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from moderating import open_evening
from program import Installation, free_port

from rooms.log import Stored
from rooms.redis_line import Line
from rooms.redis_log import RedisLog
from server.embedded import EmbeddedStore
from server.phones import Desk, Phone

DIALOGUES = 3
PHONES = 4
CARDS = 12
FORMS = ("grown", "rewritten")


@dataclass(frozen=True)
class Evenings:
    """`folder`: the data as the server left it; `older`: a copy from the middle. `truth`: all that
    was acknowledged.
    """

    folder: Path
    older: Path
    truth: dict[str, list[Stored]]
    secret: bytes


async def play(folder: Path, rewritten: bool) -> Evenings:
    """`rewritten`: Valkey has compacted its file in the middle of it."""
    data, older = folder / "data", folder / "older"
    installation = Installation(data, free_port())
    await installation.open()
    desk = await Desk.of_organiser(installation.organiser_link)
    halls = [await open_evening(desk) for _ in range(DIALOGUES)]
    phones = [Phone(desk.url, moderator.code) for moderator in halls for _ in range(PHONES)]
    await asyncio.gather(*(phone.join("de", 1) for phone in phones))
    await post(phones, "vorher")
    shutil.copytree(data, older, ignore=shutil.ignore_patterns("*.sock"))
    if rewritten:
        await compact(data)
    await post(phones, "nachher")
    await asyncio.gather(*(screen.close() for screen in (*halls, *phones)))
    await installation.end()
    return await whole(data, older)


async def post(phones: list[Phone], when: str) -> None:
    cards = [(phone, f"Karte {nth} {when}") for nth in range(CARDS // 2) for phone in phones]
    given = [phone.give("PostCard", text=text, kind="idea") for phone, text in cards]
    assert all(answer["ok"] for answer in await asyncio.gather(*given))


async def compact(data: Path) -> None:
    line = Line(f"unix://{data / 'store' / 'valkey.sock'}")
    await line.ask("BGREWRITEAOF")
    async with asyncio.timeout(10):
        while not list((data / "store" / "appendonlydir").glob("*.2.base.aof")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)  # its list of files is written last
    await line.close()


async def whole(data: Path, older: Path) -> Evenings:
    store = EmbeddedStore(data)
    await store.start()
    log = RedisLog(store.url)
    truth = {code: await log.read(code) for code in await log.codes()}
    secret = await log.secret()
    await log.close()
    await store.stop()
    return Evenings(data, older, truth, secret)
