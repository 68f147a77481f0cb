"""The protocol page says what the classes say."""

from pathlib import Path

from rooms.abilities import COMMANDS
from rooms.protocol_page import SHOWN, SHOWN_MINE, protocol_page, refusal_reasons
from rooms.protocol_words import REASONS

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_the_page_is_what_the_classes_give() -> None:
    assert PAGE.read_text("utf-8") == protocol_page()


def test_every_command_and_every_value_of_a_view_stands_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    titles = [kind.__name__ for kind in COMMANDS] + [kind.entry for kind in (*SHOWN, *SHOWN_MINE)]
    assert [title for title in titles if f"\n### {title}\n" not in page] == []


def test_every_reason_of_a_refusal_is_explained_and_none_is_made_up() -> None:
    assert refusal_reasons() == set(REASONS)
