"""People: joining with a phone, choosing a language, taking a table.

Nobody has a name. A person is the hash of a phone's token, a language and perhaps a table.
"""

from typing import ClassVar

from msgspec.structs import replace

from rooms.dialogue import PARTICIPANTS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.messages import Audience, Call, Language, PersonId, Role
from rooms.records import Crowd, Person

MOST_PEOPLE = 10_000


class Join(Command, frozen=True):
    """Take part from this phone, reading `language`; repeating it changes nothing."""

    language: Language

    who: ClassVar[frozenset[Role]] = PARTICIPANTS
    before_joining: ClassVar[bool] = True

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if call.by.id in dialogue.people:
            return ChooseLanguage(language=self.language).decide(dialogue, call)
        if len(dialogue.people) >= MOST_PEOPLE:
            raise Refused("dialogue_full")
        _check_offered(dialogue, self.language)
        return [PersonJoined(person=PersonId(call.by.id), language=self.language)]


class ChooseLanguage(Command, frozen=True):
    """Read everything in another of the dialogue's languages from now on."""

    language: Language

    who: ClassVar[frozenset[Role]] = PARTICIPANTS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _check_offered(dialogue, self.language)
        return [LanguageChosen(person=PersonId(call.by.id), language=self.language)]


class TakeTable(Command, frozen=True):
    """Sit down at table number `table`, leaving the present one; own cards stay where they are."""

    table: int

    who: ClassVar[frozenset[Role]] = PARTICIPANTS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if self.table not in dialogue.tables:
            raise Refused("unknown_table")
        return [TableTaken(person=PersonId(call.by.id), table=self.table)]


class PersonJoined(Event, frozen=True):
    person: PersonId
    language: Language

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.put(dialogue.people, self.person, Person(self.person, self.language))
        dialogue.touch("me", (self.person, ""))
        crowd = dialogue.crowd.get("", Crowd())
        dialogue.put(dialogue.crowd, "", Crowd(crowd.joined + 1, crowd.without_table + 1))


class LanguageChosen(Event, frozen=True):
    person: PersonId
    language: Language

    def apply(self, dialogue: Dialogue) -> None:
        person = replace(dialogue.people[self.person], language=self.language)
        dialogue.put(dialogue.people, self.person, person)
        dialogue.touch("me", (self.person, ""))


class TableTaken(Event, frozen=True):
    person: PersonId
    table: int

    def apply(self, dialogue: Dialogue) -> None:
        person = dialogue.people[self.person]
        if person.table == self.table:
            return
        if person.table is None:
            crowd = dialogue.crowd[""]
            dialogue.put(dialogue.crowd, "", Crowd(crowd.joined, crowd.without_table - 1))
        else:
            _count(dialogue, person.table, -1)
        _count(dialogue, self.table, +1)
        seated = replace(person, table=self.table, seated_at=dialogue.version)
        dialogue.put(dialogue.people, self.person, seated)
        dialogue.touch("me", (self.person, ""))
        _touch_table_votes(dialogue, self.person)


def _touch_table_votes(dialogue: Dialogue, person: PersonId) -> None:
    """Marks given at the own table now lie at another one, or at the own one again."""
    for ballot in dialogue.ballots.values():
        voice = dialogue.voices.get((ballot.id, person)) if ballot.own_table else None
        for option in voice.marks if voice else ():
            dialogue.touch("my_votes", (person, (ballot.id, option)))


def _check_offered(dialogue: Dialogue, language: Language) -> None:
    if language not in dialogue.about.languages:
        raise Refused("language_not_offered")


def _count(dialogue: Dialogue, table: int, more: int) -> None:
    dialogue.put(dialogue.seats, table, dialogue.seats.get(table, 0) + more)


class MeShown(Shown, frozen=True):
    """Whether this phone has joined, its language and table, and whether it holds a ticket."""

    entry: ClassVar[str] = "me"
    audiences: ClassVar[str] = "the person"

    joined: bool
    language: Language | None
    table: int | None
    ticket: bool


class SeatsShown(Shown, frozen=True):
    """How many people have taken this table."""

    entry: ClassVar[str] = "seats:<number>"
    audiences: ClassVar[str] = "staff"

    number: int
    joined: int


class PeopleShown(Shown, frozen=True):
    """How many people have joined, and how many of them sit at no table yet."""

    entry: ClassVar[str] = "people"
    audiences: ClassVar[str] = "staff"

    joined: int
    without_table: int


def show_me(dialogue: Dialogue, person: PersonId, key: str) -> MeShown:
    known = dialogue.people.get(person)
    if known is None:
        return MeShown(joined=False, language=None, table=None, ticket=False)
    return MeShown(
        joined=True,
        language=known.language,
        table=known.table,
        ticket=person in dialogue.holders,
    )


def show_seats(dialogue: Dialogue, audience: Audience, number: int) -> SeatsShown | None:
    if not audience.is_staff:
        return None
    return SeatsShown(number=number, joined=dialogue.seats[number])


def show_crowd(dialogue: Dialogue, audience: Audience, key: str) -> PeopleShown | None:
    if not audience.is_staff:
        return None
    crowd = dialogue.crowd[key]
    return PeopleShown(joined=crowd.joined, without_table=crowd.without_table)
