"""A guard: the checker of the random evenings finds bugs that are put in on purpose."""

from collections.abc import Callable

import pytest
from campaign import Campaign
from checker import check
from faulty_log import ForgetfulLog
from seeded_bugs import BUGS, Patch, a_lost_end_is_not_noticed

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

MOST_EVENINGS = 150
STEPS = 400


@pytest.mark.parametrize("bug", BUGS)
async def test_a_seeded_bug_is_found(bug: Callable[[Patch], None], monkeypatch: Patch) -> None:
    bug(monkeypatch)
    forgets = bug is a_lost_end_is_not_noticed
    for seed in range(MOST_EVENINGS):
        found = await found_in(seed, forgets)
        if found:
            print(f"{bug.__name__}: {found}")
            return
    pytest.fail(f"nobody noticed that {bug.__name__.replace('_', ' ')}")


async def found_in(seed: int, forgets: bool) -> str:
    """What the checker says of this evening, or what broke on the way; empty if nothing did."""
    storage = ForgetfulLog()
    campaign = Campaign(seed, lambda: storage, forgets=forgets)
    try:
        await campaign.play(STEPS)
        await check(campaign, storage)
    except Exception as broken:
        return f"seed {seed}: {broken!r}"
    finally:
        await campaign.close()
    return ""
