"""While nothing can be saved: what people, hosts and moderators see, and that all of it follows."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from arrived import arrived
from devices import Devices
from evening import Evening
from house import House
from looks import Looks
from playwright.async_api import Page, expect
from words import staff_words

from server.storage import LOOK_EVERY_S

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Cramped(House):
    """Its disk is nearly full from SIGUSR1 until SIGUSR2."""

    program = ("-m", "faults.cramped")

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder, port)
        self._environment = {"PYTHONPATH": "tests"}


@pytest_asyncio.fixture(loop_scope="session")
async def cramped(short_folder: Path, free_port: int) -> AsyncIterator[Cramped]:
    house = Cramped(short_folder, free_port)
    await house.open()
    yield house
    await house.close()


async def staff_at_a_phone_and_a_laptop(
    evening: Evening, house: House, devices: Devices
) -> tuple[Page, Page]:
    """A table host and the moderator; both see that nothing is wrong yet."""
    host = (await devices.phone(house, "de")).page
    await host.goto(await evening.link("host"))
    moderator = (await devices.laptop(house, evening.moderator_link)).page
    for page in (host, moderator):
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_text(staff_words("storage.held"))).to_have_count(0)
    return host, moderator


async def test_while_the_store_does_not_answer_a_card_waits_and_is_not_called_saved(
    own_house: House, devices: Devices
) -> None:
    evening = await Evening.begun(own_house)
    people = [await arrived(evening, own_house, devices, language) for language in ("de", "ar")]
    staff = await staff_at_a_phone_and_a_laptop(evening, own_house, devices)
    with own_house.frozen_store():
        for person in people:
            await person.post("Wartet")
        for person in people:
            slow = person.page.locator(".line-band")
            await expect(slow).to_contain_text(person.say("slow"))
            await expect(person.card("Wartet")).to_contain_text(person.say("status_waiting"))
        for page in staff:
            await expect(page.get_by_text(staff_words("storage.held"))).to_be_visible()
            await expect(page.get_by_text(staff_words("storage.if_it_lasts"))).to_be_visible()
    for person in people:
        await expect(person.page.locator(".line-band")).to_have_count(0)
    for page in staff:
        await expect(page.get_by_text(staff_words("storage.held"))).to_have_count(0)
    assert [card["text"] for card in (await evening.results())["cards"]] == ["Wartet"] * 2
    await evening.moderator.close()


async def test_while_the_disk_is_full_nobody_blames_the_network_and_staff_know_whom_to_tell(
    cramped: Cramped, devices: Devices
) -> None:
    evening = await Evening.begun(cramped)
    people = {
        f"Wartet ({language})": await arrived(evening, cramped, devices, language)
        for language in ("de", "ar")
    }
    staff = await staff_at_a_phone_and_a_laptop(evening, cramped, devices)
    cramped.send(signal.SIGUSR1)
    await asyncio.sleep(2 * LOOK_EVERY_S)  # an append may go by what was seen just before
    for text, person in people.items():
        await person.post(text)
    for text, person in people.items():
        looks = Looks(person.page, person.language, touch=True, ownWordsOnly=True)
        await expect(person.page.locator(".line-band")).to_contain_text(person.say("held_up"))
        await expect(person.card(text)).to_contain_text(person.say("status_waiting"))
        await looks.check("held-up")
        assert not looks.wrong, looks.wrong
    for name, page in zip(("host", "moderator"), staff, strict=True):
        looks = Looks(page, "de", touch=name == "host", ownWordsOnly=False)
        await expect(page.get_by_text(staff_words("storage.held"))).to_be_visible()
        await expect(page.get_by_text(staff_words("storage.full"))).to_be_visible()
        await looks.check(f"nothing-saved-{name}")
        assert not looks.wrong, looks.wrong
    cramped.send(signal.SIGUSR2)
    for text, person in people.items():
        await person.sees_saved(text)
        await expect(person.page.locator(".line-band")).to_have_count(0)
    for page in staff:
        await expect(page.get_by_text(staff_words("storage.held"))).to_have_count(0)
    await evening.moderator.close()


async def test_while_the_store_does_not_answer_what_the_moderator_ticked_stays_ticked(
    own_house: House, devices: Devices
) -> None:
    evening = await Evening.begun(own_house, "de")
    moderator = await devices.laptop(own_house, evening.moderator_link)
    page = moderator.page
    await moderator.go_to("about")
    offered = page.get_by_role("group").get_by_role("checkbox")
    await expect(offered.first).to_be_visible()
    unticked = [box for box in await offered.all() if not await box.is_checked()][:2]
    assert len(unticked) == 2
    with own_house.frozen_store():
        for box in unticked:
            await box.check()
        await expect(page.get_by_text(staff_words("status.unheard"))).to_be_visible()
        for box in unticked:
            await expect(box).to_be_checked()
    await evening.moderator.until(lambda: len(evening.languages) == 3)
    for box in unticked:
        await expect(box).to_be_checked()
    await evening.moderator.close()
