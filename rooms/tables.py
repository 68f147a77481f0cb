"""Tables and topics: what is talked about where. Several tables may share a topic."""

from typing import ClassVar

from msgspec.structs import replace

from rooms.admittance import touch_attendance
from rooms.dialogue import MODERATORS, Command, Dialogue, Event, Shown
from rooms.errors import Refused
from rooms.messages import Audience, Call, Role, Texts, TopicId
from rooms.records import Table, Topic
from rooms.texts import MOST_TITLE_LETTERS, clean_texts

MOST_TABLES = 200
MOST_TOPICS = 100
MOST_QUESTION_LETTERS = 400


class AddTopic(Command, frozen=True):
    """Add a topic with its guiding question."""

    title: Texts
    question: Texts

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if len(dialogue.topics) >= MOST_TOPICS:
            raise Refused("too_many_topics")
        title, question = _clean(dialogue, self.title, self.question)
        return [TopicAdded(topic=TopicId(call.fresh), title=title, question=question)]


class ChangeTopic(Command, frozen=True):
    """Give a topic another title or guiding question."""

    topic: TopicId
    title: Texts
    question: Texts

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _check_topic(dialogue, self.topic)
        title, question = _clean(dialogue, self.title, self.question)
        return [TopicChanged(topic=self.topic, title=title, question=question)]


class RemoveTopic(Command, frozen=True):
    """Remove a topic no table talks about."""

    topic: TopicId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _check_topic(dialogue, self.topic)
        if any(table.topic == self.topic for table in dialogue.tables.values()):
            raise Refused("topic_in_use")
        return [TopicRemoved(topic=self.topic)]


class AddTable(Command, frozen=True):
    """Put up one more table for a topic; it gets the next number."""

    topic: TopicId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _check_topic(dialogue, self.topic)
        if len(dialogue.tables) >= MOST_TABLES:
            raise Refused("too_many_tables")
        return [TableAdded(table=max(dialogue.tables, default=0) + 1, topic=self.topic)]


class ChangeTable(Command, frozen=True):
    """Give a table another topic."""

    table: int
    topic: TopicId

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _check_table(dialogue, self.table)
        _check_topic(dialogue, self.topic)
        return [TableChanged(table=self.table, topic=self.topic)]


class RemoveTable(Command, frozen=True):
    """Take away a table at which nobody sits and no card was posted."""

    table: int

    who: ClassVar[frozenset[Role]] = MODERATORS

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        _check_table(dialogue, self.table)
        used = any(card.table == self.table for card in dialogue.cards.values())
        if used or dialogue.seats.get(self.table, 0):
            raise Refused("table_in_use")
        return [TableRemoved(table=self.table)]


class TopicAdded(Event, frozen=True):
    topic: TopicId
    title: Texts
    question: Texts

    def apply(self, dialogue: Dialogue) -> None:
        added = Topic(self.topic, self.title, self.question, dialogue.version)
        dialogue.put(dialogue.topics, self.topic, added)


class TopicChanged(Event, frozen=True):
    topic: TopicId
    title: Texts
    question: Texts

    def apply(self, dialogue: Dialogue) -> None:
        changed = replace(dialogue.topics[self.topic], title=self.title, question=self.question)
        dialogue.put(dialogue.topics, self.topic, changed)


class TopicRemoved(Event, frozen=True):
    topic: TopicId

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.drop(dialogue.topics, self.topic)


class TableAdded(Event, frozen=True):
    table: int
    topic: TopicId

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.put(dialogue.tables, self.table, Table(self.table, self.topic))
        dialogue.put(dialogue.seats, self.table, 0)
        touch_attendance(dialogue)


class TableChanged(Event, frozen=True):
    table: int
    topic: TopicId

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.put(dialogue.tables, self.table, Table(self.table, self.topic))


class TableRemoved(Event, frozen=True):
    table: int

    def apply(self, dialogue: Dialogue) -> None:
        dialogue.drop(dialogue.tables, self.table)
        dialogue.drop(dialogue.seats, self.table)
        dialogue.drop(dialogue.heads, self.table)
        touch_attendance(dialogue)


def _clean(dialogue: Dialogue, title: Texts, question: Texts) -> tuple[Texts, Texts]:
    offered = dialogue.about.languages
    return (
        clean_texts(title, offered, MOST_TITLE_LETTERS),
        clean_texts(question, offered, MOST_QUESTION_LETTERS, needed=False),
    )


def _check_topic(dialogue: Dialogue, topic: TopicId) -> None:
    if topic not in dialogue.topics:
        raise Refused("unknown_topic")


def _check_table(dialogue: Dialogue, table: int) -> None:
    if table not in dialogue.tables:
        raise Refused("unknown_table")


class TopicShown(Shown, frozen=True):
    """A topic and its guiding question."""

    entry: ClassVar[str] = "topic:<id>"

    id: TopicId
    title: Texts
    question: Texts
    order: int


class TableShown(Shown, frozen=True):
    """A table by its number, and the id of the topic it talks about."""

    entry: ClassVar[str] = "table:<number>"

    number: int
    topic: TopicId


def show_topic(dialogue: Dialogue, audience: Audience, topic: TopicId) -> TopicShown:
    known = dialogue.topics[topic]
    return TopicShown(id=known.id, title=known.title, question=known.question, order=known.order)


def show_table(dialogue: Dialogue, audience: Audience, number: int) -> TableShown:
    return TableShown(number=number, topic=dialogue.tables[number].topic)
