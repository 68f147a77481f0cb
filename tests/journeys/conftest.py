"""What all journeys share: one real browser, the one installed on this machine, and one house."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from devices import Devices
from evening import Evening
from full_tables import FullTables
from house import House
from playwright.async_api import Browser, async_playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_A_MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Nothing may leave this machine, and nothing may ask questions. The sandbox refuses to run as root.
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
# A busy machine is slow, and who lost the line comes back within some seconds.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
NO_BROWSER = """
The journeys need Chromium or Chrome, and none was found. Install one
(Debian, Ubuntu: sudo apt-get install chromium; macOS: brew install --cask chromium),
or say where it is: DIALOGTISCH_CHROMIUM=/path/to/chromium ./run test
All other tests: ./run test --ignore tests/journeys
"""


def chromium_path() -> str | None:
    """The browser to use: the one named in DIALOGTISCH_CHROMIUM, else the first that is there."""
    named = os.environ.get("DIALOGTISCH_CHROMIUM")
    candidates = [named] if named else [*NAMES, *ON_A_MAC]
    return next(filter(None, map(shutil.which, candidates)), None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the whole run; a test opens contexts of its own in it, one per device."""
    path = chromium_path()
    if path is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house() -> AsyncIterator[House]:
    """The server most journeys share; each makes a dialogue of its own there."""
    async with House.somewhere() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def own_house() -> AsyncIterator[House]:
    """A server that this test may kill, and whose Valkey it may freeze."""
    async with House.somewhere() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def devices(browser: Browser) -> AsyncIterator[Devices]:
    """None of their pages may complain, or ask another host for anything (P16)."""
    async with AsyncExitStack() as stack:
        switched_on = Devices(browser, stack)
        yield switched_on
    assert switched_on.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def evening(house: House) -> AsyncIterator[Evening]:
    begun = await Evening.begun(house)
    yield begun
    await begun.moderator.close()


@pytest_asyncio.fixture(loop_scope="session")
async def tables(house: House, evening: Evening) -> AsyncIterator[FullTables]:
    """People at every table; what they do, they do without a browser."""
    async with FullTables.taken(house, evening) as taken:
        yield taken
