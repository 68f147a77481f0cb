"""Somebody at a table with a phone, who reads one language and finds things by their words."""

from house import PUBLIC_URL
from playwright.async_api import Locator, Page, expect
from screens import Screen
from words import OWN_NAMES, phone_words

ALL_BUT_THE_CLOCK = """
() => {
  const words = document.querySelector("main").cloneNode(true);
  for (const clock of words.querySelectorAll("[role=timer]")) clock.remove();
  return words.textContent;
}
"""


class Person:
    """Everything is done by touch, as a thumb would."""

    def __init__(self, screen: Screen, language: str) -> None:
        self.screen = screen
        self.language = language

    @property
    def page(self) -> Page:
        return self.screen.page

    def say(self, key: str, **filling: str | int) -> str:
        return phone_words(self.language, key, **filling)

    def button(self, key: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=self.say(key), exact=True)

    async def sees(self) -> str:
        """The screen's words, but for the clock, which never stands still."""
        return str(await self.page.evaluate(ALL_BUT_THE_CLOCK))

    # Coming in

    async def arrive(self, address: str, table: int) -> None:
        """From the address on the table card to the seat."""
        await self.page.goto(address)
        await self.choose_language()
        await self.read_the_goal()
        await self.sit_down(table)

    async def type_code(self, typed: str) -> None:
        """On the start page, off the poster."""
        await self.page.goto(PUBLIC_URL)
        await self.page.get_by_role("textbox").fill(typed)
        await self.button("start_go").tap()

    async def choose_language(self) -> None:
        name = OWN_NAMES[self.language]
        await self.page.get_by_role("button", name=name, exact=True).tap()

    async def read_the_goal(self) -> None:
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say("goal_title"))
        await self.button("continue").tap()

    async def sit_down(self, table: int) -> None:
        """Picks the table, unless the QR code has picked it already."""
        choice = self.page.get_by_role("radio", name=self.say("table_number", n=table))
        if not await choice.is_checked():
            await self.page.locator("label", has=choice).tap()
        await self.page.get_by_role("button", name=self.say("take_table", n=table)).tap()
        await expect(self.page.locator(".top-bar .table-number")).to_have_text(str(table))

    # Cards

    async def write(self, text: str, kind: str | None = None) -> None:
        """Up to the last letter, without sending it; `kind` where the round leaves a choice."""
        if kind:
            await self.page.locator("label", has_text=self.say(f"kind_{kind}")).tap()
        await self.page.get_by_label(self.say("compose_label")).fill(text)

    async def post(self, text: str, kind: str | None = None) -> None:
        await self.write(text, kind)
        await self.button("post").tap()

    def card(self, text: str) -> Locator:
        return self.page.get_by_role("article").filter(has_text=text)

    async def sees_saved(self, text: str) -> None:
        await expect(self.card(text)).to_contain_text(self.say("status_saved"))

    async def change(self, text: str, now: str) -> None:
        await self.button("edit", self.card(text)).tap()
        form = self.page.get_by_role("article").filter(has=self.button("save"))
        await form.get_by_label(self.say("compose_label")).fill(now)
        await self.button("save").tap()
        await self.sees_saved(now)

    async def withdraw(self, text: str) -> None:
        await self.button("withdraw", self.card(text)).tap()
        await self.button("withdraw_yes").tap()
        await expect(self.card(text)).to_have_count(0)

    # Votes

    def own_dots(self, text: str) -> Locator:
        return self.card(text).locator(".dot.is-placed")

    async def give_dot(self, text: str) -> None:
        await self.button("dot_add", self.card(text)).tap()

    async def give_dots(self, text: str, dots: int) -> None:
        """One after the other."""
        for given in range(1, dots + 1):
            await self.give_dot(text)
            await expect(self.own_dots(text)).to_have_count(given)

    async def tap_at_once(self, text: str, times: int) -> None:
        """A nervous thumb: several taps before the screen could show the first."""
        tap = "(button, times) => { for (let n = 0; n < times; n++) button.click(); }"
        await self.button("dot_add", self.card(text)).evaluate(tap, times)

    async def take_dot_back(self, text: str) -> None:
        await self.button("dot_remove", self.card(text)).tap()

    async def everything_is_saved(self) -> None:
        await expect(self.page.locator("[data-status=waiting]")).to_have_count(0)
