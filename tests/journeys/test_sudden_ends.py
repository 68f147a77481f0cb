"""Phones that may not keep anything say so; a browser that is killed has kept what was tapped."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from conftest import FLAGS, chromium_path
from hall import SMALL_PHONE, Hall, Moderator, Phone
from playwright.async_api import Browser, Page, async_playwright, expect
from test_phone import HOLD, NO_STORAGE, SAVED, WAITING
from words import phone_words

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "Vor dem Ende getippt"
NOTICED_MS = 20_000  # six seconds are promised; a busy machine is slow
YEAR_SECONDS = 365 * 86_400
WRONG_CLOCK = """
{
  const off = %d * 365 * 86_400_000, Right = Date;
  Date = class extends Right {
    constructor(...told) { super(...(told.length ? told : [Right.now() + off])); }
    static now() { return Right.now() + off; }
  };
}
"""
FULL_STORAGE = """
Storage.prototype.setItem = function () {
  throw new DOMException("full", "QuotaExceededError");
};
"""
WRITTEN_DOWN_SECONDS = 6.0
"""Chromium holds in its main process what a page stores; each five seconds that goes to disk."""


@pytest_asyncio.fixture(loop_scope="session")
async def hall() -> AsyncIterator[Hall]:
    async with Hall.somewhere() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def moderator(hall: Hall) -> AsyncIterator[Moderator]:
    present = Moderator(hall)
    await present.open()
    await present.order("OpenRound", round=present.all("round")[0]["id"])
    yield present
    await present.close()


@pytest.mark.parametrize("script", [NO_STORAGE, FULL_STORAGE], ids=["forbidden", "full"])
async def test_a_phone_that_can_keep_nothing_says_so_while_a_card_waits(
    hall: Hall, moderator: Moderator, browser: Browser, script: str
) -> None:
    phone = Phone(browser, hall)
    page = await phone.open(f"/{moderator.code}/2", "de", script=script)
    await phone.sit_down("de")
    await hall.close()
    await expect(page.locator(".line-band")).to_be_visible()  # it moves what is below
    await phone.write("Nur auf dieser Seite")
    await expect(page.locator(WAITING)).to_have_count(1)
    await expect(page.locator(".line-band")).to_contain_text(phone_words("de", "offline_not_kept"))
    await hall.open()
    await expect(page.locator(SAVED)).to_have_count(1)
    await expect(page.locator(".line-band")).to_have_count(0)
    assert phone.complaints == []
    await page.context.close()


async def test_a_phone_whose_tap_gets_no_answer_says_so(
    moderator: Moderator, hall: Hall, browser: Browser
) -> None:
    """The socket is open as far as anybody knows; nothing comes through."""
    phone = Phone(browser, hall)
    page = await phone.open(f"/{moderator.code}/3", "de")
    await phone.sit_down("de")
    await page.evaluate(HOLD)
    await phone.write("Wohin damit?")
    band = page.locator(".line-band")
    await expect(band).to_contain_text(phone_words("de", "slow"), timeout=NOTICED_MS)
    await page.evaluate("letGo()")
    await expect(page.locator(SAVED)).to_have_count(1)
    await expect(band).to_have_count(0)
    assert phone.complaints == []
    await page.context.close()


@pytest.mark.parametrize("years", [-3, 3])
async def test_a_phone_whose_clock_is_years_wrong_takes_part_like_all_others(
    hall: Hall, moderator: Moderator, browser: Browser, years: int
) -> None:
    first, wrong = Phone(browser, hall), Phone(browser, hall)
    await first.open(f"/{moderator.code}/3", "de")
    page = await wrong.open(f"/{moderator.code}/3", "de", script=WRONG_CLOCK % years)
    assert abs(await page.evaluate("Date.now()") / 1000 - time.time()) > 2 * YEAR_SECONDS
    for phone, text in ((first, "eins"), (wrong, "zwei"), (first, "drei")):
        if text != "drei":
            await phone.sit_down("de")
        await phone.write(text)
        await there(moderator, text)
    await expect(page.locator(SAVED)).to_have_count(1)
    assert [card["text"] for card in moderator.all("card")] == ["eins", "zwei", "drei"]
    await expect(page.locator("[role=timer]").first).to_be_visible()
    times = [await one.page.locator("[role=timer]").first.inner_text() for one in (first, wrong)]
    minutes = [int(told.partition(":")[0]) for told in times]
    assert abs(minutes[0] - minutes[1]) <= 1, times
    for phone in (first, wrong):
        assert phone.complaints == []
        await phone.page.context.close()


async def there(moderator: Moderator, text: str) -> None:
    async with asyncio.timeout(20):
        while text not in [one["text"] for one in moderator.all("card")]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@asynccontextmanager
async def own_browser(profile: Path) -> AsyncIterator[Page]:
    """A browser with a profile on disk, as on somebody's phone; it ends as one that is killed."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium_path(),
            args=list(FLAGS),
            viewport={**SMALL_PHONE},
            locale="de",
            is_mobile=True,
            has_touch=True,
        )
        try:
            yield context.pages[0]
        finally:
            for one in processes(profile):
                with suppress(psutil.NoSuchProcess):
                    one.kill()


def processes(profile: Path) -> list[psutil.Process]:
    """Those of the browser that runs on this profile."""
    return [
        one
        for one in psutil.process_iter(["cmdline"])
        if f"--user-data-dir={profile}" in (one.info["cmdline"] or [])
    ]


async def sit_down(page: Page, hall: Hall, code: str) -> None:
    await page.goto(f"{hall.url}/{code}/3")
    await of_page(page).sit_down("de")


async def tap(page: Page) -> None:
    """Posts a card that leaves the page, but not the phone."""
    await page.evaluate(HOLD)
    await of_page(page).write(TEXT)
    await expect(page.locator(WAITING)).to_have_count(1)


def of_page(page: Page) -> Phone:
    phone = Phone(None, None)  # type: ignore[arg-type]  # it is only asked for its page
    phone.page = page
    return phone


@pytest.fixture
def profile() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dt-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def test_a_page_whose_process_is_killed_at_a_tap_sends_the_card_when_it_is_opened_again(
    hall: Hall, moderator: Moderator, profile: Path
) -> None:
    """As a phone does that is short of memory."""
    async with own_browser(profile) as page:
        await sit_down(page, hall, moderator.code)
        await tap(page)
        developer = await page.context.new_cdp_session(page)
        async with page.expect_event("crash"):
            ending = asyncio.create_task(developer.send("Page.crash"))
        ending.cancel()  # nobody is left to answer
        assert moderator.all("card") == []
        again = await page.context.new_page()
        await again.goto(f"{hall.url}/{moderator.code}/3")
        await expect(again.locator(SAVED)).to_have_count(1)
    assert [card["text"] for card in moderator.all("card")] == [TEXT]


async def test_a_browser_that_is_killed_at_a_tap_sends_the_card_when_it_is_opened_again(
    hall: Hall, moderator: Moderator, profile: Path
) -> None:
    """What localStorage holds of the tap is lost with it: the copy in IndexedDB is not."""
    async with own_browser(profile) as page:
        await sit_down(page, hall, moderator.code)
        await asyncio.sleep(WRITTEN_DOWN_SECONDS)  # who this phone is
        await tap(page)
    assert moderator.all("card") == []
    async with own_browser(profile) as page:
        await page.goto(f"{hall.url}/{moderator.code}/3")
        await expect(page.locator(SAVED)).to_have_count(1)
    assert [card["text"] for card in moderator.all("card")] == [TEXT]
