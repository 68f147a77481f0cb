"""The short version of `./run campaign cluster`: one primary killed, one that had got ahead."""

import pytest

from campaigns.cluster.campaign import Outcome, Plan, run

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEED = 20_261_122


@pytest.fixture(scope="session")
def plan() -> Plan:
    return Plan(seed=SEED, rounds=2, dialogues=3, phones=4, appends=10)


async def test_p2_p12_nothing_acknowledged_is_lost_in_silence_when_primaries_fail(
    plan: Plan,
) -> None:
    outcome = await run(plan)
    assert outcome.wrong == [], f"seed {plan.seed}"
    assert [round_.fault for round_ in outcome.rounds] == [
        "killed",
        "killed before its replica had heard all",
    ]
    has_teeth(outcome)


def has_teeth(outcome: Outcome) -> None:
    """The dialogues were spread, and the store really lost what it had acknowledged."""
    assert outcome.nodes_used > 1
    assert outcome.lost > 0
    assert outcome.returned == outcome.lost
    assert outcome.epochs > 0
    assert [len(taken) for taken in outcome.append_ms.values()] == [10, 10]
