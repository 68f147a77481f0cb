"""The races in short, and that they would notice a phone that wins too much."""

import asyncio
from pathlib import Path

import pytest

from campaigns.races.outcome import Outcome
from campaigns.races.race import Plan, run

ROUNDS = 4  # with more, phones have to wait for their pace


@pytest.mark.parametrize("seed", [1])
def test_p1_p17_64_sockets_never_win_more_than_there_is(short_folder: Path, seed: int) -> None:
    print(f"seed {seed}")
    outcome = asyncio.run(run(short_folder, Plan(sockets=64, rounds=ROUNDS, seed=seed)))
    print(outcome.table())
    assert outcome.wrong == []
    assert (outcome.sockets, outcome.phones) == (63, 21)
    assert (outcome.dot_races, outcome.ticket_races) == (ROUNDS * outcome.phones, ROUNDS)
    assert outcome.answers["no_dots_left"] == ROUNDS * outcome.phones
    assert outcome.answers["ticket_used"] > 0


def test_a_phone_that_wins_too_much_is_noticed() -> None:
    outcome = Outcome(6, 2)
    won, lost = {"ok": True}, {"ok": False, "reason": "no_dots_left"}
    outcome.dots(2, [won, won, lost])
    outcome.ticket(1, [won, {"ok": False, "reason": "ticket_used"}])
    outcome.tally(4, 4)
    assert outcome.wrong == []
    outcome.dots(3, [won, won, won])
    outcome.ticket(2, [won, won])
    outcome.tally(4, 5)
    outcome.dots(2, [won, won, {"ok": False, "reason": "internal"}])
    assert len(outcome.wrong) == 4
