"""A conversation as Polis exports it: who said what when, who voted how when."""

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

CREDIT = (
    "Data was gathered using the Polis software (compdemocracy.org/polis) and is sub-licensed "
    "under CC BY 4.0 with Attribution to The Computational Democracy Project. "
    "More information: https://compdemocracy.org/case-studies/{study}"
)
STUDIES = {
    "https://pol.is/5twd2jsnfk": "2022-Austria-Klimarat",
    "https://pol.is/9xxwa9jpkm": "2022-london-youth-policing",
}
"""Conversations published as open data, by the address they were held at."""


class NotARecording(Exception):
    """The folder does not hold a conversation; the text says what is missing."""


class Statement(NamedTuple):
    """`agrees` and `disagrees` are the source's own counts; `rejected`: by its moderators."""

    id: str
    author: str
    at: int
    text: str
    rejected: bool
    agrees: int
    disagrees: int


class Vote(NamedTuple):
    """`answer` is 1 agree, 0 pass, -1 disagree."""

    statement: str
    voter: str
    at: int
    answer: int


class OwnCount(NamedTuple):
    """How the source says one person voted."""

    votes: int
    agrees: int
    disagrees: int


@dataclass(frozen=True)
class Recording:
    """Statements and votes in the order in which they came; `url` is where it was held.

    `own_counts`: what the source says about each person, if it says so at all.
    """

    topic: str
    description: str
    url: str
    statements: list[Statement]
    votes: list[Vote]
    own_counts: dict[str, OwnCount]

    @property
    def people(self) -> list[str]:
        """Everybody who said something or voted, in order of appearance."""
        begun = [(statement.at, statement.author) for statement in self.statements]
        begun += [(vote.at, vote.voter) for vote in self.votes]
        return list(dict.fromkeys(person for _, person in sorted(begun)))

    @property
    def credit(self) -> str:
        """Whose data this is; whatever shows it has to say so."""
        if self.url in STUDIES:
            return CREDIT.format(study=STUDIES[self.url])
        return f"Gathered with Polis at {self.url or 'an unknown address'}."


def read_recording(folder: Path) -> Recording:
    """The conversation in a folder with comments.csv, votes.csv and summary.csv."""
    try:
        summary = {row[0]: row[1] for row in _rows(folder / "summary.csv") if len(row) > 1}
        statements = list(_statements(folder / "comments.csv"))
        votes = list(_votes(folder / "votes.csv"))
        people = folder / "participants.csv"
        own_counts = dict(_own_counts(people)) if people.exists() else {}
    except FileNotFoundError as missing:
        raise NotARecording(f"there is no {missing.filename}") from None
    except (KeyError, ValueError) as wrong:
        raise NotARecording(f"{folder}: {type(wrong).__name__} {wrong}") from None
    known = {statement.id for statement in statements}
    stray = {vote.statement for vote in votes} - known
    if stray:
        raise NotARecording(f"votes on statements that are not there: {', '.join(sorted(stray))}")
    return Recording(
        topic=summary.get("topic", folder.name),
        description=summary.get("conversation-description", ""),
        url=summary.get("url", ""),
        statements=sorted(statements, key=lambda statement: statement.at),
        votes=sorted(votes, key=lambda vote: vote.at),  # stable: what is tied keeps its order
        own_counts=own_counts,
    )


def same_words(text: str) -> str:
    """A text as it compares equal however it was stored: NFC, no white space around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def _statements(file: Path) -> Iterator[Statement]:
    for row in _records(file):
        yield Statement(
            id=row["comment-id"],
            author=row["author-id"],
            at=int(row["timestamp"]),
            text=row["comment-body"],
            rejected=row["moderated"] == "-1",
            agrees=int(row["agrees"]),
            disagrees=int(row["disagrees"]),
        )


def _votes(file: Path) -> Iterator[Vote]:
    for row in _records(file):
        answer = int(row["vote"])
        if answer not in (1, 0, -1):
            raise ValueError(f"a vote of {answer}")
        yield Vote(row["comment-id"], row["voter-id"], int(row["timestamp"]), answer)


def _own_counts(file: Path) -> Iterator[tuple[str, OwnCount]]:
    for row in _records(file):
        counts = (int(row[name]) for name in ("n-votes", "n-agree", "n-disagree"))
        yield row["participant"], OwnCount(*counts)


def _records(file: Path) -> Iterator[dict[str, str]]:
    rows = iter(_rows(file))
    heading = next(rows, [])
    for row in rows:
        yield dict(zip(heading, row, strict=False))


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))
