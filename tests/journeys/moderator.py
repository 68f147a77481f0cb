"""The moderator and the organiser at a laptop, finding things by their words."""

from playwright.async_api import Locator, Page, expect
from screens import Screen
from words import staff_words as say


class Moderator:
    """Begins as organiser at the printed link, or at a moderator's personal link."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    @property
    def page(self) -> Page:
        return self.screen.page

    @property
    def code(self) -> str:
        return self.page.url.partition("/moderate/")[2].partition("?")[0]

    def button(self, key: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=say(key), exact=True)

    async def create_dialogue(self, title: str, *, tables: int) -> None:
        """On the organiser's page; leads to the moderator's."""
        await self.button("organise.new").click()
        form = self.page.get_by_role("dialog")
        await form.get_by_label(say("organise.form_name")).fill(title)
        template = say("organise.template_zukunftswerkstatt")
        await form.get_by_role("radio", name=template).check()
        await form.get_by_label(say("organise.form_tables")).fill(str(tables))
        await self.button("organise.form_create", form).click()
        await self.page.wait_for_url("**/moderate/**")

    async def go_to(self, place: str) -> None:
        """One of the sections at the side: agenda, tables, cards, results, access ..."""
        link = self.page.get_by_role("link", name=say(f"moderate.place.{place}"))
        await link.first.click()

    async def open(self, step: str) -> None:
        """The round or ballot of this title, whether it comes next or out of turn."""
        await self.go_to("agenda")
        line = self.page.locator(".run-sheet > li").filter(has_text=step)
        out_of_turn = line.get_by_role("button", name=say("agenda.open_first"))
        strip = self.page.get_by_role("region", name=say("now.label"))
        if await out_of_turn.count():
            await out_of_turn.click()
        else:
            await strip.get_by_role("button").click()
        await self._confirm()

    async def close(self, what: str) -> None:
        """What is open now: `round` or `ballot`."""
        await self.button(f"agenda.close_{what}").click()
        await self._confirm()

    def card(self, text: str) -> Locator:
        return self.page.get_by_role("article").filter(has_text=text)

    async def hide(self, text: str, reason: str) -> None:
        await self.go_to("cards")
        await self.button("cards.hide", self.card(text)).click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label(say("cards.reason_other")).fill(reason)
        await self.button("cards.hide", dialog).click()
        await expect(dialog).to_have_count(0)

    async def show_again(self, text: str) -> None:
        await self.go_to("cards")
        await self.button("cards.unhide", self.card(text)).click()

    async def print_table_cards(self) -> Page:
        """A tab of its own."""
        await self.go_to("access")
        async with self.page.expect_popup() as opened:
            await self.page.get_by_role("link", name=say("access.print")).click()
        return await opened.value

    async def download(self, key: str) -> bytes:
        await self.go_to("results")
        async with self.page.expect_download() as started:
            await self.page.get_by_role("link", name=say(f"results.{key}"), exact=True).click()
        return (await (await started.value).path()).read_bytes()

    async def _confirm(self) -> None:
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("button").last.click()
        await expect(dialog).to_have_count(0)
