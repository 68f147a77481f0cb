"""What board, phones and moderator show after the vote, beside the count."""

import asyncio
from typing import Any

from server.phones import Desk, Held, Screen
from server.replay.counting import Count, Tally, last_votes
from server.replay.evening import ANSWERS, Evening
from server.replay.outcome import Check, check_same, tally_of
from server.replay.recording import same_words

PASSING_KEYS = ("presence",)
PATIENCE_SECONDS = 10.0


async def check_screens(evening: Evening, desk: Desk, counted: Count) -> list[Check]:
    """Screens that were there all the time, and one that comes only now."""
    late = await desk.staff(await _board_link(evening, desk))
    await late.connect()
    try:
        await _settled(evening)
        a_phone = next(iter(evening.phones.values()))
        watched: dict[str, Screen] = {
            "the board, open since the beginning": evening.board,
            "the board, opened after the vote": late,
            "the moderator's page": evening.moderator,
            "a phone": a_phone,
        }
        return [
            *(
                check_same(place, counted.tallies, _tallies(evening, screen.shared))
                for place, screen in watched.items()
            ),
            check_same(
                "both boards, entry by entry", _lasting(late.shared), _lasting(evening.board.shared)
            ),
            _rejected(evening, late.shared),
            _own_votes(evening),
        ]
    finally:
        await late.close()


async def _board_link(evening: Evening, desk: Desk) -> str:
    links = (await desk.get(f"/api/dialogues/{evening.code}/links"))["links"]
    url: str = next(link["url"] for link in links if link["role"] == "board")
    return url


async def _settled(evening: Evening) -> None:
    """Until frames that are still under way have arrived, or clearly never will."""
    version = evening.moderator.shared.version or 0

    async def caught_up(screen: Screen) -> None:
        await screen.until(lambda: (screen.shared.version or 0) >= version, PATIENCE_SECONDS)

    screens = [evening.board, *evening.phones.values()]
    await asyncio.gather(*(caught_up(screen) for screen in screens), return_exceptions=True)


def _tallies(evening: Evening, held: Held) -> dict[str, Tally | None]:
    return {
        statement: tally_of(held.entries.get(f"option:{evening.ballot}:{option}", {}).get("tally"))
        for statement, option in evening.options.items()
    }


def _lasting(held: Held) -> dict[str, Any]:
    return {key: entry for key, entry in held.entries.items() if key not in PASSING_KEYS}


def _rejected(evening: Evening, board: Held) -> Check:
    """The words of what the source's moderators rejected are nowhere on the board."""
    rejected = [one for one in evening.recording.statements if one.rejected]
    shown = {card["text"] for card in board.all("card")}
    shown |= {text for option in board.all("option") for text in option["text"].values()}
    wrong = [f"{one.id} is on the board" for one in rejected if same_words(one.text) in shown]
    return Check("rejected statements are not on the board", len(rejected), wrong)


def _own_votes(evening: Evening) -> Check:
    """What each phone says its person voted."""
    statement_of = {option: statement for statement, option in evening.options.items()}
    expected = {
        key: ANSWERS[vote.answer] for key, vote in last_votes(evening.recording.votes).items()
    }
    found = {
        (person, statement_of[vote["option"]]): vote["answer"]
        for person, phone in evening.phones.items()
        for vote in phone.mine.all("vote")
    }
    return check_same("own votes on all phones", expected, found)
