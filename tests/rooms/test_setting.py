"""The frame of the evening: who may set it, in which languages, and what may not change."""

import pytest
from paper_evening import BEGIN, CODE, Evening

from rooms.dialogue import Dialogue, decide
from rooms.errors import Refused
from rooms.messages import ORGANISER, Call
from rooms.setting import CreateDialogue, DescribeDialogue, OfferLanguages

DESCRIBED = DescribeDialogue(
    title={"de": "Zukunft am Fluss", "ar": "المستقبل على النهر"},
    goal={"de": "Ideen sammeln"},
    afterwards={"de": "Der Gemeinderat berät am 3. Mai."},
)


def create(**fields: object) -> None:
    call = Call(ORGANISER, "organiser:tab1.1", 1, "n1")
    decide(Dialogue(CODE), call, CreateDialogue(**fields))


@pytest.fixture
def evening() -> Evening:
    return Evening()


def test_a_new_dialogue_shows_its_title_and_languages_to_everybody(evening: Evening) -> None:
    for by in (evening.stranger(), evening.moderator, evening.staff("board")):
        shown = evening.view(by)["dialogue"]
        assert shown.code == CODE
        assert shown.title == {"de": "Ein Abend", "ar": "Ein Abend"}
        assert shown.languages == ("de", "ar")
        assert not shown.rehearsal


def test_the_time_an_evening_began_stays(evening: Evening) -> None:
    began = evening.dialogue.begun_at
    assert began > BEGIN
    evening.wait(minutes=30)
    evening.do(evening.moderator, DESCRIBED)
    assert evening.dialogue.begun_at == began
    assert evening.dialogue.at == evening.now


def test_a_dialogue_is_created_once(evening: Evening) -> None:
    again = CreateDialogue(title={"de": "Noch einer"}, languages=("de",))
    evening.refuses(ORGANISER, again, "already_created")


def test_a_dialogue_needs_a_title_in_its_main_language() -> None:
    with pytest.raises(Refused, match="empty_text"):
        create(title={"de": "nur deutsch"}, languages=("ar", "de"))


@pytest.mark.parametrize("languages", [(), ("de", "de")])
def test_a_dialogue_needs_languages_each_once(languages: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match="no_language"):
        create(title={"de": "Ein Abend"}, languages=languages)


def test_the_description_is_kept_in_every_language_it_was_written_in(evening: Evening) -> None:
    evening.do(evening.moderator, DESCRIBED)
    shown = evening.view(evening.stranger())["dialogue"]
    assert shown.title == {"de": "Zukunft am Fluss", "ar": "المستقبل على النهر"}
    assert shown.goal == {"de": "Ideen sammeln"}
    assert shown.afterwards == {"de": "Der Gemeinderat berät am 3. Mai."}


def test_goal_and_what_happens_afterwards_may_stay_empty(evening: Evening) -> None:
    evening.do(evening.moderator, DescribeDialogue(title={"de": "Kurz"}, goal={}, afterwards={}))
    assert evening.view(evening.stranger())["dialogue"].goal == {}


def test_a_description_without_a_title_is_refused(evening: Evening) -> None:
    empty = DescribeDialogue(title={"de": "  "}, goal={}, afterwards={})
    evening.refuses(evening.moderator, empty, "empty_text")


def test_a_text_in_a_language_that_is_not_offered_is_left_out(evening: Evening) -> None:
    english = {"de": "Kurz", "en": "Short"}
    evening.do(evening.moderator, DescribeDialogue(title=english, goal={}, afterwards={}))
    assert evening.view(evening.stranger())["dialogue"].title == {"de": "Kurz"}


@pytest.mark.parametrize(("field", "most"), [("title", 200), ("goal", 1500), ("afterwards", 1500)])
def test_each_text_of_the_description_has_its_length(
    evening: Evening, field: str, most: int
) -> None:
    texts = {"title": {"de": "Kurz"}, "goal": {}, "afterwards": {}}
    evening.do(evening.moderator, DescribeDialogue(**{**texts, field: {"de": "ä" * most}}))
    longer = DescribeDialogue(**{**texts, field: {"de": "ä" * (most + 1)}})
    evening.refuses(evening.moderator, longer, "too_long")


def test_more_languages_can_be_offered_and_taken_away_again(evening: Evening) -> None:
    evening.do(evening.moderator, OfferLanguages(languages=("de", "en", "ar")))
    assert evening.view(evening.stranger())["dialogue"].languages == ("de", "en", "ar")
    evening.do(evening.moderator, OfferLanguages(languages=("de",)))
    assert evening.view(evening.stranger())["dialogue"].languages == ("de",)


def test_the_main_language_stays_what_it_was(evening: Evening) -> None:
    evening.refuses(
        evening.moderator, OfferLanguages(languages=("ar", "de")), "main_language_stays"
    )


@pytest.mark.parametrize("languages", [(), ("de", "de")])
def test_offering_no_language_or_one_twice_is_refused(
    evening: Evening, languages: tuple[str, ...]
) -> None:
    evening.refuses(evening.moderator, OfferLanguages(languages=languages), "no_language")


def test_only_moderators_describe_the_dialogue(evening: Evening) -> None:
    table = evening.table()
    for by in (evening.person(), evening.staff("host", table), evening.staff("board")):
        evening.refuses(by, DESCRIBED, "not_allowed")
        evening.refuses(by, OfferLanguages(languages=("de",)), "not_allowed")


def test_the_organiser_may_do_what_a_moderator_may(evening: Evening) -> None:
    evening.do(ORGANISER, DESCRIBED)
    assert evening.dialogue.about.title["de"] == "Zukunft am Fluss"
