"""What a text may be: every script people write in passes, nothing that breaks a wall or a file."""

# ruff: noqa: RUF001 - letters of other scripts look like Latin ones, on purpose

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_evening import Evening

from rooms.cards import PostCard
from rooms.errors import Refused
from rooms.texts import clean_text, clean_texts

PERSIAN = "می\u200cروم"


def cleaned(text: str) -> str:
    return clean_text(text, 500)


@pytest.mark.parametrize(
    "text",
    [
        "Mehr Bänke – und Schatten für 20 € (bitte!)",
        "نريد مقاعد أكثر في الحديقة، وظلًّا أيضًا",
        "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ",
        "می‌خواهیم نیمکت‌های بیشتری",
        "ኣብ መናፈሻ ዝያዳ መቐመጢታት የድሊ።",
        "Більше лавок у парку",
        "Daha çok bank, ığüşöç",
        "बेंच और छाया चाहिए",
        "Tiếng Việt có dấu",
        "公園にベンチを",
        "👩‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️",
        "1. Zeile\n2. Zeile\n\n4. Zeile",
        '=SUM(1;2) + <b>nicht fett</b> & "so"',
    ],
)
def test_what_people_write_passes_unchanged(text: str) -> None:
    assert cleaned(text) == unicodedata.normalize("NFC", text)


def test_texts_are_kept_composed() -> None:
    assert cleaned("Ba\u0308nke") == "B\u00e4nke"


def test_the_joiner_that_persian_needs_is_kept() -> None:
    assert cleaned(PERSIAN) == PERSIAN


def test_outer_white_space_goes_and_inner_lines_stay() -> None:
    assert cleaned("  \n eins \r\n zwei \n ") == "eins \n zwei"


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\u00a0\u2003", "\u200b\u200d", "\u200f"])
def test_a_text_without_a_visible_letter_is_empty(text: str) -> None:
    with pytest.raises(Refused, match="empty_text"):
        cleaned(text)


def test_500_letters_fit_and_501_do_not() -> None:
    assert len(cleaned("ä" * 500)) == 500
    with pytest.raises(Refused, match="too_long"):
        cleaned("ä" * 501)


def test_letters_are_counted_after_composing_and_trimming() -> None:
    assert len(cleaned(" " + "a\u0308" * 500 + " ")) == 500


def test_a_letter_outside_the_first_plane_counts_once() -> None:
    assert len(cleaned("🌳" * 500)) == 500


def test_a_huge_text_is_refused_before_anything_else_is_done_with_it() -> None:
    with pytest.raises(Refused, match="too_long"):
        cleaned("\u202e" * 4_001)


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_overrides_and_isolates_of_direction_are_refused(code: int) -> None:
    with pytest.raises(Refused, match="forbidden_characters"):
        cleaned(f"a{chr(code)}b")


@pytest.mark.parametrize("code", [0x200E, 0x200F, 0x061C])
def test_plain_direction_marks_act_inside_their_own_text_and_pass(code: int) -> None:
    assert cleaned(f"a{chr(code)}b") == f"a{chr(code)}b"


@pytest.mark.parametrize("code", [*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0)])
def test_control_characters_are_refused(code: int) -> None:
    with pytest.raises(Refused, match="forbidden_characters"):
        cleaned(f"a{chr(code)}b")


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_half_of_a_surrogate_pair_is_refused(code: int) -> None:
    with pytest.raises(Refused, match="forbidden_characters"):
        cleaned(f"a{chr(code)}b")


@pytest.mark.parametrize("code", [0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF])
def test_code_points_that_are_no_characters_are_refused(code: int) -> None:
    with pytest.raises(Refused, match="forbidden_characters"):
        cleaned(f"a{chr(code)}b")


def test_four_marks_on_a_letter_pass_and_five_do_not() -> None:
    assert cleaned("x" + "\u0323" * 4)
    with pytest.raises(Refused, match="forbidden_characters"):
        cleaned("x" + "\u0323" * 5)


@pytest.mark.parametrize("unseen", ["\u200d", "\u200c", "\u00ad", "\u2060"])
def test_what_nobody_sees_does_not_let_marks_pile_up_again(unseen: str) -> None:
    with pytest.raises(Refused, match="forbidden_characters"):
        cleaned("x" + ("\u0323" * 4 + unseen) * 5)


def test_a_card_with_half_a_surrogate_is_refused_like_any_other() -> None:
    evening = Evening()
    guest = evening.person(table=evening.table())
    evening.open_round()
    evening.refuses(guest, PostCard(text="a\ud800b", kind="idea"), "forbidden_characters")


def test_only_offered_languages_are_kept() -> None:
    texts = {"de": " Bänke ", "ar": "مقاعد", "en": "benches"}
    assert clean_texts(texts, ("de", "ar"), 500) == {"de": "Bänke", "ar": "مقاعد"}


def test_the_main_language_must_be_there_unless_it_may_be_empty() -> None:
    with pytest.raises(Refused, match="empty_text"):
        clean_texts({"ar": "مقاعد", "de": "  "}, ("de", "ar"), 500)
    assert clean_texts({}, ("de", "ar"), 500, needed=False) == {}


@given(st.text(max_size=600))
def test_a_clean_text_is_clean_for_good_and_can_be_written(text: str) -> None:
    try:
        clean = cleaned(text)
    except Refused:
        return
    assert cleaned(clean) == clean
    assert clean.encode().decode() == clean
    assert 0 < len(clean) <= 500
