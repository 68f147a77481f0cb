"""What each audience may see and nothing more; and that differences add up to the whole."""

import random
from typing import Any

import msgspec
import pytest
from crowd import Crowd
from hypothesis import given
from hypothesis import strategies as st
from paper_evening import CODE, Evening, statements
from paper_screens import Held, on_the_wire

from rooms.abilities import MINE, SHARED
from rooms.ballots import CloseBallot
from rooms.cards import EditCard, WithdrawCard
from rooms.errors import Refused
from rooms.hiding import HideCard, UnhideCard
from rooms.messages import KINDS, Actor, Audience
from rooms.people import Join
from rooms.setting import DescribeDialogue
from rooms.views import (
    MOST_FRAMES_KEPT,
    PRESENCE,
    PresenceShown,
    Stream,
    my_changes,
    my_frame,
    my_view,
    my_whole,
    shared_view,
)
from rooms.voting import PlaceDots

JOIN = Join(language="de")
TEXTS = {
    "dialogue": "code title goal afterwards languages rehearsal",
    "topic": "id title question order",
    "table": "number topic",
    "round": "id title question kinds minutes state order deadline",
    "card": "id table round kind text order edited via hidden",
    "ballot": "id title method dots most_per_option own_table rounds kinds statements minutes order"
    " state deadline",
    "option": "id ballot text card table kind order gone tally",
    "seats": "number joined",
    "people": "joined without_table",
    "turnout": "ballot voters",
    "link": "id role table label revoked",
    "moderation": "order at card action reason role table",
    "me": "joined language table",
    "mycard": "id table round kind text order hidden command",
    "vote": "ballot option dots answer",
}
FIELDS = {name: set(fields.split()) for name, fields in TEXTS.items()}
FOR_EVERYBODY = {"dialogue", "topic", "table", "round", "card", "ballot", "option"}
FOR_STAFF = FOR_EVERYBODY | {"seats", "people", "turnout"}
ALLOWED = {
    "lobby": FOR_EVERYBODY - {"card"},
    "table": FOR_EVERYBODY,
    "host": FOR_STAFF,
    "board": FOR_STAFF,
    "moderator": FOR_STAFF | {"link", "moderation"},
}


