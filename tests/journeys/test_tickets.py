"""A vote by printed tickets, from the printer to the download, looked at on every screen."""

import json
import re

import pytest
from devices import Devices
from evening import Evening
from full_tables import FullTables
from house import PUBLIC_URL, House
from looks import Looks
from moderator import Moderator
from person import Person
from playwright.async_api import Page, expect
from words import staff_words as say

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATEMENTS = ("Der Sportplatz bleibt.", "Ein Treffpunkt im Stadthaus", "Mehr Bänke im Park")
TITLE = "Wofür wir Geld ausgeben"


async def plan_by_tickets(moderator: Moderator) -> None:
    """As the moderator does: in the form of the run sheet."""
    await moderator.go_to("agenda")
    await moderator.button("agenda.plan_ballot").click()
    form = moderator.page.get_by_role("dialog")
    await form.get_by_role("textbox").first.fill(TITLE)
    await form.get_by_role("radio", name=say("ballot.scope_all")).check()
    for number, words in enumerate(STATEMENTS, 1):
        await moderator.button("ballot.add_statement", form).click()
        await form.locator(".statement").nth(number - 1).locator("textarea").first.fill(words)
    await form.get_by_role("radio", name=say("ballot.voters_tickets")).check()
    await expect(form.get_by_text(say("ballot.voters_print_first"))).to_be_visible()
    await moderator.button("act.save", form).click()
    await expect(form).to_have_count(0)


async def print_tickets(moderator: Moderator, many: int) -> tuple[Page, list[str]]:
    """In a tab of its own; what then stands on the paper."""
    await moderator.go_to("tickets")
    await moderator.page.get_by_label(say("tickets.how_many")).fill(str(many))
    async with moderator.page.expect_popup() as opened:
        await moderator.page.get_by_role("link", name=say("tickets.print")).click()
    paper = await opened.value
    await paper.get_by_role("button", name=say("print.tickets_make", n=many)).click()
    await expect(paper.locator(".ticket")).to_have_count(many)
    return paper, await paper.locator(".ticket-secret").all_inner_texts()


async def redeem(person: Person, typed: str) -> None:
    await person.page.get_by_label(person.say("ticket_label")).fill(typed)
    await person.button("ticket_redeem").tap()


