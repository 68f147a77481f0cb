"""The hall: dialogues open when somebody comes, follow the log of all processes, close again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from faulty_log import Fault, FaultyLog, ForgetfulLog
from paper_screens import Screen, Screens
from processes import CODE, clock, new_call, new_phone, same, soon, stored, until

from rooms.errors import Corrupted, DialogtischError, Forgotten, Refused, Unavailable
from rooms.hall import Hall
from rooms.live import LiveDialogue
from rooms.messages import ORGANISER, Actor
from rooms.people import Join, TakeTable
from rooms.presence import MemoryPresence
from rooms.setting import CreateDialogue
from rooms.tables import AddTable, AddTopic
from rooms.views import PRESENCE, STORAGE

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("prompt")]

CREATE = CreateDialogue(title={"de": "Ein Abend"}, languages=("de", "ar"))
JOIN = Join(language="de")


class Building(Hall):
    """A hall with its own way to the shared storage, and its screens."""

    def __init__(self, storage: ForgetfulLog, presence: MemoryPresence, name: str) -> None:
        self.log = FaultyLog(storage)
        self.screens = Screens()
        self.trouble: str | None = None
        super().__init__(self.log, presence, self.screens, name, clock, lambda _: self.trouble)

    async def make(self) -> LiveDialogue:
        return await soon(self.create(CODE, new_call(ORGANISER), CREATE))

    async def screen(self, by: Actor) -> Screen:
        screen = self.screens.screen(by)
        screen.say_hello(await self.live(CODE))
        await until(lambda: screen.greeted or screen.refused is not None)
        return screen


Open = Callable[[], Building]


@pytest_asyncio.fixture(loop_scope="session")
async def open_hall(storage: ForgetfulLog) -> AsyncIterator[Open]:
    """Opens one more process on the same storage."""
    opened: list[Building] = []
    presence = MemoryPresence(clock)

    def open_one() -> Building:
        opened.append(Building(storage, presence, f"process{len(opened)}"))
        opened[-1].begin()
        return opened[-1]

    yield open_one
    for hall in opened:
        hall.log.away = False
        await hall.close()


@pytest_asyncio.fixture(loop_scope="session")
async def hall(open_hall: Open) -> Building:
    return open_hall()


# Making and finding


async def test_a_dialogue_that_was_made_can_be_found(hall: Building, open_hall: Open) -> None:
    made = await hall.make()
    assert hall.known(CODE) is made is await hall.live(CODE)
    assert hall.lives == [made]
    elsewhere = open_hall()
    assert elsewhere.known(CODE) is None
    assert (await (await elsewhere.live(CODE)).read(lambda now: now.version)) == 1


async def test_a_code_that_is_taken_is_refused(hall: Building, open_hall: Open) -> None:
    await hall.make()
    for at in (hall, open_hall()):
        with pytest.raises(Refused, match="code_taken"):
            await at.make()


async def test_what_cannot_be_made_leaves_its_code_free(
    hall: Building, storage: ForgetfulLog
) -> None:
    nameless = CreateDialogue(title={}, languages=("de",))
    with pytest.raises(Refused, match="empty_text"):
        await hall.create(CODE, new_call(ORGANISER), nameless)
    assert await storage.codes() == []
    assert hall.known(CODE) is None
    await hall.make()


async def test_a_storage_that_is_away_is_no_refusal(hall: Building, storage: ForgetfulLog) -> None:
    hall.log.faults.append(Fault.AWAY)
    with pytest.raises(Unavailable):
        await hall.make()
    assert await storage.codes() == []
    hall.log.away = True
    with pytest.raises(Unavailable):
        await hall.make()
    hall.log.away = False
    await hall.make()


async def test_a_bug_while_making_is_no_refusal(hall: Building, storage: ForgetfulLog) -> None:
    async def broken(*_: Any) -> bool:
        raise ZeroDivisionError

    storage.append = broken
    with pytest.raises(DialogtischError, match="internal") as bug:
        await hall.make()
    assert not isinstance(bug.value, Refused)


async def test_a_dialogue_is_made_once_even_if_the_storage_does_not_answer(
    hall: Building, storage: ForgetfulLog
) -> None:
    hall.log.faults.append(Fault.LOST_AFTER)
    await hall.make()
    assert len(await storage.read(CODE)) == 1


async def test_an_unknown_code_is_forgotten(hall: Building) -> None:
    with pytest.raises(Forgotten):
        await hall.live(CODE)
    assert hall.known(CODE) is None
    await hall.make()


async def test_many_who_come_at_once_open_a_dialogue_once(hall: Building, open_hall: Open) -> None:
    await hall.make()
    other = open_hall()
    found = await asyncio.gather(*(other.live(CODE) for _ in range(50)))
    assert len(set(map(id, found))) == 1
    assert other.lives == [found[0]]


async def test_whoever_gives_up_waiting_leaves_the_others_waiting(
    hall: Building, open_hall: Open
) -> None:
    await hall.make()
    other = open_hall()
    first, second = (asyncio.create_task(other.live(CODE)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).code == CODE


async def test_p12_a_log_that_contradicts_itself_does_not_open(
    hall: Building, open_hall: Open, storage: ForgetfulLog
) -> None:
    await hall.make()
    storage.garble(CODE, 1)
    other = open_hall()
    with pytest.raises(Corrupted):
        await other.live(CODE)
    assert other.known(CODE) is None


async def test_a_dialogue_cannot_be_opened_while_the_storage_is_away(
    hall: Building, open_hall: Open
) -> None:
    await hall.make()
    other = open_hall()
    other.log.away = True
    with pytest.raises(Unavailable):
        await other.live(CODE)
    other.log.away = False
    await other.live(CODE)


# Following


async def test_p6_what_happens_in_one_process_shows_in_all(hall: Building, open_hall: Open) -> None:
    live = await hall.make()
    boards = [await one.screen(ORGANISER) for one in (hall, open_hall(), open_hall())]
    await live.perform(new_call(new_phone()), JOIN)
    await until(lambda: all(board.shared.get("people", {}).get("joined") for board in boards))
    dialogue = await live.read(lambda now: now)
    for board in boards:
        board.check(dialogue)


async def test_two_processes_that_both_write_end_up_the_same(
    hall: Building, open_hall: Open, storage: ForgetfulLog
) -> None:
    lives = [await hall.make(), await open_hall().live(CODE)]
    answers = await asyncio.gather(
        *(lives[n % 2].perform(new_call(new_phone()), JOIN) for n in range(60))
    )
    assert all(answer.ok for answer in answers)
    assert len({answer.version for answer in answers}) == 60
    told = await stored(storage)
    assert len(told.people) == 60
    for live in lives:
        await until(lambda live=live: live.position.version == told.version)
        assert same(await live.read(lambda now: now), told)


async def test_a_storage_that_was_away_is_noticed_and_so_is_what_was_missed(
    hall: Building, open_hall: Open
) -> None:
    live, other = await hall.make(), open_hall()
    board = await other.screen(ORGANISER)
    other.log.away = True
    await until(lambda: other.away)
    await live.perform(new_call(new_phone()), JOIN)
    other.log.away = False
    await until(lambda: not other.away and "people" in board.shared)
    board.check(await live.read(lambda now: now))


async def test_staff_see_while_the_storage_is_away_that_nothing_is_saved(hall: Building) -> None:
    await hall.make()
    board = await hall.screen(ORGANISER)
    hall.log.away = True
    await until(lambda: board.shared.get(STORAGE) == {"reason": "storage_away"})
    hall.log.away = False
    await until(lambda: STORAGE not in board.shared)


async def test_staff_see_why_a_storage_that_answers_keeps_nothing(hall: Building) -> None:
    await hall.make()
    board = await hall.screen(ORGANISER)
    hall.trouble = "disk_full"
    await until(lambda: board.shared.get(STORAGE) == {"reason": "disk_full"})
    hall.trouble = None
    await until(lambda: STORAGE not in board.shared)


async def test_p12_a_lost_end_is_noticed_when_the_storage_comes_back(
    hall: Building, storage: ForgetfulLog
) -> None:
    live = await hall.make()
    await live.perform(new_call(new_phone()), JOIN)
    board = await hall.screen(ORGANISER)
    epoch = board.epoch or 0
    hall.log.away = True
    await until(lambda: hall.away)
    storage.forget(CODE, 1)
    hall.log.away = False
    await until(lambda: (board.epoch or 0) > epoch)
    assert "people" not in board.shared
    board.check(await live.read(lambda now: now))


async def test_p12_a_suspected_storage_begins_a_new_epoch_everywhere(
    hall: Building, storage: ForgetfulLog
) -> None:
    live = await hall.make()
    broken = "JKMNPQRS"
    await storage.claim(broken)  # a dialogue of which nothing is left
    epoch = live.dialogue.epoch
    await hall.suspect_all("its file was mended")
    await until(lambda: live.position.epoch > epoch)
    assert len(await storage.read(CODE)) == 2


async def test_a_storage_that_hesitates_keeps_no_dialogue_from_being_suspected(
    hall: Building, storage: ForgetfulLog
) -> None:
    live = await hall.make()
    epoch, codes, asked = live.dialogue.epoch, storage.codes, []

    async def hesitate() -> Any:
        asked.append(1)
        if len(asked) < 3:
            raise Unavailable("storage_away")
        return await codes()

    storage.codes = hesitate  # type: ignore[method-assign]
    await hall.suspect_all("the machine lost power")
    await until(lambda: live.position.epoch > epoch)
    assert len(asked) == 3


async def test_a_bug_in_one_turn_does_not_stop_the_following(
    hall: Building, open_hall: Open, storage: ForgetfulLog
) -> None:
    live, other = await hall.make(), open_hall()
    board = await other.screen(ORGANISER)
    news, stumbled = storage.news, []

    async def stumble(after: Any) -> Any:
        stumbled.append(after)
        raise ZeroDivisionError

    storage.news = stumble
    await until(lambda: len(stumbled) > 2)
    storage.news = news
    await live.perform(new_call(new_phone()), JOIN)
    await until(lambda: "people" in board.shared)


# P10: who is here


async def test_p10_who_is_here_is_told_across_processes_and_enters_no_log(
    hall: Building, open_hall: Open, storage: ForgetfulLog
) -> None:
    live, other = await hall.make(), open_hall()
    phone = new_phone()
    topic = new_call(ORGANISER)
    await live.perform(topic, AddTopic(title={"de": "Wohnen"}, question={}))
    await live.perform(new_call(ORGANISER), AddTable(topic=topic.fresh))
    await live.perform(new_call(phone), JOIN)
    await live.perform(new_call(phone), TakeTable(table=1))
    entries = await storage.read(CODE)
    board = await hall.screen(ORGANISER)
    guest = await other.screen(phone)
    here = {"connected": 1, "tables": {"1": 1}, "staff": 1}
    await until(lambda: board.shared.get(PRESENCE) == here)
    (await other.live(CODE)).leave(guest.connection)
    gone = {"connected": 0, "tables": {}, "staff": 1}
    await until(lambda: board.shared.get(PRESENCE) == gone)
    assert await storage.read(CODE) == entries


async def test_a_hall_that_leaves_at_once_is_noted_at_once(
    hall: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, every chair would cost its own way to the disk."""
    live = await hall.make()
    guests = [await hall.screen(new_phone()) for _ in range(3)]
    asked: list[str] = []
    everybody = asyncio.Event()

    async def leave(code: str, process: str, person: str) -> None:
        asked.append(person)
        if len(asked) == len(guests):
            everybody.set()
        await everybody.wait()

    monkeypatch.setattr(hall._presence, "leave", leave)
    await until(lambda: len(hall._renewed.get(CODE, (0.0, set()))[1]) == len(guests))
    for guest in guests:
        live.leave(guest.connection)
    await soon(everybody.wait())


