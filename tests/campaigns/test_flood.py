"""The flood in short: the hall fills although its door is full."""

from pathlib import Path

import pytest

from campaigns.flood.campaign import Outcome, Plan, run

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHORT = Plan(flood=600, phones=60, stay=12.0)


async def test_everybody_comes_in_although_the_door_is_full(short_folder: Path) -> None:
    outcome = await run(SHORT, short_folder)
    assert outcome.wrong == []
    assert outcome.stood > SHORT.flood / 2, "the flood did not stand"
    assert outcome.cut["silent"] > SHORT.flood / 10
    assert outcome.cut["trickling"] > SHORT.flood / 10
    assert len(outcome.acks) > 20


async def test_the_flood_campaign_notices_who_stayed_outside() -> None:
    assert Outcome(SHORT, joins=[0.1] * 59, stood=1).wrong == ["only 59 of 60 phones came in"]
    slow = Outcome(SHORT, joins=[2.0] * 60, acks=[0.1], stood=1)
    assert slow.late == ["p99 of a phone's way in is 2.00 s"]
