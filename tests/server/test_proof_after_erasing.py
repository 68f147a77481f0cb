"""Erasing changes seals that somebody may have noted: verify says so, and calls nobody a forger."""

import asyncio
from pathlib import Path

import pytest
from played_evening import Evening, open_hall

from rooms.agenda import OpenRound, PlanRound
from rooms.ballot_plans import PlanBallot
from rooms.erasing import EraseCard
from rooms.erasure import Erasure, new_erasing
from rooms.messages import KINDS, ORGANISER, CardId
from rooms.redis_log import RedisLog
from rooms.tables import AddTable, AddTopic
from server.embedded import EmbeddedStore
from server.making import begin, fresh_id
from server.proof import prove, spaced

pytestmark = pytest.mark.asyncio(loop_scope="session")

TITLE = {"de": "Geld"}
PLAN = PlanBallot(title=TITLE, method="dots", statements=({"de": "Bäume"}, {"de": "Bänke"}))


async def played(evening: Evening) -> tuple[CardId, str]:
    """A vote before anybody has posted, then a card and a vote after it."""
    await evening.act(ORGANISER, PLAN)
    await evening.open_ballot(0)
    await evening.close_ballot(0)
    await evening.act(ORGANISER, AddTopic(title=TITLE, question={}))
    await evening.act(ORGANISER, AddTable(topic=next(iter(evening.dialogue.topics))))
    plan = PlanRound(title=TITLE, question={}, kinds=KINDS, minutes=5)
    await evening.act(ORGANISER, plan)
    await evening.act(ORGANISER, OpenRound(round=next(iter(evening.dialogue.rounds))))
    person = await evening.arrive(1, table=1)
    card = CardId(await evening.post(person, "Muster, 0155"))
    await evening.act(ORGANISER, PLAN)
    await evening.open_ballot(1)
    await evening.close_ballot(1)
    return card, seals(evening)[1]


def seals(evening: Evening) -> list[str]:
    return [ballot.seal or "" for ballot in evening.dialogue.ballots.values()]


async def proven(folder: Path, code: str, seal: str) -> tuple[bool, str]:
    return await asyncio.to_thread(prove, folder, code, seal)


async def test_a_seal_that_was_noted_before_an_erasing_is_told_apart_from_a_forgery(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    log = RedisLog(own_valkey.url)
    async with open_hall(log) as hall:
        evening = Evening(hall, await begin(hall, TITLE, ("de",), rehearsal=False))
        card, noted = await played(evening)
        code = evening.live.code
        assert (await proven(short_folder, code, noted))[0], "it is good until something is erased"
        order = EraseCard(card=card, reason="nennt einen Namen")
        await Erasure(hall).erase_card(code, new_erasing(hall, fresh_id()), order)
        before_it, anew = await evening.live.read(lambda _: seals(evening))
    await log.close()
    await own_valkey.stop()
    assert anew != noted

    holds, said = await proven(short_folder, code, noted)
    assert not holds
    assert f"The seal {spaced(noted)} does not occur. Before " in said
    assert "no sign that anything else was changed, and none that nothing was" in said
    assert "Every seal fits, but the one that was noted proves nothing." in said
    for still_good in (before_it, anew):
        holds, said = await proven(short_folder, code, still_good)
        assert holds
        assert "  words were erased on " in said
        assert "NOT" not in said
    await own_valkey.start()


async def test_of_an_erased_dialogue_verify_says_that_it_was_erased_and_why(
    own_valkey: EmbeddedStore, short_folder: Path
) -> None:
    log = RedisLog(own_valkey.url)
    async with open_hall(log) as hall:
        code = (await begin(hall, TITLE, ("de",), rehearsal=False)).code
        await Erasure(hall).erase_dialogue(code, "auf Wunsch der Stadt")
    await log.close()
    await own_valkey.stop()
    holds, said = await proven(short_folder, code, "0" * 16)
    assert not holds
    assert "the whole dialogue was erased on " in said
    assert ": auf Wunsch der Stadt" in said
    assert "nothing of the dialogue is left that could be compared" in said
    assert (await asyncio.to_thread(prove, short_folder))[0]
    await own_valkey.start()