# Closing


async def test_a_dialogue_nobody_looks_at_closes_and_opens_again(
    hall: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.make()
    monkeypatch.setattr("rooms.hall.IDLE_S", 0.0)
    await until(lambda: hall.known(CODE) is None)
    screen = await hall.screen(ORGANISER)
    assert screen.shared["dialogue"]["code"] == CODE
    await asyncio.sleep(0.05)
    assert hall.known(CODE) is not None


async def test_a_dialogue_stays_open_for_whoever_waits_at_its_door(
    hall: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = await hall.make()
    hall.log.hold()
    joining = asyncio.create_task(live.perform(new_call(new_phone()), JOIN))
    await hall.log.held()
    screen = hall.screens.screen(ORGANISER)
    screen.say_hello(live)
    monkeypatch.setattr("rooms.hall.IDLE_S", 0.0)
    await asyncio.sleep(0.05)
    hall.log.release()
    await joining
    await until(lambda: screen.greeted)
    assert hall.known(CODE) is live
    assert screen.shared["people"]["joined"] == 1


async def test_removing_a_rehearsal_cuts_everybody_and_leaves_nothing(
    hall: Building, storage: ForgetfulLog
) -> None:
    await hall.make()
    screen = await hall.screen(new_phone())
    await hall.remove(CODE)
    assert screen.cut == "dialogue_removed"
    assert await storage.codes() == []
    with pytest.raises(Forgotten):
        await hall.live(CODE)
    await hall.make()


async def test_closing_the_hall_finishes_what_was_begun(
    hall: Building, storage: ForgetfulLog
) -> None:
    live = await hall.make()
    answers: list[Awaitable[Any]] = [
        asyncio.ensure_future(live.perform(new_call(new_phone()), JOIN)) for _ in range(5)
    ]
    await asyncio.sleep(0)
    await soon(hall.close())
    assert all(answer.ok for answer in await asyncio.gather(*answers))
    assert len((await stored(storage)).people) == 5


async def test_closing_waits_for_a_dialogue_that_is_just_opening(
    hall: Building, open_hall: Open
) -> None:
    await hall.make()
    other = open_hall()
    opening = asyncio.create_task(other.live(CODE))
    await asyncio.sleep(0)
    await soon(other.close())
    late = await (await opening).perform(new_call(new_phone()), JOIN)
    assert late.reason == "going_down"


async def test_a_register_that_lost_a_code_is_told_of_it_again(
    hall: Building, open_hall: Open, storage: ForgetfulLog
) -> None:
    await hall.make()
    storage._codes.clear()
    await open_hall().live(CODE)
    assert await storage.codes() == [CODE]


async def test_a_code_the_register_lost_is_still_taken(
    hall: Building, open_hall: Open, storage: ForgetfulLog
) -> None:
    await hall.make()
    storage._codes.clear()
    with pytest.raises(Refused, match="code_taken"):
        await open_hall().make()
    assert len(await storage.read(CODE)) == 1
