"""P12 in a live dialogue: after lost history everybody looks again."""

import pytest
from faulty_log import ForgetfulLog
from processes import CODE, Process, new_phone, until

from rooms.cards import PostCard
from rooms.errors import Corrupted, Forgotten
from rooms.messages import ORGANISER
from rooms.people import Join, TakeTable

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

JOIN = Join(language="de")
CARD = PostCard(text="Mehr Bänke", kind="idea")


async def test_p12_after_a_lost_end_everybody_looks_again(
    one: Process, other: Process, storage: ForgetfulLog
) -> None:
    guest = await one.guest()
    await other.follow()
    screens = [await one.screen(guest), await other.screen(guest)]
    board = await one.screen(ORGANISER)
    card = await one.must(guest, CARD)
    await one.shown()
    assert f"card:{card}" in board.shared
    epoch = board.epoch or 0
    storage.forget(CODE, 1)
    await one.must(new_phone(), JOIN)
    await one.shown()
    await other.follow()
    await other.shown()
    for screen in (*screens, board):
        assert screen.received[-1]["from"] is None or screen.received[-1]["epoch"] > epoch
        assert (screen.epoch or 0) > epoch
        assert f"card:{card}" not in screen.shared
        screen.check(await one.steady())


async def test_p12_whoever_sat_down_in_what_was_lost_stands_again(
    one: Process, storage: ForgetfulLog
) -> None:
    guest, neighbour = await one.guest(None), await one.guest(1)
    await one.must(neighbour, CARD)
    screen = await one.screen(guest)
    await one.must(guest, TakeTable(table=1))
    await one.shown()
    assert any(key.startswith("card:") for key in screen.shared)
    storage.forget(CODE, 1)
    await one.must(new_phone(), JOIN)
    await one.shown()
    assert screen.mine["me"]["table"] is None
    screen.check(await one.steady())
    await one.must(neighbour, CARD)
    await one.shown()
    screen.check(await one.steady())


async def test_p12_a_page_that_has_seen_more_than_the_log_holds_begins_one_epoch(
    one: Process, storage: ForgetfulLog
) -> None:
    guest = await one.guest()
    ahead, too = await one.screen(guest), await one.screen(guest)
    await one.must(guest, CARD)
    await one.shown()
    await one.close()
    storage.forget(CODE, 1)
    again = await Process.open(storage)
    epoch = again.live.dialogue.epoch
    for screen in (ahead, too):
        again.screens.screens[screen.connection] = screen
        await again.hello(screen)
        assert screen.received[-2]["from"] is None
        assert (screen.epoch or 0) > epoch
    await again.shown()
    for screen in (ahead, too):
        screen.check(await again.steady())
    assert len({entry.position.epoch for entry in await storage.read(CODE)}) == 2
    await again.close()


async def test_p12_a_page_from_the_future_that_comes_during_an_append_is_noticed_too(
    one: Process, storage: ForgetfulLog
) -> None:
    guest = await one.guest()
    epoch = one.live.dialogue.epoch
    one.log.hold()
    answer = one.send(guest, CARD)
    await one.log.held()
    screen = one.screens.screen(guest)
    held = screen.held["shared"]
    held.epoch, held.version = epoch, one.live.dialogue.version + 50
    screen.say_hello(one.live)
    one.log.release()
    await answer
    await until(lambda: screen.greeted)
    assert (screen.epoch or 0) > epoch


async def test_p12_a_page_that_lies_about_the_future_is_believed_once(
    one: Process, storage: ForgetfulLog
) -> None:
    liar = one.screens.screen(new_phone())
    for _ in range(5):
        held = liar.held["shared"]
        held.epoch, held.version = one.live.dialogue.epoch, 10**9
        await one.hello(liar)
        assert liar.greeted
    assert len({entry.position.epoch for entry in await storage.read(CODE)}) == 2


async def test_p12_a_page_ahead_of_a_process_that_only_lags_begins_no_epoch(
    one: Process, other: Process, storage: ForgetfulLog
) -> None:
    for _ in range(5):
        await one.must(new_phone(), JOIN)
    screen = other.screens.screen(new_phone())
    held = screen.held["shared"]
    held.epoch, held.version = one.live.dialogue.epoch, one.live.dialogue.version
    await other.hello(screen)
    assert screen.epoch == one.live.dialogue.epoch
    assert len({entry.position.epoch for entry in await storage.read(CODE)}) == 1


async def test_p12_a_suspected_log_begins_a_new_epoch_even_if_the_storage_is_away_first(
    one: Process,
) -> None:
    screen = await one.screen(new_phone())
    epoch = screen.epoch or 0
    one.log.away = True
    one.live.suspect("its file was mended")
    await one.steady()
    assert screen.epoch == epoch
    one.log.away = False
    one.live.doubt()
    await one.steady()
    assert (screen.epoch or 0) > epoch


async def test_p12_a_dialogue_whose_log_contradicts_itself_serves_nothing(
    one: Process, other: Process, storage: ForgetfulLog
) -> None:
    for _ in range(2):
        await one.must(new_phone(), JOIN)
    storage.garble(CODE, one.live.dialogue.version - 1)
    answer = await other.do(new_phone(), JOIN)
    assert (answer.ok, answer.error, answer.reason) == (False, "internal", "log_corrupted")
    screen = other.screens.screen(new_phone())
    await other.hello(screen)
    assert isinstance(screen.refused, Corrupted)
    assert screen.received == []
    with pytest.raises(Corrupted):
        await other.steady()
    assert (await other.do(new_phone(), JOIN)).error == "internal"


async def test_a_dialogue_that_was_removed_is_forgotten(
    one: Process, storage: ForgetfulLog
) -> None:
    await storage.remove(CODE)
    assert (await one.do(new_phone(), JOIN)).error == "forgotten"
    screen = one.screens.screen(new_phone())
    await one.hello(screen)
    assert isinstance(screen.refused, Forgotten)


async def test_p12_nobody_is_refused_for_want_of_what_is_on_its_way_back(
    one: Process, storage: ForgetfulLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.refusals.RETURNING_MS", 1_000)
    newcomer = new_phone()
    await one.must(newcomer, JOIN)
    await one.must(newcomer, TakeTable(table=1))
    storage.forget(CODE, 2)
    answer = await one.do(newcomer, CARD, id=f"{newcomer.id}:tab.77")
    assert (answer.error, answer.reason) == ("unavailable", "history_returns")
    await one.must(newcomer, JOIN)
    await one.must(newcomer, TakeTable(table=1))
    assert (await one.do(newcomer, CARD, id=f"{newcomer.id}:tab.77")).ok


async def test_what_is_wrong_is_refused_again_when_history_has_had_time_to_return(
    one: Process, storage: ForgetfulLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.refusals.RETURNING_MS", 30)
    stranger = new_phone()
    assert (await one.do(stranger, CARD)).reason == "not_joined", "the first epoch follows no loss"
    await one.must(stranger, JOIN)
    storage.forget(CODE, 1)
    assert (await one.do(new_phone(), CARD)).reason == "history_returns"
    for _ in range(30):
        await one.must(new_phone(), JOIN)
    assert (await one.do(new_phone(), CARD)).reason == "not_joined"
