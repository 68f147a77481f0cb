"""The staff's words: complete in two languages, the wall's in three, and one per refusal."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "client" / "texts"
# Heard only by phones: staff never join, vote or own a card.
ONLY_PHONES_HEAR = {"language_not_offered", "needs_ticket", "has_ticket", "ticket_used"}


def catalogue(language: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((TEXTS / f"staff.{language}.json").read_text("utf-8"))
    return texts


def forms(entry: str | dict[str, str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def gaps(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def refusals() -> set[str]:
    """The reasons a rule or the server names, also within `... if ... else ...`."""
    return {
        str(text.value)
        for folder in ("rooms", "server")
        for file in (ROOT / folder).glob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("Refused", "Forgotten")
        for text in outcomes(call.args[0])
        if isinstance(text, ast.Constant)
    }


def outcomes(argument: ast.expr) -> list[ast.expr]:
    if isinstance(argument, ast.IfExp):
        return [*outcomes(argument.body), *outcomes(argument.orelse)]
    return [argument]


def test_english_says_everything_german_says() -> None:
    assert catalogue("en").keys() == catalogue("de").keys()


def test_arabic_says_nothing_that_german_does_not() -> None:
    assert catalogue("ar").keys() <= catalogue("de").keys()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_translation_leaves_the_same_gaps(language: str) -> None:
    german = catalogue("de")
    for key, entry in catalogue(language).items():
        known = set().union(*(gaps(form) for form in forms(german[key])))
        for form in forms(entry):
            assert gaps(form) <= known, key


@pytest.mark.parametrize(
    ("language", "plurals"),
    [
        ("de", {"one", "other"}),
        ("en", {"one", "other"}),
        ("ar", {"one", "two", "few", "many", "other"}),
    ],
)
def test_whatever_is_counted_has_every_plural_of_its_language(
    language: str, plurals: set[str]
) -> None:
    counted = {key: entry for key, entry in catalogue(language).items() if isinstance(entry, dict)}
    assert counted
    assert {key for key, entry in counted.items() if not plurals <= entry.keys()} == set()


def test_staff_read_every_refusal_in_words() -> None:
    assert {"topic_in_use", "needs_reason", "link_revoked"} <= refusals()
    missing = {reason for reason in refusals() if f"reason.{reason}" not in catalogue("de")}
    assert missing - ONLY_PHONES_HEAR == set()


def test_no_text_is_left_that_no_page_uses() -> None:
    pages = [*(ROOT / "client" / "staff").glob("*.ts*"), *(ROOT / "client/pages").rglob("*.ts*")]
    code = "".join(page.read_text("utf-8") for page in pages)
    made_up = tuple(re.findall(r"`([\w.]+[._])\$\{", code))
    unused = {
        key for key in catalogue("de") if f'"{key}"' not in code and not key.startswith(made_up)
    }
    assert unused == set()
