"""The campaign of power cuts, short and with pinned seeds: `./run campaign powercuts`."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from campaigns.powercuts.evening import Burst, Evening, Plan, play
from campaigns.shim import why_no_shim
from server.append_file import commands, sound_length
from server.store_files import newest

DROPPED = 5
Lose = Callable[[Evening, Burst], Awaitable[set[str]]]

pytestmark = pytest.mark.skipif(why_no_shim() is not None, reason=why_no_shim() or "")


@pytest.mark.parametrize("plan", [Plan(2, "20261122"), Plan(2, "jumps", clock=True)])
def test_p2_a_power_cut_loses_and_doubles_nothing_acknowledged(plan: Plan) -> None:
    print(f"seed {plan.seed}")
    outcome = asyncio.run(play(plan))
    assert outcome.wrong == []
    assert outcome.lost == outcome.returned == 0
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


def test_a_start_that_drops_what_the_disk_had_kept_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A guard: the files were looked at before it, and phones offer again what it dropped."""
    monkeypatch.setattr(Evening, "_lose_power", and_drop(Evening._lose_power))
    outcome = asyncio.run(play(Plan(1, "20261122")))
    # A second cut, while it opens, comes before phones could offer again what was dropped.
    assert outcome.lost == 0 or outcome.while_opening
    assert outcome.returned > 0
    assert any("come again" in wrong for wrong in outcome.wrong)


def and_drop(lose: Lose) -> Lose:
    """After the look at the files, as a faulty start would: the last acknowledged cards go."""

    async def lose_and_drop(evening: Evening, burst: Burst) -> set[str]:
        while len(burst.first_acks) < 4 * DROPPED:  # noqa: ASYNC110  (on a slow machine, too)
            await asyncio.sleep(0.01)
        lost = await lose(evening, burst)
        file = newest(evening.data / "store" / "appendonlydir")
        assert file is not None
        content = file.read_bytes()
        sound = content[: sound_length(content)]
        promised = sorted(burst.first_acks.values())[-DROPPED]
        appends = [one for one in commands(sound) if one.words[0] == b"XADD"]
        gone = [one.at for one in appends if int(one.words[2].partition(b"-")[2]) >= promised]
        if gone:  # a second cut finds them gone already
            file.write_bytes(sound[: sound_length(sound[: gone[0]])])
        return lost

    return lose_and_drop
