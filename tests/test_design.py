"""The design system: colours readable in both themes, one dark room, no style twice or idle."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOKENS = (ROOT / "client" / "design" / "tokens.css").read_text("utf-8")
PLACES = [ROOT / "client" / place for place in ("design", "pages", "staff")]
STYLES = {path: path.read_text("utf-8") for place in PLACES for path in place.rglob("*.css")}
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


def test_no_rule_stands_twice_in_one_file() -> None:
    twice = []
    for path, style in STYLES.items():
        rules = re.findall(r"(?<=\n)[^\s@/}][^{}]*\{[^{}]*\}", style)
        twice += [(path.name, rule) for rule, count in Counter(rules).items() if count > 1]
    assert len(STYLES) > 10
    assert twice == []


def test_every_style_is_worn_by_something() -> None:
    pages = [path for place in PLACES for path in place.rglob("*.tsx")]
    pages += [ROOT / "client" / "texts" / "authored.tsx", ROOT / "server" / "shells.py"]
    words = set(re.findall(r"[\w-]+", "".join(page.read_text("utf-8") for page in pages)))
    selectors = "".join(re.sub(r"/\*.*?\*/|\{[^{}]*\}|@import.*", "", s) for s in STYLES.values())
    worn = set(re.findall(r"\.([a-z][\w-]*)", selectors))
    assert {"button", "card"} <= worn
    # `is-${size}` makes is-a4 of "a4".
    assert {name for name in worn - words if name.removeprefix("is-") not in words} == set()
