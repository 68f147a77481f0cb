"""Bugs in the rules: budgets, closing, hiding, counting."""

from typing import Any

from msgspec.structs import replace

import rooms.hiding
import rooms.marks
import rooms.voting
from campaigns.faults.bugs import bug, swap
from rooms.ballots import BallotClosed
from rooms.cards import CardEdited, CardPosted
from rooms.dialogue import Dialogue
from rooms.people import TableTaken
from rooms.voting import DotsPlaced

VOTES = ("votes while cards are hidden",) * 2


@bug("The budget of dots is off by one.", by="I4 I6")
def budget_off_by_one(number: int) -> None:
    swap(rooms.voting, "spent", lambda spent: lambda *where: spent(*where) - 1)


@bug("Only the dots of one's present option are counted against the budget.", by="I6", processes=1)
def nobody_counts_the_dots(number: int) -> None:
    swap(rooms.voting, "spent", lambda _: lambda *where: 0)


@bug(
    "A vote is taken after its ballot was closed.",
    by="I6",
    faults=("votes while the ballot closes",) * 3,
)
def votes_after_the_close(number: int) -> None:
    def lenient(open_ballot: Any) -> Any:
        def known(dialogue: Any, key: Any) -> Any:
            ballot = dialogue.ballots.get(key)
            if ballot is not None and ballot.state == "closed":
                return ballot
            return open_ballot(dialogue, key)

        return known

    swap(rooms.voting, "open_ballot", lenient)


@bug("Dots on a card that is hidden stay spent.", by="I4", faults=VOTES)
def dots_are_not_given_back(number: int) -> None:
    def counted(_: Any) -> Any:
        def spent(dialogue: Dialogue, ballot: Any, person: Any) -> int:
            voice = dialogue.voices.get((ballot, person))
            return sum(mark.value for mark in voice.marks.values()) if voice else 0

        return spent

    swap(rooms.voting, "spent", counted)


@bug("Dots come back with a card that is shown again.", by="I10 I11 I16", faults=VOTES)
def dots_come_back_with_the_card(number: int) -> None:
    def keeping(_: Any) -> Any:
        def take_off(dialogue: Dialogue, card: Any) -> None:
            for key, option in list(dialogue.options.items()):
                if option.card == card and dialogue.ballots[option.ballot].state == "open":
                    dialogue.put(dialogue.options, key, replace(option, gone=True))
                    rooms.marks.recount(dialogue, option)
                dialogue.touch("options", key)

        return take_off

    swap(rooms.hiding, "take_off", keeping)
    swap(rooms.marks, "take_off", keeping)


@bug("One process counts a vote twice in the turnout.", by="I10 I11")
def counted_twice_in_one_process(number: int) -> None:
    def uneven(apply: Any) -> Any:
        def applied(self: DotsPlaced, dialogue: Dialogue) -> None:
            apply(self, dialogue)
            if number == 1:
                more = dialogue.turnout[self.ballot] + 1
                dialogue.put(dialogue.turnout, self.ballot, more)

        return applied

    swap(DotsPlaced, "apply", uneven)


@bug("An edit rewrites the first text of a card.", by="I16", processes=1)
def edits_rewrite_the_first_text(number: int) -> None:
    def rewriting(apply: Any) -> Any:
        def applied(self: CardEdited, dialogue: Dialogue) -> None:
            apply(self, dialogue)
            card = dialogue.cards[self.card]
            dialogue.put(dialogue.cards, self.card, replace(card, original=self.text))

        return applied

    swap(CardEdited, "apply", rewriting)


@bug("Closing a ballot counts the marks on options that are gone.", by="I10 I11 I16", faults=VOTES)
def gone_options_are_counted(number: int) -> None:
    def counted(_: Any) -> Any:
        def everything(dialogue: Dialogue, ballot: Any, voice: Any) -> Any:
            for key, mark in voice.marks.items():
                yield dialogue.options[(ballot, key)], mark.value

        return everything

    swap(rooms.marks, "counted", counted)


@bug("Who takes another table is still counted at the old one.", by="I10 I11 I16")
def seats_are_not_left(number: int) -> None:
    def staying(apply: Any) -> Any:
        def applied(self: TableTaken, dialogue: Dialogue) -> None:
            before = dialogue.people[self.person].table
            apply(self, dialogue)
            if before is not None:
                dialogue.put(dialogue.seats, before, dialogue.seats[before] + 1)

        return applied

    swap(TableTaken, "apply", staying)


@bug("A closed ballot can be closed again and is counted afresh.", by="I6 I10 I11")
def closed_ballots_stay_open(number: int) -> None:
    def half(apply: Any) -> Any:
        def applied(self: BallotClosed, dialogue: Dialogue) -> None:
            apply(self, dialogue)
            ballot = dialogue.ballots[self.ballot]
            dialogue.put(dialogue.ballots, self.ballot, replace(ballot, state="open"))

        return applied

    swap(BallotClosed, "apply", half)


@bug("The author of a card stands on it.", by="I13")
def author_leaks(number: int) -> None:
    def signed(apply: Any) -> Any:
        def applied(self: CardPosted, dialogue: Dialogue) -> None:
            apply(self, dialogue)
            card = dialogue.cards[self.card]
            dialogue.put(dialogue.cards, self.card, replace(card, via=card.author))

        return applied

    swap(CardPosted, "apply", signed)
