"""Words are taken out of a log; all else stays, also what others write meanwhile."""

import random
from collections.abc import Sequence

import pytest
from desk import Desk, another, desk_at, told
from faulty_log import ForgetfulLog
from processes import CODE, clock

from rooms.abilities import EVENTS
from rooms.ballot_plans import PlanBallot
from rooms.ballots import CloseBallot, OpenBallot
from rooms.cards import EditCard, PostCard, WithdrawCard
from rooms.dialogue import check_there
from rooms.entries import replay
from rooms.erasing import EraseCard
from rooms.errors import Busy, Corrupted, Erased
from rooms.hiding import HideCard
from rooms.log import Stored
from rooms.messages import ORGANISER, Actor, CardId
from rooms.rewriting import resealed, rewrite, write_off

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKER = "marker-0155-Muster"


class Racing(ForgetfulLog):
    """Before each swap another process appends, `times` times."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0
        self.desk: Desk | None = None
        self.guest: Actor | None = None

    async def swap(self, code: str, tail: Stored, end: Stored, rest: Sequence[Stored]) -> bool:
        if self.times and self.desk and self.guest:
            self.times -= 1
            await self.desk.must(self.guest, PostCard(text=f"später {self.times}", kind="idea"))
        return await super().swap(code, tail, end, rest)


@pytest.fixture
def storage() -> Racing:
    return Racing()


async def marked(storage: Racing) -> tuple[Desk, Actor, CardId]:
    """An evening in which a card says the marker in every way a card can."""
    desk = await desk_at(storage)
    await desk.open_round()
    guest = await desk.guest()
    card = CardId(await desk.must(guest, PostCard(text=f"{MARKER} 1", kind="idea")))
    await desk.must(guest, PostCard(text="Mehr Bänke", kind="idea"))
    await desk.must(guest, EditCard(card=card, text=f"{MARKER} 2", kind="idea"))
    ballot = await desk.must(ORGANISER, PlanBallot(title={"de": "Was?"}, method="dots"))
    await desk.must(ORGANISER, OpenBallot(ballot=ballot))
    await desk.must(ORGANISER, CloseBallot(ballot=ballot))
    await desk.must(ORGANISER, HideCard(card=card, reason=f"sagt {MARKER}"))
    return desk, guest, card


async def erase(desk: Desk, card: CardId) -> None:
    await desk.must(ORGANISER, EraseCard(card=card, reason="Name und Telefon"))


def holds(entries: list[Stored]) -> bool:
    return any(MARKER.encode() in stored.payload for stored in entries)


async def test_p18_no_entry_holds_a_word_of_an_erased_card(storage: Racing) -> None:
    desk, _, card = await marked(storage)
    await erase(desk, card)
    before = await storage.read(CODE)
    assert sum(MARKER.encode() in stored.payload for stored in before) == 4
    assert await rewrite(storage, CODE, clock)
    after = await storage.read(CODE)
    assert not holds(after)
    assert b"Name und Telefon" in after[-2].payload
    assert [one.position for one in after[:-1]] == [one.position for one in before]
    assert after[-1].position.epoch > before[-1].position.epoch
    dialogue = replay(CODE, after)
    assert [kept.text for kept in dialogue.cards.values()] == ["Mehr Bänke"]


async def test_a_log_tells_which_of_its_seals_erasing_has_changed(storage: Racing) -> None:
    desk, guest, card = await marked(storage)
    later = await desk.must(guest, PostCard(text="auch weg", kind="idea"))
    before = await storage.read(CODE)
    await erase(desk, card)
    assert resealed(await storage.read(CODE)) is None, "its words are still there"
    await rewrite(storage, CODE, clock)
    after = await storage.read(CODE)
    changed = [old.position.version for old, new in zip(before, after, strict=False) if old != new]
    found = resealed(after)
    assert found is not None
    assert (found.first, found.last) == (changed[0], len(after) - 1)
    assert changed == list(range(changed[0], len(before) + 1))
    await erase(desk, CardId(later))
    await rewrite(storage, CODE, clock)
    again = await storage.read(CODE)
    assert (found := resealed(again)) is not None
    assert (found.first, found.last) == (changed[0], len(again) - 1)


async def test_p18_what_a_withdrawn_card_said_goes_on_the_same_occasion(storage: Racing) -> None:
    desk, guest, card = await marked(storage)
    taken = await desk.must(guest, PostCard(text=f"{MARKER} 3", kind="idea"))
    await desk.must(guest, WithdrawCard(card=CardId(taken)))
    await erase(desk, card)
    await rewrite(storage, CODE, clock)
    assert not holds(await storage.read(CODE))


async def test_every_kind_of_fact_that_holds_a_cards_words_is_known() -> None:
    """Fails when a new fact about cards is added: then it has to say how it does without."""
    about_cards = {
        event.__name__ for event in EVENTS if {"card", "options"} & set(event.__struct_fields__)
    }
    wordless = {"CardWithdrawn", "CardUnhidden", "CardErased"}
    with_words = {event.__name__ for event in EVENTS if "without" in vars(event)}
    assert about_cards - wordless == with_words


async def test_without_anything_to_erase_the_log_stays_as_it_is(storage: Racing) -> None:
    await marked(storage)
    before = await storage.read(CODE)
    assert not await rewrite(storage, CODE, clock)
    assert await storage.read(CODE) == before


async def test_p3_a_repeat_gets_the_first_answer_also_after_its_words_are_gone(
    storage: Racing,
) -> None:
    desk, guest, other = await marked(storage)
    await erase(desk, other)
    order = PostCard(text=f"{MARKER} 4", kind="idea")
    first = await desk.do(guest, order, id="tab.99")
    card = next(key for key, kept in desk.dialogue.cards.items() if kept.text == order.text)
    await erase(desk, card)
    await rewrite(storage, CODE, clock)
    elsewhere = await another(storage)
    again = await elsewhere.do(guest, order, id="tab.99")
    assert (again.ok, again.version) == (True, first.version)
    assert await desk.do(guest, order, id="tab.99") == first
    assert not holds(await storage.read(CODE))


async def test_a_process_that_did_not_notice_looks_again_before_it_writes(storage: Racing) -> None:
    desk, guest, card = await marked(storage)
    elsewhere = await another(storage)
    await erase(desk, card)
    await rewrite(storage, CODE, clock)
    await elsewhere.must(guest, PostCard(text="danach", kind="idea"))
    assert elsewhere.replaced
    assert MARKER not in str(elsewhere.dialogue.cards)
    await desk.catch_up()
    assert await told(storage) == await told(storage)
    assert desk.dialogue.seal == elsewhere.dialogue.seal


@pytest.mark.parametrize("times", [1, 3, 50])
async def test_p2_what_others_append_meanwhile_is_kept(storage: Racing, times: int) -> None:
    desk, guest, card = await marked(storage)
    await erase(desk, card)
    storage.desk, storage.guest, storage.times = desk, guest, times
    assert await rewrite(storage, CODE, clock)
    dialogue = replay(CODE, await storage.read(CODE))
    kept = {kept.text for kept in dialogue.cards.values()}
    assert kept == {"Mehr Bänke", *(f"später {n}" for n in range(times))}
    assert not holds(await storage.read(CODE))


async def test_whoever_never_gets_a_word_in_says_so_and_has_changed_nothing(
    storage: Racing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.rewriting.MOST_CATCH_UPS", 2)
    desk, guest, card = await marked(storage)
    await erase(desk, card)
    storage.desk, storage.guest, storage.times = desk, guest, 1_000
    with pytest.raises(Busy):
        await rewrite(storage, CODE, clock)
    assert holds(await storage.read(CODE))
    storage.times = 0
    assert await rewrite(storage, CODE, clock)
    assert not holds(await storage.read(CODE))


async def test_two_that_rewrite_at_once_do_no_harm(storage: Racing) -> None:
    """Their drafts mix; whichever is not whole replaces nothing."""
    desk, _, card = await marked(storage)
    await erase(desk, card)
    rng = random.Random(5)
    entries = await storage.read(CODE)
    for _ in range(20):
        cut = rng.randrange(1, len(entries))
        assert await storage.draft(CODE, entries[-1], [*entries[:cut], *entries[cut + 1 :]])
        assert not await storage.swap(CODE, entries[-1], entries[-1], [])
    assert await rewrite(storage, CODE, clock)
    assert replay(CODE, await storage.read(CODE)).version == len(entries) + 1


async def test_p12_a_log_that_contradicts_itself_is_not_sealed_anew(storage: Racing) -> None:
    desk, _, card = await marked(storage)
    await erase(desk, card)
    storage.garble(CODE, 3)
    before = await storage.read(CODE)
    with pytest.raises(Corrupted):
        await rewrite(storage, CODE, clock)
    assert await storage.read(CODE) == before


async def test_p18_of_a_whole_dialogue_only_that_it_was_erased_is_left(storage: Racing) -> None:
    await marked(storage)
    await write_off(storage, CODE, "auf Wunsch der Stadt", clock())
    (ending,) = await storage.read(CODE)
    assert not holds([ending])
    with pytest.raises(Erased) as erased:
        check_there(replay(CODE, [ending]))
    assert erased.value.because == "auf Wunsch der Stadt"
    await write_off(storage, "JKMNPQRS", "nie da gewesen", clock())
    assert await storage.read("JKMNPQRS") == []


async def test_a_dialogue_whose_log_is_broken_can_still_be_erased(storage: Racing) -> None:
    await marked(storage)
    storage.garble(CODE, 2)
    await write_off(storage, CODE, "kaputt", clock())
    assert len(await storage.read(CODE)) == 1
