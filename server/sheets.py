"""The results as rows of sheets, for people: in the words of the dialogue's main language."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rooms.marks import ANSWER_NAMES
from rooms.messages import Language, Texts
from server.codes import spaced

Cell = str | int | None
Row = Sequence[Cell]

WORDS: dict[str, dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parent / "words" / "results.json").read_text("utf-8")
)
"""Headings and labels; the Arabic ones are translations that await a native reader."""

CARD_COLUMNS = (
    *("card", "table", "topic", "round", "kind", "text", "original"),
    *("edited", "via", "hidden"),
)
VOTE_COLUMNS = ("ballot", "voter", "option", "value")
BALLOT_COLUMNS = ("ballot", "state", "voters", "tickets", "seal", "sealed_version")
TALLY_COLUMNS = (
    *("ballot", "option", "table", "card", "kind", "gone"),
    *("dots", "voters", "agree", "disagree", "pass"),
)


class Sheets:
    """The rows of every sheet of one result."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        self.language: Language = found["languages"][0]
        self.words = WORDS[self.language]

    def cards(self) -> list[Row]:
        return [self._heading(CARD_COLUMNS), *(self._card(card) for card in self.found["cards"])]

    def votes(self) -> list[Row]:
        ballots = {ballot["ballot"]: ballot for ballot in self.found["ballots"]}
        return [
            self._heading(VOTE_COLUMNS),
            *(self._vote(ballots[vote["ballot"]], vote) for vote in self.found["votes"]),
        ]

    def tallies(self) -> list[Row]:
        return [
            self._heading(TALLY_COLUMNS),
            *(
                self._tally(ballot, option)
                for ballot in self.found["ballots"]
                if ballot["state"] == "closed"
                for option in ballot["options"]
            ),
        ]

    def overview(self) -> list[Row]:
        return [
            *self._facts(),
            *self._part("tables", ("table", "topic", "joined", "cards"), self._table),
            *self._part("rounds", ("round", "state", "cards"), self._round),
            *self._part("ballots", BALLOT_COLUMNS, self._ballot),
            *self._attendance(),
            *self._part(
                "moderation",
                ("at", "reason", "card", "table", "action", "role"),
                self._moderation,
            ),
        ]

    def text(self, texts: Texts) -> str:
        """The main language's text, or whichever there is (a card is in its author's language)."""
        return texts.get(self.language) or next(iter(texts.values()), "")

    def value(self, name: str) -> str:
        return self.words["values"].get(name, name)

    def _heading(self, columns: Iterable[str]) -> Row:
        return [self.words["columns"][column] for column in columns]

    def _part(
        self, name: str, columns: Sequence[str], row: Callable[[dict[str, Any]], Row]
    ) -> list[Row]:
        heading = self._heading(columns)
        return [(), (self.words["parts"][name],), heading, *map(row, self.found[name])]

    def _table(self, table: dict[str, Any]) -> Row:
        return (table["table"], self.text(table["topic"]), table["joined"], table["cards"])

    def _round(self, round_: dict[str, Any]) -> Row:
        return (self.text(round_["title"]), self.value(round_["state"]), round_["cards"])

    def _ballot(self, ballot: dict[str, Any]) -> Row:
        return (
            self.text(ballot["title"]),
            self.value(ballot["state"]),
            ballot["voters"],
            self._yes_or_no(ballot["tickets"]),
            spaced(ballot["seal"] or ""),
            ballot["sealed_version"],
        )

    def _attendance(self) -> Iterator[Row]:
        """Where heads were counted: how many voted, and in words where that was too many."""
        rows = [(b, one) for b in self.found["ballots"] for one in b["attendance"]]
        if not rows:
            return
        yield ()
        yield (self.words["parts"]["attendance"],)
        yield self._heading(("ballot", "table", "voters", "people", "over"))
        for ballot, one in rows:
            yield (
                self.text(ballot["title"]),
                one["table"] or self.value("hall"),
                one["voters"],
                one["people"],
                self.value("too_many") if one["over"] else None,
            )

    def _facts(self) -> list[Row]:
        found = self.found
        facts: dict[str, Cell] = {
            "code": f"{found['code'][:4]}-{found['code'][4:]}",
            "title": self.text(found["title"]),
            "goal": self.text(found["goal"]),
            "afterwards": self.text(found["afterwards"]),
            "languages": ", ".join(found["languages"]),
            "rehearsal": self._yes_or_no(found["rehearsal"]),
            "version": found["version"],
            "as_of": moment(found["at"]),
            **found["counts"],
            **{f"tickets_{name}": number for name, number in found["tickets"].items()},
            "seal": spaced(found["seal"]),
        }
        return [(self.words["facts"][name], fact) for name, fact in facts.items()]

    def _card(self, card: dict[str, Any]) -> Row:
        return (
            card["card"],
            card["table"],
            self.text(card["topic"]),
            self.text(card["round"]),
            self.value(card["kind"]),
            card["text"],
            card["original"],
            self._yes_or_no(card["edited"]),
            self.value(card["via"]),
            card["hidden"],
        )

    def _vote(self, ballot: dict[str, Any], vote: dict[str, Any]) -> Row:
        option = ballot["options"][vote["option"] - 1]
        value = vote["value"]
        if ballot["method"] == "agreement":
            value = self.value(ANSWER_NAMES[value])
        return (self.text(ballot["title"]), vote["voter"], self.text(option["text"]), value)

    def _tally(self, ballot: dict[str, Any], option: dict[str, Any]) -> Row:
        tally = option["tally"] or {}
        return (
            self.text(ballot["title"]),
            self.text(option["text"]),
            option["table"],
            option["card"],
            self.value(option["kind"]) if option["kind"] else None,
            self._yes_or_no(option["gone"]),
            *(tally.get(name) for name in ("dots", "voters", "agree", "disagree", "pass")),
        )

    def _moderation(self, entry: dict[str, Any]) -> Row:
        return (
            moment(entry["at"]),
            entry["reason"],
            entry["card"],
            entry["table"],
            self.value(entry["action"]),
            self.value(entry["role"]),
        )

    def _yes_or_no(self, claim: bool) -> str:
        return self.value("yes" if claim else "no")


def moment(at: int) -> str:
    """Milliseconds since 1970 as 2026-10-02 18:30:00."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
