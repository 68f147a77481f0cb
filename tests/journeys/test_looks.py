"""Every page at its size, light and dark, phones in German and Arabic: nothing cut or tiny."""

import pytest
from devices import Devices
from evening import Evening
from full_tables import FullTables
from house import PUBLIC_URL, House
from looks import Looks
from person import Person
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="session")
in_german_and_arabic = pytest.mark.parametrize("language", ["de", "ar"])

TABLE = 3
OWN = {"de": "Ein Treffpunkt, an dem alle willkommen sind.", "ar": "مكان يلتقي فيه الجميع."}


def looks_of(person: Person) -> Looks:
    return Looks(person.page, person.language, touch=True, ownWordsOnly=True)


@in_german_and_arabic
async def test_the_way_in_looks_right(
    house: House, evening: Evening, devices: Devices, language: str
) -> None:
    person = await devices.phone(house, language)
    looks = looks_of(person)
    await person.page.goto(PUBLIC_URL)
    await looks.check("phone-start")
    person.screen.may_be_refused = True
    await person.type_code("ZZZZ-ZZZZ")
    await expect(person.page.get_by_role("alert")).not_to_be_empty()
    await looks.check("phone-start-unknown")
    await person.page.goto(f"{PUBLIC_URL}/ZZZZ-ZZZZ")
    await looks.check("phone-no-such-page")
    await person.page.goto(f"{PUBLIC_URL}/source")
    await looks.check("phone-source", ownWordsOnly=False)
    await person.page.goto(evening.address(TABLE))
    await expect(person.page.locator(".language-button")).to_have_count(3)
    await looks.check("phone-language", language=language)
    await person.choose_language()
    await looks.check("phone-goal")
    await person.read_the_goal()
    await looks.check("phone-table")
    await person.sit_down(TABLE)
    await looks.check("phone-nothing-open")
    await person.button("menu").tap()
    await looks.check("phone-menu")
    assert not looks.wrong, looks.wrong


@in_german_and_arabic
async def test_writing_looks_right(
    house: House, evening: Evening, devices: Devices, tables: FullTables, language: str
) -> None:
    await evening.open_round(1)
    await tables.write_cards()
    person = await devices.phone(house, language)
    looks = looks_of(person)
    await person.arrive(evening.address(TABLE), TABLE)
    await looks.check("phone-round")
    await person.write(OWN[language], "worry")
    await looks.check("phone-writing")
    await person.button("post").tap()
    await person.sees_saved(OWN[language])
    await looks.check("phone-saved")
    await person.button("edit", person.card(OWN[language])).tap()
    await looks.check("phone-changing")
    await person.button("cancel").tap()
    await person.button("withdraw", person.card(OWN[language])).tap()
    await looks.check("phone-withdrawing")
    await person.button("cancel").tap()
    await evening.hide(OWN[language], "Nennt eine Person oder persönliche Angaben")
    await expect(person.card(OWN[language])).to_contain_text(person.say("hidden_note"))
    await looks.check("phone-hidden")
    person.screen.wifi.cut()
    await person.post("Bus 42", "question")
    await expect(person.page.locator(".line-band")).to_be_visible()
    await looks.check("phone-waiting")
    person.screen.wifi.carry_pages_only()
    await person.page.reload()
    await expect(person.card("Bus 42")).to_be_visible()
    await looks.check("phone-connecting")
    await evening.close_round()
    await person.screen.network_returns()
    await expect(person.card("Bus 42")).to_contain_text(person.say("reason_no_open_round"))
    await looks.check("phone-refused")
    assert not looks.wrong, looks.wrong


@in_german_and_arabic
async def test_voting_looks_right(
    house: House, evening: Evening, devices: Devices, tables: FullTables, language: str
) -> None:
    await evening.open_round(3)
    await tables.write_cards()
    person = await devices.phone(house, language)
    looks = looks_of(person)
    await person.arrive(evening.address(TABLE), TABLE)
    await evening.open_ballot()
    give = person.button("dot_add")
    await give.first.tap()
    await expect(person.page.locator(".dot.is-placed")).to_have_count(1)
    await looks.check("phone-dots")
    await tables.give_dots()
    await evening.close_ballot()
    await expect(person.page.locator(".result").first).to_be_visible()
    await looks.check("phone-results")
    await evening.plan_agreement()
    await evening.open_ballot()
    agree = person.button("agree")
    await expect(agree).to_be_visible()
    await looks.check("phone-statement")
    await agree.tap()
    await person.button("my_answers").tap()
    await looks.check("phone-answers")
    await tables.agree()
    await evening.close_ballot()
    await expect(person.page.locator(".answer-result").first).to_be_visible()
    await looks.check("phone-agreement")
    assert not looks.wrong, looks.wrong
