"""A small phone whose owner made the letters twice as large: everything can still be read."""

import pytest
from devices import Devices
from evening import Evening
from full_tables import FullTables
from house import PUBLIC_URL, House
from person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLE = 3
SMALLEST = {"width": 320, "height": 640}
TWICE_PX = 32
LONG_WORD = "Mehrgenerationenbegegnungsstätte"


async def with_large_letters(person: Person) -> Person:
    await person.page.set_viewport_size(SMALLEST)
    browser = await person.page.context.new_cdp_session(person.page)
    sizes = {"standard": TWICE_PX, "fixed": TWICE_PX}
    await browser.send("Page.setFontSizes", {"fontSizes": sizes})
    return person


async def width_of(person: Person) -> int:
    width: int = await person.page.evaluate("document.documentElement.scrollWidth")
    return width


@pytest.mark.parametrize("language", ["de", "ar"])
async def test_letters_twice_as_large_fit_the_smallest_phone(
    house: House, evening: Evening, devices: Devices, tables: FullTables, language: str
) -> None:
    await evening.open_round(1)
    person = await with_large_letters(await devices.phone(house, language))
    widths: dict[str, int] = {}
    await person.page.goto(PUBLIC_URL)
    widths["start"] = await width_of(person)
    await person.page.goto(evening.address(TABLE))
    await person.choose_language()
    widths["goal"] = await width_of(person)
    await person.read_the_goal()
    widths["tables"] = await width_of(person)
    await person.sit_down(TABLE)
    await person.write(f"{LONG_WORD} {LONG_WORD}", "worry")
    widths["writing"] = await width_of(person)
    await person.button("post").tap()
    await person.sees_saved(f"{LONG_WORD} {LONG_WORD}")
    widths["cards"] = await width_of(person)
    await evening.close_round()
    await evening.open_round(3)
    await tables.write_cards()
    await evening.open_ballot()
    await person.button("dot_add").first.tap()
    widths["dots"] = await width_of(person)
    await evening.close_ballot()
    await person.page.locator(".result").first.wait_for()
    widths["results"] = await width_of(person)
    await evening.plan_agreement()
    await evening.open_ballot()
    await person.button("agree").wait_for()
    widths["statement"] = await width_of(person)
    letters = await person.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert letters > TWICE_PX * 0.9
    assert not {where: wide for where, wide in widths.items() if wide > SMALLEST["width"]}
