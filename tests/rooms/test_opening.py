"""A dialogue opens from its log, however long, while others go on."""

import asyncio

import pytest
from processes import CODE, facts

from bench.opening.evening import Play, made_up
from rooms import entries
from rooms.dialogue import Dialogue
from rooms.entries import Entry, apply_stored, replay, replay_in_turns
from rooms.errors import Corrupted
from rooms.log import Stored

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVENING = (30, 20, 1_500)


async def a_log() -> list[Stored]:
    return await Play(CODE, made_up(*EVENING)).log()


async def test_p6_however_a_log_is_read_it_tells_the_same() -> None:
    log = await a_log()
    one_by_one = Dialogue(CODE)
    for stored in log:
        apply_stored(one_by_one, stored)
    in_turns = await replay_in_turns(CODE, log)
    assert facts(in_turns) == facts(replay(CODE, log)) == facts(one_by_one)
    assert in_turns.version == len(log) > EVENING[2]
    assert not in_turns.changed


async def test_others_have_their_turns_while_a_long_log_opens() -> None:
    log, turns = await a_log(), 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    await replay_in_turns(CODE, log)
    beside.cancel()
    assert turns >= len(log) // entries.PER_TURN


async def test_p12_a_log_that_is_broken_far_inside_does_not_open() -> None:
    log = await a_log()
    broken = log[1_000]
    payload = broken.payload[:-1] + bytes([broken.payload[-1] ^ 1])
    log[1_000] = Stored(broken.position, payload, broken.seal)
    with pytest.raises(Corrupted):
        await replay_in_turns(CODE, log)
    del log[1_000]
    with pytest.raises(Corrupted):
        replay(CODE, log)


async def test_an_entry_has_the_same_bytes_however_it_is_encoded() -> None:
    for stored in (await a_log())[:200]:
        first = entries._entry.decode(stored.payload)
        events = entries._events.decode(first.events)
        assert entries.write_entry(first.id, first.at, first.body, events) == stored.payload
        assert entries._encoder.encode(first) == stored.payload
        assert isinstance(first, Entry)
