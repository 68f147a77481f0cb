"""Bugs in what staff change in the middle of an evening: tables, topics, plans, languages."""

from collections.abc import Sequence
from typing import Any

import rooms.ballot_plans
import rooms.mending
import rooms.people
import server.results
from campaigns.faults.bugs import bug, swap
from rooms.agenda import RoundRemoved
from rooms.dialogue import Dialogue
from rooms.errors import Refused
from rooms.log import Stored
from rooms.options import known_ballot
from rooms.tables import AddTable, RemoveTable, TableAdded, TableRemoved, TopicAdded

TABLES = ("table taken away under people", "table put up late, with a host")
LANGUAGES = ("language taken from the offer",)
PLANS = ("plan changed while it opens",)


@bug("A table is taken away although somebody sits there.", by="I6", faults=TABLES)
def tables_go_under_people(number: int) -> None:
    def hasty(decide: Any) -> Any:
        def decided(self: RemoveTable, dialogue: Dialogue, call: Any) -> Any:
            cards = any(card.table == self.table for card in dialogue.cards.values())
            if cards or self.table not in dialogue.tables:
                return decide(self, dialogue, call)
            return [TableRemoved(table=self.table)]

        return decided

    swap(RemoveTable, "decide", hasty)


@bug("A new table gets the number of tables there are, not the next one.", by="I2", faults=TABLES)
def tables_are_numbered_by_their_count(number: int) -> None:
    def counting(decide: Any) -> Any:
        def decided(self: AddTable, dialogue: Dialogue, call: Any) -> Any:
            [added] = decide(self, dialogue, call)
            gaps = set(range(1, added.table)) - set(dialogue.tables)
            return [TableAdded(table=added.table - len(gaps), topic=added.topic)]

        return decided

    swap(AddTable, "decide", counting)


@bug("A ballot's plan may be changed after it was opened.", by="I6", faults=PLANS)
def open_ballots_are_changed(number: int) -> None:
    swap(rooms.ballot_plans, "planned_ballot", lambda _: known_ballot)


@bug("A topic keeps its first name in the files to take home.", by="I16")
def renames_are_not_taken_home(number: int) -> None:
    first: dict[Any, Any] = {}

    def noting(apply: Any) -> Any:
        def applied(self: TopicAdded, dialogue: Dialogue) -> None:
            first[dialogue.code, self.topic] = self.title
            apply(self, dialogue)

        return applied

    def old(table: Any) -> Any:
        def told(dialogue: Dialogue, key: int, cards: Any) -> dict[str, Any]:
            found: dict[str, Any] = table(dialogue, key, cards)
            return found | {"topic": first[dialogue.code, dialogue.tables[key].topic]}

        return told

    swap(TopicAdded, "apply", noting)
    swap(server.results, "_table", old)


@bug(
    "A round that was struck is there again once its log is read from the beginning.",
    by="I4 I6 I10 I11 I16",
    faults=(*PLANS, "server killed", *PLANS),
)
def struck_rounds_come_back(number: int) -> None:
    replaying: list[str] = []

    def forgetful(replay: Any) -> Any:
        async def replayed(code: str, entries: Sequence[Stored]) -> Dialogue:
            replaying.append(code)
            try:
                dialogue: Dialogue = await replay(code, entries)
                return dialogue
            finally:
                replaying.remove(code)

        return replayed

    def lost(apply: Any) -> Any:
        def applied(self: RoundRemoved, dialogue: Dialogue) -> None:
            if dialogue.code not in replaying:
                apply(self, dialogue)

        return applied

    swap(RoundRemoved, "apply", lost)
    swap(rooms.mending, "replay_in_turns", forgetful)


@bug("A language that is offered no more can still be chosen.", by="I6", faults=LANGUAGES)
def languages_stay_on_offer(number: int) -> None:
    def lenient(check: Any) -> Any:
        def checked(dialogue: Dialogue, language: Any) -> None:
            try:
                check(dialogue, language)
            except Refused:
                if language != "ar":  # every evening begins with it
                    raise

        return checked

    swap(rooms.people, "_check_offered", lenient)
