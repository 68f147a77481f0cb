"""The recorded evening, held again: people join, post statements and vote, by real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from server.phones import Ack, Desk, Phone, Screen
from server.replay.recording import Recording, Statement, Vote

PEOPLE_PER_TABLE = 10
MOST_TABLES = 200
JOINING_AT_ONCE = 100
VOTES_UNDER_WAY = 200
VOTES_PER_PHONE = 8
LONGEST_GOAL = 1_500
LONGEST_TITLE = 200
MINUTES = 60
ANSWERS = {1: "agree", 0: "pass", -1: "disagree"}

WORDS = {
    "de": {
        "round": "Aussagen",
        "ballot": "Stimmen Sie zu?",
        "rejected": "von der Moderation der Quelle abgelehnt",
    },
    "en": {
        "round": "Statements",
        "ballot": "Do you agree?",
        "rejected": "rejected by the moderators of the source",
    },
}

Tell = Callable[[str, int, int], None]
"""Told how far something is: what, how many are done, of how many."""


class NotReplayed(Exception):
    """The server would not do what the recording asks; the text says what and why."""


class Evening:
    """One dialogue made for a recording; `board` has been on the wall since it began."""

    def __init__(
        self, recording: Recording, language: str, moderator: Screen, board: Screen, tell: Tell
    ) -> None:
        self.recording = recording
        self.language = language
        self.moderator = moderator
        self.board = board
        self.phones: dict[str, Phone] = {}
        self.ballot = ""
        self.options: dict[str, str] = {}
        """From statement to the ballot's option."""
        self.statement_of: dict[str, str] = {}
        """And back."""
        self.acks: list[float] = []
        """Seconds from sending a vote to its ack."""
        self.voting_seconds = 0.0
        self._tell = tell

    @property
    def code(self) -> str:
        return self.moderator.code

    async def seat_everybody(self, url: str) -> None:
        gate = asyncio.Semaphore(JOINING_AT_ONCE)
        people = self.recording.people
        tables = len(self.moderator.shared.all("table"))

        async def seat(nth: int, person: str) -> None:
            phone = self.phones[person] = Phone(url, self.code, told=self._time)
            async with gate:
                await phone.join(self.language, nth % tables + 1)
            self._tell("people joined", nth + 1, len(people))

        await asyncio.gather(*(seat(nth, person) for nth, person in enumerate(people)))

    async def post_statements(self) -> dict[str, str]:
        """In their order, each after the one before was saved; the card of each statement."""
        title = {self.language: self._word("round")}
        plan = {"title": title, "question": {}, "kinds": ["idea"], "minutes": MINUTES}
        await self._moderate("PlanRound", **plan)
        planned = await self.moderator.until(lambda: self.moderator.shared.all("round"))
        await self._moderate("OpenRound", round=planned[0]["id"])
        saved: dict[int, Statement] = {}
        for statement in self.recording.statements:
            phone = self.phones[statement.author]
            ack = await phone.command("PostCard", text=statement.text, kind="idea")
            saved[_accepted(ack, f"statement {statement.id}")] = statement
            self._tell("statements posted", len(saved), len(self.recording.statements))
        await self._moderate("CloseRound", round=planned[0]["id"])
        cards = await self.moderator.until(lambda: self._cards(len(saved)))
        # A card's place in the order is the version at which it was saved, as its ack said.
        return {saved[card["order"]].id: card["id"] for card in cards}

    async def open_ballot(self, cards: dict[str, str]) -> None:
        """A ballot over all statements."""
        title = {self.language: self._word("ballot")}
        await self._moderate("PlanBallot", title=title, method="agreement", minutes=MINUTES)
        planned = await self.moderator.until(lambda: self.moderator.shared.all("ballot"))
        self.ballot = planned[0]["id"]
        await self._moderate("OpenBallot", ballot=self.ballot)
        options = await self.moderator.until(lambda: self.moderator.shared.all("option"))
        option_of = {option["card"]: option["id"] for option in options}
        self.options = {statement: option_of[card] for statement, card in cards.items()}
        self.statement_of = {option: statement for statement, option in self.options.items()}

    async def cast_votes(self) -> None:
        """Everybody at once, each in their own order, as fast as the server answers."""
        cast: dict[str, list[Vote]] = {}
        for vote in self.recording.votes:
            cast.setdefault(vote.voter, []).append(vote)
        begun = time.monotonic()
        gate = asyncio.Semaphore(VOTES_UNDER_WAY)
        async with asyncio.TaskGroup() as voting:
            for voter, votes in cast.items():
                voting.create_task(self._cast(self.phones[voter], votes, gate))
        self.voting_seconds = time.monotonic() - begun
        await self._moderate("CloseBallot", ballot=self.ballot)

    async def hide_rejected(self, cards: dict[str, str]) -> None:
        """What the source's moderators rejected is hidden here too, after the vote."""
        rejected = [one.id for one in self.recording.statements if one.rejected]
        for done, statement in enumerate(rejected, 1):
            reason = self._word("rejected")
            await self._moderate("HideCard", card=cards[statement], reason=reason)
            self._tell("statements hidden", done, len(rejected))

    async def close(self) -> None:
        await asyncio.gather(*(phone.close() for phone in self.phones.values()))

    async def _cast(self, phone: Phone, votes: list[Vote], gate: asyncio.Semaphore) -> None:
        own = asyncio.Semaphore(VOTES_PER_PHONE)
        given: list[asyncio.Future[Ack]] = []
        for vote in votes:
            await asyncio.sleep(phone.pause)
            await own.acquire()
            await gate.acquire()
            option, answer = self.options[vote.statement], ANSWERS[vote.answer]
            ack = phone.give("AnswerStatement", ballot=self.ballot, option=option, answer=answer)
            ack.add_done_callback(lambda _: own.release())
            ack.add_done_callback(lambda _: gate.release())
            given.append(ack)
        for ack in given:
            _accepted(await ack, "a vote")

    def _time(self, name: str, seconds: float, ack: Ack) -> None:
        if name == "AnswerStatement":
            self.acks.append(seconds)
            self._tell("votes saved", len(self.acks), len(self.recording.votes))

    def _cards(self, wanted: int) -> list[Any] | None:
        cards = self.moderator.shared.all("card")
        return cards if len(cards) == wanted else None

    async def _moderate(self, name: str, **fields: Any) -> None:
        _accepted(await self.moderator.command(name, **fields), name)

    def _word(self, name: str) -> str:
        return WORDS[self.language][name]


