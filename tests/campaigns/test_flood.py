"""The flood in short: the hall fills although its door is full."""

from pathlib import Path

import pytest
from program import Installation

from campaigns.flood.campaign import Outcome, Plan, run
from campaigns.flood.flood import KINDS

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHORT = Plan(flood=600, phones=60, stay=2.5, kinds=(*KINDS, "slow bodies"))


class Impatient(Installation):
    """The server with a small doorstep, on which nobody stands for longer than a second or two."""

    program = (
        "-c",
        "import server.__main__ as ours, server.doorway as door; door.MOST_UNDECIDED = 200; "
        "door.HEAD_SECONDS = 1.0; door.BODY_SECONDS = 1.0; ours.main()",
    )


async def test_everybody_comes_in_although_the_door_is_full(short_folder: Path) -> None:
    outcome = await run(SHORT, short_folder, Impatient)
    assert outcome.wrong == []
    assert outcome.stood > SHORT.flood / 4, "the flood did not stand"
    for kind in ("silent", "trickling", "slow bodies"):
        assert outcome.cut[kind] > SHORT.flood / 10
    assert outcome.opened.total() > 2 * SHORT.flood, "whoever was cut did not come again"
    assert len(outcome.acks) > 10


async def test_the_flood_campaign_notices_who_stayed_outside() -> None:
    assert Outcome(SHORT, joins=[0.1] * 59, stood=1).wrong == ["only 59 of 60 phones came in"]
    slow = Outcome(SHORT, joins=[2.0] * 60, acks=[0.1], stood=1)
    assert slow.late == ["p99 of a phone's way in is 2.00 s"]
