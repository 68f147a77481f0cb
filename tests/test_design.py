"""The colours of the design system: readable in both themes, and one dark room, not two."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parent.parent / "client" / "design" / "tokens.css").read_text("utf-8")
BLOCK = re.compile(r"(:root[^{]*)\{([^}]*)\}")
COLOUR = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")

# (what is read, what it is read on): at least 4.5 to 1, WCAG 1.4.3
READ_ON = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "surface-sunken"),
    ("ink-soft", "paper"),
    ("ink-soft", "surface"),
    ("ink-soft", "surface-sunken"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("accent-ink", "surface"),
    ("accent-ink", "paper"),
    ("accent-ink", "accent-tint"),
    ("ink", "accent-tint"),
    ("warn-ink", "warn-tint"),
    ("stop-ink", "stop-tint"),
    ("stop-ink", "surface"),
    ("on-stop", "stop"),
    ("on-stop", "stop-hover"),
    ("saved-ink", "surface"),
    ("saved-ink", "paper"),
    ("on-rehearsal", "rehearsal"),
    ("on-rehearsal", "rehearsal-stripe"),
    *[(f"{kind}-ink", f"{kind}-tint") for kind in ("idea", "worry", "question", "going-well")],
    *[("ink", f"{kind}-tint") for kind in ("idea", "worry", "question", "going-well")],
    *[("ink-soft", f"{kind}-tint") for kind in ("idea", "worry", "question", "going-well")],
]

# (an edge or a ring, what it stands on): at least 3 to 1, WCAG 1.4.11
SEEN_ON = [("line-strong", "surface"), ("focus", "paper"), ("focus", "surface")]


def colours(selector: str) -> dict[str, str]:
    for found, body in BLOCK.findall(TOKENS):
        if found.strip() == selector:
            return dict(COLOUR.findall(body))
    raise AssertionError(f"tokens.css has no block {selector}")


LIGHT = colours(":root")
DARK = LIGHT | colours(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_guidelines_say() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), READ_ON)
def test_text_can_be_read_on_its_ground(theme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(theme[text], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), SEEN_ON)
def test_edges_and_focus_rings_can_be_seen(theme: dict[str, str], edge: str, ground: str) -> None:
    assert contrast(theme[edge], theme[ground]) >= 3


def test_a_chosen_dark_room_looks_like_the_one_the_device_asks_for() -> None:
    assert colours(':root[data-theme="dark"]') == colours(':root:not([data-theme="light"])')
