"""One copy's way to the log: decide, append, catch up, whatever the storage does meanwhile."""

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
from desk import CREATE, JOIN, Desk, another, desk_at, ids, told
from faulty_log import Fault, ForgetfulLog
from processes import CODE, clock, facts, new_call, new_phone

from rooms.agenda import CloseRound, OpenRound
from rooms.ballot_plans import PlanBallot
from rooms.ballots import OpenBallot
from rooms.cards import PostCard
from rooms.dialogue import Command, Dialogue, Event
from rooms.entries import body_of, replay, seal_of, write_entry
from rooms.errors import Busy, Corrupted, Older, Unavailable, Unknown
from rooms.log import MemoryLog, Position, Stored
from rooms.messages import ORGANISER, Answer, Call, CardId, Role, person_of
from rooms.people import ChooseLanguage, Join, TakeTable
from rooms.setting import DescribeDialogue
from rooms.voting import PlaceDots
from rooms.writer import MOST_TRIES

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Deciding and appending


async def test_a_batch_is_one_append_and_each_command_one_version(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    before = desk.dialogue.version
    answers = await desk.settle([(new_call(new_phone()), JOIN) for _ in range(5)])
    assert [answer.version for answer in answers] == [before + n for n in range(1, 6)]
    assert desk.log.appends == [5]
    assert facts(desk.dialogue) == await told(storage)


async def test_p1_commands_of_one_batch_are_decided_on_top_of_each_other(
    storage: ForgetfulLog,
) -> None:
    desk = await desk_at(storage)
    guest = await desk.guest()
    plan = PlanBallot(title={"de": "x"}, method="dots", dots=3, statements=({"de": "a"},) * 4)
    ballot = await desk.must(ORGANISER, plan)
    await desk.must(ORGANISER, OpenBallot(ballot=ballot))
    votes = [PlaceDots(ballot=ballot, option=option, dots=1) for option in "1234"]
    answers = await desk.settle([(new_call(guest), vote) for vote in votes])
    assert [answer.ok for answer in answers] == [True, True, True, False]
    assert answers[3].reason == "no_dots_left"


async def test_a_refusal_needs_no_entry_and_no_read(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    before = len(await storage.read(CODE))
    answer = await desk.do(new_phone(), TakeTable(table=1))
    assert answer == Answer(ok=False, error="refused", reason="not_joined")
    assert (desk.log.appends, desk.log.reads) == ([], 0)
    assert len(await storage.read(CODE)) == before


async def test_half_a_surrogate_is_a_refusal_and_no_bug(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    await desk.open_round()
    answer = await desk.do(await desk.guest(), PostCard(text="a\ud800b", kind="idea"))
    assert (answer.error, answer.reason) == ("refused", "forbidden_characters")


# P3: repeats


async def test_p3_a_repeat_gets_the_first_answer_and_keeps_nothing(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    phone = new_phone()
    first = await desk.do(phone, JOIN, "ada:tab.1")
    await desk.do(phone, ChooseLanguage(language="ar"))
    desk.log.appends.clear()
    assert await desk.do(phone, JOIN, "ada:tab.1") == first
    assert desk.log.appends == []
    assert desk.dialogue.people[phone.person].language == "ar"


async def test_p3_a_repeat_within_one_batch_gets_the_first_answer(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    call = new_call(new_phone())
    one, other = await desk.settle([(call, JOIN), (call, JOIN)])
    assert one == other
    assert desk.log.appends == [1]


async def test_p3_the_same_id_with_another_body_is_a_conflict(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    phone = new_phone()
    await desk.do(phone, JOIN, "ada:tab.1")
    answer = await desk.do(phone, Join(language="ar"), "ada:tab.1")
    assert (answer.ok, answer.error) == (False, "conflict")
    assert desk.dialogue.people[phone.person].language == "de"


async def test_p3_what_was_refused_may_be_accepted_later_under_its_id(
    storage: ForgetfulLog,
) -> None:
    desk = await desk_at(storage)
    guest = await desk.guest()
    card = PostCard(text="Bänke", kind="idea")
    assert (await desk.do(guest, card, "ada:tab.1")).reason == "no_open_round"
    await desk.open_round()
    first = await desk.do(guest, card, "ada:tab.1")
    assert first.ok
    assert await desk.do(guest, card, "ada:tab.1") == first


# Several processes


async def test_whoever_loses_an_append_catches_up_and_decides_again(storage: ForgetfulLog) -> None:
    one = await desk_at(storage)
    other = await another(storage)
    await one.must(new_phone(), JOIN)
    phone = new_phone()
    answer = await other.do(phone, JOIN)
    assert answer.version == one.dialogue.version + 1
    assert len(other.log.appends) == 2
    assert facts(other.dialogue) == await told(storage)


async def test_what_was_possible_a_moment_ago_is_refused_after_catching_up(
    storage: ForgetfulLog,
) -> None:
    one = await desk_at(storage)
    round_ = await one.open_round()
    guest = await one.guest()
    other = await another(storage)
    await one.must(ORGANISER, CloseRound(round=round_))
    answer = await other.do(guest, PostCard(text="zu spät", kind="idea"))
    assert answer.reason == "no_open_round"
    assert facts(other.dialogue) == await told(storage)


async def test_p4_a_copy_that_lags_behind_does_not_refuse_what_is_allowed(
    storage: ForgetfulLog,
) -> None:
    one = await desk_at(storage)
    guest = await one.guest()
    other = await another(storage)
    await one.open_round()
    assert (await other.do(guest, PostCard(text="Bänke", kind="idea"))).ok


async def test_p4_a_refusal_beside_an_acceptance_is_as_fresh(storage: ForgetfulLog) -> None:
    one = await desk_at(storage)
    guest = await one.guest()
    other = await another(storage)
    await one.open_round()
    card = PostCard(text="Bänke", kind="idea")
    answers = await other.settle([(new_call(guest), card), (new_call(new_phone()), JOIN)])
    assert [answer.ok for answer in answers] == [True, True]


async def test_p3_a_repeat_at_another_process_gets_the_first_answer(storage: ForgetfulLog) -> None:
    one = await desk_at(storage)
    other = await another(storage)
    phone = new_phone()
    first = await one.do(phone, JOIN, "ada:tab.1")
    assert await other.do(phone, JOIN, "ada:tab.1") == first
    assert (await ids(storage, one)).count("ada:tab.1") == 1


class Crowded(MemoryLog):
    """Somebody else is always a moment quicker."""

    crowded = False

    async def append(
        self, code: str, expected: Position, epoch: int, entries: Sequence[Any], *on: Any
    ) -> bool:
        if entries and self.crowded:
            last = (await self.read(code))[-1]
            payload = write_entry(f"x{clock()}", 1, b"", [])
            sealed = [(payload, seal_of(last.seal, payload))]
            await super().append(code, last.position, epoch, sealed)
        return await super().append(code, expected, epoch, entries, *on)


async def test_whoever_is_too_slow_again_and_again_is_told_to_come_back() -> None:
    storage = Crowded()
    desk = await desk_at(storage)
    storage.crowded = True
    with pytest.raises(Busy):
        await desk.do(new_phone(), JOIN)
    assert len(desk.log.appends) == MOST_TRIES
    assert facts(desk.dialogue) == await told(storage)
    storage.crowded = False
    assert (await desk.do(new_phone(), JOIN)).ok


# What the storage does


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.LATE])
async def test_p2_after_an_unknown_outcome_a_command_is_kept_exactly_once(
    storage: ForgetfulLog, fault: Fault
) -> None:
    desk = await desk_at(storage)
    desk.log.faults.append(fault)
    before = desk.dialogue.version
    answer = await desk.do(new_phone(), JOIN, "ada:tab.1")
    assert answer.version == before + 1
    assert True not in await desk.log.deliver_late()
    assert (await ids(storage, desk)).count("ada:tab.1") == 1
    assert facts(desk.dialogue) == await told(storage)


async def test_p2_an_append_that_lands_while_its_writer_catches_up_is_heard_there(
    storage: ForgetfulLog,
) -> None:
    desk = await desk_at(storage)
    desk.log.faults.append(Fault.LATE)
    reads = storage.read

    async def read(code: str, after: int = 0) -> Any:
        await desk.log.deliver_late()
        return await reads(code, after)

    desk.log.inner.read = read
    answer = await desk.do(new_phone(), JOIN, "ada:tab.1")
    assert answer.ok
    assert desk.log.appends == [1]
    assert (await ids(storage, desk)).count("ada:tab.1") == 1


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.LATE])
async def test_p3_a_refusal_stands_when_the_append_it_came_with_reached_the_log_after_all(
    storage: ForgetfulLog, fault: Fault
) -> None:
    """Else the round would be opened, and then closed by who had closed it before."""
    desk = await desk_at(storage)
    round_ = await desk.open_round()
    await desk.must(ORGANISER, CloseRound(round=round_))
    reads = storage.read

    async def read(code: str, after: int = 0) -> Any:
        await desk.log.deliver_late()
        return await reads(code, after)

    desk.log.inner.read = read
    desk.log.faults.append(fault)
    said = [CloseRound(round=round_), OpenRound(round=round_)]
    answers = await desk.settle([(new_call(ORGANISER), command) for command in said])
    assert [answer.reason for answer in answers] == ["round_not_open", None]
    assert "" in desk.dialogue.open_round
    assert facts(desk.dialogue) == await told(storage)


async def test_when_the_storage_is_away_nothing_is_kept_and_the_copy_is_clean(
    storage: ForgetfulLog,
) -> None:
    desk = await desk_at(storage)
    before = facts(desk.dialogue)
    desk.log.faults.append(Fault.AWAY)
    phone = new_phone()
    with pytest.raises(Unavailable):
        await desk.do(phone, JOIN, "ada:tab.1")
    assert facts(desk.dialogue) == before == await told(storage)
    assert (await desk.do(phone, JOIN, "ada:tab.1")).ok


async def test_a_refusal_needs_the_storage_too(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    desk.log.away = True
    with pytest.raises(Unavailable):
        await desk.do(new_phone(), TakeTable(table=1))


async def test_after_an_unknown_outcome_the_writer_waits_for_the_storage_but_not_for_ever(
    storage: ForgetfulLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.writer.PATIENCE_S", 0.05)
    monkeypatch.setattr("rooms.writer.RETRY_PAUSE_S", 0.01)
    desk = await desk_at(storage)
    before = facts(desk.dialogue)
    desk.log.faults.append(Fault.LOST_AFTER)
    gone = storage.read

    async def away(code: str, after: int = 0) -> Any:
        raise Unavailable("storage_away")

    storage.read = away
    phone = new_phone()
    with pytest.raises(Unavailable):
        await desk.do(phone, JOIN, "ada:tab.1")
    assert facts(desk.dialogue) == before
    storage.read = gone
    assert (await desk.do(phone, JOIN, "ada:tab.1")).version == desk.dialogue.version
    assert (await ids(storage, desk)).count("ada:tab.1") == 1


class Copied(ForgetfulLog):
    """A storage whose replicas can be away; then nothing is acknowledged, though it is kept."""

    replicas = 1

    async def append(self, *asked: Any) -> bool:
        kept = await super().append(*asked)
        if kept and asked[3] and not self.replicas:
            raise Unknown("too_few_replicas")
        return kept

    async def read(self, code: str, after: int = 0) -> list[Stored]:
        if not self.replicas:
            raise Unavailable("too_few_replicas")
        return await super().read(code, after)

    async def vouch(self, code: str, expected: Position, on: bytes) -> bool:
        if not self.replicas:
            raise Unavailable("too_few_replicas")
        return await self.append(code, expected, expected.epoch, [], on)


async def test_p2_a_repeat_that_came_as_news_is_acknowledged_only_when_it_is_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rooms.writer.PATIENCE_S", 0.05)
    monkeypatch.setattr("rooms.writer.RETRY_PAUSE_S", 0.01)
    storage = Copied()
    desk = await desk_at(storage)
    before, phone = desk.position, new_phone()
    storage.replicas = 0
    with pytest.raises(Unavailable, match="too_few_replicas"):
        await desk.do(phone, JOIN, "ada:tab.1")
    news = await storage.news({CODE: before})
    desk.take_in(news[CODE])
    assert "ada:tab.1" in desk.dialogue.heard
    with pytest.raises(Unavailable, match="too_few_replicas"):
        await desk.do(phone, JOIN, "ada:tab.1")
    storage.replicas = 1
    answer = await desk.do(phone, JOIN, "ada:tab.1")
    assert (answer.ok, answer.version) == (True, before.version + 1)


# A bug in a rule


class Bug(Command, frozen=True):
    """A command whose author made a mistake."""

    who: ClassVar[frozenset[Role]] = frozenset({"participant"})
    before_joining: ClassVar[bool] = True
    late: bool = False

    def decide(self, dialogue: Dialogue, call: Call) -> list[Event]:
        if self.late:
            return [Half()]
        raise ZeroDivisionError


class Half(Event, frozen=True):
    def apply(self, dialogue: Dialogue) -> None:
        dialogue.put(dialogue.turnout, "half", 1)
        raise ZeroDivisionError


@pytest.mark.parametrize("late", [False, True])
async def test_a_bug_in_one_command_is_answered_and_harms_no_other(
    storage: ForgetfulLog, late: bool
) -> None:
    desk = await desk_at(storage)
    calls = [new_call(new_phone()) for _ in range(3)]
    answers = await desk.settle([(calls[0], JOIN), (calls[1], Bug(late=late)), (calls[2], JOIN)])
    assert [answer.ok for answer in answers] == [True, False, True]
    assert answers[1].error == "internal"
    assert facts(desk.dialogue) == await told(storage)


# Taking back


async def test_a_batch_that_is_taken_back_leaves_no_trace(storage: ForgetfulLog) -> None:
    desk = await desk_at(storage)
    guest = await desk.guest()
    await desk.open_round()
    before = facts(desk.dialogue)
    batch: list[Any] = [
        (new_call(new_phone()), JOIN),
        (new_call(guest), PostCard(text="Bänke", kind="idea")),
        (new_call(guest), ChooseLanguage(language="ar")),
        (new_call(ORGANISER), DescribeDialogue(title={"de": "Neu"}, goal={}, afterwards={})),
        (new_call(ORGANISER), CloseRound(round=next(iter(desk.dialogue.rounds)))),
    ]
    desk.log.faults.append(Fault.AWAY)
    with pytest.raises(Unavailable):
        await desk.settle(batch)
    assert facts(desk.dialogue) == before
    assert all(answer.ok for answer in await desk.settle(batch))
    assert facts(desk.dialogue) == await told(storage)


async def test_a_dialogue_whose_first_entry_was_taken_back_has_not_begun() -> None:
    desk = Desk(MemoryLog())
    before = facts(desk.dialogue)
    desk.log.faults.append(Fault.AWAY)
    with pytest.raises(Unavailable):
        await desk.do(ORGANISER, CREATE)
    assert facts(desk.dialogue) == before


FIRST_VERSION = (
    b"\x85\xa6schema\x01\xa2id\xa9ada:tab.1\xa2at\x07\xa4body\xc4\x08H\xbdK\x04\x8d8\xdb\xa1"
    b"\xa6events\x91\x8b\xa4name\xaaCardPosted\xa4card\xa2f1\xa6author\xa3ada"
    b"\xa7command\xa9ada:tab.1\xa5table\x01\xa5round\xa2r1\xa4kind\xa4idea\xa4text\xa6B\xc3\xa4nke"
    b"\xa8language\xa2de\xa3via\xa5phone\xa2at\x07"
)


async def test_an_entry_as_the_first_version_wrote_it_can_still_be_read() -> None:
    seal = bytes.fromhex("16781e794a3090c2983604fb6226e139")
    dialogue = replay(CODE, [Stored(Position(7, 1), FIRST_VERSION, seal)])
    card = dialogue.cards[CardId("f1")]
    assert (card.text, card.table, card.author, card.at) == ("Bänke", 1, "ada", 7)
    assert dialogue.heard["ada:tab.1"].body == body_of(JOIN)


async def test_a_log_from_before_the_first_release_is_refused_by_that_name() -> None:
    seal = bytes.fromhex("d3d980d3f8e31acf")
    with pytest.raises(Older, match=f"{CODE} was written by a version from before the first rel"):
        replay(CODE, [Stored(Position(7, 1), FIRST_VERSION, seal)])
    with pytest.raises(Corrupted, match="contradicts itself"):
        replay(CODE, [Stored(Position(7, 1), FIRST_VERSION, seal[:-1] + b"!")])


async def test_seals_and_pseudonyms_have_128_bits() -> None:
    first, second = seal_of(b"", b"a"), seal_of(b"", b"b")
    assert len(first) * 8 == len(second) * 8 == 128
    assert first[:4] != second[:4]
    assert len(bytes.fromhex(person_of(CODE, "0" * 32))) * 8 == 128
