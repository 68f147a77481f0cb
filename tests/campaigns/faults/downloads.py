"""Judges the files to take home: the same bytes twice and from every process, and as the log tells.

Each sheet is worked out again from the second reading of the log (I16, P13).
"""

import asyncio
import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from campaigns.faults.exports import in_order, judge_cards_file, judge_export, text_of
from campaigns.faults.fold import ANSWERS, Fields, State
from campaigns.faults.shown import shared_view
from campaigns.faults.stage import Stage
from campaigns.faults.stream import Entry
from campaigns.faults.words import judge_taken_home, unpacked
from server.phones import NotAnswered

FILES = ("results.json", "cards.csv", "votes.csv", "tallies.csv", "results.xlsx")
TIMES = 2
SETTLE_SECONDS = 10.0
LOOK_SECONDS = 0.05
KINDS = {"idea": "Idee", "worry": "Sorge", "question": "Frage", "going_well": "Läuft gut"}
ANSWER_WORDS = {"agree": "stimme zu", "disagree": "stimme nicht zu", "pass": "weiß nicht"}
TALLIES = ("dots", "voters", "agree", "disagree", "pass")


async def judge_downloads(stage: Stage, state: State, told: list[Entry]) -> list[str]:
    """What is wrong with any of them."""
    try:
        found = await _fetched(stage, state.version)
    except (NotAnswered, OSError) as error:
        return [f"I16 no download: {error}"]
    differing = [name for name in FILES if len(set(found[name])) > 1]
    broken = [f"I16 two downloads of {name} at one version differ" for name in differing]
    broken += judge_taken_home(told, {name: files[0] for name, files in found.items()})
    broken += judge_export(state, json.loads(found["results.json"][0]))
    broken += judge_cards_file(state, found["cards.csv"][0])
    broken += judge_votes_file(state, found["votes.csv"][0])
    broken += judge_tallies_file(state, found["tallies.csv"][0])
    broken += judge_workbook(state, found["results.xlsx"][0])
    return broken


async def _fetched(stage: Stage, version: int) -> dict[str, list[bytes]]:
    """Every file twice from every process, as bytes."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for port in stage.house.ports:
        stage.desk.url = f"http://127.0.0.1:{port}"
        await _caught_up(stage, version)
        for _ in range(TIMES):
            for name in FILES:
                found[name].append(await stage.desk.download(_path(stage, name)))
    return found


async def _caught_up(stage: Stage, version: int) -> None:
    """A process in which nobody has done anything may be a moment behind."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLE_SECONDS
    while loop.time() < deadline:
        found = await stage.desk.download(_path(stage, "results.json"))
        if json.loads(found)["version"] >= version:
            return
        await asyncio.sleep(LOOK_SECONDS)


def _path(stage: Stage, name: str) -> str:
    return f"/api/dialogues/{stage.code}/{name}"


def judge_votes_file(state: State, content: bytes) -> Iterator[str]:
    """Who is who stays unknown: each voter's rows are one bag, and all bags must be there."""
    voices: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for ballot, voter, option, value in _rows(content):
        voices[ballot, voter].append((option, value))
    found = Counter((ballot, tuple(sorted(marks))) for (ballot, _), marks in voices.items())
    told = Counter(_voices(state))
    if found != told:
        yield f"I16 votes.csv has {found - told} too many and lacks {told - found}"


def judge_tallies_file(state: State, content: bytes) -> Iterator[str]:
    found, told = _rows(content), [*_tallies(state)]
    for mine, theirs in zip(told, found, strict=False):
        if mine != theirs:
            yield f"I16 tallies.csv says {theirs}, the log tells {mine}"
            return
    if len(found) != len(told):
        yield f"I16 tallies.csv has {len(found)} rows, the log tells {len(told)}"


def judge_workbook(state: State, content: bytes) -> Iterator[str]:
    """Every name that a table, a round or a ballot has now stands in it."""
    said = unpacked(content).decode()
    topics = (state.topics[topic] for topic in state.tables.values())
    for named in (*topics, *state.rounds.values(), *state.ballots.values()):
        if (title := text_of(named["title"])) not in said:
            yield f"I16 results.xlsx lacks {title!r}"


def _rows(content: bytes) -> list[list[str]]:
    """All below the heading."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]


def _closed(state: State) -> Iterator[tuple[Fields, dict[str, Fields]]]:
    """Ballots that are closed, in their order, and their options as moderators see them."""
    seen = shared_view(state, ("moderator", 0))
    for ballot in in_order(state.ballots):
        if ballot["state"] == "closed":
            options = [one for key, one in seen.items() if key[:7] == "option:"]
            own = [one for one in options if one["ballot"] == ballot["id"]]
            yield ballot, {one["id"]: one for one in sorted(own, key=lambda one: one["order"])}


def _voices(state: State) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    for ballot, options in _closed(state):
        for where, person in state.marks:
            lies = state.lies(where, person) if where == ballot["id"] else {}
            if lies:
                marks = [(text_of(options[key]["text"]), _value(ballot, lies[key])) for key in lies]
                yield text_of(ballot["title"]), tuple(sorted(marks))


def _value(ballot: Fields, value: int) -> str:
    return ANSWER_WORDS[ANSWERS[value]] if ballot["method"] == "agreement" else str(value)


def _tallies(state: State) -> Iterator[list[str]]:
    numbers = {card["id"]: nth for nth, card in enumerate(in_order(state.cards), 1)}
    for ballot, options in _closed(state):
        for option in options.values():
            tally = option["tally"] or {}
            cells: list[Any] = [text_of(ballot["title"]), text_of(option["text"]), option["table"]]
            cells += [numbers.get(option["card"]), KINDS.get(option["kind"])]
            cells += ["ja" if option["gone"] else "nein", *(tally.get(name) for name in TALLIES)]
            yield ["" if cell is None else str(cell) for cell in cells]
