"""What board, phones and moderator show after the vote, beside the count."""

import asyncio
from typing import Any

from rooms.views import PASSING
from server.phones import Desk, Held, Screen
from server.replay.counting import Count, Tally, last_votes
from server.replay.evening import ANSWERS, Evening
from server.replay.outcome import Check, check_same, tally_of
from server.replay.recording import same_words

PATIENCE_SECONDS = 10.0


async def check_screens(evening: Evening, desk: Desk, counted: Count) -> list[Check]:
    """Screens that were there all the time, and one that comes only now."""
    late = await desk.staff(await _board_link(evening, desk))
    await late.connect()
    try:
        await _settled(evening, late.shared.version or 0)
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


async def _settled(evening: Evening, version: int) -> None:
    """Until the frames under way have arrived, or clearly never will."""
    cast: dict[str, dict[str, str]] = {person: {} for person in evening.phones}
    for (voter, statement), vote in last_votes(evening.recording.votes).items():
        cast[voter][statement] = ANSWERS[vote.answer]

    async def settled(screen: Screen, votes: dict[str, str]) -> None:
        await screen.until(
            lambda: (screen.shared.version or 0) >= version and _votes(evening, screen) == votes,
            PATIENCE_SECONDS,
        )

    staff = [settled(screen, {}) for screen in (evening.board, evening.moderator)]
    phones = [settled(phone, cast[person]) for person, phone in evening.phones.items()]
    await asyncio.gather(*staff, *phones, return_exceptions=True)


def _tallies(evening: Evening, held: Held) -> dict[str, Tally | None]:
    return {
        statement: tally_of(held.entries.get(f"option:{evening.ballot}:{option}", {}).get("tally"))
        for statement, option in evening.options.items()
    }


def _lasting(held: Held) -> dict[str, Any]:
    return {key: entry for key, entry in held.entries.items() if key not in PASSING}


def _rejected(evening: Evening, board: Held) -> Check:
    """The words of what the source's moderators rejected are nowhere on the board."""
    rejected = [one for one in evening.recording.statements if one.rejected]
    shown = {card["text"] for card in board.all("card")}
    shown |= {text for option in board.all("option") for text in option["text"].values()}
    wrong = [f"{one.id} is on the board" for one in rejected if same_words(one.text) in shown]
    return Check("rejected statements are not on the board", len(rejected), wrong)


def _own_votes(evening: Evening) -> Check:
    """What each phone says its person voted."""
    last = last_votes(evening.recording.votes)
    expected = {key: ANSWERS[vote.answer] for key, vote in last.items()}
    found = {
        (person, statement): answer
        for person, phone in evening.phones.items()
        for statement, answer in _votes(evening, phone).items()
    }
    return check_same("own votes on all phones", expected, found)


def _votes(evening: Evening, screen: Screen) -> dict[str, str]:
    statement_of = evening.statement_of
    return {statement_of[vote["option"]]: vote["answer"] for vote in screen.mine.all("vote")}
