"""One evening from the printed link to the files at home: three phones, a moderator, the wall."""

import asyncio
import os
import re
import time

import pytest
from devices import Devices
from house import PUBLIC_URL, House
from moderator import Moderator
from person import Person
from playwright.async_api import Locator, expect
from qr_code import leads_to
from results_at_home import Count, counts_in_files
from screens import Screen, tallies
from words import phone_words, staff_words

pytestmark = pytest.mark.asyncio(loop_scope="session")

# How long a phone is without a network. A longer campaign makes it a minute and more.
SILENCE_SECONDS = float(os.environ.get("DIALOGTISCH_SILENCE_SECONDS", "12"))

TABLE = 3
SPORTS = "Ich habe Angst, dass für die neue Unterkunft unser Sportplatz wegfällt."
SPORTS_NOW = "Ich habe Angst, dass unser Sportplatz wegfällt."
COURSE = "لدي شهادة B1 ولكن لا أجد مكانًا في دورة B2."
BUSES = "Buses stop at 8 pm, so I cannot get to my late shift."
MUSIC = "The music school lends instruments."
GARDEN = "The garden at the shelter."
TWICE = "Posted by mistake."
LATE = "A list of doctors who speak several languages."
CAFE = "Sprachcafé jeden Mittwoch im Stadthaus, mit Kinderbetreuung."
EVENING_COURSE = "نحتاج إلى دورات لغة مسائية لأن كثيرين منّا يعملون في النهار."
REASON = "Nennt eine Person"

RESULT = {EVENING_COURSE: Count(4, 2), CAFE: Count(3, 2), LATE: Count(2, 2)}


class Hall:
    """Everybody in the room."""

    moderator: Moderator
    board: Screen
    german: Person
    arabic: Person
    english: Person

    @property
    def people(self) -> list[Person]:
        return [self.german, self.arabic, self.english]

    @property
    def screens(self) -> list[Screen]:
        return [self.moderator.screen, self.board, *(one.screen for one in self.people)]


async def test_an_evening_from_the_printed_link_to_the_files_at_home(
    house: House, devices: Devices
) -> None:
    hall = Hall()
    await the_organiser_prepares(hall, house, devices)
    await three_people_come_in(hall, house, devices)
    await hall.moderator.open("Kritik")
    await cards_reach_the_wall(hall)
    await own_cards_are_changed_and_taken_back(hall)
    await a_phone_without_network_keeps_its_cards(hall)
    await a_hidden_card_is_explained_to_its_author(hall)
    await a_late_card_is_refused_and_its_words_kept(hall)
    await hall.moderator.open("Umsetzung")
    await the_kept_words_become_ideas(hall)
    await hall.moderator.close("round")
    await hall.moderator.open("Bepunkten")
    await dots_are_given_within_the_rule(hall)
    await nobody_was_told_a_tally(hall)
    await hall.moderator.close("ballot")
    await the_result_is_the_same_everywhere(hall)


async def the_organiser_prepares(hall: Hall, house: House, devices: Devices) -> None:
    hall.moderator = await devices.laptop(house, house.organiser_link)
    await hall.moderator.create_dialogue("Ankommen in unserer Stadt", tables=6)
    named = hall.moderator.page.get_by_role("link", name=staff_words("moderate.open_board"))
    await expect(named).to_have_attribute("href", re.compile("/enter"))
    hall.board = await devices.board(house, await named.get_attribute("href") or "")
    await expect(hall.board.page.locator("h1")).to_have_text("Ankommen in unserer Stadt")


async def three_people_come_in(hall: Hall, house: House, devices: Devices) -> None:
    code = hall.moderator.code
    address = f"{PUBLIC_URL}/{code}"
    assert await leads_to(hall.board.page.locator(".board-qr"), address)
    hall.german = await devices.phone(house, "de")
    await hall.german.arrive(address, TABLE)

    cards = await hall.moderator.print_table_cards()
    await expect(cards.locator("article.page")).to_have_count(6)
    card = cards.locator("article.page").nth(TABLE - 1)
    await expect(card).to_contain_text(f"{code[:4]}-{code[4:]}")
    assert await leads_to(card.locator(".page-qr"), f"{address}/{TABLE}")
    await cards.close()
    hall.arabic = await devices.phone(house, "ar")
    await hall.arabic.arrive(f"{address}/{TABLE}", TABLE)
    await expect(hall.arabic.page.locator("html")).to_have_attribute("dir", "rtl")

    hall.english = await devices.phone(house, "en")
    await hall.english.type_code(f"{code[:4].lower()}-{code[4:].lower()}")
    await hall.english.choose_language()
    await hall.english.read_the_goal()
    await hall.english.sit_down(TABLE)
    await expect(hall.board.page.locator(".board-people strong")).to_have_text("3")


async def cards_reach_the_wall(hall: Hall) -> None:
    await hall.german.post(SPORTS, "worry")
    await hall.arabic.post(COURSE, "question")
    await hall.english.post(MUSIC, "going_well")
    for person, text in ((hall.german, SPORTS), (hall.arabic, COURSE), (hall.english, MUSIC)):
        await person.sees_saved(text)
        await expect(on_the_wall(hall, text)).to_have_count(1)
        for neighbour in hall.people:
            await expect(neighbour.card(text)).to_have_count(1)
    kinds = on_the_wall(hall, COURSE)
    await expect(kinds).to_contain_text(staff_words("kind.question"))


