"""An evening as the team sees it: organiser, moderator, wall, table host, printed cards."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hall import Hall, Phone
from kept import copies, kept
from playwright.async_api import Browser, expect
from staff import Team, confirm, link_of, press_the_obvious_button
from test_phone import HOLD
from words import staff_words

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hall() -> AsyncIterator[Hall]:
    async with Hall.somewhere() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def team(browser: Browser, hall: Hall) -> AsyncIterator[Team]:
    """Nobody's console may complain: no broken policy, no script error, no foreign request."""
    present = Team(browser, hall)
    yield present
    await present.close()
    assert present.complaints == []


async def test_a_link_is_taken_for_entry_and_leaves_no_secret_in_the_address(
    hall: Hall, team: Team
) -> None:
    page = await team.organiser()
    assert page.url == f"{hall.url}/organise"
    await expect(page.locator(".empty")).to_contain_text("Legen Sie zuerst einen Dialog an")


async def test_a_lost_tablet_is_signed_out_from_the_moderators_page(team: Team) -> None:
    moderator = await team.moderator()
    tablet = await team.enter(await link_of(moderator, "host", 3), "host")
    await moderator.click("a[href='#access']")
    devices = moderator.locator(".sheet", has_text="Angemeldete Geräte").locator("li")
    lost = devices.filter(has_text="Tischgastgeber:in, Tisch 3")
    await expect(lost).to_have_count(1)
    await expect(devices.filter(has_text="dieses Gerät")).to_have_count(1)
    await lost.get_by_role("button", name="Gerät abmelden").click()
    await moderator.get_by_role("dialog").get_by_role("button", name="Gerät abmelden").click()
    await expect(lost).to_have_count(0)
    refused = "Bitte den persönlichen Link noch einmal öffnen."
    await expect(tablet.get_by_text(refused)).to_be_visible()
    await expect(moderator.get_by_role("heading", name="Angemeldete Geräte")).to_be_visible()
    team.complaints.clear()  # that the tablet is refused is what had to be


