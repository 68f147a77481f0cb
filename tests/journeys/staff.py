"""The team of an evening in a journey: each of them in a browser of their own."""

from typing import Any

from hall import Hall
from playwright.async_api import Browser, Page

SCREENS = {
    "moderator": {"width": 1280, "height": 800},
    "board": {"width": 1920, "height": 1080},
    "host": {"width": 390, "height": 844},
}


class Team:
    """Opens staff pages by their personal links; `complaints` is what their consoles said."""

    def __init__(self, browser: Browser, hall: Hall) -> None:
        self._browser = browser
        self._hall = hall
        self._pages: list[Page] = []
        self.complaints: list[str] = []

    async def organiser(self) -> Page:
        return await self.enter(f"{self._hall.url}/enter#{self._hall.organiser_fragment}")

    async def enter(self, link: str, screen: str = "moderator") -> Page:
        """Opens a personal link in a fresh browser and waits for what it leads to."""
        context = await self._browser.new_context(viewport=SCREENS[screen], locale="de")
        page = await context.new_page()
        self._pages.append(page)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)
        await page.goto(link)
        await page.wait_for_url(lambda url: "/enter" not in url)
        return page

    async def moderator(self) -> Page:
        """A fresh evening from the template, made the way an organiser makes it."""
        page = await self.organiser()
        await page.click("text=Neuer Dialog")
        await page.fill("dialog input[required]", "Ankommen in Ostfildern")
        await page.click("dialog .is-main")
        await page.wait_for_selector(".run-sheet")
        return page

    async def close(self) -> None:
        for page in self._pages:
            await page.context.close()

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning") and "ERR_CONNECTION" not in message.text:
            self.complaints.append(message.text)


async def link_of(moderator: Page, role: str, table: int | None = None) -> str:
    """The personal link the moderator would copy for somebody."""
    links = await moderator.evaluate(
        "fetch(`/api/dialogues/${location.pathname.split('/')[2]}/links`).then((r) => r.json())"
    )
    found = [
        link["url"] for link in links["links"] if (link["role"], link["table"]) == (role, table)
    ]
    return str(found[0])


async def confirm(page: Page) -> None:
    await page.click("dialog .is-main")
    await page.wait_for_selector("dialog", state="detached")


async def press_the_obvious_button(moderator: Page) -> None:
    """What the strip on top offers: opens the next step, or closes the open one."""
    was_open = await moderator.locator(".now.is-open").count() > 0
    await moderator.locator(".now .button").last.click()
    await confirm(moderator)
    await moderator.wait_for_selector(".now.is-open", state="detached" if was_open else "attached")
