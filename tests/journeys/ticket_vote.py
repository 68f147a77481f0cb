"""What people do around a vote by printed tickets, each step in the words of its page."""

import re

from moderator import Moderator
from person import Person
from playwright.async_api import Locator, Page, expect
from words import staff_words as say

SECRET = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


class TicketDesk:
    """The moderator, where tickets are planned, printed and looked after."""

    def __init__(self, moderator: Moderator) -> None:
        self.moderator = moderator

    @property
    def page(self) -> Page:
        return self.moderator.page

    async def plan(self, title: str, statements: tuple[str, ...]) -> None:
        """A ballot that needs tickets, in the form of the run sheet."""
        await self.moderator.go_to("agenda")
        await self.moderator.button("agenda.plan_ballot").click()
        form = self.page.get_by_role("dialog")
        await form.get_by_role("textbox").first.fill(title)
        await form.get_by_role("radio", name=say("ballot.scope_all")).check()
        for number, words in enumerate(statements):
            await self.moderator.button("ballot.add_statement", form).click()
            await form.locator(".statement").nth(number).locator("textarea").first.fill(words)
        await form.get_by_role("radio", name=say("ballot.voters_tickets")).check()
        await expect(form.get_by_text(say("ballot.voters_print_first"))).to_be_visible()
        await self.moderator.button("act.save", form).click()
        await expect(form).to_have_count(0)

    async def print(self, many: int) -> tuple[Page, list[str]]:
        """In a tab of its own; what then stands on the paper."""
        await self.moderator.go_to("tickets")
        await self.page.get_by_label(say("tickets.how_many")).fill(str(many))
        async with self.page.expect_popup() as opened:
            await self.page.get_by_role("link", name=say("tickets.print")).click()
        paper = await opened.value
        await paper.get_by_role("button", name=say("print.tickets_make", n=many)).click()
        await expect(paper.locator(".ticket")).to_have_count(many)
        secrets = await paper.locator(".ticket-secret").all_inner_texts()
        assert all(map(SECRET.fullmatch, secrets))
        return paper, secrets

    async def ask_to_free(self, secret: str) -> Locator:
        """Somebody comes with the paper in hand; the question that is asked once more."""
        await self.moderator.go_to("tickets")
        await self.page.get_by_label(say("tickets.code")).fill(secret)
        await self.moderator.button("tickets.free").click()
        return self.page.get_by_role("dialog")

    async def count_heads(self, people: dict[int, int]) -> None:
        await self.moderator.go_to("tables")
        for table, number in people.items():
            row = self.page.locator(".table-row").nth(table - 1)
            await row.get_by_role("spinbutton").fill(str(number))
        await self.page.keyboard.press("Tab")

    @property
    def strip(self) -> Locator:
        """What is open now, on top of every section."""
        return self.page.get_by_role("region", name=say("now.label"))

    def result(self, title: str) -> Locator:
        return self.page.locator("article.sheet").filter(has_text=title)


async def redeem(person: Person, typed: str) -> None:
    await person.page.get_by_label(person.say("ticket_label")).fill(typed)
    await person.button("ticket_redeem").tap()


async def is_told(person: Person, key: str) -> None:
    await expect(person.page.get_by_role("alert")).to_have_text(person.say(key))
