"""A short campaign of faults against real processes, and bugs that it must find.

The long one is `./run campaign faults`; its seeds and numbers stand in docs/campaigns.
"""

import asyncio
from typing import Any

import pytest

from campaigns.faults.bugs import BUGS
from campaigns.faults.crew import outcomes, task_for
from campaigns.faults.fold import READ, State
from campaigns.faults.rules import RULES, Who, why_not
from campaigns.faults.stream import Entry, broken_links
from campaigns.shim import why_no_shim
from rooms.abilities import COMMANDS, EVENTS

SEED = 20261122
EVENINGS = 2
MOST_EVENINGS = 12
SEEDED = (
    "ack_before_append",
    "repeats_are_not_recognised",
    "stale_refusals",
    "hidden_cards_stay_on_the_board",
)
Outcomes = dict[str, list[dict[str, Any]]]

needs_a_disk = pytest.mark.skipif(bool(why_no_shim()), reason=why_no_shim() or "")


@pytest.fixture(scope="module")
def played() -> Outcomes:
    """What came of all of them; they share the two cores and the waiting."""
    seeds = range(SEED, SEED + EVENINGS)
    whole = {f"{n} processes": task_for(seeds, n) for n in (1, 2)}
    many = range(SEED, SEED + MOST_EVENINGS)
    wrong = {name: task_for(many, BUGS[name].processes, BUGS[name]) for name in SEEDED}
    return asyncio.run(_all(whole | wrong))


async def _all(tasks: dict[str, dict[str, Any]]) -> Outcomes:
    async def one(task: dict[str, Any]) -> list[dict[str, Any]]:
        return [outcome async for outcome in outcomes(task)]

    found = await asyncio.gather(*(one(task) for task in tasks.values()))
    return dict(zip(tasks, found, strict=True))


@needs_a_disk
@pytest.mark.parametrize("processes", [1, 2])
def test_p2_every_invariant_holds_under_faults(played: Outcomes, processes: int) -> None:
    found = played[f"{processes} processes"]
    assert len(found) == EVENINGS
    assert [outcome["broken"] for outcome in found] == [[]] * EVENINGS, f"seed {SEED}"
    assert sum(outcome["counted"]["answers"] for outcome in found) > 50 * EVENINGS
    assert sum(outcome["counted"]["frames"] for outcome in found) > 50 * EVENINGS


@needs_a_disk
@pytest.mark.parametrize("name", SEEDED)
def test_a_bug_in_real_processes_is_found(played: Outcomes, name: str) -> None:
    assert played[name][-1]["broken"], f"{BUGS[name].sentence} Nobody noticed; seed {SEED}"


def test_the_second_reading_knows_only_commands_and_events_that_there_are() -> None:
    assert set(RULES) <= {command.__name__ for command in COMMANDS}
    assert set(READ) <= {event.__name__ for event in EVENTS}


def test_the_second_reading_refuses_a_dot_too_many() -> None:
    state = State("ABCDEFGH")
    state.people["p"] = {"language": "de", "table": 1}
    rule = {"id": "b", "method": "dots", "dots": 3, "most_per_option": 3, "own_table": False}
    state.ballots["b"] = {**rule, "state": "open"}
    for key in ("1", "2"):
        state.options["b", key] = {"id": key, "ballot": "b", "table": None, "gone": False}
    state.marks["b", "p"] = {"1": 2}
    vote = {"name": "PlaceDots", "ballot": "b", "option": "2", "dots": 1}
    assert why_not(state, Who("p", "participant"), vote) is None
    assert why_not(state, Who("p", "participant"), {**vote, "dots": 2}) == "no_dots_left"


def test_the_second_reading_notices_a_gap_and_a_broken_seal() -> None:
    one = Entry(1, 1, b"a", b"not a seal", "x:tab.1", 0, b"", [])
    found = list(broken_links([one, one._replace(version=3)]))
    assert {complaint.split()[0] for complaint in found} == {"I7", "I15"}
