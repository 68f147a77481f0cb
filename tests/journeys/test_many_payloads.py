"""As many attacks as wanted, on every screen that shows cards; DIALOGTISCH_PAYLOADS says how many.

`DIALOGTISCH_PAYLOADS=10000 ./run test tests/journeys/test_many_payloads.py` fills a dialogue to its
cap; the suite takes some that are drawn by the seed.
"""

import itertools
import os
import random

import pytest
from devices import Devices
from evening import Evening
from house import House
from playwright.async_api import Page
from test_payloads import PAYLOADS

session_loop = pytest.mark.asyncio(loop_scope="session")

COUNT = int(os.environ.get("DIALOGTISCH_PAYLOADS", "120"))
SEED = int(os.environ.get("DIALOGTISCH_SEED", "20261122"))
EACH = 40  # fewer than one person may post in a minute, and than a page of the moderator shows
TABLES = 6
PATIENCE_MS = 40_000
BEFORE = ("", '">', "'>", "-->", "*/", "]]>", "</script>", "</style>", "`}", "<!--", "\\", "{{")
AFTER = ("", "<!--", "//", '" x="', "' x='", "/>")
# What must never come into being from a text, whether it would run or not.
BORN = (
    "iframe, object, embed, base, math, template, video, meta[http-equiv=refresh], "
    "[onerror], [onload], [onclick], [onfocus], [ontoggle], [onmouseover], [srcdoc], "
    "[href^='javascript:'], [formaction], script:not([src]), link[href^='javascript:']"
)
CHANGES = (
    lambda text: text,
    lambda text: text.replace("<", "<<"),
    lambda text: text.replace(" ", "/"),
    lambda text: text.replace("script", "ScRiPt"),
    lambda text: text.replace("=", "\n=\n"),
)


def payloads(count: int, seed: int) -> list[str]:
    """All different; the whole stock if so many are wanted."""
    made = {
        change(f"{before}{payload}{after}")
        for payload, before, after, change in itertools.product(PAYLOADS, BEFORE, AFTER, CHANGES)
    }
    return random.Random(seed).sample(sorted(made), count)


def test_there_are_ten_thousand_different_ones() -> None:
    assert len(set(payloads(10_000, SEED))) == 10_000


@session_loop
async def test_no_payload_runs_on_any_screen(
    house: House, evening: Evening, devices: Devices
) -> None:
    print(f"seed {SEED}")
    attacks = payloads(COUNT, SEED)
    titles = {language: "Runde" for language in ("de", "en", "ar")}
    changed = {"title": titles, "question": titles, "kinds": ["idea"], "minutes": 5}
    await evening.order("ChangeRound", round=evening.rounds[0]["id"], **changed)
    await evening.open_round(1)
    board = (await devices.board(house, await evening.link("board"))).page
    person = await devices.phone(house, "de")
    await person.arrive(evening.address(1), 1)
    moderator = (await devices.laptop(house, await evening.link("moderator"))).page
    await moderator.wait_for_url("**/moderate/**")
    await moderator.evaluate("location.hash = 'cards'")
    host = (await devices.laptop(house, await evening.link("host"))).page
    for nth, start in enumerate(range(0, COUNT, EACH)):
        wave, table = attacks[start : start + EACH], nth % TABLES + 1
        await post(house, evening.code, table, wave)
        await look(moderator, wave)
        if table == 1:
            await look(person.page, wave)
            for page in (host, board):
                await look(page, [])
    assert devices.complaints == []


async def post(house: House, code: str, table: int, texts: list[str]) -> None:
    guest = house.light_phone(code)
    await guest.join("de", table)
    for text in texts:
        answer = await guest.command("PostCard", text=text, kind="idea")
        assert answer["ok"], (text, answer)
    await guest.close()


async def look(page: Page, shown: list[str]) -> None:
    """Every word of it is there to be read, nothing has run, nothing was made of it."""
    await page.wait_for_function(THERE, arg=shown, timeout=PATIENCE_MS)
    assert await page.evaluate("[window.ran, ({}).ran]") == [None, None]
    assert await page.evaluate(f"document.querySelectorAll(`{BORN}`).length") == 0


THERE = """
(shown) => {
  const plain = (text) => text.replace(/\\s+/g, "");
  const all = plain(document.body.textContent);
  return shown.every((text) => all.includes(plain(text)));
}
"""
