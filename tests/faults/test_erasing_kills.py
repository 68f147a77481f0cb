"""Server and store are killed while they erase: what is left is old or new, never torn."""

import asyncio
import random
from pathlib import Path

import pytest
from program import Installation

from server.phones import Desk, Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKER = "Muster-0155-marker"
OTHERS = 25
LONGEST_S = 0.12


async def begun(program: Installation) -> tuple[str, str]:
    """An evening with many cards, one of which says the marker: its code and that card."""
    desk = await Desk.of_organiser(program.organiser_link)
    wanted = {"template": "zukunftswerkstatt", "languages": ["de"], "tables": 2}
    code = (await desk.post("/api/dialogues", wanted))["code"]
    links = (await desk.get(f"/api/dialogues/{code}/links"))["links"]
    moderator = await desk.staff(next(one["url"] for one in links if one["role"] == "moderator"))
    await moderator.connect()
    round_ = moderator.shared.all("round")[0]
    await moderator.command("OpenRound", round=round_["id"])
    phone = Phone(program.own_url, code)
    await phone.join("de", 1)
    for text in (*(f"Gedanke {nth}" for nth in range(OTHERS)), MARKER):
        assert (await phone.command("PostCard", text=text, kind=round_["kinds"][0]))["ok"]
    card = await phone.until(
        lambda: [one["id"] for one in phone.mine.all("mycard") if one["text"] == MARKER]
    )
    await phone.close()
    await moderator.close()
    return code, card[0]


async def erase(program: Installation, code: str, card: str) -> None:
    desk = await Desk.of_organiser(program.organiser_link)
    await desk.post(f"/api/dialogues/{code}/erasures", {"card": card, "reason": "Name"})


async def cards(program: Installation, code: str) -> list[str]:
    desk = await Desk.of_organiser(program.organiser_link)
    return [one["text"] for one in (await desk.get(f"/api/dialogues/{code}/results.json"))["cards"]]


def holding(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and MARKER.encode() in path.read_bytes()
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_p18_a_kill_while_erasing_leaves_old_or_new_and_a_repeat_finishes(
    short_folder: Path, free_port: int, seed: int
) -> None:
    chance = random.Random(seed)
    program = Installation(short_folder, free_port)
    await program.open()
    code, card = await begun(program)
    before = await cards(program, code)
    assert holding(short_folder)
    asked = asyncio.create_task(erase(program, code, card))
    await asyncio.sleep(chance.random() * LONGEST_S)
    if chance.random() < 0.5:
        program.kill_store()
    await program.kill()
    await asyncio.gather(asked, return_exceptions=True)
    await program.open()
    after = await cards(program, code)
    assert after in (before, [text for text in before if text != MARKER])
    if MARKER in after:
        await erase(program, code, card)
    async with asyncio.timeout(30):
        while holding(short_folder):  # noqa: ASYNC110  (what an earlier run owes)
            await asyncio.sleep(0.1)
    assert await cards(program, code) == [text for text in before if text != MARKER]
    assert MARKER not in program.said
    await program.close()
    assert holding(short_folder) == []
