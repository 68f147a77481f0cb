"""The team's pages at their sizes, light and dark: nothing cut, nothing in the way of anybody."""

import pytest
from devices import Devices
from evening import Evening
from full_tables import FullTables
from house import House
from looks import Looks
from playwright.async_api import expect
from words import staff_words

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROJECTORS = ((1920, 1080), (1280, 720), (1024, 768))
PLACES = ("agenda", "tables", "cards", "tickets", "results", "access", "about", "rehearsal")
HIDDEN = "Kinderbetreuung während der Sprachkurse."
REASON = "Nennt eine Person oder persönliche Angaben"


async def test_the_organisers_page_looks_right(
    house: House, evening: Evening, devices: Devices
) -> None:
    organiser = await devices.laptop(house, house.organiser_link)
    looks = Looks(organiser.page, "de")
    await expect(organiser.page.locator(".dialogue-row").first).to_be_visible()
    await looks.check("organise")
    await organiser.button("organise.new").click()
    await looks.check("organise-new")
    organiser.screen.may_be_refused = True
    await organiser.page.goto(f"{house.organiser_link}wrong")
    await expect(organiser.page.get_by_role("alert")).to_be_visible()
    await looks.check("enter-wrong")
    assert not looks.wrong, looks.wrong


async def test_the_moderators_sections_look_right(
    house: House, evening: Evening, devices: Devices, tables: FullTables
) -> None:
    await evening.open_round(3)
    await tables.write_cards()
    await evening.hide(HIDDEN, REASON)
    await evening.open_ballot()
    await tables.give_dots()
    await evening.close_ballot()
    await evening.plan_agreement()
    moderator = await devices.laptop(house, evening.moderator_link)
    looks = Looks(moderator.page, "de")
    await expect(moderator.page.locator(".side-places")).to_be_visible()
    for place in PLACES:
        await moderator.go_to(place)
        await looks.check(f"moderate-{place}")
    assert not looks.wrong, looks.wrong


async def test_the_moderators_dialogs_look_right(
    house: House, evening: Evening, devices: Devices, tables: FullTables
) -> None:
    moderator = await devices.laptop(house, evening.moderator_link)
    looks = Looks(moderator.page, "de")
    await moderator.button("agenda.open_round").click()
    await looks.check("moderate-open")
    await moderator.button("act.cancel").click()
    for what in ("round", "ballot"):
        await moderator.button(f"agenda.plan_{what}").click()
        await looks.check(f"moderate-plan-{what}")
        await moderator.button("act.cancel").click()
    await evening.open_round(1)
    await tables.write_cards()
    await moderator.go_to("cards")
    await moderator.button("cards.hide").first.click()
    await looks.check("moderate-hide")
    await moderator.button("act.cancel").click()
    await moderator.button("agenda.close_round").click()
    await looks.check("moderate-close")
    await moderator.button("act.cancel").click()
    await moderator.go_to("access")
    await moderator.button("access.issue").click()
    await looks.check("moderate-link")
    assert not looks.wrong, looks.wrong


async def test_the_dialogs_of_erasing_look_right(
    house: House, evening: Evening, devices: Devices, tables: FullTables
) -> None:
    organiser = await devices.laptop(house, house.organiser_link)
    looks = Looks(organiser.page, "de")
    await evening.open_round(1)
    await tables.write_cards()
    await organiser.button("erase.evening_ask").first.click()
    await looks.check("erase-evening")
    await organiser.button("act.cancel").click()
    await organiser.page.goto(evening.moderator_link)
    await organiser.page.wait_for_url("**/moderate/**")
    await organiser.go_to("cards")
    await expect(organiser.button("erase.card_ask").first).to_be_visible()
    await looks.check("erase-cards")
    await organiser.button("erase.card_ask").first.click()
    await looks.check("erase-card")
    assert not looks.wrong, looks.wrong


@pytest.mark.parametrize("main", ["de", "ar"])
async def test_the_wall_looks_right(house: House, devices: Devices, main: str) -> None:
    others = [language for language in ("de", "en", "ar") if language != main]
    evening = await Evening.begun(house, main, *others)
    board = await devices.board(house, await evening.link("board"))
    looks = Looks(board.page, main)

    async def check(scene: str) -> None:
        for width, height in PROJECTORS:
            await board.page.set_viewport_size({"width": width, "height": height})
            largest = height == PROJECTORS[0][1]
            await looks.check(f"board-{scene}-{height}", thorough=largest, height=height)

    await expect(board.page.locator(".welcome")).to_be_visible()
    await check("welcome")
    async with FullTables.taken(house, evening) as tables:
        await evening.open_round(3)
        await tables.write_cards()
        await expect(board.page.locator(".board-card").first).to_be_visible()
        await check("all")
        await board.page.keyboard.press("3")
        await expect(board.page.locator(".table-cards")).to_be_visible()
        await check("table")
        await board.page.keyboard.press("0")
        await evening.open_ballot()
        await tables.give_dots()
        await expect(board.page.locator(".voting")).to_be_visible()
        await check("voting")
        await evening.count_heads({0: 9, 1: 1, 4: 0})
        await evening.close_ballot()
        await expect(board.page.locator(".ranking")).to_be_visible()
        await check("ranking")
        await evening.show_overshoot()
        await expect(board.page.locator(".board-over")).to_have_count(3)
        await check("ranking-over")
        await evening.plan_agreement()
        await evening.open_ballot()
        await tables.agree()
        await evening.close_ballot()
        await expect(board.page.locator(".option-answers").first).to_be_visible()
        await check("agreement")
    await evening.moderator.close()
    assert not looks.wrong, looks.wrong


@pytest.mark.parametrize(("width", "height"), [(360, 740), (820, 1180)], ids=["phone", "tablet"])
async def test_the_hosts_page_looks_right(
    house: House, evening: Evening, devices: Devices, tables: FullTables, width: int, height: int
) -> None:
    host = await devices.phone(house, "de")
    await host.page.set_viewport_size({"width": width, "height": height})
    await host.page.goto(await evening.link("host"))
    looks = Looks(host.page, "de", touch=True)
    await expect(host.page.locator(".host-number")).to_be_visible()
    await looks.check(f"host-nothing-open-{width}")
    await evening.open_round(1)
    await tables.write_cards()
    await expect(host.page.locator(".staff-card").first).to_be_visible()
    await looks.check(f"host-{width}")
    await host.page.get_by_role("button", name=staff_words("act.leave")).tap()
    await looks.check(f"host-leave-{width}")
    assert not looks.wrong, looks.wrong


async def test_every_table_card_is_one_printed_page(
    house: House, evening: Evening, devices: Devices
) -> None:
    moderator = await devices.laptop(house, evening.moderator_link)
    cards = await moderator.print_table_cards()
    await expect(cards.locator("article.page")).to_have_count(6)
    looks = Looks(cards, "de")
    await looks.check("print")
    assert not looks.wrong, looks.wrong
    for size in ("A5", "A4"):
        await cards.get_by_role("radio", name=size).check()
        printed = await cards.pdf(prefer_css_page_size=True)
        assert printed.count(b"/Type /Page\n") == 6
