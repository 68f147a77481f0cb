"""The command line: it starts with nothing but a folder, ends with Ctrl-C, and keeps everything."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from program import ORGANISER_LINK, Program

from server.__main__ import VERBS
from server.phones import Desk, Ended, Phone
from server.shells import STATIC

pytestmark = pytest.mark.asyncio(loop_scope="session")
needs_client = pytest.mark.skipif(
    not (STATIC / "manifest.json").exists(), reason="the client is not built; ./run test builds it"
)


@asynccontextmanager
async def running(folder: Path, *verb: str) -> AsyncIterator[Program]:
    here = ("--host", "127.0.0.1", "--port", "0", "--data", str(folder))
    program = Program(*verb, *here)
    await program.start()
    try:
        yield program
    finally:
        await program.kill()


async def outcome(*arguments: str) -> tuple[int, str]:
    program = Program(*arguments)
    await program.start()
    return await program.ended(), program.said


@needs_client
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_ends_cleanly_when_asked_to(short_folder: Path, number: signal.Signals) -> None:
    async with running(short_folder) as program:
        await program.says(ORGANISER_LINK)
        assert await program.end(number) == 0
        assert "whatever is acknowledged is on disk" in program.said
        assert "Saved and closed." in program.said
        assert "Traceback" not in program.said


@needs_client
async def test_everything_acknowledged_is_there_after_ctrl_c_in_a_burst(short_folder: Path) -> None:
    async with running(short_folder) as program:
        link = await program.says(ORGANISER_LINK)
        desk = await Desk.of_organiser(link)
        made = await desk.post("/api/dialogues", {"template": "blank", "languages": ["de"]})
        code = made["code"]
        moderator = await desk.staff(made["moderator_link"])
        await moderator.connect()
        plan = {"title": {"de": "Runde"}, "question": {}, "kinds": ["idea"], "minutes": 5}
        assert (await moderator.command("PlanRound", **plan))["ok"]
        (round_,) = await moderator.until(lambda: moderator.shared.all("round"))
        assert (await moderator.command("OpenRound", round=round_["id"]))["ok"]
        kept: set[str] = set()
        phones = [Phone(desk.url, code) for _ in range(10)]
        await asyncio.gather(*(phone.join("de", 1) for phone in phones))
        posting = [asyncio.create_task(post_for_ever(phone, kept)) for phone in phones]
        async with asyncio.timeout(20):
            while len(kept) < 50:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await program.end(signal.SIGINT) == 0
        assert "Traceback" not in program.said
        await asyncio.gather(*(phone.close() for phone in (moderator, *phones)))
        await asyncio.gather(*posting)

    async with running(short_folder) as program:
        again = await Desk.of_organiser(await program.says(ORGANISER_LINK))
        results = await again.get(f"/api/dialogues/{code}/results.json")
        assert kept <= {card["text"] for card in results["cards"]}
        assert results["counts"]["joined"] == 10
        # The links of before still open the door, under whatever address the server has now.
        await again.enter(made["moderator_link"].partition("#")[2])
        assert await program.end(signal.SIGINT) == 0


async def post_for_ever(phone: Phone, kept: set[str]) -> None:
    """Posts card after card and notes those the server has acknowledged."""
    nth = 0
    while True:
        nth += 1
        text = f"{id(phone)} {nth}"
        try:
            if (await phone.command("PostCard", text=text, kind="idea"))["ok"]:
                kept.add(text)
        except Ended:
            return


@needs_client
async def test_the_demo_fills_the_wall_by_itself_and_leaves_nothing(short_folder: Path) -> None:
    async with running(short_folder, "demo") as program:
        wall = await program.says(re.compile(r"(?<=The wall        )\S+"))
        screen = await Desk(wall.partition("/enter")[0]).staff(wall)
        await screen.connect()
        await screen.until(lambda: len(screen.shared.all("card")) >= 20)
        await screen.until(lambda: len({card["table"] for card in screen.shared.all("card")}) == 6)
        await screen.close()
        assert await program.end(signal.SIGINT) == 0
        assert "Traceback" not in program.said
    assert not os.listdir(short_folder)


@needs_client
async def test_a_port_in_use_is_said_plainly(short_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        arguments = ("--host", "127.0.0.1", "--port", port, "--data", str(short_folder))
        code, said = await outcome(*arguments)
    assert code == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in said
    assert "--port" in said
    assert "Traceback" not in said
    assert not os.listdir(short_folder)


async def test_a_setting_that_makes_no_sense_is_said_plainly() -> None:
    code, said = await outcome("--fanout", "stones")
    assert code == 1
    assert "fanout: 'stones'" in said
    assert "Traceback" not in said


async def test_a_storage_that_is_away_is_said_plainly_and_without_its_password() -> None:
    url = "redis://someone:hush@127.0.0.1:1/0"
    code, said = await outcome("--host", "127.0.0.1", "--port", "0", "--redis-url", url)
    assert code == 1
    assert "is away" in said
    assert "hush" not in said
    assert "Traceback" not in said


async def test_an_unknown_word_gets_the_list_of_words() -> None:
    code, said = await outcome("dance")
    assert code == 1
    for verb in VERBS:
        assert verb in said
