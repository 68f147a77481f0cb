"""The phone in somebody's hand: a real browser, the real server, a network that comes and goes."""

import json
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from hall import Hall, Moderator, Phone
from our_files import ROOT
from playwright.async_api import Browser, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")

NewPhone = Callable[[], Phone]
SAVED = ".card .status[data-status=saved]"
WAITING = ".card .status[data-status=waiting]"
NO_STORAGE = """
Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("forbidden", "SecurityError"); },
});
"""
# What is sent stays in the phone until the test lets it go: a network that swallows for a while.
HOLD = """
window.letGo = (() => {
  const send = WebSocket.prototype.send, held = [];
  WebSocket.prototype.send = function (bytes) { held.push([this, bytes]); };
  return () => {
    WebSocket.prototype.send = send;
    for (const [socket, bytes] of held) send.call(socket, bytes);
  };
})();
true;
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hall() -> AsyncIterator[Hall]:
    async with Hall.somewhere() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def moderator(hall: Hall) -> AsyncIterator[Moderator]:
    """At the controls of a fresh dialogue whose first round is open."""
    present = Moderator(hall)
    await present.open()
    await present.order("OpenRound", round=present.all("round")[0]["id"])
    yield present
    await present.close()


@pytest_asyncio.fixture(loop_scope="session")
async def new_phone(browser: Browser, hall: Hall) -> AsyncIterator[NewPhone]:
    """Makes phones; none of their pages may complain or ask another host."""
    phones: list[Phone] = []

    def make() -> Phone:
        phones.append(Phone(browser, hall))
        return phones[-1]

    yield make
    for phone in phones:
        await phone.page.context.close()
    assert [complaint for phone in phones for complaint in phone.complaints] == []


async def test_a_woman_who_reads_arabic_takes_part_without_a_word_of_german(
    moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open(f"/{moderator.code}/3", "ar")
    await phone.sit_down("ar")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await phone.write("لدي شهادة B1 ولكن لا أجد مكانًا في دورة B2.")
    await expect(page.locator(SAVED)).to_have_text("تم الحفظ")
    said = await page.inner_text("body")
    texts = json.loads((ROOT / "client" / "texts" / "de.json").read_text("utf-8"))
    assert [german for german in texts.values() if isinstance(german, str) and german in said] == []


async def test_cards_written_while_the_server_is_away_arrive_once(
    hall: Hall, moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open(f"/{moderator.code}/3", "de")
    await phone.sit_down("de")
    await hall.close()
    for number in range(6):
        await phone.write(f"Karte {number}")
    await expect(page.locator(WAITING)).to_have_count(6)
    await expect(page.locator(".line-band")).to_contain_text("6 Eingaben warten")
    await hall.open()
    await expect(page.locator(SAVED)).to_have_count(6, timeout=30_000)
    await expect(page.locator(".line-band")).to_have_count(0)
    later = new_phone()
    other = await later.open(f"/{moderator.code}/3", "de")
    await later.sit_down("de")
    texts = await other.locator(".card-text").all_inner_texts()
    assert sorted(texts) == [f"Karte {number}" for number in range(6)]


async def test_what_waits_outlives_a_reload(
    hall: Hall, moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open(f"/{moderator.code}/3", "de")
    await phone.sit_down("de")
    await page.evaluate(HOLD)
    await phone.write("Nie angekommen")
    await expect(page.locator(WAITING)).to_have_count(1)
    await page.reload()
    await expect(page.locator(SAVED)).to_have_count(1)
    assert len(moderator.all("card")) == 1


async def test_two_tabs_of_one_phone_send_a_card_once_and_both_show_it(
    moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open(f"/{moderator.code}/3", "de")
    await phone.sit_down("de")
    second = await page.context.new_page()
    await second.goto(page.url)
    await second.locator(".kind-tile").first.click()
    await second.fill("textarea", "Aus dem zweiten Tab")
    await second.click(".writing-foot .is-main")
    for tab in (second, page):
        await expect(tab.locator(SAVED)).to_have_count(1)
    assert [card["text"] for card in moderator.all("card")] == ["Aus dem zweiten Tab"]


async def test_a_draft_outlives_reload_and_the_end_of_the_round(
    moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open(f"/{moderator.code}/3", "de")
    await phone.sit_down("de")
    await page.locator(".kind-tile").first.click()
    await page.fill("textarea", "Ein halber Gedanke")
    await moderator.order("CloseRound", round=moderator.all("round")[0]["id"])
    await expect(page.locator(".writing")).to_contain_text("Ihr Entwurf bleibt auf diesem Telefon")
    await page.reload()
    await expect(page.locator("textarea")).to_have_value("Ein halber Gedanke")
    await moderator.order("OpenRound", round=moderator.all("round")[1]["id"])
    await page.click(".writing-foot .is-main")
    await expect(page.locator(SAVED)).to_have_count(1)


async def test_a_card_that_came_too_late_says_why_and_gives_its_words_back(
    moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open(f"/{moderator.code}/3", "de")
    await phone.sit_down("de")
    await page.evaluate(HOLD)
    await phone.write("Zu spät")
    await moderator.order("CloseRound", round=moderator.all("round")[0]["id"])
    await page.evaluate("letGo()")
    await expect(page.locator(".refusal")).to_contain_text("Die Runde war schon geschlossen")
    await page.click("text=Text weiter bearbeiten")
    await expect(page.locator("textarea")).to_have_value("Zu spät")
    await expect(page.locator(".refusal")).to_have_count(0)


async def test_dots_left_follow_every_tap_and_never_pass_the_rule(
    moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open(f"/{moderator.code}/3", "de")
    await phone.sit_down("de")
    await moderator.order("OpenRound", round=moderator.all("round")[2]["id"])
    await expect(page.locator(".eyebrow").first).to_have_text("Umsetzung")
    for number in range(3):
        await page.fill("textarea", f"Maßnahme {number}")
        await page.click(".writing-foot .is-main")
    await expect(page.locator(SAVED)).to_have_count(3)
    ballot = moderator.all("ballot")[0]["id"]
    await moderator.order("OpenBallot", ballot=ballot)
    give = page.get_by_role("button", name="Einen Punkt geben")
    for option in (0, 0, 0, 1, 1, 1, 2):
        await give.nth(option).dispatch_event("click")  # a button that says no can be tapped too
    await expect(page.locator(".dots-left")).to_have_text("Alle Punkte vergeben")
    await page.get_by_role("button", name="Einen Punkt zurücknehmen").nth(0).click()
    await expect(page.locator(".dots-left")).to_have_text("Noch 1 Punkt")
    await expect(page.locator(WAITING)).to_have_count(0)
    await moderator.order("CloseBallot", ballot=ballot)
    await expect(page.locator(".result strong")).to_have_text(["2 Punkte", "1 Punkt"])


async def test_a_phone_that_may_not_store_anything_still_takes_part(
    moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open(f"/{moderator.code}/2", "de", script=NO_STORAGE)
    await phone.sit_down("de")
    await phone.write("Ohne Speicher")
    await expect(page.locator(SAVED)).to_have_count(1)


async def test_nothing_runs_off_the_side_of_a_small_phone(
    moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open(f"/{moderator.code}/3", "de", width=320)
    await phone.sit_down("de")
    await phone.write("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen")
    await expect(page.locator(SAVED)).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") == 320


async def test_a_code_is_forgiven_its_spelling_and_a_wrong_one_explained(
    moderator: Moderator, new_phone: NewPhone
) -> None:
    phone = new_phone()
    page = await phone.open("/", "de")
    go = page.get_by_role("button", name="Los geht")
    await page.fill("#code", "abcd-efg0")
    await go.click()
    await expect(page.locator("#code-trouble")).to_contain_text("keine Null")
    await page.fill("#code", f" {moderator.code[:4]} {moderator.code[4:]}-2 ".lower())
    await go.click()
    await page.wait_for_url(f"**/{moderator.code}/2")
