"""A server whose loop stands still starts itself anew, and nobody has to come."""

import asyncio
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
from program import Installation

from server.phones import Desk, Phone
from server.watchdog import MOST_MISSED, Watchdog

HUNG = re.compile('"event":"hung".*"tests/faults/hanging.py:[0-9]+ stand_still"')
OPENED_AGAIN = re.compile('"event":"hung"[^\0]*Ctrl-C')


class Hanging(Installation):
    """It needs the folder of the tests to be found."""

    program = ("-m", "faults.hanging")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_server_that_stands_still_is_back_by_itself_with_everything(
    short_folder: Path, free_port: int
) -> None:
    server = Hanging(short_folder, free_port, environment={"PYTHONPATH": "tests"})
    await server.open()
    desk = await Desk.of_organiser(server.organiser_link)
    made = await desk.post(
        "/api/dialogues", {"template": "zukunftswerkstatt", "languages": ["de"], "tables": 2}
    )
    moderator = await desk.staff(made["moderator_link"])
    await moderator.connect()
    (first, *_) = moderator.shared.all("round")
    await moderator.command("OpenRound", round=first["id"])
    phone = Phone(server.own_url, made["code"])
    await phone.join("de", 1)
    kind = first["kinds"][0]
    saved = await phone.command("PostCard", text="vorher", kind=kind)
    assert saved["ok"]
    server.send(signal.SIGUSR1)
    await asyncio.sleep(0.2)
    while_it_hangs = asyncio.ensure_future(phone.give("PostCard", text="währenddessen", kind=kind))
    await server.says(HUNG)
    await server.says(OPENED_AGAIN)
    assert (await while_it_hangs)["ok"]
    assert (await phone.command("PostCard", text="danach", kind=kind))["ok"]
    await moderator.until(lambda: len(moderator.shared.all("card")) >= 3)
    texts = Counter(card["text"] for card in moderator.shared.all("card"))
    assert texts == Counter(["vorher", "währenddessen", "danach"])
    await asyncio.gather(phone.close(), moderator.close())
    assert [line for line in server.bugs() if '"event":"hung"' not in line] == []
    await server.end()


def test_only_looks_in_a_row_at_a_loop_that_did_not_turn_count() -> None:
    watchdog = Watchdog(0)
    assert not watchdog.look()
    assert [watchdog.look() for _ in range(MOST_MISSED)] == [False] * (MOST_MISSED - 1) + [True]
    watchdog._turned = True
    assert not watchdog.look()
