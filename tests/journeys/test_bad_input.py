"""What goes wrong with what people type and open, as they see it, in German and in Arabic."""

import pytest
from arrived import arrived
from devices import Devices
from evening import Evening
from house import PUBLIC_URL, House
from looks import Looks
from playwright.async_api import expect
from words import staff_words

pytestmark = pytest.mark.asyncio(loop_scope="session")
in_german_and_arabic = pytest.mark.parametrize("language", ["de", "ar"])

UNKNOWN = "ZZZZ-ZZZZ"
TURNS_AROUND = "\u202e"
MARKS = "\u0301" * 5


@in_german_and_arabic
async def test_a_code_that_does_not_exist_is_said_to_be_unknown(
    house: House, devices: Devices, language: str
) -> None:
    person = await devices.phone(house, language)
    person.screen.may_be_refused = True
    await person.type_code(UNKNOWN)
    await expect(person.page.get_by_role("alert")).to_have_text(person.say("start_unknown"))
    await expect(person.page.locator("html")).to_have_attribute("lang", language)


@in_german_and_arabic
async def test_a_ticket_typed_on_the_start_page_leads_to_where_it_is_redeemed(
    house: House, evening: Evening, devices: Devices, language: str
) -> None:
    person = await devices.phone(house, language)
    looks = Looks(person.page, language, touch=True, ownWordsOnly=True)
    person.screen.may_be_refused = True
    await person.type_code(UNKNOWN)
    await looks.check("start-unknown")
    await person.button("start_is_ticket").tap()
    await expect(person.page.get_by_label(person.say("start_ticket_code"))).to_be_focused()
    await looks.check("start-ticket")
    await person.button("back").tap()
    await expect(person.page.get_by_label(person.say("start_code"))).to_have_value(UNKNOWN)
    await person.button("start_go").tap()
    await person.button("start_is_ticket").tap()
    await person.page.keyboard.type(evening.code.lower())
    await person.button("start_go").tap()
    await person.choose_language()
    await person.read_the_goal()
    field = person.page.get_by_label(person.say("ticket_label"))
    await expect(field).to_have_value(UNKNOWN)
    assert "#" not in person.page.url
    assert not looks.wrong, looks.wrong


@in_german_and_arabic
async def test_an_address_that_leads_nowhere_says_so_in_every_language(
    house: House, devices: Devices, language: str
) -> None:
    person = await devices.phone(house, language)
    person.screen.may_be_refused = True
    await person.page.goto(f"{PUBLIC_URL}/{UNKNOWN}")
    spoken = person.page.locator("section")
    assert sorted(await spoken.evaluate_all("all => all.map(one => one.lang)")) == [
        "ar",
        "de",
        "en",
    ]
    await expect(spoken.first).to_have_attribute("lang", language)
    await expect(person.page.get_by_role("link").first).to_have_attribute("href", "/")


@in_german_and_arabic
async def test_a_table_that_was_taken_away_leaves_the_choice(
    house: House, evening: Evening, devices: Devices, language: str
) -> None:
    person = await devices.phone(house, language)
    await person.arrive(evening.address(99), 2)


@pytest.mark.parametrize("language", ["de", "en"])
async def test_a_revoked_link_ends_at_once_and_says_why(
    house: House, evening: Evening, devices: Devices, language: str
) -> None:
    link = await evening.link("host")
    host = await devices.phone(house, language)
    await host.page.goto(link)
    await expect(host.page.locator(".host-number")).to_be_visible()
    await evening.revoke(link)
    refused = staff_words("connection.refused", language)
    await expect(host.page.get_by_role("heading", level=1)).to_have_text(refused)
    why = staff_words("reason.link_revoked", language)
    await expect(host.page.get_by_role("alert")).to_have_text(why)
    host.screen.may_be_refused = True
    await host.page.goto(link)
    again = staff_words("enter.link_revoked", language)
    await expect(host.page.get_by_role("alert")).to_contain_text(again)


@in_german_and_arabic
async def test_an_empty_card_does_not_leave_the_phone(
    house: House, evening: Evening, devices: Devices, language: str
) -> None:
    person = await arrived(evening, house, devices, language)
    await person.write(" \n ")
    await expect(person.button("post")).to_be_disabled()
    await person.button("post").tap(force=True)
    await expect(person.page.get_by_label(person.say("compose_label"))).to_be_focused()
    assert (await evening.results())["cards"] == []


@in_german_and_arabic
async def test_a_card_is_too_long_by_one_letter_and_says_so(
    house: House, evening: Evening, devices: Devices, language: str
) -> None:
    person = await arrived(evening, house, devices, language)
    await person.write("🙂" * 501)
    await expect(person.page.get_by_text(person.say("letters_over", n=1))).to_be_visible()
    await expect(person.button("post")).to_be_disabled()
    await person.post("🙂" * 500)
    await person.sees_saved("🙂" * 500)


@in_german_and_arabic
async def test_letters_that_turn_the_text_around_are_left_out_of_a_pasted_card(
    house: House, evening: Evening, devices: Devices, language: str
) -> None:
    person = await arrived(evening, house, devices, language)
    board = await devices.board(house, await evening.link("board"))
    await person.post(f"Bus {TURNS_AROUND}مجانية{TURNS_AROUND} 42")
    await person.sees_saved("Bus مجانية 42")
    await expect(board.page.locator(".board-card-text")).to_have_text("Bus مجانية 42")


@in_german_and_arabic
async def test_a_card_that_would_cover_its_neighbours_is_refused_and_given_back(
    house: House, evening: Evening, devices: Devices, language: str
) -> None:
    person = await arrived(evening, house, devices, language)
    await person.post(f"Mix{MARKS}")
    card = person.card("Mix")
    await expect(card).to_contain_text(person.say("reason_forbidden_characters"))
    await person.button("write_again", card).tap()
    field = person.page.get_by_label(person.say("compose_label"))
    await expect(field).to_have_value(f"Mix{MARKS}")
    await expect(card).to_have_count(0)


@in_german_and_arabic
async def test_a_card_that_comes_when_the_round_is_over_is_explained(
    house: House, evening: Evening, devices: Devices, language: str
) -> None:
    person = await arrived(evening, house, devices, language)
    person.screen.wifi.swallow()
    await person.post("Zu spät")
    await evening.close_round()
    person.screen.wifi.recover()
    await expect(person.card("Zu spät")).to_contain_text(person.say("reason_no_open_round"))
    assert (await evening.results())["cards"] == []
