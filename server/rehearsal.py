"""A crowd of simulated phones that behaves like a hall: arrives, sits down, posts, votes.

`play` is all others need. What is open is decided by whoever moderates; the crowd follows.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.phones import NotLetIn, Phone

SAMPLES = Path(__file__).parent / "words" / "sample_cards.json"
# How a hall in Baden-Württemberg speaks, roughly; languages an evening does not offer drop out.
SPEAKERS = {"de": 66, "ar": 20, "en": 14}
CARDS_PER_ROUND = (1, 1, 2, 2, 3)
VOTERS_IN_TEN = 9


@dataclass
class Crowd:
    """What the phones of one rehearsal share; `pace` is one person's mean pause in seconds."""

    url: str
    code: str
    pace: float
    chance: random.Random
    texts: "Texts"
    arriving_seconds: float
    tickets: Sequence[str]

    def liking(self, option: str) -> float:
        """How much the whole hall likes an option; the same for everybody."""
        return random.Random(f"{self.code} {option}").expovariate(1.0)


@dataclass
class Guest:
    """One person: where they sit and what they have done."""

    language: str
    table: int
    wants: Counter[str] = field(default_factory=Counter)
    marks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class Texts:
    """Sample cards by topic, kind and language; at one table nothing is said twice in a round."""

    def __init__(self, chance: random.Random) -> None:
        self.topics: list[dict[str, dict[str, list[str]]]] = json.loads(SAMPLES.read_text("utf-8"))[
            "topics"
        ]
        self._left: dict[tuple[str, int, str, str], list[str]] = {}
        self._chance = chance

    def draw(self, where: tuple[str, int], topic: int, kind: str, language: str) -> str | None:
        """Something nobody has said at this table in this round; None if all is said."""
        texts = self.topics[topic % len(self.topics)][kind].get(language, [])
        left = self._left.setdefault(
            (*where, kind, language), self._chance.sample(texts, len(texts))
        )
        return left.pop() if left else None


async def play(
    url: str,
    code: str,
    people: int,
    *,
    pace: float = 8.0,
    arriving_seconds: float = 30.0,
    tickets: Sequence[str] = (),
) -> None:
    """People come in over `arriving_seconds` and take part until the dialogue is gone.

    Each takes one of the `tickets` at the door, as far as they go.
    """
    chance = random.Random(code)
    crowd = Crowd(url, code, pace, chance, Texts(chance), arriving_seconds, tickets)
    async with asyncio.TaskGroup() as group:
        for nth in range(people):
            group.create_task(_one_person(crowd, nth))


async def _one_person(crowd: Crowd, nth: int) -> None:
    phone = Phone(crowd.url, crowd.code)
    await asyncio.sleep(crowd.chance.uniform(0, crowd.arriving_seconds))
    try:
        guest = await _sit_down(crowd, phone, nth)
        while True:
            await asyncio.sleep(crowd.chance.uniform(0.3, 1.7) * crowd.pace)
            await _take_part(crowd, phone, guest)
    except (NotLetIn, OSError):  # the dialogue is gone, or the server
        return
    finally:
        await phone.close()


async def _sit_down(crowd: Crowd, phone: Phone, nth: int) -> Guest:
    await phone.connect()
    offered = phone.shared.entries["dialogue"]["languages"]
    language = crowd.chance.choices(offered, [SPEAKERS.get(name, 1) for name in offered])[0]
    await phone.command("Join", language=language)
    tables = sorted(table["number"] for table in phone.shared.all("table"))
    table = tables[nth % len(tables)] if tables else 0
    await phone.command("TakeTable", table=table)
    if nth < len(crowd.tickets):
        await phone.command("RedeemTicket", secret=crowd.tickets[nth])
    return Guest(language, table)


async def _take_part(crowd: Crowd, phone: Phone, guest: Guest) -> None:
    """One thing a person does now: a card while a round is open, a mark while a vote is."""
    for round_ in phone.shared.all("round"):
        if round_["state"] == "open" and _has_more_to_say(crowd, guest, round_["id"]):
            await _post(crowd, phone, guest, round_)
            return
    for ballot in phone.shared.all("ballot"):
        if ballot["state"] == "open":
            await _vote(crowd, phone, guest, ballot)
            return


def _has_more_to_say(crowd: Crowd, guest: Guest, round_id: str) -> bool:
    if round_id not in guest.wants:
        guest.wants[round_id] = crowd.chance.choice(CARDS_PER_ROUND)
    guest.wants[round_id] -= 1
    return guest.wants[round_id] >= 0


async def _post(crowd: Crowd, phone: Phone, guest: Guest, round_: dict[str, Any]) -> None:
    topics = sorted(phone.shared.all("topic"), key=lambda topic: topic["order"])
    own = phone.shared.entries.get(f"table:{guest.table}", {}).get("topic")
    topic = next((nth for nth, known in enumerate(topics) if known["id"] == own), 0)
    kind = crowd.chance.choice(round_["kinds"])
    text = crowd.texts.draw((round_["id"], guest.table), topic, kind, guest.language)
    if text is not None:
        await phone.command("PostCard", text=text, kind=kind)


async def _vote(crowd: Crowd, phone: Phone, guest: Guest, ballot: dict[str, Any]) -> None:
    """The next mark of a vote that a person decides on once, when it is seen to be open."""
    if ballot["id"] not in guest.marks:
        options = [
            option
            for option in phone.shared.all("option")
            if option["ballot"] == ballot["id"] and not option["gone"]
        ]
        votes = crowd.chance.randrange(10) < VOTERS_IN_TEN
        guest.marks[ballot["id"]] = list(_decide(crowd, ballot, options)) if votes else []
    if guest.marks[ballot["id"]]:
        await phone.command(**guest.marks[ballot["id"]].pop())


def _decide(
    crowd: Crowd, ballot: dict[str, Any], options: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Some options are liked by many, most by few, so that there is a result to look at."""
    options.sort(key=lambda option: -crowd.chance.random() * crowd.liking(option["id"]))
    left = ballot["dots"]
    for option in options:
        mark = {"ballot": ballot["id"], "option": option["id"]}
        if ballot["method"] == "agreement":
            answer = crowd.chance.choice(("agree", "agree", "disagree", "pass"))
            yield {"name": "AnswerStatement", **mark, "answer": answer}
        elif left:
            dots = min(left, crowd.chance.randint(1, ballot["most_per_option"]))
            left -= dots
            yield {"name": "PlaceDots", **mark, "dots": dots}
