"""Judges dialogues made beside the evening: whole, alone, open to who was told of them.

What was begun and not answered belongs to nobody; the organiser asked again.
"""

import json
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

from campaigns.faults.effects import differs
from campaigns.faults.exports import judge_export
from campaigns.faults.fold import Fields, State
from campaigns.faults.history import Made
from campaigns.faults.stage import Stage
from campaigns.faults.stream import Entry, broken_links
from server.phones import Desk, NotAnswered

TOPIC = {"de": "Unser Thema", "en": "Our topic", "ar": "موضوعنا"}
"""The one topic of an empty evening."""


async def judge_beside(stage: Stage) -> list[str]:
    return [
        wrong for made in stage.history.made if made.code async for wrong in _judge(stage, made)
    ]


async def _judge(stage: Stage, made: Made) -> AsyncIterator[str]:
    """I1, I2, I7, I15, I16: it is in its log as it was wanted, and every process tells that."""
    with stage.house.store() as store:
        log = store.entries(made.code)
    wrong = [*broken_links(log), *judge_made(made, log)]
    for one in wrong:
        yield one
    if wrong:
        return
    state = State(made.code)
    for entry in log:
        state.take(entry)
    for process in range(stage.house.processes):
        try:
            async for one in _told(stage, made, state, process):
                yield one
        except (NotAnswered, OSError) as error:
            yield f"I16 {made.code}, made beside, cannot be had: {error}"


async def _told(stage: Stage, made: Made, state: State, process: int) -> AsyncIterator[str]:
    path = f"/api/dialogues/{made.code}/results.json"
    found = json.loads(await stage.organiser.desk(process).download(path))
    for wrong in judge_export(state, found):
        yield wrong
    entered = await Desk(stage.organiser.desk(process).url).enter(urlsplit(made.link).fragment)
    if (entered["role"], entered["code"]) != ("moderator", made.code):
        yield f"I1 the link of {made.code} leads to {entered}"


def judge_made(made: Made, log: list[Entry]) -> Iterator[str]:
    """What the log of a new dialogue holds that was not asked for, or lacks."""
    if not log:
        yield f"I1 {made.code} was said to be made and has no log"
        return
    own = [entry for entry in log if not entry.id.startswith("epoch:")]
    if others := [entry.id for entry in own if not entry.id.startswith("organiser:")]:
        yield f"I2 {others} in {made.code}, where nobody was"
    events = [event for entry in own for event in entry.events]
    if wrong := differs(_wanted(made), events):
        yield f"I1 {made.code} was not made as it was wanted: {wrong}"


def _wanted(made: Made) -> list[Fields]:
    asked = made.wanted
    offered = asked["languages"]
    title = {one: asked["title"][one] for one in offered if one in asked["title"]}
    topic = {one: TOPIC[one] for one in offered}
    tables = range(1, asked["tables"] + 1)
    created = {"name": "DialogueCreated", "languages": offered, "rehearsal": False}
    return [
        {**created, "title": title},
        {"name": "DialogueDescribed", "title": title, "goal": {}, "afterwards": {}},
        {"name": "TopicAdded", "title": topic, "question": {}},
        *({"name": "TableAdded", "table": table} for table in tables),
        {"name": "LinkIssued", "role": "moderator", "table": None},
        {"name": "LinkIssued", "role": "board", "table": None},
        *({"name": "LinkIssued", "role": "host", "table": table} for table in tables),
    ]
