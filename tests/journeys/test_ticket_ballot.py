"""A vote by printed tickets, from the printer to the download, looked at on every screen."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from devices import Devices
from evening import Evening
from full_tables import FullTables
from house import PUBLIC_URL, House
from looks import Looks
from person import Person
from playwright.async_api import expect
from ticket_vote import TicketDesk, is_told, redeem
from words import staff_words as say

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATEMENTS = ("Der Sportplatz bleibt.", "Ein Treffpunkt im Stadthaus", "Mehr Bänke im Park")
TITLE = "Wofür wir Geld ausgeben"
TOO_MANY = "Tisch 1: 1 Stimme, 0 Personen"


def looks_of(person: Person) -> Looks:
    return Looks(person.page, person.language, touch=True, ownWordsOnly=True)


@dataclass
class Vote:
    """One vote by tickets and who is at it; `looks` are those of the moderator's page."""

    house: House
    evening: Evening
    devices: Devices
    desk: TicketDesk
    looks: Looks
    secrets: list[str]


async def test_a_vote_by_tickets_from_the_printer_to_the_download(
    house: House, evening: Evening, devices: Devices, tables: FullTables
) -> None:
    vote = await open_with_tickets(house, evening, devices)
    mine, mine_looks = await one_scans(vote)
    yours_looks = await one_types_and_a_copy_is_refused(vote)
    await mine.everything_is_saved()
    await a_phone_is_lost(vote, mine, mine_looks)
    await more_voters_than_people(vote)
    seal = await closed_and_on_the_wall(vote)
    found = json.loads(await vote.desk.moderator.download("json"))
    counts_every_ticket_once(found, seal)
    tells_no_ticket(found, vote.secrets)
    wrong = vote.looks.wrong + mine_looks.wrong + yours_looks.wrong
    assert not wrong, wrong


async def open_with_tickets(house: House, evening: Evening, devices: Devices) -> Vote:
    moderator = await devices.laptop(house, evening.moderator_link)
    desk = TicketDesk(moderator)
    await desk.plan(TITLE, STATEMENTS)
    paper, secrets = await desk.print(12)
    assert len({*secrets}) == 12
    await paper.close()
    await moderator.open(TITLE)
    return Vote(house, evening, devices, desk, Looks(moderator.page, "de"), secrets)


async def one_scans(vote: Vote) -> tuple[Person, Looks]:
    mine = await vote.devices.phone(vote.house, "de")
    looks = looks_of(mine)
    secret = vote.secrets[0].replace("-", "")
    await mine.page.goto(f"{PUBLIC_URL}/{vote.evening.code}#t={secret}")
    assert "#" not in mine.page.url
    await mine.choose_language()
    await mine.read_the_goal()
    await looks.check("phone-ticket-scanned")
    await mine.button("ticket_redeem").tap()
    await expect(mine.page.get_by_text(mine.say("ticket_here"))).to_be_visible()
    await looks.check("phone-ticket-here")
    await mine.button("continue").tap()
    await mine.sit_down(1)
    await mine.give_dots(STATEMENTS[0], 1)
    await mine.give_dots(STATEMENTS[1], 1)
    return mine, looks


async def one_types_and_a_copy_is_refused(vote: Vote) -> Looks:
    yours = await vote.devices.phone(vote.house, "ar")
    looks = looks_of(yours)
    await yours.arrive(vote.evening.address(2), 2)
    await looks.check("phone-ticket-needed")
    await redeem(yours, vote.secrets[0].lower())
    await is_told(yours, "reason_ticket_used")
    await looks.check("phone-ticket-used")
    await redeem(yours, "ABCD-0OOO")
    await is_told(yours, "ticket_look")
    await redeem(yours, vote.secrets[1])
    await yours.give_dots(STATEMENTS[0], 1)
    await yours.everything_is_saved()
    return looks


async def a_phone_is_lost(vote: Vote, mine: Person, mine_looks: Looks) -> None:
    """The ticket goes to another one, and what it gave comes back first."""
    moderator, secret = vote.desk.moderator, vote.secrets[0]
    question = await vote.desk.ask_to_free("ABCD-0OOO")
    await expect(moderator.page.get_by_role("alert")).to_have_text(say("tickets.look"))
    await expect(question).to_have_count(0)
    await vote.desk.ask_to_free(secret)
    await vote.looks.check("tickets-free")
    await moderator.button("tickets.free", question).click()
    await expect(moderator.page.locator(".ticket-sums")).to_contain_text("2schon eingelöst")
    await vote.looks.check("tickets-some")
    await expect(mine.page.get_by_text(mine.say("ticket_gone"))).to_be_visible()
    await mine_looks.check("phone-ticket-gone")
    other = await vote.devices.phone(vote.house, "de")
    await other.arrive(vote.evening.address(1), 1)
    await redeem(other, secret)
    await other.give_dots(STATEMENTS[2], 1)
    await other.everything_is_saved()
    await redeem(mine, secret)
    await is_told(mine, "reason_ticket_used")


