"""A bit flips on the disk: the organiser reads what to type, and the evening goes on."""

import asyncio
import shlex
import sys
from pathlib import Path

import pytest
from devices import Devices
from evening import Evening
from house import House
from our_files import ROOT
from playwright.async_api import expect
from words import staff_words as say

from server.codes import shown_code

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEFORE, DAMAGED = "Ein Baum vor der Schule", "Ein Tisch auf dem Markt"


async def test_a_damaged_dialogue_is_repaired_by_the_command_on_the_page(
    own_house: House, devices: Devices
) -> None:
    evening, other = [await Evening.begun(own_house) for _ in range(2)]
    await evening.open_round(3)
    person = await devices.phone(own_house, "de")
    await person.arrive(evening.address(3), 3)
    for text in (BEFORE, DAMAGED):
        await person.post(text)
        await person.sees_saved(text)
    await person.page.goto("about:blank")  # or it would offer again what the repair leaves out
    for one in (evening, other):
        await one.moderator.close()
    await own_house.close()
    flip_a_bit_of(DAMAGED, own_house.folder)

    await own_house.open()
    laptop = await devices.laptop(own_house, own_house.organiser_link)
    rows = laptop.page.get_by_role("listitem")
    damaged = rows.filter(has_text=shown_code(evening.code))
    await expect(damaged).to_contain_text(say("organise.broken"))
    open_it = laptop.page.get_by_role("link", name=say("organise.open"))
    await expect(rows.filter(has_text=shown_code(other.code)).locator(open_it)).to_have_count(1)
    await expect(damaged.locator(open_it)).to_have_count(0)
    command = await damaged.locator("code").inner_text()

    devices.forgive_network_trouble()
    await own_house.close()
    assert f"{shown_code(evening.code)}: " in await typed(command)
    await own_house.open()
    await laptop.page.reload()
    await damaged.locator(open_it).click()
    await laptop.go_to("cards")
    await expect(laptop.card(BEFORE)).to_have_count(1)
    await expect(laptop.card(DAMAGED)).to_have_count(0)

    await person.page.goto(evening.address(3))  # the phone had been promised that it is kept
    await expect(laptop.card(DAMAGED)).to_have_count(1)


def flip_a_bit_of(text: str, folder: Path) -> None:
    """The first time that the store's file says it."""
    [file] = folder.glob("store/appendonlydir/*.incr.aof")
    whole = file.read_bytes()
    at = whole.index(text.encode())
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])


async def typed(command: str) -> str:
    """What it answers, typed as it stands there."""
    run, *words = shlex.split(command)
    assert run == "./run"
    done = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *words), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await done.communicate()
    assert done.returncode == 0, said
    return said.decode()
