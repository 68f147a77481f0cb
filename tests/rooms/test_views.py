"""What each audience may see and nothing more; and that differences add up to the whole."""

import random
from typing import Any

import msgspec
from crowd import Crowd
from hypothesis import given
from hypothesis import strategies as st
from paper_evening import Evening
from paper_screens import Held, on_the_wire

from rooms.abilities import MINE, SHARED
from rooms.errors import Refused, TooSoon
from rooms.messages import KINDS, ORGANISER, Audience
from rooms.people import Join
from rooms.views import (
    Stream,
    my_frame,
    my_view,
    my_whole,
    shared_view,
)

JOIN = Join(language="de")
TEXTS = {
    "dialogue": "code title goal afterwards languages rehearsal",
    "topic": "id title question order",
    "table": "number topic",
    "round": "id title question kinds minutes state order deadline",
    "card": "id table round kind text order edited via hidden",
    "ballot": "id title method dots most_per_option own_table rounds kinds statements minutes order"
    " state deadline tickets overshoot_shown sealed_version seal",
    "option": "id ballot text card table kind order gone tally",
    "seats": "number joined",
    "people": "joined without_table",
    "turnout": "ballot voters attendance",
    "heads": "table people",
    "batch": "id order at issued redeemed voided",
    "ticketrule": "always freed",
    "link": "id role table label revoked",
    "erased": "id order",
    "moderation": "order at card action reason role table",
    "me": "joined language table ticket",
    "mycard": "id table round kind text order hidden command",
    "vote": "ballot option dots answer table text",
}
FIELDS = {name: set(fields.split()) for name, fields in TEXTS.items()}
FOR_EVERYBODY = {"dialogue", "topic", "table", "round", "card", "ballot", "option", "erased"}
FOR_STAFF = FOR_EVERYBODY | {"seats", "people", "turnout"}
ALLOWED = {
    "lobby": FOR_EVERYBODY - {"card"},
    "table": FOR_EVERYBODY,
    "host": FOR_STAFF | {"heads"},
    "board": FOR_STAFF,
    "moderator": FOR_STAFF | {"heads", "batch", "ticketrule", "link", "moderation"},
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
        by = self.chance.choice(
            (*self.phones, *self.phones, *self.hosts, *[self.moderator] * 3, ORGANISER)
        )
        try:
            self.do(by, self._crowd.wish(self.dialogue, by))
            self.accepted += 1
        except (Refused, TooSoon):  # its clock goes a millisecond a step
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
        assert not [ticket for ticket in dialogue.tickets if ticket.encode() in sent]
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
    for _ in range(3000):
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
