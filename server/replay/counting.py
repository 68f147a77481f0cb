"""The votes of a recording, counted without the product, and why the source's columns differ."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from server.replay.recording import Recording, Statement, Vote

Voice = frozenset[tuple[str, int]]
"""Everything one person said: (statement, answer)."""


class Tally(NamedTuple):
    agree: int = 0
    disagree: int = 0
    passes: int = 0


class Count(NamedTuple):
    """What a ballot came to; `voices` says how many people said exactly the same."""

    tallies: dict[str, Tally]
    voices: Counter[Voice]


class Repeats(NamedTuple):
    """Rows of one statement that a later vote of the same person replaced."""

    agrees: int = 0
    disagrees: int = 0
    changed: int = 0
    """How many of the replaced rows, passes included, said something else than the last one."""


class Difference(NamedTuple):
    """The source's own columns of a statement are not what its votes come to."""

    statement: Statement
    counted: Tally
    repeats: Repeats

    @property
    def is_explained(self) -> bool:
        """Whether the source counted every row, replaced ones too, and nothing else is odd."""
        agrees = self.counted.agree + self.repeats.agrees
        disagrees = self.counted.disagree + self.repeats.disagrees
        return (self.statement.agrees, self.statement.disagrees) == (agrees, disagrees)


def last_votes(votes: Iterable[Vote]) -> dict[tuple[str, str], Vote]:
    """The last vote of each (voter, statement), from votes in the order in which they came."""
    return {(vote.voter, vote.statement): vote for vote in votes}


def count(recording: Recording) -> Count:
    """One vote per person and statement: the last one."""
    said: dict[str, list[tuple[str, int]]] = {}
    for (voter, statement), vote in last_votes(recording.votes).items():
        said.setdefault(voter, []).append((statement, vote.answer))
    voices = Counter(frozenset(answers) for answers in said.values())
    everything = [statement.id for statement in recording.statements]
    return Count(tallies_of(voices, everything), voices)


def tallies_of(voices: Mapping[Voice, int], everything: Iterable[str]) -> dict[str, Tally]:
    """The tally of every statement, from whole voices."""
    answers: Counter[tuple[str, int]] = Counter()
    for voice, people in voices.items():
        for answer in voice:
            answers[answer] += people
    return {key: Tally(answers[key, 1], answers[key, -1], answers[key, 0]) for key in everything}


def differences(recording: Recording, tallies: Mapping[str, Tally]) -> list[Difference]:
    """Where the source's own columns are not these tallies."""
    repeats = _repeats(recording.votes)
    found = [
        Difference(statement, tallies[statement.id], repeats.get(statement.id, Repeats()))
        for statement in recording.statements
    ]
    return [
        one
        for one in found
        if (one.statement.agrees, one.statement.disagrees)
        != (one.counted.agree, one.counted.disagree)
    ]


def people_counted_otherwise(recording: Recording) -> list[str]:
    """People for whom the source's count of their own votes is not ours."""
    last: Counter[tuple[str, int]] = Counter()
    for (voter, _), vote in last_votes(recording.votes).items():
        last[voter, vote.answer] += 1
    return [
        person
        for person, said in recording.own_counts.items()
        if said
        != (
            last[person, 1] + last[person, 0] + last[person, -1],
            last[person, 1],
            last[person, -1],
        )
    ]


def _repeats(votes: Iterable[Vote]) -> dict[str, Repeats]:
    votes = list(votes)
    last = last_votes(votes)
    found: dict[str, Repeats] = {}
    for vote in votes:
        final = last[vote.voter, vote.statement]
        if vote is not final:
            agrees, disagrees, changed = found.get(vote.statement, Repeats())
            found[vote.statement] = Repeats(
                agrees + (vote.answer == 1),
                disagrees + (vote.answer == -1),
                changed + (vote.answer != final.answer),
            )
    return found
