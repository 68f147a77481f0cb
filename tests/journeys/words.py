"""What stands on the pages, from the pages' own texts, so that a better word breaks no test."""

import json
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parents[2] / "client" / "texts"
OWN_NAMES = {"de": "Deutsch", "en": "English", "ar": "العربية"}
RIGHT_TO_LEFT = {"ar"}


@cache
def _texts(name: str) -> dict[str, str | dict[str, str]]:
    texts: dict[str, str | dict[str, str]] = json.loads((TEXTS / f"{name}.json").read_text("utf-8"))
    return texts


def phone_words(language: str, key: str, **filling: str | int) -> str:
    """What a phone says in this language."""
    return _filled(_texts(language)[key], language, filling)


def staff_words(key: str, language: str = "de", **filling: str | int) -> str:
    """What staff read."""
    return _filled(_texts(f"staff.{language}")[key], language, filling)


def _filled(text: str | dict[str, str], language: str, filling: dict[str, str | int]) -> str:
    if isinstance(text, dict):
        text = text[plural_form(language, int(filling["n"]))]
    for name, part in filling.items():
        # Texts from elsewhere are isolated, so that they cannot turn the sentence round.
        shown = f"\u2068{part}\u2069" if isinstance(part, str) else str(part)
        text = text.replace(f"{{{name}}}", shown)
    return text


def plural_form(language: str, n: int) -> str:
    """CLDR's name for the form that goes with `n`."""
    if language != "ar":
        return "one" if n == 1 else "other"
    if n <= 2:
        return ("zero", "one", "two")[n]
    return "few" if 3 <= n % 100 <= 10 else "many" if n % 100 > 10 else "other"
