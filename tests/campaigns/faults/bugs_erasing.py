"""Bugs in erasing: words that stay, dots that do not come back, what is not seen through."""

from typing import Any

import rooms.erasing
import rooms.erasure
import rooms.redis_log
from campaigns.faults.bugs import bug, swap
from rooms.log import Debt
from rooms.redis_log import RedisLog

ERASES = ("card erased",)


def _words_stay_in_the_files() -> None:
    async def untouched(line: Any) -> bool:
        return True

    swap(rooms.redis_log, "rewrite_files", lambda _: untouched)


@bug("The words of an erased card stay in the storage's file.", "I12", 1, faults=ERASES)
def words_stay_in_the_embedded_store(number: int) -> None:
    _words_stay_in_the_files()


@bug("The same where several processes share a storage.", "I12", faults=ERASES)
def words_stay_in_the_shared_store(number: int) -> None:
    _words_stay_in_the_files()


@bug("The words of an erased card stay in the log.", by="I12", faults=ERASES)
def words_stay_in_the_log(number: int) -> None:
    async def nothing(*asked: Any) -> bool:
        return False

    swap(rooms.erasure, "rewrite", lambda _: nothing)


@bug("Dots on a card that is erased stay spent.", by="I4 I6 I10 I11 I16", faults=ERASES * 2)
def dots_are_erased_with_the_card(number: int) -> None:
    def dropping(_: Any) -> Any:
        def gone(dialogue: Any, card: Any) -> None:
            dialogue.drop(dialogue.cards, card.id)
            dialogue.touch("my_cards", (card.author, card.id))

        return gone

    swap(rooms.erasing, "take_away", dropping)


@bug(
    "What an erasing still owes is not noted: who kills the process ends it half way.",
    by="I12",
    processes=1,
    faults=("erasing cut off",) * 3,
)
def erasings_are_forgotten(number: int) -> None:
    async def forgets(self: RedisLog, debt: Debt) -> None:
        """Nothing is noted."""

    swap(RedisLog, "owe", lambda _: forgets)


@bug("A moderator may erase, too.", by="I4 I6", processes=1)
def moderators_erase(number: int) -> None:
    from rooms.erasing import EraseCard
    from rooms.errors import Refused

    def lenient(decide: Any) -> Any:
        def decided(self: EraseCard, dialogue: Any, call: Any) -> Any:
            try:
                return decide(self, dialogue, call)
            except Refused as no:
                if no.reason != "organiser_only" or self.card not in dialogue.cards:
                    raise
                event = rooms.erasing.CardErased(card=self.card, reason=self.reason, at=call.at)
                return [event]

        return decided

    swap(EraseCard, "decide", lenient)