async def test_a_vote_by_tickets_from_the_printer_to_the_download(
    house: House, evening: Evening, devices: Devices, tables: FullTables
) -> None:
    moderator = await devices.laptop(house, evening.moderator_link)
    looks = Looks(moderator.page, "de")
    await moderator.go_to("tickets")
    await looks.check("tickets-none")
    await plan_by_tickets(moderator)
    paper, secrets = await print_tickets(moderator, 12)
    assert len({*secrets}) == 12
    assert all(re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", secret) for secret in secrets)
    sheets = await paper.pdf(prefer_css_page_size=True)
    assert sheets.count(b"/Type /Page\n") == 2
    paper_looks = Looks(paper, "de")
    await paper_looks.check("tickets-paper")
    await paper.reload()
    await expect(paper.locator(".ticket-secret")).to_have_text(secrets)
    await paper.close()
    await moderator.open(TITLE)

    mine, yours = await devices.phone(house, "de"), await devices.phone(house, "ar")
    await mine.page.goto(f"{PUBLIC_URL}/{evening.code}#t={secrets[0].replace('-', '')}")
    assert "#" not in mine.page.url
    await mine.choose_language()
    await mine.read_the_goal()
    phone_looks = Looks(mine.page, "de", touch=True, ownWordsOnly=True)
    await phone_looks.check("phone-ticket-scanned")
    await mine.button("ticket_redeem").tap()
    await phone_looks.check("phone-ticket-here")
    await mine.button("continue").tap()
    await mine.sit_down(1)
    await mine.give_dots(STATEMENTS[0], 1)
    await mine.give_dots(STATEMENTS[1], 1)
    await mine.everything_is_saved()

    await yours.arrive(evening.address(2), 2)
    arabic_looks = Looks(yours.page, "ar", touch=True, ownWordsOnly=True)
    await arabic_looks.check("phone-ticket-needed")
    await redeem(yours, secrets[0].lower())
    await expect(yours.page.get_by_role("alert")).to_have_text(yours.say("reason_ticket_used"))
    await arabic_looks.check("phone-ticket-used")
    await redeem(yours, "ABCD-0OOO")
    await expect(yours.page.get_by_role("alert")).to_have_text(yours.say("ticket_look"))
    await redeem(yours, secrets[1])
    await yours.give_dots(STATEMENTS[0], 1)
    await yours.everything_is_saved()

    await moderator.go_to("tickets")
    await expect(moderator.page.locator(".ticket-sums")).to_contain_text("2eingelöst")
    await moderator.page.get_by_label(say("tickets.code")).fill(secrets[0])
    await moderator.button("tickets.free").click()
    await looks.check("tickets-free")
    await moderator.button("tickets.free", moderator.page.get_by_role("dialog")).click()
    await looks.check("tickets-some")

    await expect(mine.page.get_by_text(mine.say("ticket_gone"))).to_be_visible()
    await phone_looks.check("phone-ticket-gone")
    other = await devices.phone(house, "de")
    await other.arrive(evening.address(1), 1)
    await redeem(other, secrets[0])
    await other.give_dots(STATEMENTS[2], 1)
    await other.everything_is_saved()
    await redeem(mine, secrets[0])
    await expect(mine.page.get_by_role("alert")).to_have_text(mine.say("reason_ticket_used"))

    await moderator.go_to("tables")
    for table, people in ((1, 0), (2, 12)):
        row = moderator.page.locator(".table-row").nth(table - 1)
        await row.get_by_role("spinbutton").fill(str(people))
    await moderator.page.keyboard.press("Tab")
    over = say("attendance.more_than_people")
    strip = moderator.page.get_by_role("region", name=say("now.label"))
    await expect(strip).to_contain_text(f"{over} Tisch 1: 1 Stimme, 0 Personen")
    await looks.check("heads")
    await moderator.button("agenda.close_ballot").click()
    await looks.check("tickets-close")
    await moderator.page.get_by_role("dialog").get_by_role("button").last.click()
    await moderator.go_to("results")
    result = moderator.page.locator("article.sheet").filter(has_text=TITLE)
    seal = (await result.locator(".seal .code").inner_text()).replace(" ", "")
    board = await devices.board(house, await evening.link("board"))
    await expect(board.page.locator(".ranking")).to_be_visible()
    await expect(board.page.locator(".board-over")).to_have_count(0)
    await result.get_by_role("checkbox").check()
    await expect(board.page.locator(".board-over")).to_have_text("Tisch 1: 1 Stimme, 0 Personen")
    await looks.check("tickets-result")
    board_looks = Looks(board.page, "de")
    await board_looks.check("board-over", height=1080)

    found = json.loads(await moderator.download("json"))
    [ballot] = [one for one in found["ballots"] if one["title"]["de"] == TITLE]
    dots = {option["text"]["de"]: option["tally"]["dots"] for option in ballot["options"]}
    assert [dots[words] for words in STATEMENTS] == [1, 0, 1]
    assert (ballot["voters"], ballot["tickets"], ballot["seal"]) == (2, True, seal)
    assert found["tickets"] == {"issued": 12, "redeemed": 2, "voided": 0, "freed": 1}
    said = json.dumps(found)
    assert not [secret for secret in secrets if secret in said or secret.replace("-", "") in said]
    for one in (looks, paper_looks, phone_looks, arabic_looks, board_looks):
        assert not one.wrong, one.wrong


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
    looks = Looks(person.page, "ar", touch=True, ownWordsOnly=True)
    await looks.check("phone-elsewhere")
    await person.button("take_back").tap()
    await expect(person.page.get_by_text(person.say("elsewhere_title"))).to_have_count(0)
    await evening.close_ballot()
    found = await evening.results()
    assert sum(option["tally"]["dots"] for option in found["ballots"][-1]["options"]) == 0
    assert not looks.wrong, looks.wrong
