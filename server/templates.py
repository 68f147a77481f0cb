"""Ready set-ups of an evening, as the commands that make it.

The set-ups themselves are texts in server/setups/. A rehearsal copies a real dialogue the same way.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from rooms.admittance import needs_ticket
from rooms.agenda import PlanRound
from rooms.ballot_plans import PlanBallot
from rooms.dialogue import Command, Dialogue
from rooms.links import IssueLink
from rooms.messages import Kind, Language, RoundId, StaffRole, Texts, TopicId
from rooms.setting import DescribeDialogue
from rooms.tables import AddTable, AddTopic, RemoveTable

TEMPLATES = ("zukunftswerkstatt", "blank")
SETUPS = Path(__file__).parent / "setups"

LINK_LABELS: dict[Language, dict[str, str]] = {
    "de": {"moderator": "Moderation", "board": "Leinwand", "host": "Tisch {table}"},
    "en": {"moderator": "Moderation", "board": "Wall", "host": "Table {table}"},
    "ar": {"moderator": "الإدارة", "board": "الشاشة", "host": "الطاولة {table}"},
}


class Step(NamedTuple):
    """One command of a set-up and the id of what it makes."""

    fresh: str
    command: Command


class PlannedTopic(msgspec.Struct, frozen=True):
    title: Texts
    question: Texts


class PlannedRound(msgspec.Struct, frozen=True):
    title: Texts
    question: Texts
    kinds: tuple[Kind, ...]
    minutes: int


class PlannedBallot(msgspec.Struct, frozen=True):
    """`rounds` counts the set-up's rounds from 0."""

    title: Texts
    method: Literal["dots", "agreement"]
    dots: int
    most_per_option: int
    own_table: bool
    rounds: tuple[int, ...]
    kinds: tuple[Kind, ...]
    statements: tuple[Texts, ...]
    minutes: int


class SetUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An evening before anybody came; `tables` is their number unless the organiser names one."""

    title: Texts
    goal: Texts
    afterwards: Texts
    tables: Annotated[int, msgspec.Meta(ge=1)]
    topics: Annotated[tuple[PlannedTopic, ...], msgspec.Meta(min_length=1)]
    rounds: tuple[PlannedRound, ...]
    ballots: tuple[PlannedBallot, ...]
    awaiting_a_native_reader: tuple[Language, ...]


def read_template(name: str) -> SetUp:
    """One of TEMPLATES."""
    return msgspec.json.decode((SETUPS / f"{name}.json").read_bytes(), type=SetUp)


def set_up(
    template: SetUp, title: Texts, tables: int | None, fresh: Callable[[], str]
) -> Iterator[Step]:
    """The steps from an empty dialogue to the evening of the template.

    Fewer tables than topics: only the first topics. More: the topics begin again, so that several
    tables share one.
    """
    count = tables or template.tables
    yield Step(
        fresh(),
        DescribeDialogue(title=title, goal=template.goal, afterwards=template.afterwards),
    )
    topics = [(TopicId(fresh()), topic) for topic in template.topics[:count]]
    for topic_id, topic in topics:
        yield Step(topic_id, AddTopic(title=topic.title, question=topic.question))
    for nth in range(count):
        yield Step(fresh(), AddTable(topic=topics[nth % len(topics)][0]))
    rounds = [(fresh(), planned) for planned in template.rounds]
    for key, planned in rounds:
        yield Step(
            key,
            PlanRound(
                title=planned.title,
                question=planned.question,
                kinds=planned.kinds,
                minutes=planned.minutes,
            ),
        )
    for ballot in template.ballots:
        chosen = tuple(RoundId(rounds[nth][0]) for nth in ballot.rounds)
        yield Step(fresh(), PlanBallot(**{**msgspec.structs.asdict(ballot), "rounds": chosen}))


def set_up_again(dialogue: Dialogue) -> Iterator[Step]:
    """The steps that copy a dialogue's set-up under the same ids: nobody there, nothing opened."""
    about = dialogue.about
    yield Step(
        "again",
        DescribeDialogue(title=about.title, goal=about.goal, afterwards=about.afterwards),
    )
    for topic in sorted(dialogue.topics.values(), key=lambda topic: topic.order):
        yield Step(topic.id, AddTopic(title=topic.title, question=topic.question))
    yield from _tables_again(dialogue)
    for planned in sorted(dialogue.rounds.values(), key=lambda planned: planned.order):
        yield Step(planned.id, _copied(PlanRound, planned))
    for ballot in sorted(dialogue.ballots.values(), key=lambda ballot: ballot.order):
        rounds = tuple(key for key in ballot.rounds if key in dialogue.rounds)
        if rounds or not ballot.rounds:  # with its last round struck, nothing is left to vote on
            tickets = needs_ticket(dialogue, ballot)
            copied = msgspec.structs.replace(ballot, rounds=rounds, tickets=tickets)
            yield Step(ballot.id, _copied(PlanBallot, copied))


def _tables_again(dialogue: Dialogue) -> Iterator[Step]:
    """Tables keep their numbers: where one was taken away, one is put up and taken away again."""
    tables = dialogue.tables
    missing = [number for number in range(1, max(tables, default=0)) if number not in tables]
    for number in range(1, max(tables, default=0) + 1):
        table = tables.get(number) or next(iter(tables.values()))
        yield Step(f"table{number}", AddTable(topic=table.topic))
    for number in missing:
        yield Step(f"gap{number}", RemoveTable(table=number))


def _copied(plan: type[Command], record: msgspec.Struct) -> Command:
    return plan(**{name: getattr(record, name) for name in plan.__struct_fields__})


def first_links(dialogue: Dialogue, fresh: Callable[[], str]) -> list[Step]:
    """One link for the moderator, one for the wall and one for each table's host."""
    labels = LINK_LABELS[dialogue.main_language]
    everywhere: tuple[StaffRole, ...] = ("moderator", "board")
    return [
        *(Step(fresh(), IssueLink(role=role, label=labels[role])) for role in everywhere),
        *(
            Step(
                fresh(),
                IssueLink(role="host", table=table, label=labels["host"].format(table=table)),
            )
            for table in sorted(dialogue.tables)
        ),
    ]
