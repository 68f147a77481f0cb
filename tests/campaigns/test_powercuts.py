"""The campaign of power cuts, short and with pinned seeds: `./run campaign powercuts`."""

import asyncio

import pytest

from campaigns.powercuts.evening import Plan, play
from campaigns.shim import why_no_shim

pytestmark = pytest.mark.skipif(why_no_shim() is not None, reason=why_no_shim() or "")


@pytest.mark.parametrize("plan", [Plan(2, "20261122"), Plan(2, "jumps", clock=True)])
def test_p2_a_power_cut_loses_and_doubles_nothing_acknowledged(plan: Plan) -> None:
    print(f"seed {plan.seed}")
    outcome = asyncio.run(play(plan))
    assert outcome.wrong == []
    assert outcome.lost == 0
    assert outcome.cuts >= plan.cuts
    assert outcome.acknowledged > 10


def test_the_campaign_sees_what_a_store_that_syncs_once_a_second_loses() -> None:
    outcome = asyncio.run(play(Plan(2, "everysec", weaker=True)))
    assert outcome.lost > 0
    assert outcome.wrong == []


def test_p12_what_a_lying_disk_loses_is_offered_again_in_a_new_epoch() -> None:
    outcome = asyncio.run(play(Plan(2, "lie", lie=True)))
    assert outcome.lost > 0
    assert outcome.epochs > 0
    assert outcome.wrong == []
