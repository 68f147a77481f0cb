"""Phones, laptops and projectors of one journey."""

from contextlib import AsyncExitStack
from typing import Any

from house import House
from moderator import Moderator
from person import Person
from playwright.async_api import Browser
from screens import LAPTOP, PROJECTOR, SMALL_PHONE, Screen


class Devices:
    """Switched on one by one; they go off together at the end of the journey."""

    def __init__(self, browser: Browser, stack: AsyncExitStack) -> None:
        self.screens: list[Screen] = []
        self._browser = browser
        self._stack = stack

    async def phone(self, house: House, language: str, **more: Any) -> Person:
        return Person(await self._screen(house, locale=language, **SMALL_PHONE, **more), language)

    async def laptop(self, house: House, link: str) -> Moderator:
        moderator = Moderator(await self._screen(house, **LAPTOP))
        await moderator.page.goto(link)
        return moderator

    async def board(self, house: House, link: str) -> Screen:
        """On the wall, opened by its link."""
        board = await self._screen(house, **PROJECTOR)
        await board.page.goto(link)
        await board.page.wait_for_url("**/board/**")
        return board

    async def _screen(self, house: House, **look: Any) -> Screen:
        screen = await self._stack.enter_async_context(house.screen(self._browser, **look))
        self.screens.append(screen)
        return screen

    def forgive_network_trouble(self) -> None:
        """From here on the pages may complain that nobody answers."""
        for screen in self.screens:
            screen.wifi.has_failed = True

    @property
    def complaints(self) -> list[str]:
        """Of all pages; to ask any other host for anything is one too."""
        return [complaint for screen in self.screens for complaint in screen.all_complaints]
