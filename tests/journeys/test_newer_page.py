"""A page that is older than the server's: calm, and never loaded anew over what is not saved."""

import re
from typing import Any

import pytest
from devices import Devices
from evening import Evening
from house import House
from playwright.async_api import Page, Route, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")

# It would be loaded anew at a random moment within 20 s after its hello: here after five.
AFTER_FIVE_SECONDS = "Math.random = () => 0.25;"
CARD = "Mehr Bänke am Platz"


async def older(page: Page) -> None:
    """The next load of this address brings the page of an older build, later ones today's."""
    address = page.url

    async def once(route: Route) -> None:
        response = await route.fetch()
        text = re.sub(r'(name="build" content=")[^"]*', r"\g<1>older", await response.text())
        assert 'content="older"' in text
        await route.fulfill(response=response, body=text)

    await page.route(address, once, times=1)
    await page.add_init_script(AFTER_FIVE_SECONDS)
    await page.reload()


async def build(page: Page) -> Any:
    return await page.evaluate('() => document.querySelector("meta[name=build]").content')


async def test_an_older_page_with_a_full_outbox_is_not_loaded_anew_before_all_is_saved(
    own_house: House, devices: Devices
) -> None:
    evening = await Evening.begun(own_house)
    await evening.open_round(3)
    person = await devices.phone(own_house, "de")
    await person.arrive(evening.address(3), 3)
    await older(person.page)
    await expect(person.page.get_by_text(person.say("newer_page"))).to_be_visible()
    with own_house.frozen_store():
        await person.post(CARD)
        await expect(person.page.get_by_text(person.say("newer_page"))).to_have_count(0)
        await person.page.wait_for_timeout(8_000)
        assert await build(person.page) == "older"
    await person.sees_saved(CARD)
    await expect(person.page.locator('meta[name=build][content="older"]')).to_have_count(0)
    await person.sees_saved(CARD)
    await evening.moderator.close()


async def test_an_older_page_is_not_loaded_anew_while_somebody_writes(
    house: House, evening: Evening, devices: Devices
) -> None:
    await evening.open_round(3)
    person = await devices.phone(house, "de")
    await person.arrive(evening.address(3), 3)
    await older(person.page)
    await person.write(CARD)
    await person.page.wait_for_timeout(8_000)
    assert await build(person.page) == "older"
    await person.button("post").tap()
    await expect(person.page.locator('meta[name=build][content="older"]')).to_have_count(0)
    await person.sees_saved(CARD)