@pytest.mark.parametrize("role", ["organiser", "moderator", "host"])
async def test_signing_out_leads_out_of_every_staff_page(team: Team, role: str) -> None:
    page = await team.moderator()
    code = page.url.split("/")[4][:8]
    if role == "organiser":
        page = await team.organiser()
    elif role == "host":
        page = await team.enter(await link_of(page, "host", 3), "host")
        await page.fill("textarea", "Noch nicht abgeschickt")
        kept = "Object.keys(localStorage).filter((key) => key.endsWith('draft')).length"
        assert await page.evaluate(kept) == 1
    await page.get_by_role("button", name="Abmelden", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Abmelden").click()
    await page.wait_for_url(lambda url: url.endswith("/"))
    assert await page.context.cookies() == []
    if role == "host":
        assert await page.evaluate(kept) == 0
    for asked in ("/api/dialogues", f"/api/dialogues/{code}/links"):
        assert await page.evaluate(f"fetch('{asked}').then((answer) => answer.status)") == 401
    team.complaints.clear()  # that it was refused is what had to be


async def test_a_host_who_signs_out_leaves_no_word_in_that_browser(team: Team) -> None:
    moderator = await team.moderator()
    host = await team.enter(await link_of(moderator, "host", 3), "host")
    await press_the_obvious_button(moderator)
    await host.click(".kind-toggle[data-kind=worry]")
    await host.fill("textarea", "Meine Worte")
    await host.click(".write-for .is-main")
    await expect(host.get_by_text("Meine Worte")).to_be_visible()
    assert "Meine Worte" in await kept(host), "nothing was kept that could go"
    await host.get_by_role("button", name="Abmelden", exact=True).click()
    await host.get_by_role("dialog").get_by_role("button", name="Abmelden").click()
    await host.wait_for_url(lambda url: url.endswith("/"))
    assert "Meine Worte" not in await kept(host)


async def test_a_host_is_warned_that_signing_out_drops_what_was_not_sent(team: Team) -> None:
    moderator = await team.moderator()
    host = await team.enter(await link_of(moderator, "host", 3), "host")
    await press_the_obvious_button(moderator)
    await host.click(".kind-toggle[data-kind=worry]")
    await host.evaluate(HOLD)
    await host.fill("textarea", "Meine Worte")
    await host.click(".write-for .is-main")
    await expect(host.get_by_text("Meine Worte")).to_be_visible()
    assert "Meine Worte" in await copies(host)
    await host.get_by_role("button", name="Abmelden", exact=True).click()
    dialog = host.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_have_text(staff_words("leave.waits"))
    await dialog.get_by_role("button", name="Abmelden").click()
    await host.wait_for_url(lambda url: url.endswith("/"))
    assert "Meine Worte" not in await kept(host)


async def test_a_wrong_link_says_what_to_do(browser: Browser, hall: Hall) -> None:
    page = await browser.new_page(locale="de")
    await page.goto(f"{hall.url}/enter#organiser.guessed")
    await expect(page.get_by_role("alert")).to_contain_text("Kopieren Sie ihn noch einmal ganz")
    assert page.url == f"{hall.url}/enter"
    await page.close()


async def test_a_card_goes_from_the_host_to_the_wall_and_off_it_with_a_reason(team: Team) -> None:
    moderator = await team.moderator()
    board = await team.enter(await link_of(moderator, "board"), "board")
    host = await team.enter(await link_of(moderator, "host", 3), "host")
    await expect(board.locator(".welcome")).to_be_visible()
    await press_the_obvious_button(moderator)
    await expect(board.locator(".tile")).to_have_count(6)
    await host.click(".kind-toggle[data-kind=worry]")
    await host.fill("textarea", "لدي شهادة B1 ولكن لا أجد مكانًا في دورة B2.")
    await host.click(".write-for .is-main")
    card = board.locator(".tile").nth(2).locator(".board-card")
    await expect(card).to_contain_text("لدي شهادة B1")
    assert await card.locator(".board-card-text").evaluate(
        "e => getComputedStyle(e).direction"
    ) == ("rtl")
    await moderator.click("a[href='#cards']")
    await moderator.click(".staff-card .button")
    await moderator.click("dialog .choice >> nth=2")
    await confirm(moderator)
    await expect(card).to_have_count(0)
    await expect(host.locator(".staff-card")).to_contain_text("Steht schon da")
    await moderator.click(".staff-card .button")
    await expect(card).to_have_count(1)


async def test_the_wall_keeps_every_vote_secret_until_the_ballot_is_closed(
    browser: Browser, hall: Hall, team: Team
) -> None:
    moderator = await team.moderator()
    board = await team.enter(await link_of(moderator, "board"), "board")
    phone = Phone(browser, hall)
    page = await phone.open("/" + moderator.url.split("/")[4].partition("?")[0] + "/1", "de")
    await phone.sit_down("de")
    for _opened_or_closed in ("Kritik", "Kritik", "Fantasie", "Fantasie", "Umsetzung"):
        await press_the_obvious_button(moderator)
    await page.fill("textarea", "Sprachcafé jeden Mittwoch im Stadthaus")
    await page.click(".writing-foot .is-main")
    await expect(page.locator(".card .status[data-status=saved]")).to_have_count(1)
    for _closed_then_voting in ("Umsetzung", "Bepunkten"):
        await press_the_obvious_button(moderator)
    await page.get_by_role("button", name="Einen Punkt geben").first.click()
    await expect(board.locator(".voting-turnout")).to_have_text(re.compile("^1von 1 haben"))
    assert "1 Punkt" not in await board.inner_text(".voting-turnout")
    await expect(board.locator(".option-number")).to_have_count(0)
    await press_the_obvious_button(moderator)
    await expect(board.locator(".option-number")).to_contain_text("1 Punkt")
    await page.context.close()


async def test_a_revoked_link_puts_the_wall_out_at_once(team: Team) -> None:
    moderator = await team.moderator()
    board = await team.enter(await link_of(moderator, "board"), "board")
    await expect(board.locator(".welcome")).to_be_visible()
    await moderator.click("a[href='#access']")
    await moderator.locator(".link-row", has_text="Leinwand").get_by_text("Sperren").click()
    await confirm(moderator)
    await expect(board.get_by_role("alert")).to_have_text("Dieser Link wurde gesperrt.")


async def test_a_table_nobody_needs_is_taken_away_and_one_in_use_stays(
    browser: Browser, hall: Hall, team: Team
) -> None:
    moderator = await team.moderator()
    phone = Phone(browser, hall)
    page = await phone.open("/" + moderator.url.split("/")[4].partition("?")[0] + "/1", "de")
    await phone.sit_down("de")
    await moderator.click("a[href='#tables']")
    rows = moderator.locator(".table-row")
    await expect(rows).to_have_count(6)
    for table in (1, 6):
        await moderator.click(f"[aria-label^='Tisch {table} ']")
        await moderator.get_by_role("button", name=f"Tisch {table} wegnehmen").click()
        dialog = moderator.get_by_role("dialog", name=f"Tisch {table} wegnehmen?")
        await dialog.get_by_role("button", name="Entfernen").click()
        if table == 1:
            await expect(dialog.get_by_role("status")).to_contain_text("An diesem Tisch sitzen")
            await dialog.get_by_role("button", name="Abbrechen").click()
        await expect(dialog).to_have_count(0)
    await expect(rows).to_have_count(5)
    await page.context.close()


async def test_every_table_has_its_printed_page(team: Team) -> None:
    moderator = await team.moderator()
    await moderator.click("a[href='#access']")
    async with moderator.expect_popup() as opened:
        await moderator.click("text=Tischkarten drucken")
    printed = await opened.value
    await expect(printed.locator(".page")).to_have_count(6)
    sheets = await printed.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 6
    inside = "e => e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth"
    pages = printed.locator(".page")
    assert [await pages.nth(number).evaluate(inside) for number in range(6)] == [True] * 6


async def test_a_rehearsal_can_be_taken_for_nothing_else(team: Team) -> None:
    moderator = await team.moderator()
    await moderator.click("a[href='#rehearsal']")
    await moderator.click("text=Probelauf starten")
    link = await moderator.get_attribute("text=Probe-Leinwand öffnen", "href")
    assert link is not None
    board = await team.enter(link, "board")
    await expect(board.locator(".band")).to_contain_text("PROBELAUF")
    assert await moderator.locator(".band", has_text="PROBELAUF").count() == 0
    await moderator.get_by_text("Probelauf beenden").click()
    await confirm(moderator)
    await expect(board.get_by_role("alert")).to_contain_text("Der Probelauf ist beendet")


async def test_the_evening_notices_that_its_rehearsal_was_ended_in_another_window(
    team: Team,
) -> None:
    moderator = await team.moderator()
    await moderator.click("a[href='#rehearsal']")
    start = moderator.get_by_role("button", name="Probelauf starten")
    opening = moderator.get_by_role("link", name="Probe-Moderation öffnen")
    await start.click()
    await expect(opening).to_be_visible()
    await moderator.reload()
    await expect(opening).to_be_visible()
    await expect(start).to_have_count(0)
    rehearsal = await team.enter(str(await opening.get_attribute("href")))
    await rehearsal.click("a[href='#rehearsal']")
    await rehearsal.get_by_role("button", name="Probelauf beenden").click()
    await rehearsal.click("dialog .is-main")
    await expect(start).to_be_visible()
    await start.click()
    await moderator.get_by_role("button", name="Probelauf beenden").click()
    await confirm(moderator)
    await expect(start).to_be_visible()


async def test_what_was_written_and_not_saved_is_not_lost_by_the_way(team: Team) -> None:
    moderator = await team.moderator()
    await moderator.click("a[href='#about']")
    goal = moderator.get_by_label("Ziel").first
    await goal.fill("Was wir morgen anders machen.")
    await moderator.click("a[href='#tables']")
    await moderator.click("a[href='#about']")
    await expect(goal).to_have_value("Was wir morgen anders machen.")

    await moderator.click("a[href='#tables']")
    await moderator.get_by_role("button", name="Thema hinzufügen").click()
    dialog = moderator.get_by_role("dialog")
    await dialog.locator("input").first.fill("Wohnen")
    for leave in (moderator.keyboard.press("Escape"), moderator.mouse.click(5, 5)):
        await leave
        await dialog.get_by_role("button", name="Weiterschreiben").click()
        await expect(dialog.locator("input").first).to_have_value("Wohnen")
    for _ in range(3):
        await moderator.keyboard.press("Escape")
    await dialog.get_by_role("button", name="Verwerfen").click()
    await expect(dialog).to_have_count(0)
    await moderator.get_by_role("button", name="Thema hinzufügen").click()
    await expect(dialog).to_be_visible()
    await moderator.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_p18_the_organiser_erases_a_card_and_the_writers_phone_forgets_it(
    hall: Hall, team: Team, browser: Browser
) -> None:
    moderator = await team.moderator()
    await press_the_obvious_button(moderator)
    phone = Phone(browser, hall)
    page = await phone.open(f"/{moderator.url.split('/')[4][:8]}/1", "de")
    await phone.sit_down("de")
    await phone.write("Frau Muster, Telefon 0155")
    words = "JSON.stringify({...localStorage})"
    assert "Muster" in await page.evaluate(words)
    await moderator.click("a[href='#cards']")
    card = moderator.locator(".staff-card", has_text="Frau Muster")
    await card.get_by_role("button", name="Endgültig löschen").click()
    erase = moderator.locator("dialog .is-main.is-risky")
    await expect(erase).to_be_disabled()
    await moderator.get_by_label("Grund").fill("Name und Telefon")
    await expect(erase).to_be_disabled()
    await moderator.get_by_label("Ich weiß").check()
    await erase.click()
    await moderator.wait_for_selector("dialog", state="detached")
    await expect(card).to_have_count(0)
    await page.wait_for_function(f"!{words}.includes('Muster')")
    assert "Muster" not in await kept(page)
    await expect(page.get_by_text("Frau Muster")).to_have_count(0)
    await moderator.get_by_text("Was ausgeblendet wurde").click()
    await expect(moderator.locator(".moderation-line")).to_contain_text("Name und Telefon")
    assert phone.complaints == []
    await page.context.close()


async def test_p18_a_whole_evening_is_erased_only_after_its_code_was_typed(
    hall: Hall, team: Team, browser: Browser
) -> None:
    moderator = await team.moderator()
    code = moderator.url.split("/")[4][:8]
    phone = Phone(browser, hall)
    page = await phone.open(f"/{code}/1", "de")
    await phone.sit_down("de")
    kept = f"Object.keys(localStorage).filter((key) => key.includes('{code}')).length"
    assert await page.evaluate(kept) > 0
    organiser = await team.organiser()
    row = organiser.locator(".dialogue-row", has_text=f"{code[:4]}-{code[4:]}")
    await row.get_by_role("button", name="Ganzen Abend löschen").click()
    erase = organiser.locator("dialog .is-main.is-risky")
    await organiser.get_by_label("Grund").fill("auf Wunsch der Stadt")
    await organiser.get_by_label("eintippen").fill("ABCD-EFGH")
    await expect(erase).to_be_disabled()
    await organiser.get_by_label("eintippen").fill(f"{code[:4]}-{code[4:]}".lower())
    await erase.click()
    await organiser.wait_for_selector("dialog", state="detached")
    await expect(row).to_contain_text("auf Wunsch der Stadt")
    await expect(row.locator("a, button")).to_have_count(0)
    await expect(page.locator("body")).to_contain_text("Dieser Dialog wurde gelöscht")
    assert await page.evaluate(kept) == 0
    await page.context.close()
    team.complaints.clear()  # the moderator's page was cut, as it had to be