class Random(Evening):
    """An evening on which people and staff do what comes to their mind."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = random.Random(seed)
        self._crowd = Crowd(self.chance)
        for _ in range(3):
            self.table()
        self.phones = [self.person(table=1), self.person(table=1), self.person(table=2)]
        self.phones += [self.person(), self.stranger()]
        self.open_round(KINDS)
        for number, phone in enumerate(self.phones[:3]):
            self.card(phone, f"am Anfang *{number}*")
        self.open_ballot(dots=3, most_per_option=2)
        self.hosts = [self.staff("host", table=1), self.staff("host", table=2)]
        self.accepted = 0

    def step(self) -> None:
        by = self.chance.choice((*self.phones, *self.phones, *self.hosts, *[self.moderator] * 4))
        try:
            self.do(by, self._crowd.wish(self.dialogue, by))
            self.accepted += 1
        except Refused:
            pass

    @property
    def audiences(self) -> list[Audience]:
        at = [Audience(kind, table=n) for kind in ("table", "host") for n in (1, 2, 3)]
        return [Audience("lobby"), *at, Audience("board"), Audience("moderator")]


def prefixes(view: dict[str, Any]) -> set[str]:
    return {key.partition(":")[0] for key in view}


# P7: what you may not see never reaches you


@given(st.integers(0, 2**32))
def test_p7_no_view_holds_more_than_its_audience_is_allowed(seed: int) -> None:
    evening = Random(seed)
    for _ in range(300):
        evening.step()
    dialogue = evening.dialogue
    for audience in evening.audiences:
        view = shared_view(dialogue, audience)
        assert prefixes(view) <= ALLOWED[audience.kind]
        sent = msgspec.msgpack.encode(view)
        for shown in on_the_wire(view).items():
            assert set(shown[1]) == FIELDS[shown[0].partition(":")[0]]
        assert not [person for person in dialogue.people if person.encode() in sent]
        assert not [command for command in dialogue.heard if command.encode() in sent]
        for card in dialogue.cards.values():
            kept_off = card.hidden is not None and audience.kind != "moderator"
            at_another_table = audience.table not in (0, card.table)
            own_host = audience.kind == "host" and not at_another_table
            if kept_off and not own_host:
                assert card.text.encode() not in sent
            if audience.kind == "lobby" or at_another_table:
                assert f"card:{card.id}" not in view
        for key, option in dialogue.options.items():
            card = dialogue.cards.get(option.card)
            if option.card is None or f"option:{':'.join(key)}" not in view:
                continue
            if card is None or (card.hidden is not None and audience.kind != "moderator"):
                assert view[f"option:{':'.join(key)}"].text == {}


@given(st.integers(0, 2**32))
def test_p7_ones_own_view_holds_nothing_of_anybody_else(seed: int) -> None:
    evening = Random(seed)
    for _ in range(300):
        evening.step()
    dialogue = evening.dialogue
    for phone in evening.phones:
        view = my_view(dialogue, phone.person)
        assert prefixes(view) <= {"me", "mycard", "vote"}
        sent = msgspec.msgpack.encode(view)
        assert not [person for person in dialogue.people if person.encode() in sent]
        for key, shown in view.items():
            assert set(on_the_wire(shown)) <= FIELDS[key.partition(":")[0]]
            if key.startswith("mycard:"):
                assert dialogue.cards[shown.id].author == phone.person
            if key.startswith("vote:"):
                voice = dialogue.voices[(shown.ballot, phone.person)]
                assert shown.option in voice.marks


@given(st.integers(0, 2**32))
def test_p5_no_view_holds_a_tally_before_the_ballot_is_closed(seed: int) -> None:
    evening = Random(seed)
    for _ in range(60):
        for _ in range(5):
            evening.step()
        for audience in (Audience("moderator"), Audience("table", table=1), Audience("board")):
            view = shared_view(evening.dialogue, audience)
            for key, option in view.items():
                if key.startswith("option:") and option.tally is not None:
                    assert evening.dialogue.ballots[option.ballot].state == "closed"


def test_the_random_evenings_show_everything_there_is() -> None:
    """A guard: without cards, votes, hidden cards and tallies the tests above would say little."""
    evening = Random(seed=1)
    seen: set[str] = set()
    tallies = hidden = withdrawn = 0
    for _ in range(1500):
        evening.step()
        seen |= prefixes(shared_view(evening.dialogue, Audience("moderator")))
        for phone in evening.phones:
            seen |= prefixes(my_view(evening.dialogue, phone.person))
    for card in evening.dialogue.cards.values():
        hidden += card.hidden is not None
    for option in evening.dialogue.options.values():
        tallies += option.tally is not None and any(option.tally.values())
        withdrawn += option.card is not None and option.card not in evening.dialogue.cards
    assert seen == set(FIELDS)
    assert min(tallies, hidden, withdrawn) > 2
    assert evening.accepted > 500


def test_every_shelf_that_is_shown_is_in_the_allow_list() -> None:
    names = {name for name, _ in SHARED.values()} | {name for name, _ in MINE.values()}
    assert names == set(FIELDS)


def test_whoever_is_not_at_a_table_sees_no_card() -> None:
    evening = Evening()
    guest = evening.person(table=evening.table())
    evening.open_round()
    evening.card(guest)
    assert not any(key.startswith("card:") for key in evening.view(evening.stranger()))


# P8: old view + frames = fresh view


@given(seed=st.integers(0, 2**32))
def test_p8_every_audience_that_takes_its_frames_holds_what_a_fresh_page_would(seed: int) -> None:
    evening = Random(seed)
    streams = [Stream(evening.dialogue, audience) for audience in evening.audiences]
    held = {str(stream.audience): Held() for stream in streams}
    for stream in streams:
        assert held[str(stream.audience)].take(on_the_wire(stream.whole()))
    evening.dialogue.changed.clear()
    for _ in range(150):
        for _ in range(evening.chance.randrange(1, 4)):
            evening.step()
        changed, evening.dialogue.changed = evening.dialogue.changed, set()
        for stream in streams:
            stream.pending |= changed
            if evening.chance.random() < 0.5:
                frame = stream.advance(evening.dialogue)
                assert frame is None or held[str(stream.audience)].take(on_the_wire(frame))
    for stream in streams:
        frame = stream.advance(evening.dialogue)
        assert frame is None or held[str(stream.audience)].take(on_the_wire(frame))
        fresh = on_the_wire(shared_view(evening.dialogue, stream.audience))
        assert held[str(stream.audience)].entries == fresh


@given(seed=st.integers(0, 2**32))
def test_p8_whoever_was_away_for_a_while_gets_what_they_missed(seed: int) -> None:
    evening = Random(seed)
    stream = Stream(evening.dialogue, Audience("moderator"))
    then = {stream.version: on_the_wire(stream.view)}
    evening.dialogue.changed.clear()
    for _ in range(190):
        evening.step()
        stream.pending |= evening.dialogue.changed
        evening.dialogue.changed = set()
        if stream.advance(evening.dialogue):
            then[stream.version] = on_the_wire(stream.view)
    fresh = on_the_wire(shared_view(evening.dialogue, Audience("moderator")))
    for version, entries in then.items():
        screen = Held()
        screen.epoch, screen.version, screen.entries = stream.epoch, version, entries
        missed = on_the_wire(stream.since(version))
        assert missed["from"] == version
        assert screen.take(missed)
        assert screen.entries == fresh


@given(seed=st.integers(0, 2**32))
def test_p8_ones_own_view_follows_from_its_frames(seed: int) -> None:
    evening = Random(seed)
    dialogue = evening.dialogue
    held = {phone.person: Held() for phone in evening.phones}
    since = dict.fromkeys(held, dialogue.version)
    touched: dict[str, set[Any]] = {person: set() for person in held}
    for person, screen in held.items():
        assert screen.take(on_the_wire(my_whole(dialogue, person, dialogue.version)))
    dialogue.changed.clear()
    for _ in range(300):
        evening.step()
        for name, key in dialogue.changed:
            if name in MINE and key[0] in touched:
                touched[key[0]].add((name, key[1]))
        dialogue.changed = set()
        for person, screen in held.items():
            if touched[person] and evening.chance.random() < 0.5:
                frame = my_frame(dialogue, person, since[person], touched[person])
                assert screen.take(on_the_wire(frame))
                since[person], touched[person] = frame.to, set()
    for person, screen in held.items():
        frame = my_frame(dialogue, person, since[person], touched[person])
        assert screen.take(on_the_wire(frame))
        assert screen.entries == on_the_wire(my_view(dialogue, person))


# One audience's stream


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
    assert missed.drop == [f"card:{gone}"]


def test_who_missed_nothing_gets_an_empty_frame(told: Told) -> None:
    told.card()
    missed = told.stream.since(told.stream.version)
    assert missed.from_ == missed.to == told.stream.version
    assert missed.drop == []


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
    frame = told.stream.show_presence(here)
    assert frame is not None
    assert (frame.from_, frame.to, frame.put) == (version, version, {PRESENCE: here})
    assert told.stream.show_presence(here) is None
    assert told.stream.since(version).put == {PRESENCE: here}
    assert told.stream.restart(told.evening.dialogue).put[PRESENCE] == here


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
    assert set(sent) == {"of", "epoch", "from", "to", "put", "drop"}
    assert sent["put"]["dialogue"]["code"] == CODE
    assert sent["put"][f"card:{card}"]["kind"] == "idea"
