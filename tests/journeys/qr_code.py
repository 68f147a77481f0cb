"""Reads a drawn QR code the other way round: is it the code of this address?"""

import re

import segno
from playwright.async_api import Locator

QUIET_ZONE = 4


async def leads_to(image: Locator, address: str) -> bool:
    """Whether the <img> shows a QR code with exactly this address."""
    svg = await image.evaluate("async (image) => (await fetch(image.src)).text()")
    code = segno.make_qr(address, error="q")
    dark = {
        (x + QUIET_ZONE, y + QUIET_ZONE)
        for y, row in enumerate(code.matrix)
        for x, module in enumerate(row)
        if module
    }
    return dark_modules(svg) == dark


def dark_modules(svg: str) -> set[tuple[int, int]]:
    """The dark squares of a code drawn as one path of horizontal strokes."""
    (strokes,) = re.findall(r'<path [^>]*stroke="#000" d="([^"]+)"', svg)
    modules = set()
    x, y = 0, -1
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", strokes):
        if command == "h":
            modules |= {(x + step, y) for step in range(int(first))}
            x += int(first)
        elif command == "m":
            x, y = x + int(first), y + int(second)
        else:
            x, y = int(first), int(float(second))
    return modules
