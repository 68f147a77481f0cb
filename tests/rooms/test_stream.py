"""One audience's frames: what has changed, chained, merged for those who missed some."""

from typing import Any

import pytest
from paper_evening import CODE, Evening, statements
from paper_screens import on_the_wire

from rooms.ballots import CloseBallot
from rooms.cards import EditCard, WithdrawCard
from rooms.hiding import HideCard, UnhideCard
from rooms.messages import Actor, Audience
from rooms.people import Join
from rooms.setting import DescribeDialogue
from rooms.views import (
    MOST_FRAMES_KEPT,
    PRESENCE,
    STORAGE,
    PresenceShown,
    StorageShown,
    Stream,
    my_changes,
)
from rooms.voting import PlaceDots

JOIN = Join(language="de")


class Told:
    """An evening with one stream that is advanced after every command."""

    def __init__(self, audience: Audience) -> None:
        self.evening = Evening()
        self.evening.table()
        self.evening.open_round()
        self.guest = self.evening.person(table=1)
        self.evening.dialogue.changed.clear()
        self.stream = Stream(self.evening.dialogue, audience)

    def do(self, by: Actor, command: Any) -> Any:
        made = self.evening.do(by, command)
        return made, self.advance()

    def advance(self) -> Any:
        self.stream.pending |= self.evening.dialogue.changed
        self.evening.dialogue.changed = set()
        return self.stream.advance(self.evening.dialogue)

    def card(self, text: str = "Bänke") -> Any:
        made = self.evening.card(self.guest, text)
        self.advance()
        return made


@pytest.fixture
def told() -> Told:
    return Told(Audience("board"))


def test_a_frame_holds_only_what_has_changed(told: Told) -> None:
    first = told.card("eins")
    second = told.evening.card(told.guest, "zwei")
    frame = told.advance()
    assert set(frame.put) == {f"card:{second}"}
    _, frame = told.do(told.guest, WithdrawCard(card=first))
    assert (frame.put, frame.drop) == ({}, [f"card:{first}"])


def test_what_an_audience_does_not_see_makes_no_frame(told: Told) -> None:
    told.stream = Stream(told.evening.dialogue, Audience("table", table=1))
    _, frame = told.do(told.evening.stranger(), JOIN)
    assert frame is None


def test_what_came_and_went_between_two_frames_makes_no_frame(told: Told) -> None:
    card = told.evening.card(told.guest)
    told.evening.do(told.guest, WithdrawCard(card=card))
    assert told.advance() is None


def test_frames_chain_from_version_to_version(told: Told) -> None:
    start = told.stream.version
    frames = []
    for text in ("eins", "zwei", "drei"):
        told.evening.card(told.guest, text)
        told.evening.do(told.evening.stranger(), JOIN)  # versions that show staff only a count
        frames.append(told.advance())
    assert [frame.from_ for frame in frames] == [start, frames[0].to, frames[1].to]
    assert frames[-1].to == told.evening.dialogue.version == told.stream.version


def test_missed_frames_are_merged_and_the_last_word_counts(told: Told) -> None:
    before = told.stream.version
    kept, gone, back = told.card("bleibt"), told.card("geht"), told.card("kommt wieder")
    told.do(told.guest, EditCard(card=kept, text="bleibt anders", kind="idea"))
    told.do(told.guest, WithdrawCard(card=gone))
    told.do(told.evening.moderator, HideCard(card=back, reason="stört"))
    told.do(told.evening.moderator, UnhideCard(card=back))
    missed = told.stream.since(before)
    assert (missed.from_, missed.to) == (before, told.stream.version)
    assert missed.put[f"card:{kept}"].text == "bleibt anders"
    assert f"card:{back}" in missed.put
    assert missed.drop == [STORAGE, f"card:{gone}"]


def test_who_missed_nothing_is_told_that_there_is_no_trouble(told: Told) -> None:
    told.card()
    missed = told.stream.since(told.stream.version)
    assert missed.from_ == missed.to == told.stream.version
    assert missed.drop == [STORAGE]


def test_who_missed_too_much_gets_the_whole_view(told: Told) -> None:
    before = told.stream.version
    card = told.card()
    for number in range(MOST_FRAMES_KEPT - 1):
        told.do(told.guest, EditCard(card=card, text=f"{number}", kind="idea"))
    assert told.stream.since(before).from_ == before
    told.do(told.guest, EditCard(card=card, text="noch eins", kind="idea"))
    assert told.stream.since(before).from_ is None
    assert told.stream.since(before).put == told.stream.view