async def own_cards_are_changed_and_taken_back(hall: Hall) -> None:
    await hall.german.change(SPORTS, SPORTS_NOW)
    await expect(on_the_wall(hall, SPORTS_NOW)).to_have_count(1)
    await expect(on_the_wall(hall, SPORTS)).to_have_count(0)
    await hall.english.post(TWICE, "worry")
    await hall.english.sees_saved(TWICE)
    await hall.english.withdraw(TWICE)
    await expect(on_the_wall(hall, TWICE)).to_have_count(0)
    await expect(hall.german.card(TWICE)).to_have_count(0)


async def a_phone_without_network_keeps_its_cards(hall: Hall) -> None:
    person, wifi = hall.english, hall.english.screen.wifi
    address = person.page.url
    began = time.monotonic()
    wifi.swallow()
    await person.post(BUSES, "worry")
    await expect(person.card(BUSES)).to_contain_text(person.say("status_waiting"))
    await asyncio.sleep(SILENCE_SECONDS / 2)
    wifi.cut()
    await person.post(GARDEN, "going_well")
    await expect(person.card(GARDEN)).to_contain_text(person.say("status_waiting_offline"))
    await expect(person.page.locator(".line-band")).to_contain_text(person.say("offline"))
    await asyncio.sleep(max(0, began + SILENCE_SECONDS - time.monotonic()))
    await expect(on_the_wall(hall, BUSES)).to_have_count(0)

    wifi.carry_pages_only()
    await person.page.goto(address)
    for text in (BUSES, GARDEN):
        await expect(person.card(text)).to_contain_text(person.say("status_waiting_offline"))
    wifi.recover()
    for text in (BUSES, GARDEN):
        await person.sees_saved(text)
    told = await hall.board.page.locator(".board-card-text").all_text_contents()
    assert [text for text in told if text in (BUSES, GARDEN)] == [GARDEN, BUSES]


async def a_hidden_card_is_explained_to_its_author(hall: Hall) -> None:
    author = hall.arabic
    await hall.moderator.hide(COURSE, REASON)
    await expect(author.card(COURSE)).to_contain_text(author.say("hidden_note"))
    await expect(author.card(COURSE)).to_contain_text(REASON)
    await expect(on_the_wall(hall, COURSE)).to_have_count(0)
    await expect(hall.german.card(COURSE)).to_have_count(0)
    await hall.moderator.show_again(COURSE)
    await expect(on_the_wall(hall, COURSE)).to_have_count(1)
    await expect(hall.german.card(COURSE)).to_have_count(1)
    await expect(author.card(COURSE)).not_to_contain_text(author.say("hidden_note"))


async def a_late_card_is_refused_and_its_words_kept(hall: Hall) -> None:
    late = hall.english
    late.screen.wifi.swallow()
    await late.post(LATE, "question")
    await hall.german.write(CAFE, "worry")
    await hall.moderator.close("round")
    await expect(hall.german.page.locator(".writing")).to_contain_text(
        phone_words("de", "draft_kept")
    )
    late.screen.wifi.recover()
    await expect(late.card(LATE)).to_contain_text(late.say("reason_no_open_round"))
    await late.button("write_again", late.card(LATE)).tap()
    await expect(on_the_wall(hall, LATE)).to_have_count(0)


async def the_kept_words_become_ideas(hall: Hall) -> None:
    for person, text in ((hall.german, CAFE), (hall.english, LATE)):
        await expect(person.page.get_by_label(person.say("compose_label"))).to_have_value(text)
        await person.button("post").tap()
    await hall.arabic.post(EVENING_COURSE)
    for text in RESULT:
        await expect(on_the_wall(hall, text)).to_have_count(1)


async def dots_are_given_within_the_rule(hall: Hall) -> None:
    german, arabic, english = hall.people
    await expect(arabic.card(CAFE)).to_be_visible()
    before = await arabic.sees()
    await german.tap_at_once(EVENING_COURSE, times=3)
    await expect(german.own_dots(EVENING_COURSE)).to_have_count(1)
    await german.give_dot(EVENING_COURSE)
    await expect(german.button("dot_add", german.card(EVENING_COURSE))).to_be_disabled()
    await german.give_dots(LATE, 2)
    await expect(german.page.locator(".dots-left")).to_have_text(german.say("dots_none_left"))
    await expect(german.button("dot_add", german.card(CAFE))).to_be_disabled()
    await german.take_dot_back(LATE)
    await expect(german.page.locator(".dots-left")).to_have_text(german.say("dots_left", n=1))
    await german.everything_is_saved()
    assert await arabic.sees() == before

    await arabic.give_dots(CAFE, 2)
    await arabic.give_dots(LATE, 1)
    await english.give_dots(EVENING_COURSE, 2)
    await english.give_dots(CAFE, 1)
    for person in (arabic, english):
        await person.everything_is_saved()
    await expect(hall.board.page.locator(".voting-turnout strong")).to_have_text("3")


async def nobody_was_told_a_tally(hall: Hall) -> None:
    for screen in hall.screens:
        assert tallies(screen.packets) == []
        await expect(screen.page.locator(".result, .option-bar")).to_have_count(0)


async def the_result_is_the_same_everywhere(hall: Hall) -> None:
    for text, (dots, voters) in RESULT.items():
        for person in hall.people:
            card = person.card(text)
            await expect(card).to_contain_text(person.say("result_dots", n=dots))
            await expect(card).to_contain_text(person.say("result_voters", n=voters))
        bar = hall.board.page.locator(".option-bar").filter(has_text=text)
        await expect(bar).to_contain_text(staff_words("results.tally_dots", n=dots))
        await expect(bar).to_contain_text(staff_words("results.tally_voters", n=voters))
    for screen in hall.screens:
        assert tallies(screen.packets)
    for counts in await counts_in_files(hall.moderator):
        assert counts == RESULT


def on_the_wall(hall: Hall, text: str) -> Locator:
    return hall.board.page.locator(".board-card").filter(has_text=text)
