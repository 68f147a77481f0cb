"""What a text may be: the one place where letters, lengths and directions are judged."""

import unicodedata
from collections.abc import Iterable, Mapping

from rooms.errors import Refused
from rooms.messages import Language, Texts

MOST_CARD_LETTERS = 500
MOST_TITLE_LETTERS = 200
MOST_PARAGRAPH_LETTERS = 1_500
MOST_MARKS_PER_LETTER = 4

# Overrides and isolates can turn a neighbour's card around on the wall. The plain marks (U+200E,
# U+200F, U+061C) and the joiners Persian needs (U+200C, U+200D) act only inside their own text.
_DIRECTION_CONTROLS = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))


def clean_text(text: str, most: int) -> str:
    """The text in NFC without outer white space; `Refused` if empty, too long or not writable."""
    if len(text) > 8 * most:
        raise Refused("too_long")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    _check_letters(text)
    if not any(_is_visible(letter) for letter in text):
        raise Refused("empty_text")
    if len(text) > most:
        raise Refused("too_long")
    return text


def clean_texts(
    texts: Mapping[Language, str], languages: Iterable[Language], most: int, needed: bool = True
) -> Texts:
    """The texts of the offered languages; the first one must be there unless not `needed`."""
    offered = list(languages)
    kept = {
        language: clean_text(texts[language], most)
        for language in offered
        if texts.get(language, "").strip()
    }
    if needed and offered[0] not in kept:
        raise Refused("empty_text")
    return kept


def _check_letters(text: str) -> None:
    marks = 0
    for letter in text:
        category = unicodedata.category(letter)
        if category in ("Mn", "Me"):
            marks += 1
        elif category != "Cf":  # a joiner among marks is not seen and does not part them
            marks = 0
        if marks > MOST_MARKS_PER_LETTER or _is_forbidden(letter, category):
            raise Refused("forbidden_characters")


def _is_forbidden(letter: str, category: str) -> bool:
    if category == "Cc":
        return letter != "\n"
    return letter in _DIRECTION_CONTROLS or category == "Cs" or _is_no_character(letter)


def _is_no_character(letter: str) -> bool:
    """U+FFFE, U+FFFF and their like, which no XML and so no spreadsheet may hold."""
    return ord(letter) & 0xFFFE == 0xFFFE


def _is_visible(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "ZC"
