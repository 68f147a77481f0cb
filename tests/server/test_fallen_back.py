"""P12 from end to end: a real Valkey put back to an older copy, and new servers on it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from open_server import OpenServer, open_server

from rooms.entries import replay
from rooms.redis_log import RedisLog
from server.embedded import EmbeddedStore
from server.phones import Desk, Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOST = "Mehr Bänke"
SINCE = 6


@asynccontextmanager
async def house(folder: Path, static: Path) -> AsyncIterator[tuple[OpenServer, OpenServer]]:
    """Two servers on the store in this folder."""
    store = EmbeddedStore(folder)
    await store.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.stop)
        logs = [RedisLog(store.url) for _ in range(2)]
        for log in logs:
            stack.push_async_callback(log.close)
        one, other = [await stack.enter_async_context(open_server(log, static)) for log in logs]
        yield one, other


async def prepare(server: OpenServer) -> str:
    """The code of a new dialogue in which cards can be posted."""
    await server.enter_as_organiser()
    made = await server.new_dialogue(template="blank", title={"de": "Abend"}, tables=1)
    desk = await Desk.of_organiser(
        f"{server.url}/enter#{(await server.keys()).organiser_fragment()}"
    )
    moderator = await desk.staff(made["moderator_link"])
    await moderator.connect()
    plan = {"title": {"de": "Sammeln"}, "question": {}, "kinds": ["idea"], "minutes": 10}
    assert (await moderator.command("PlanRound", **plan))["ok"]
    [round_] = await moderator.until(lambda: moderator.shared.all("round"))
    assert (await moderator.command("OpenRound", round=round_["id"]))["ok"]
    await moderator.close()
    code: str = made["code"]
    return code


async def test_p12_a_page_finds_out_that_history_was_lost_though_nobody_else_is_left_to_know(
    short_folder: Path, built_client: Path
) -> None:
    data, older = short_folder / "data", short_folder / "older"
    async with house(data, built_client) as (one, _):
        code = await prepare(one)
        witness = Phone(one.url, code)
        await witness.join("de", table=1)
    shutil.copytree(data, older)
    async with house(data, built_client) as (one, _):
        witness._url = one.url
        saved = await witness.command("PostCard", text=LOST, kind="idea")
        assert saved["ok"]
        epoch = witness.shared.epoch
    shutil.rmtree(data)
    shutil.copytree(older, data)
    async with house(data, built_client) as (one, other):
        stranger = Phone(one.url, code)
        await stranger.join("de", table=1)
        for nth in range(SINCE):
            assert (await stranger.command("PostCard", text=f"neu {nth}", kind="idea"))["ok"]
        assert stranger.shared.epoch == epoch, "nobody here can know of the loss"
        assert stranger._seen["version"] > saved["version"]
        witness._url = other.url
        await witness.until(lambda: (witness.shared.epoch or 0) > (epoch or 0))
        cards = await stranger.until(lambda: _texts(stranger, LOST))
        for phone in (witness, stranger):
            await phone.close()
        told = replay(code, await one.log.read(code))
        assert sorted(card.text for card in told.cards.values()) == sorted(cards)
        assert sorted(cards) == sorted([LOST, *(f"neu {nth}" for nth in range(SINCE))])


def _texts(phone: Phone, wanted: str) -> list[str]:
    """What is on the table's screen, once the wanted card is."""
    texts = [card["text"] for card in phone.shared.all("card")]
    return texts if wanted in texts else []
