"""The soak in short, with teeth: what it would say of a leak and of a broken promise."""

import dataclasses
from pathlib import Path

import pytest

from campaigns.soak import faults
from campaigns.soak.campaign import Plan, run
from campaigns.soak.growth import MOST_UNEXPLAINED_BYTES, growth
from campaigns.soak.ledger import compare
from campaigns.soak.people import Order
from campaigns.soak.samples import Sample
from rooms.messages import PersonId

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHORT = Plan(
    seconds=4, people=12, seed=3, pause=0.4, fault_every=1.3, sample_every=0.4, warm_up=0.4, calm=1
)


async def test_p2_a_short_soak_loses_doubles_and_keeps_nothing(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UNREAD_SECONDS", "STRANGE_SECONDS", "RELOADING_SECONDS"):
        monkeypatch.setattr(faults, name, 1.0)
    monkeypatch.setattr(faults, "FROZEN_SECONDS", (1.0, 1.5))
    outcome = await run(SHORT, short_folder)
    assert outcome.wrong == [], f"seed {SHORT.seed}"
    assert outcome.answers["ok"] > 10  # a busy machine gives few
    assert outcome.faults.total() == 3
    assert {sample.life for sample in outcome.samples} >= {0, 1}


def sample(**different: object) -> Sample:
    held = dict.fromkeys(("lines", "seats", "callers", "engine_sockets"), 5)
    calm = Sample(9, 9, 0, 100, 80_000_000, 30, 3, 9_000_000, 14, 1000, 500, {**held, "tasks": 9})
    return dataclasses.replace(calm, **different)  # type: ignore[arg-type]


async def test_the_soak_notices_what_grows() -> None:
    new = sample(life=1, at=20)
    assert growth([sample(), sample(at=10)], new, 1, 5).wrong == []
    fat = sample(rss=new.rss + MOST_UNEXPLAINED_BYTES + 1)
    leaks = {
        "that the log does not explain": [fat],
        "files in the old life": [sample(files=40)],
        "threads in the old life": [sample(threads=20)],
        "holds 6 callers": [sample(held={**new.held, "callers": 6})],
        "holds 18 tasks": [sample(held={**new.held, "tasks": 18})],
        "holds 1 strangers": [sample(held={**new.held, "strangers": 1})],
        "holds 4 lines": [sample(held={**new.held, "lines": 4})],
        "too short": [sample(life=1)],
    }
    for said, samples in leaks.items():
        assert any(said in wrong for wrong in growth(samples, new, 1, 5).wrong), said


async def test_the_soak_notices_a_promise_that_is_not_in_the_log() -> None:
    saved = Order(PersonId("a" * 20), "PostCard", {"ok": True, "version": 1})
    assert compare("ABCDEFGH", [], [saved]) == [
        "PostCard was saved at 1, where nothing stands",
    ]
    assert "version 1 was promised to 2 commands" in compare("ABCDEFGH", [], [saved, saved])
    refused = Order(saved.person, "PostCard", {"ok": False, "reason": "round_closed"})
    assert compare("ABCDEFGH", [], [refused, Order(saved.person, "PostCard")]) == []
