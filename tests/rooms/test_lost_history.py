"""P12: what a copy does when the log lost its end or contradicts itself."""

from typing import Any

import pytest
from desk import JOIN, another, desk_at, told
from faulty_log import Fault, ForgetfulLog
from processes import CODE, facts, new_phone

from rooms.cards import PostCard
from rooms.dialogue import Event
from rooms.entries import apply_stored, replay, seal_of, write_entry
from rooms.errors import Corrupted, Forgotten, Unavailable
from rooms.log import Position, Stored
from rooms.people import LanguageChosen

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_p12_a_lost_end_of_the_log_begins_a_new_epoch(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    epoch = desk.dialogue.epoch
    for _ in range(3):
        await desk.must(new_phone(), JOIN)
    storage.forget(CODE, 2)
    phone = new_phone()
    answer = await desk.do(phone, JOIN)
    assert answer.ok
    assert desk.dialogue.epoch > epoch
    assert desk.replaced
    assert set(desk.dialogue.people) >= {phone.person}
    assert len(desk.dialogue.people) == 2
    assert facts(desk.dialogue) == await told(storage)


async def test_p12_a_lost_end_is_noticed_even_when_the_log_has_grown_as_long_again(
    storage: ForgetfulLog,
) -> None:
    desk = await desk_at(storage)
    behind = await another(storage)
    await desk.must(new_phone(), JOIN)
    storage.forget(CODE, 1)
    await behind.must(new_phone(), JOIN)
    assert desk.position == behind.position
    epoch = desk.dialogue.epoch
    assert (await desk.do(new_phone(), JOIN)).ok
    assert desk.dialogue.epoch > epoch
    assert facts(desk.dialogue) == await told(storage)


async def test_p12_a_lost_end_is_noticed_before_a_refusal_too(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    behind = await another(storage)
    await desk.open_round()
    guest = await desk.guest()
    storage.forget(CODE, 4)
    for _ in range(4):
        await behind.must(new_phone(), JOIN)
    assert desk.position == behind.position
    answer = await desk.do(guest, PostCard(text="", kind="idea"))
    assert answer.reason == "history_returns"  # the storage has forgotten that he joined


async def test_p12_two_processes_begin_one_epoch_for_one_loss(storage: ForgetfulLog) -> None:
    one = await desk_at(storage)
    await one.must(new_phone(), JOIN)
    other = await another(storage)
    storage.forget(CODE, 1)
    await one.do(new_phone(), JOIN)
    await other.do(new_phone(), JOIN)
    epochs = {stored.position.epoch for stored in await storage.read(CODE)}
    assert len(epochs) == 2
    assert facts(other.dialogue) == await told(storage)
    assert one.replaced
    assert other.replaced


async def test_p12_a_new_epoch_that_others_begin_is_noticed_by_a_copy_that_lagged(
    storage: ForgetfulLog,
) -> None:
    one = await desk_at(storage)
    lagging = await another(storage)
    await one.must(new_phone(), JOIN)
    storage.forget(CODE, 1)
    await one.do(new_phone(), JOIN)
    lagging.take_in(await storage.read(CODE, lagging.dialogue.version))
    assert lagging.dialogue.epoch == one.dialogue.epoch
    assert lagging.replaced


@pytest.mark.parametrize("fault", [Fault.AWAY, Fault.LOST_BEFORE, Fault.LOST_AFTER])
async def test_p12_an_epoch_that_could_not_begin_is_owed_until_it_has(
    storage: ForgetfulLog, fault: Fault
) -> None:
    desk = await desk_at(storage)
    epoch = desk.dialogue.epoch
    await desk.must(new_phone(), JOIN)
    storage.forget(CODE, 1)
    desk.log.faults.extend([Fault.NONE, fault])
    try:
        await desk.do(new_phone(), JOIN)
    except Unavailable:
        if fault is not Fault.LOST_AFTER:
            assert facts(desk.dialogue) == await told(storage)
        await desk.do(new_phone(), JOIN)
    assert desk.dialogue.epoch > epoch
    epochs = {stored.position.epoch for stored in await storage.read(CODE)}
    assert len(epochs) == 2
    assert facts(desk.dialogue) == await told(storage)


async def test_p12_an_epoch_begins_even_if_somebody_else_writes_first(
    storage: ForgetfulLog,
) -> None:
    desk = await desk_at(storage)
    behind = await another(storage)
    await desk.must(new_phone(), JOIN)
    storage.forget(CODE, 1)
    epoch = desk.dialogue.epoch
    appends = storage.append

    async def append(code: str, expected: Position, new: int, entries: Any, *on: Any) -> bool:
        if new > epoch:
            storage.append = appends
            await behind.must(new_phone(), JOIN)
        return await appends(code, expected, new, entries, *on)

    storage.append = append
    assert (await desk.do(new_phone(), JOIN)).ok
    assert desk.dialogue.epoch > epoch
    assert facts(desk.dialogue) == await told(storage)


async def test_p12_an_epoch_rises_even_if_the_clock_was_set_back(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    epoch = desk.dialogue.epoch
    desk._clock = lambda: 1
    for _ in range(3):
        await desk.begin_epoch("its file was mended")
    assert desk.dialogue.epoch == epoch + 3
    assert facts(desk.dialogue) == await told(storage)


async def test_what_arrives_from_the_log_is_taken_in_once(storage: ForgetfulLog) -> None:
    one = await desk_at(storage)
    other = await another(storage)
    await one.must(new_phone(), JOIN)
    news = await storage.read(CODE, other.dialogue.version)
    other.take_in(news + news)
    other.take_in(await storage.read(CODE))
    assert facts(other.dialogue) == await told(storage)


async def test_p12_a_broken_seal_is_never_passed_over(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    behind = await another(storage)
    await desk.must(new_phone(), JOIN)
    garbled = desk.dialogue.version
    await desk.must(new_phone(), JOIN)
    storage.garble(CODE, garbled)
    with pytest.raises(Corrupted) as broken:
        await behind.do(new_phone(), JOIN)
    assert broken.value.version == garbled
    with pytest.raises(Corrupted, match=f"{CODE} contradicts itself at version 4"):
        replay(CODE, await storage.read(CODE))


class Unheard(Event, frozen=True):
    """An event that some later version may know."""


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xc1", id="no msgpack"),
        pytest.param(write_entry("x", 1, b"", [Unheard()]), id="an event nobody knows"),
    ],
)
async def test_p12_an_entry_that_cannot_be_read_stops_the_dialogue(
    storage: ForgetfulLog, payload: bytes
) -> None:
    desk = await desk_at(storage)
    sealed = [(payload, seal_of(desk.dialogue.seal, payload))]
    await storage.append(CODE, desk.position, desk.dialogue.epoch, sealed)
    before = facts(desk.dialogue)
    with pytest.raises(Corrupted):
        desk.take_in(await storage.read(CODE))
    assert facts(desk.dialogue) == before


@pytest.mark.parametrize(("epochs", "versions"), [(-1, 1), (0, 2), (0, 0), (1, 2)])
async def test_p12_an_entry_that_does_not_follow_the_last_one_is_not_taken_in(
    storage: ForgetfulLog, epochs: int, versions: int
) -> None:
    desk = await desk_at(storage)
    before = facts(desk.dialogue)
    payload = write_entry("x", 1, b"", [])
    position = Position(desk.position.epoch + epochs, desk.position.version + versions)
    with pytest.raises(Corrupted):
        apply_stored(desk.dialogue, Stored(position, payload, seal_of(desk.dialogue.seal, payload)))
    assert facts(desk.dialogue) == before


async def test_p12_a_fact_that_does_not_fit_stops_the_dialogue(storage: ForgetfulLog) -> None:
    """As when an older version of this program reads the log of a newer one."""
    desk = await desk_at(storage)
    payload = write_entry("x", 1, b"", [LanguageChosen(person="nobody", language="de")])
    sealed = [(payload, seal_of(desk.dialogue.seal, payload))]
    await storage.append(CODE, desk.position, desk.dialogue.epoch, sealed)
    before = facts(desk.dialogue)
    with pytest.raises(Corrupted):
        desk.take_in(await storage.read(CODE))
    assert facts(desk.dialogue) == before


async def test_a_log_that_is_gone_is_forgotten(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    await storage.remove(CODE)
    with pytest.raises(Forgotten):
        await desk.do(new_phone(), JOIN)
