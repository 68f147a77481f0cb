"""Tables and topics: numbers, shared topics, and what cannot be removed while it is used."""

import pytest
from paper_evening import Evening

from rooms.cards import WithdrawCard
from rooms.people import TakeTable
from rooms.tables import (
    AddTable,
    AddTopic,
    ChangeTable,
    ChangeTopic,
    RemoveTable,
    RemoveTopic,
)


@pytest.fixture
def evening() -> Evening:
    return Evening()


def test_tables_are_numbered_in_the_order_they_are_put_up(evening: Evening) -> None:
    assert [evening.table() for _ in range(3)] == [1, 2, 3]


def test_everybody_sees_the_tables_and_topics(evening: Evening) -> None:
    topic = evening.topic("Wohnen")
    table = evening.table(topic)
    for by in (evening.stranger(), evening.person(table), evening.staff("board")):
        view = evening.view(by)
        assert view[f"topic:{topic}"].title == {"de": "Wohnen"}
        assert view[f"table:{table}"].topic == topic


def test_at_a_new_table_nobody_sits(evening: Evening) -> None:
    table = evening.table()
    assert evening.view(evening.moderator)[f"seats:{table}"].joined == 0


def test_several_tables_share_a_topic(evening: Evening) -> None:
    topic = evening.topic()
    assert evening.table(topic) != evening.table(topic)
    assert {table.topic for table in evening.dialogue.tables.values()} == {topic}


def test_a_topic_gets_another_title_and_question(evening: Evening) -> None:
    topic = evening.topic()
    order = evening.view(evening.moderator)[f"topic:{topic}"].order
    changed = ChangeTopic(topic=topic, title={"de": "Verkehr"}, question={"de": "Was fehlt?"})
    evening.do(evening.moderator, changed)
    shown = evening.view(evening.moderator)[f"topic:{topic}"]
    assert (shown.title, shown.question) == ({"de": "Verkehr"}, {"de": "Was fehlt?"})
    assert shown.order == order


def test_a_topic_needs_a_title_and_no_question(evening: Evening) -> None:
    evening.refuses(evening.moderator, AddTopic(title={}, question={"de": "?"}), "empty_text")
    evening.do(evening.moderator, AddTopic(title={"de": "Wohnen"}, question={}))


def test_a_guiding_question_has_at_most_400_letters(evening: Evening) -> None:
    fits = AddTopic(title={"de": "Wohnen"}, question={"de": "?" * 400})
    evening.do(evening.moderator, fits)
    longer = AddTopic(title={"de": "Wohnen"}, question={"de": "?" * 401})
    evening.refuses(evening.moderator, longer, "too_long")


def test_an_unknown_topic_is_refused_everywhere(evening: Evening) -> None:
    table = evening.table()
    change = ChangeTopic(topic="nowhere", title={"de": "x"}, question={})
    evening.refuses(evening.moderator, change, "unknown_topic")
    evening.refuses(evening.moderator, RemoveTopic(topic="nowhere"), "unknown_topic")
    evening.refuses(evening.moderator, AddTable(topic="nowhere"), "unknown_topic")
    evening.refuses(evening.moderator, ChangeTable(table=table, topic="nowhere"), "unknown_topic")


def test_an_unknown_table_is_refused_everywhere(evening: Evening) -> None:
    topic = evening.topic()
    evening.refuses(evening.moderator, ChangeTable(table=9, topic=topic), "unknown_table")
    evening.refuses(evening.moderator, RemoveTable(table=9), "unknown_table")


def test_a_topic_some_table_talks_about_cannot_be_removed(evening: Evening) -> None:
    topic = evening.topic()
    table = evening.table(topic)
    evening.refuses(evening.moderator, RemoveTopic(topic=topic), "topic_in_use")
    evening.do(evening.moderator, ChangeTable(table=table, topic=evening.topic("Verkehr")))
    evening.do(evening.moderator, RemoveTopic(topic=topic))
    assert f"topic:{topic}" not in evening.view(evening.moderator)


def test_a_table_where_somebody_sits_cannot_be_removed(evening: Evening) -> None:
    first, second = evening.table(), evening.table()
    guest = evening.person(first)
    evening.refuses(evening.moderator, RemoveTable(table=first), "table_in_use")
    evening.do(guest, TakeTable(table=second))
    evening.do(evening.moderator, RemoveTable(table=first))
    assert f"table:{first}" not in evening.view(guest)
    assert f"seats:{first}" not in evening.view(evening.moderator)


def test_a_table_with_cards_cannot_be_removed_even_when_everybody_left(evening: Evening) -> None:
    first, second = evening.table(), evening.table()
    guest = evening.person(first)
    evening.open_round()
    card = evening.card(guest)
    evening.do(guest, TakeTable(table=second))
    evening.refuses(evening.moderator, RemoveTable(table=first), "table_in_use")
    evening.do(guest, WithdrawCard(card=card))
    evening.do(evening.moderator, RemoveTable(table=first))


def test_there_are_at_most_a_hundred_topics(evening: Evening) -> None:
    for number in range(100):
        evening.topic(f"Thema {number}")
    another = AddTopic(title={"de": "Thema 100"}, question={})
    evening.refuses(evening.moderator, another, "too_many_topics")


def test_there_are_at_most_two_hundred_tables(evening: Evening) -> None:
    topic = evening.topic()
    for _ in range(200):
        evening.table(topic)
    evening.refuses(evening.moderator, AddTable(topic=topic), "too_many_tables")


def test_only_moderators_arrange_the_hall(evening: Evening) -> None:
    topic = evening.topic()
    table = evening.table(topic)
    commands = [
        AddTopic(title={"de": "x"}, question={}),
        ChangeTopic(topic=topic, title={"de": "x"}, question={}),
        RemoveTopic(topic=topic),
        AddTable(topic=topic),
        ChangeTable(table=table, topic=topic),
        RemoveTable(table=table),
    ]
    for by in (evening.person(table), evening.staff("host", table), evening.staff("board")):
        for command in commands:
            evening.refuses(by, command, "not_allowed")