@asynccontextmanager
async def open_evening(
    recording: Recording, desk: Desk, language: str, tell: Tell
) -> AsyncIterator[Evening]:
    """Make the dialogue, say whose data this is, and put the board on the wall."""
    tables = min(-(-len(recording.people) // PEOPLE_PER_TABLE), MOST_TABLES)
    title = {language: recording.topic[:LONGEST_TITLE]}
    wanted = {"template": "blank", "languages": [language], "tables": tables, "title": title}
    made = await desk.post("/api/dialogues", wanted)
    moderator = await desk.staff(made["moderator_link"])
    links = (await desk.get(f"/api/dialogues/{made['code']}/links"))["links"]
    board = await desk.staff(next(link["url"] for link in links if link["role"] == "board"))
    evening = Evening(recording, language, moderator, board, tell)
    try:
        await asyncio.gather(moderator.connect(), board.connect())
        goal = recording.description[:LONGEST_GOAL]
        words = {"goal": {language: goal}, "afterwards": {language: recording.credit}}
        ack = await moderator.command("DescribeDialogue", title=title, **words)
        _accepted(ack, "DescribeDialogue")
        yield evening
    finally:
        await evening.close()
        await asyncio.gather(moderator.close(), board.close())


def _accepted(ack: Ack, what: str) -> int:
    if not ack["ok"]:
        raise NotReplayed(f"{what}: {ack['error']} ({ack['reason']})")
    version: int = ack["version"]
    return version