@pytest.mark.parametrize("versions_off", [-1, 1, 10**12])
def test_who_holds_a_version_nobody_knows_gets_the_whole_view(
    told: Told, versions_off: int
) -> None:
    assert told.stream.since(told.stream.version + versions_off).from_ is None


def test_who_comes_from_another_process_with_a_version_between_two_frames_gets_all(
    told: Told,
) -> None:
    """Its frames ended elsewhere: it may hold what came and went between two of ours."""
    card = told.evening.card(told.guest)
    between = told.evening.dialogue.version
    told.evening.do(told.guest, WithdrawCard(card=card))
    told.evening.card(told.guest)
    told.advance()
    assert told.stream.since(between).from_ is None


def test_who_is_here_is_told_without_a_new_version(told: Told) -> None:
    version = told.stream.version
    here = PresenceShown(connected=1, tables={"1": 1}, staff=0)
    frame = told.stream.show_passing(PRESENCE, here)
    assert frame is not None
    assert (frame.from_, frame.to, frame.put) == (version, version, {PRESENCE: here})
    assert told.stream.show_passing(PRESENCE, here) is None
    assert told.stream.since(version).put == {PRESENCE: here}
    assert told.stream.restart(told.evening.dialogue).put[PRESENCE] == here


def test_that_nothing_can_be_saved_is_told_and_taken_back_without_a_new_version(told: Told) -> None:
    version, full = told.stream.version, StorageShown(reason="disk_full")
    frame = told.stream.show_passing(STORAGE, full)
    assert frame is not None
    assert (frame.from_, frame.to, frame.put) == (version, version, {STORAGE: full})
    assert told.stream.restart(told.evening.dialogue).put[STORAGE] == full
    frame = told.stream.show_passing(STORAGE, None)
    assert frame is not None
    assert (frame.from_, frame.to, frame.put, frame.drop) == (version, version, {}, [STORAGE])
    assert told.stream.show_passing(STORAGE, None) is None
    assert told.stream.since(version).drop == [STORAGE]
    assert STORAGE not in told.stream.whole().put


def test_a_tally_reaches_everybody_with_one_frame(told: Told) -> None:
    ballot = told.evening.open_ballot(statements=statements("Bäume", "Bänke"))
    told.evening.do(told.guest, PlaceDots(ballot=ballot, option="1", dots=1))
    told.advance()
    _, frame = told.do(told.evening.moderator, CloseBallot(ballot=ballot))
    assert frame.put[f"ballot:{ballot}"].state == "closed"
    assert frame.put[f"option:{ballot}:1"].tally == {"dots": 1, "voters": 1}
    assert frame.put[f"option:{ballot}:2"].tally == {"dots": 0, "voters": 0}


def test_a_dropped_vote_is_dropped_from_ones_own_view(told: Told) -> None:
    ballot = told.evening.open_ballot(statements=statements("Bäume"))
    told.evening.do(told.guest, PlaceDots(ballot=ballot, option="1", dots=1))
    keys = [("my_votes", (ballot, "1")), ("me", "")]
    put, drop = my_changes(told.evening.dialogue, told.guest.person, keys)
    assert (set(put), drop) == ({f"vote:{ballot}:1", "me"}, [])
    told.evening.do(told.guest, PlaceDots(ballot=ballot, option="1", dots=0))
    put, drop = my_changes(told.evening.dialogue, told.guest.person, keys)
    assert (set(put), drop) == ({"me"}, [f"vote:{ballot}:1"])


def test_the_same_words_again_make_no_frame(told: Told) -> None:
    described = DescribeDialogue(title={"de": "Neu"}, goal={}, afterwards={})
    assert told.do(told.evening.moderator, described)[1] is not None
    assert told.do(told.evening.moderator, described)[1] is None


def test_a_code_and_a_frame_have_their_wire_names(told: Told) -> None:
    card = told.card()
    sent = on_the_wire(told.stream.whole())
    assert set(sent) == {"of", "epoch", "from", "to", "stamp", "put", "drop"}
    assert sent["put"]["dialogue"]["code"] == CODE
    assert sent["put"][f"card:{card}"]["kind"] == "idea"
