"""An evening played on a log without sockets: who does what, as rooms understands it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rooms.agenda import CloseRound, OpenRound
from rooms.ballots import CloseBallot, OpenBallot
from rooms.cards import PostCard
from rooms.dialogue import Command, Dialogue
from rooms.hall import Hall
from rooms.live import LiveDialogue
from rooms.log import Log
from rooms.messages import (
    ORGANISER,
    Actor,
    Answer,
    Audience,
    Frame,
    Kind,
    Language,
    Participant,
    person_of,
)
from rooms.people import Join, TakeTable
from rooms.presence import MemoryPresence
from server.making import fresh_id, new_call


class Nobody:
    """An outlet without connections."""

    def publish(self, code: str, audience: Audience, frame: Frame) -> None: ...

    def hold(self) -> None: ...

    def let_go(self) -> None: ...

    def move(
        self, connection: str, code: str, old: Audience | None, new: Audience | None
    ) -> None: ...

    def cut(self, connection: str, reason: str) -> None: ...


@asynccontextmanager
async def open_hall(log: Log) -> AsyncIterator[Hall]:
    """Another process on the same log."""
    hall = Hall(log, MemoryPresence(lambda: 0), Nobody(), process="test")
    hall.begin()
    yield hall
    await hall.close()


class Evening:
    """One dialogue, with short words for what people do in it; everything must be accepted."""

    def __init__(self, hall: Hall, live: LiveDialogue) -> None:
        self.hall = hall
        self.live = live

    @property
    def dialogue(self) -> Dialogue:
        return self.live.dialogue

    async def perform(self, by: Actor, command: Command) -> Answer:
        return await self.live.perform(new_call(self.hall, by, fresh_id()), command)

    async def act(self, by: Actor, command: Command) -> None:
        answer = await self.perform(by, command)
        assert answer.ok, f"{command} was refused: {answer.reason}"

    async def arrive(self, nth: int, table: int, language: Language = "de") -> Participant:
        person = await self.arrive_without_table(nth, language)
        await self.act(person, TakeTable(table=table))
        return person

    async def arrive_without_table(self, nth: int, language: Language = "de") -> Participant:
        person = Participant(person_of(self.live.code, f"{nth:032x}"))
        await self.act(person, Join(language=language))
        return person

    async def open_round(self, nth: int) -> None:
        await self.act(ORGANISER, OpenRound(round=list(self.dialogue.rounds)[nth]))

    async def close_round(self) -> None:
        await self.act(ORGANISER, CloseRound(round=self.dialogue.open_round[""]))

    async def post(self, by: Actor, text: str, kind: Kind = "idea") -> str:
        """Posts a card and returns its id."""
        await self.act(by, PostCard(text=text, kind=kind))
        return str(list(self.dialogue.cards)[-1])

    async def open_ballot(self, nth: int = 0) -> str:
        ballot = list(self.dialogue.ballots)[nth]
        await self.act(ORGANISER, OpenBallot(ballot=ballot))
        return str(ballot)

    async def close_ballot(self, nth: int = 0) -> None:
        await self.act(ORGANISER, CloseBallot(ballot=list(self.dialogue.ballots)[nth]))
