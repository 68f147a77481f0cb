"""The frame of the evening: title, goal, what happens with the results, languages offered."""

from typing import ClassVar

from msgspec.structs import replace

from rooms.dialogue import MODERATORS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.messages import Audience, Call, Language, Role, Texts
from rooms.records import Description
from rooms.texts import MOST_PARAGRAPH_LETTERS, MOST_TITLE_LETTERS, clean_texts


class CreateDialogue(Command, frozen=True):
    """Begin the log of a new dialogue; `languages[0]` is its main language."""

    title: Texts
    languages: tuple[Language, ...]
    rehearsal: bool = False

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if dialogue.version:
            raise Refused("already_created")
        languages = _check_languages(self.languages)
        title = clean_texts(self.title, languages, MOST_TITLE_LETTERS)
        return [DialogueCreated(title=title, languages=languages, rehearsal=self.rehearsal)]


class DescribeDialogue(Command, frozen=True):
    """Say what the evening is called, why people are here and what happens with the results."""

    title: Texts
    goal: Texts
    afterwards: Texts

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        offered = dialogue.about.languages
        return [
            DialogueDescribed(
                title=clean_texts(self.title, offered, MOST_TITLE_LETTERS),
                goal=clean_texts(self.goal, offered, MOST_PARAGRAPH_LETTERS, needed=False),
                afterwards=clean_texts(
                    self.afterwards, offered, MOST_PARAGRAPH_LETTERS, needed=False
                ),
            )
        ]


class OfferLanguages(Command, frozen=True):
    """Choose the languages people can read the dialogue in; the first stays the main one."""

    languages: tuple[Language, ...]

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        languages = _check_languages(self.languages)
        if languages[0] != dialogue.main_language:
            raise Refused("main_language_stays")
        return [LanguagesOffered(languages=languages)]


class DialogueCreated(Event, frozen=True):
    title: Texts
    languages: tuple[Language, ...]
    rehearsal: bool

    def apply(self, dialogue: Dialogue) -> None:
        begun = Description(self.title, {}, {}, self.languages, self.rehearsal)
        dialogue.put(dialogue.description, "", begun)


class DialogueDescribed(Event, frozen=True):
    title: Texts
    goal: Texts
    afterwards: Texts

    def apply(self, dialogue: Dialogue) -> None:
        described = replace(
            dialogue.about, title=self.title, goal=self.goal, afterwards=self.afterwards
        )
        dialogue.put(dialogue.description, "", described)


class LanguagesOffered(Event, frozen=True):
    languages: tuple[Language, ...]

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.put(dialogue.description, "", replace(dialogue.about, languages=self.languages))


ERASED = "words of a card were erased"


class EpochBegun(Event, frozen=True):
    """Everybody takes a whole view again: entries before this point were lost, or words erased."""

    because: str

    def apply(self, dialogue: Dialogue) -> None:
        if self.because != ERASED:
            dialogue.lost_at = dialogue.epoch


def _check_languages(languages: tuple[Language, ...]) -> tuple[Language, ...]:
    if not languages or len(set(languages)) != len(languages):
        raise Refused("no_language")
    return languages


class DialogueShown(Shown, frozen=True):
    """The frame of the evening; `afterwards` is what happens with the results."""

    entry: ClassVar[str] = "dialogue"

    code: str
    title: Texts
    goal: Texts
    afterwards: Texts
    languages: tuple[Language, ...]
    rehearsal: bool


def show_description(dialogue: Dialogue, audience: Audience, key: str) -> DialogueShown:
    about = dialogue.about
    return DialogueShown(
        code=dialogue.code,
        title=about.title,
        goal=about.goal,
        afterwards=about.afterwards,
        languages=about.languages,
        rehearsal=about.rehearsal,
    )
