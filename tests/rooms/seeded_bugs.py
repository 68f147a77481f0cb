"""Bugs to put in on purpose, each a mistake that could be made in good faith.

Every function breaks one thing for the length of a test.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from rooms.admittance import ticket_id
from rooms.audiences import Audiences
from rooms.cards import CardEdited, CardPosted
from rooms.dialogue import Dialogue
from rooms.errors import Refused, Unknown
from rooms.marks import recount
from rooms.records import Card
from rooms.redeeming import RedeemTicket, TicketRedeemed
from rooms.views import Stream
from rooms.voting import DotsPlaced
from rooms.writer import Writer

Patch = pytest.MonkeyPatch


def repeats_are_not_recognised(patch: Patch) -> None:
    decide = Writer._decide_one

    def forgetful(self: Writer, call: Any, command: Any, entries: Any) -> Any:
        self.dialogue.heard.pop(call.id, None)
        return decide(self, call, command, entries)

    patch.setattr(Writer, "_decide_one", forgetful)


def the_same_id_with_another_body_is_taken_for_a_repeat(patch: Patch) -> None:
    patch.setattr("rooms.writer.body_of", lambda command: b"same")


def answers_leave_before_the_append_has_returned(patch: Patch) -> None:
    append, under_way = Writer._append, set()

    async def hasty(self: Writer, *asked: Any) -> bool:
        task = asyncio.ensure_future(append(self, *asked))
        under_way.add(task)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return True

    patch.setattr(Writer, "_append", hasty)


def a_lost_reply_is_taken_for_success(patch: Patch) -> None:
    append = Writer._append

    async def trusting(self: Writer, *asked: Any) -> bool:
        try:
            return await append(self, *asked)
        except Unknown:
            return True

    patch.setattr(Writer, "_append", trusting)


def a_lost_reply_is_taken_for_failure(patch: Patch) -> None:
    """And the same command is appended under whatever the log holds then."""
    settle = Writer.settle

    async def forgetting(self: Writer, batch: Any) -> Any:
        decide = self._decide_one

        def anew(call: Any, command: Any, entries: Any) -> Any:
            if tried:
                self.dialogue.heard.pop(call.id, None)
            tried.append(call.id)
            return decide(call, command, entries)

        tried: list[str] = []
        self._decide_one = anew
        try:
            return await settle(self, batch)
        finally:
            del self._decide_one

    patch.setattr(Writer, "settle", forgetting)


def what_was_refused_is_not_looked_at_again(patch: Patch) -> None:
    append = Writer._append

    async def lazy(self: Writer, before: Any, seal: Any, entries: Any, answers: Any) -> bool:
        return True if not entries else await append(self, before, seal, entries, answers)

    patch.setattr(Writer, "_append", lazy)


def nobody_counts_the_dots(patch: Patch) -> None:
    patch.setattr("rooms.voting.spent", lambda dialogue, ballot, person: 0)


def dots_come_back_with_the_card(patch: Patch) -> None:
    """Hiding gives the dots back, showing it again counts them once more."""

    def take_off(dialogue: Dialogue, card: Any) -> None:
        for key, option in list(dialogue.options.items()):
            if option.card == card and dialogue.ballots[option.ballot].state == "open":
                dialogue.put(dialogue.options, key, replace(option, gone=True))
                recount(dialogue, option)
            dialogue.touch("options", key)

    patch.setattr("rooms.hiding.take_off", take_off)


def a_failed_batch_is_not_taken_back(patch: Patch) -> None:
    def heads_only(self: Dialogue, place: Any) -> None:
        self.epoch, self.version, self.seal = place.epoch, place.version, place.seal
        self.at, self.begun_at = place.at, place.begun_at
        del self.stamps[place.version :]

    patch.setattr(Dialogue, "take_back", heads_only)


def an_edit_rewrites_the_first_text(patch: Patch) -> None:
    def apply(self: CardEdited, dialogue: Dialogue) -> None:
        card = dialogue.cards[self.card]
        edited = replace(card, text=self.text, original=self.text, kind=self.kind, edited=True)
        dialogue.put(dialogue.cards, self.card, edited)
        dialogue.touch("my_cards", (card.author, card.id))

    patch.setattr(CardEdited, "apply", apply)


def what_is_dropped_is_not_told(patch: Patch) -> None:
    keep = Stream._keep
    patch.setattr(Stream, "_keep", lambda self, frame: keep(self, _without_drops(frame)))


def _without_drops(frame: Any) -> Any:
    return replace(frame, drop=[])


def whoever_takes_a_table_keeps_the_old_view(patch: Patch) -> None:
    patch.setattr(Audiences, "_reseat", lambda self, dialogue, connections: None)


def what_was_missed_is_forgotten(patch: Patch) -> None:
    def since(self: Stream, version: int) -> Any:
        return self._frame(version, self.version, {}, [])

    patch.setattr(Stream, "since", since)


def frames_between_two_of_ours_are_trusted(patch: Patch) -> None:
    """As it once was: a page from another process kept what had been taken away meanwhile."""
    since = Stream.since

    def trusting(self: Stream, version: int) -> Any:
        ends = [self._since, *(frame.to for frame in self._kept)]
        if self._since <= version <= self.version and version not in ends:
            return self._frame(version, self.version, *_merged(self, version))
        return since(self, version)

    patch.setattr(Stream, "since", trusting)


def _merged(stream: Stream, version: int) -> tuple[Any, list[str]]:
    put: dict[str, Any] = {}
    drop: dict[str, None] = {}
    for frame in stream._kept:
        if frame.to < version:
            continue
        put.update(frame.put)
        drop.update(dict.fromkeys(frame.drop))
        for key in frame.put:
            drop.pop(key, None)
        for key in frame.drop:
            put.pop(key, None)
    return put, list(drop)


def the_author_stands_on_the_card(patch: Patch) -> None:
    apply = CardPosted.apply

    def signed(self: CardPosted, dialogue: Dialogue) -> None:
        apply(self, dialogue)
        card: Card = dialogue.cards[self.card]
        dialogue.put(dialogue.cards, self.card, replace(card, via=card.author))

    patch.setattr(CardPosted, "apply", signed)


def news_are_taken_in_twice(patch: Patch) -> None:
    """A dot too many is counted by every second copy of the dialogue."""
    apply = DotsPlaced.apply
    # The copies themselves are kept: an address alone may come to mean another copy.
    copies: dict[int, tuple[int, Dialogue]] = {}

    def uneven(self: DotsPlaced, dialogue: Dialogue) -> None:
        apply(self, dialogue)
        number, _ = copies.setdefault(id(dialogue), (len(copies), dialogue))
        if number % 2:
            dialogue.put(dialogue.turnout, self.ballot, dialogue.turnout[self.ballot] + 1)

    patch.setattr(DotsPlaced, "apply", uneven)


def a_lost_end_is_not_noticed(patch: Patch) -> None:
    patch.setattr(Writer, "_owes_epoch", False)


def a_freed_ticket_leaves_its_dots_behind(patch: Patch) -> None:
    patch.setattr("rooms.admittance._take_voices", lambda dialogue, person: None)


def a_ticket_serves_every_phone(patch: Patch) -> None:
    decide = RedeemTicket.decide

    def generous(self: RedeemTicket, dialogue: Dialogue, call: Any) -> Any:
        try:
            return decide(self, dialogue, call)
        except Refused as no:
            if no.reason != "ticket_used":
                raise
            ticket = ticket_id(dialogue, self.secret)
            return [TicketRedeemed(ticket=ticket, person=call.by.id)]

    patch.setattr(RedeemTicket, "decide", generous)


BUGS: list[Callable[[Patch], None]] = [
    repeats_are_not_recognised,
    the_same_id_with_another_body_is_taken_for_a_repeat,
    answers_leave_before_the_append_has_returned,
    a_lost_reply_is_taken_for_success,
    a_lost_reply_is_taken_for_failure,
    what_was_refused_is_not_looked_at_again,
    nobody_counts_the_dots,
    dots_come_back_with_the_card,
    a_failed_batch_is_not_taken_back,
    an_edit_rewrites_the_first_text,
    what_is_dropped_is_not_told,
    whoever_takes_a_table_keeps_the_old_view,
    what_was_missed_is_forgotten,
    frames_between_two_of_ours_are_trusted,
    the_author_stands_on_the_card,
    news_are_taken_in_twice,
    a_lost_end_is_not_noticed,
    a_freed_ticket_leaves_its_dots_behind,
    a_ticket_serves_every_phone,
]
