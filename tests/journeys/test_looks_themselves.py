"""The eyes of the journeys are open: they see what is wrong, and nothing where nothing is."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from looks import Looks
from playwright.async_api import Browser, Page
from screens import SMALL_PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")

WELL = """
<!doctype html><html lang="ar" dir="rtl"><title>.</title>
<main><h1>أهلًا وسهلًا</h1><button style="width: 90px; height: 48px">متابعة</button></main>
"""

FAULTS = {
    "is 508 px wide": '<p style="width: 500px; height: 9px"></p>',
    "runs off the side": '<p style="position: fixed; left: -50px; width: 200px">نص</p>',
    "what surrounds it": '<div style="height: 9px; overflow: hidden"><p>نحتاج</p></div>',
    "wider than itself": '<p style="width: 40px; white-space: nowrap">نحتاج إلى دورات</p>',
    "cut off": '<p style="height: 9px; overflow: hidden">نحتاج إلى دورات</p>',
    "cannot be read": '<p style="color: #eee; background: #fff">نص</p>',
    "smaller than a thumb": '<a href="/" style="display: block; height: 20px">نص</a>',
    "is not translated": "<p>Weiter</p>",
}


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(**SMALL_PHONE)
    yield await context.new_page()
    await context.close()


async def seen(page: Page, html: str) -> str:
    await page.set_content(
        html.replace("<title>", '<meta name="viewport" content="width=device-width"><title>')
    )
    looks = Looks(page, "ar", touch=True, ownWordsOnly=True)
    await looks.check("page", thorough=False)
    return looks.wrong


async def test_a_page_without_fault_is_left_alone(page: Page) -> None:
    assert await seen(page, WELL) == ""


@pytest.mark.parametrize("said", FAULTS)
async def test_a_fault_is_seen(page: Page, said: str) -> None:
    assert said in await seen(page, WELL.replace("</main>", f"{FAULTS[said]}</main>"))


async def test_a_page_in_the_wrong_direction_is_seen(page: Page) -> None:
    assert "<html dir> is ltr" in await seen(page, WELL.replace("rtl", "ltr"))


async def test_what_axe_finds_is_told(page: Page) -> None:
    await page.set_content(WELL.replace("متابعة", ""))
    looks = Looks(page, "ar")
    await looks.check("page")
    assert "button-name" in looks.wrong
