"""A large evening as a log, made through the real commands: made up, or from a recording."""

import random
from collections.abc import Iterator

from rooms.abilities import read_command
from rooms.dialogue import Command, Dialogue
from rooms.log import MemoryLog, Stored
from rooms.messages import ORGANISER, Actor, Call, Participant, person_of
from rooms.writer import Writer
from server.replay.evening import ANSWERS, PEOPLE_PER_TABLE
from server.replay.recording import Recording, Statement, Vote

SEED = 62
PEOPLE = 1_116
STATEMENTS = 522
VOTES = 62_000
STARTED_AT = 1_700_000_000_000
PER_APPEND = 500
LINK = {"name": "IssueLink", "role": "moderator"}
WORDS = "Mehr Bänke am Platz, und dass man dort auch abends noch sitzen kann, ohne zu bestellen."


def made_up(people: int = PEOPLE, statements: int = STATEMENTS, votes: int = VOTES) -> Recording:
    """As large as the Austrian Klimarat; every vote by somebody, on something, at random."""
    chance = random.Random(SEED)
    persons = [f"person-{nth}" for nth in range(people)]
    said = [
        Statement(str(nth), chance.choice(persons), nth, f"{nth}: {WORDS}", False, 0, 0)
        for nth in range(statements)
    ]
    cast = [
        Vote(
            str(chance.randrange(statements)),
            chance.choice(persons),
            nth,
            chance.choice((1, 0, -1)),
        )
        for nth in range(votes)
    ]
    return Recording("Ein großer Abend", "", "", said, cast, {})


class Play:
    """Gives the commands of a recording to a writer over a log in memory."""

    def __init__(self, code: str, recording: Recording) -> None:
        self._code = code
        self._recording = recording
        self._log = MemoryLog()
        self._writer = Writer(Dialogue(code), self._log, lambda: STARTED_AT)
        self._count = 0

    async def log(self) -> list[Stored]:
        """All entries."""
        await self._give(ORGANISER, name="CreateDialogue", title={"de": "Abend"}, languages=["de"])
        await self._give(ORGANISER, **LINK)
        topic = await self._give(ORGANISER, name="AddTopic", title={"de": "Thema"}, question={})
        people = self._recording.people
        tables = min(max(len(people) // PEOPLE_PER_TABLE, 1), 200)
        await self._give_all(
            (ORGANISER, {"name": "AddTable", "topic": topic}) for _ in range(tables)
        )
        for nth, person in enumerate(people):
            await self._give(self._by(person), name="Join", language="de")
            await self._give(self._by(person), name="TakeTable", table=nth % tables + 1)
        await self._vote(await self._post())
        return await self._log.read(self._code)

    async def _post(self) -> dict[str, str]:
        """The card of each statement."""
        plan = {"title": {"de": "Aussagen"}, "question": {}, "kinds": ["idea"], "minutes": 60}
        round_ = await self._give(ORGANISER, name="PlanRound", **plan)
        await self._give(ORGANISER, name="OpenRound", round=round_)
        cards = {}
        for one in self._recording.statements:
            body = {"name": "PostCard", "text": one.text, "kind": "idea"}
            cards[one.id] = await self._give(self._by(one.author), **body)
        await self._give(ORGANISER, name="CloseRound", round=round_)
        return cards

    async def _vote(self, cards: dict[str, str]) -> None:
        plan = {"title": {"de": "Stimmen Sie zu?"}, "method": "agreement", "minutes": 60}
        ballot = await self._give(ORGANISER, name="PlanBallot", **plan)
        await self._give(ORGANISER, name="OpenBallot", ballot=ballot)
        options = {one.card: one.id for one in self._writer.dialogue.options.values()}
        option = {statement: options[card] for statement, card in cards.items()}
        await self._give_all(
            (
                self._by(vote.voter),
                {
                    "name": "AnswerStatement",
                    "ballot": ballot,
                    "option": option[vote.statement],
                    "answer": ANSWERS[vote.answer],
                },
            )
            for vote in self._recording.votes
        )
        await self._give(ORGANISER, name="CloseBallot", ballot=ballot)

    def _by(self, person: str) -> Participant:
        return Participant(person_of(self._code, person))

    async def _give(self, by: Actor, **body: object) -> str:
        """The id of what was made."""
        return (await self._give_all([(by, body)]))[0]

    async def _give_all(self, orders: object) -> list[str]:
        made = []
        for batch in _batches(self._call(by, body) for by, body in orders):  # type: ignore[attr-defined]
            for answer in await self._writer.settle(batch):
                if not answer.ok:
                    raise RuntimeError(f"refused: {answer.reason}")
            made += [call.fresh for call, _ in batch]
        return made

    def _call(self, by: Actor, body: dict[str, object]) -> tuple[Call, Command]:
        self._count += 1
        fresh = f"{self._count:016x}"
        call = Call(by=by, id=f"{by.id}:made-up.{self._count}", at=STARTED_AT, fresh=fresh)
        return call, read_command(body)


def _batches(orders: Iterator[tuple[Call, Command]]) -> Iterator[list[tuple[Call, Command]]]:
    batch = []
    for order in orders:
        batch.append(order)
        if len(batch) == PER_APPEND:
            yield batch
            batch = []
    if batch:
        yield batch