async def more_voters_than_people(vote: Vote) -> None:
    """Said at once, and asked about at the close."""
    moderator = vote.desk.moderator
    await vote.desk.count_heads({1: 0, 2: 12})
    over = f"{say('attendance.more_than_people')} {TOO_MANY}"
    await expect(vote.desk.strip).to_contain_text(over)
    await vote.looks.check("heads")
    await moderator.button("agenda.close_ballot").click()
    question = moderator.page.get_by_role("dialog")
    await expect(question).to_contain_text(over)
    await vote.looks.check("tickets-close")
    await question.get_by_role("button").last.click()


async def closed_and_on_the_wall(vote: Vote) -> str:
    """The wall tells of too many voters only if the moderator wants it; the seal of the result."""
    await vote.desk.moderator.go_to("results")
    result = vote.desk.result(TITLE)
    seal = await result.locator(".seal .code").inner_text()
    board = await vote.devices.board(vote.house, await vote.evening.link("board"))
    await expect(board.page.locator(".ranking")).to_be_visible()
    await expect(board.page.locator(".board-over")).to_have_count(0)
    await result.get_by_role("checkbox").check()
    await expect(board.page.locator(".board-over")).to_have_text(TOO_MANY)
    await vote.looks.check("tickets-result")
    return seal.replace(" ", "")


def counts_every_ticket_once(found: dict[str, Any], seal: str) -> None:
    [ballot] = [one for one in found["ballots"] if one["title"]["de"] == TITLE]
    dots = {option["text"]["de"]: option["tally"]["dots"] for option in ballot["options"]}
    assert [dots[words] for words in STATEMENTS] == [1, 0, 1]
    assert (ballot["voters"], ballot["tickets"], ballot["seal"]) == (2, True, seal)
    assert found["tickets"] == {"issued": 12, "redeemed": 2, "voided": 0, "freed": 1}


def tells_no_ticket(found: dict[str, Any], secrets: list[str]) -> None:
    said = json.dumps(found).replace("-", "")
    assert not [secret for secret in secrets if secret.replace("-", "") in said]


@pytest.mark.parametrize("main", ["de", "ar"])
async def test_tickets_are_ten_to_a_page_and_a_reload_loses_none(
    house: House, devices: Devices, main: str
) -> None:
    others = [language for language in ("de", "en", "ar") if language != main]
    evening = await Evening.begun(house, main, *others)
    moderator = await devices.laptop(house, evening.moderator_link)
    page_looks = Looks(moderator.page, "de")
    await moderator.go_to("tickets")
    await page_looks.check(f"tickets-none-{main}")
    paper, secrets = await TicketDesk(moderator).print(12)
    sheets = await paper.pdf(prefer_css_page_size=True)
    assert sheets.count(b"/Type /Page\n") == 2
    await paper.reload()
    await expect(paper.locator(".ticket-secret")).to_have_text(secrets)
    looks = Looks(paper, "de")
    await looks.check(f"tickets-paper-{main}")
    inside = "e => e.scrollHeight <= e.clientHeight + 1 && e.scrollWidth <= e.clientWidth + 1"
    tickets = paper.locator("article.ticket")
    assert [await tickets.nth(n).evaluate(inside) for n in range(12)] == [True] * 12
    await evening.moderator.close()
    assert not looks.wrong + page_looks.wrong, looks.wrong + page_looks.wrong


async def test_what_was_given_at_a_former_table_is_taken_back_from_the_new_one(
    house: House, evening: Evening, devices: Devices, tables: FullTables
) -> None:
    await evening.open_round(3)
    await tables.write_cards()
    person = await devices.phone(house, "ar")
    await person.arrive(evening.address(3), 3)
    await evening.open_ballot()
    first = person.page.locator("article.option").first
    words = await first.locator(".card-text").inner_text()
    await person.give_dots(words, 1)
    await person.everything_is_saved()
    await person.page.goto(evening.address(4))
    await person.sit_down(4)
    await expect(person.page.get_by_text(person.say("elsewhere_title"))).to_be_visible()
    looks = looks_of(person)
    await looks.check("phone-elsewhere")
    person.screen.wifi.swallow()
    await person.button("take_back").tap()
    on_its_way = person.page.locator(".elsewhere").get_by_text(person.say("status_waiting"))
    await expect(on_its_way).to_be_visible()
    await expect(person.button("take_back")).to_have_count(0)
    await looks.check("phone-elsewhere-waiting")
    person.screen.wifi.recover()
    await expect(person.page.get_by_text(person.say("elsewhere_title"))).to_have_count(0)
    await evening.close_ballot()
    found = await evening.results()
    assert sum(option["tally"]["dots"] for option in found["ballots"][-1]["options"]) == 0
    assert not looks.wrong, looks.wrong
