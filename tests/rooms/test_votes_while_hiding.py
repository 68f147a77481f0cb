"""A moderator hides and shows, an author withdraws, two people vote: every order counts right (P1).

A model of ten lines says what must come out. DIALOGTISCH_INTERLEAVINGS=100000 tries so many.
"""

import os
import random

from paper_evening import EPOCH, Evening

from rooms.ballots import CloseBallot
from rooms.cards import WithdrawCard
from rooms.dialogue import Command, decide
from rooms.entries import apply_events
from rooms.errors import Refused
from rooms.hiding import HideCard, UnhideCard
from rooms.messages import Actor
from rooms.voting import PlaceDots

COUNT = int(os.environ.get("DIALOGTISCH_INTERLEAVINGS", "20000"))
SEED = int(os.environ.get("DIALOGTISCH_SEED", "20261123"))
DOTS = 3
STEPS = 7
SEAL = bytes(16)  # nobody looks at it here


class Race:
    """An open vote on three cards to which every interleaving comes back; `spent` is the model."""

    def __init__(self) -> None:
        self.evening = Evening()
        self.evening.table()
        self.evening.open_round()
        self.voters = [self.evening.person(table=1) for _ in range(2)]
        author = self.voters[0]
        self.cards = [self.evening.card(author, f"Karte {number}") for number in range(3)]
        self.ballot = self.evening.open_ballot(dots=DOTS, most_per_option=DOTS)
        self.options = self.evening.options(self.ballot)
        assert len(self.options) == 3
        self.spent: dict[tuple[str, int], int] = {}
        self.away: set[int] = set()
        self.withdrawn: set[int] = set()

    def play(self, chance: random.Random) -> list[str]:
        """One interleaving up to the close of the vote, taken back afterwards; what was said."""
        self.spent, self.away, self.withdrawn = {}, set(), set()
        place = self.evening.dialogue.begin()
        said = [self.step(chance) for _ in range(STEPS)]
        assert self.give(self.evening.moderator, CloseBallot(ballot=self.ballot)) == ""
        for number, option in enumerate(self.options):
            dots = [held for (_, where), held in self.spent.items() if where == number and held]
            told = self.evening.tally(self.ballot, option)
            assert told == {"dots": sum(dots), "voters": len(dots)}, said
        self.evening.dialogue.take_back(place)
        self.evening.dialogue.commit()
        return said

    def step(self, chance: random.Random) -> str:
        number = chance.randrange(3)
        what = chance.choices((self.vote, self.hide, self.show, self.withdraw), (6, 2, 2, 1))[0]
        return f"{what.__name__} {number}: {what(number, chance)}"

    def vote(self, number: int, chance: random.Random) -> str:
        voter, dots = chance.choice(self.voters), chance.randint(0, DOTS)
        said = self.give(
            voter, PlaceDots(ballot=self.ballot, option=self.options[number], dots=dots)
        )
        held = sum(n for (who, at), n in self.spent.items() if who == voter.id and at != number)
        wanted = "option_gone" if number in self.away else ""
        if not wanted and held + dots > DOTS:
            wanted = "no_dots_left"
        assert said == wanted, (number, dots, self.spent, self.away)
        if not said:
            self.spent[voter.id, number] = dots
        return said

    def hide(self, number: int, _: random.Random) -> str:
        said = self.give(self.evening.moderator, HideCard(card=self.cards[number], reason="so"))
        if not said:
            self.lose(number)
        return said

    def show(self, number: int, _: random.Random) -> str:
        said = self.give(self.evening.moderator, UnhideCard(card=self.cards[number]))
        if not said and number not in self.withdrawn:
            self.away.discard(number)
        return said

    def withdraw(self, number: int, _: random.Random) -> str:
        said = self.give(self.voters[0], WithdrawCard(card=self.cards[number]))
        if not said:
            self.withdrawn.add(number)
            self.lose(number)
        return said

    def lose(self, number: int) -> None:
        """Its dots are given back, to each who gave some."""
        self.away.add(number)
        for key in [key for key in self.spent if key[1] == number]:
            del self.spent[key]

    def give(self, by: Actor, command: Command) -> str:
        """The reason of a refusal, or nothing."""
        dialogue, call = self.evening.dialogue, self.evening._call(by)
        try:
            events = decide(dialogue, call, command)
        except Refused as no:
            return no.reason
        apply_events(dialogue, EPOCH, SEAL, (call.id, call.at, b""), events)
        return ""


def test_p1_votes_and_hiding_in_any_order_count_what_a_model_of_them_counts() -> None:
    race, chance = Race(), random.Random(SEED)
    print(f"seed {SEED}, {COUNT} interleavings")
    said = {what for _ in range(COUNT) for what in race.play(chance)}
    heard = {what.partition(": ")[2] for what in said}
    assert {"", "option_gone", "no_dots_left"} <= heard, "the test meets what it is about"
