"""How pages look: what a machine can say of it, in light and dark, and pictures for those who look.

Pictures are kept only in the folder that DIALOGTISCH_SCREENSHOTS names.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page

HERE = Path(__file__).parent
AXE = HERE.parents[1] / "client" / "node_modules" / "axe-core" / "axe.min.js"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# In the dark nothing is different but the colours.
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
RUN_AXE = """
async (rules) => (await axe.run({ resultTypes: ["violations"], ...rules })).violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`)
"""


class Looks:
    """Collects what is wrong with a series of pages, in sentences."""

    def __init__(self, page: Page, language: str, **asked: Any) -> None:
        self.wrong = ""
        self._page = page
        self._language = language
        self._asked = asked

    async def check(self, name: str, *, thorough: bool = True, **more: Any) -> None:
        """The page as it is now; `name` says what it shows."""
        for scheme in SCHEMES if thorough else SCHEMES[:1]:
            await self._page.emulate_media(color_scheme=scheme)
            await self._settled()
            await self._picture(f"{name}-{self._language}-{scheme}")
            wrong = await self._misfits(more)
            if thorough:
                wrong += await self._barriers(scheme)
            where = f"{name} ({self._language}, {scheme})"
            self.wrong += "".join(f"{where}: {one}\n" for one in wrong)

    async def _settled(self) -> None:
        """Nothing moves or fades any more."""
        await self._page.evaluate(
            "Promise.all(document.getAnimations().filter((one) => Number.isFinite("
            "one.effect.getComputedTiming().endTime)).map((one) => one.finished.catch(() => 0)))"
        )

    async def _picture(self, name: str) -> None:
        """What the person sees, and the whole page."""
        if folder := os.environ.get("DIALOGTISCH_SCREENSHOTS"):
            await self._page.screenshot(path=Path(folder) / f"{name}.png")
            place = await self._page.evaluate(
                "() => { const y = scrollY; scrollTo(0, 0); return y }"
            )
            await self._page.screenshot(path=Path(folder) / f"{name}-whole.png", full_page=True)
            await self._page.evaluate("(place) => scrollTo(0, place)", place)

    async def _misfits(self, more: dict[str, Any]) -> list[str]:
        """What is too wide, too small, cut off, or in the wrong language."""
        size = self._page.viewport_size or {"width": 0}
        asked = {"language": self._language, "width": size["width"], **self._asked, **more}
        misfits: list[str] = await self._page.evaluate(_script("looks.js"), asked)
        return misfits

    async def _barriers(self, scheme: str) -> list[str]:
        """What keeps people from using the page, as far as axe can tell."""
        if not await self._page.evaluate("() => 'axe' in window"):
            await self._page.evaluate(f"() => {{ {AXE.read_text('utf-8')} }}")
        barriers: list[str] = await self._page.evaluate(RUN_AXE, RULES[scheme])
        return barriers


@cache
def _script(name: str) -> str:
    return (HERE / name).read_text("utf-8")
