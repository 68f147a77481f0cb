"""What the files to take home say about the vote, beside the count."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from server.phones import Desk
from server.replay.counting import Count, Tally, Voice
from server.replay.evening import Evening
from server.replay.outcome import Check, check_same, check_voices, tally_of
from server.replay.recording import Recording, same_words
from server.replay.spreadsheets import Record, read_csv, read_xlsx
from server.sheets import WORDS


async def check_files(evening: Evening, desk: Desk, counted: Count) -> list[Check]:
    """Every file the moderator can take home, read back."""
    folder = f"/api/dialogues/{evening.code}"
    facts = json.loads(await desk.download(f"{folder}/results.json"))
    workbook = await desk.download(f"{folder}/results.xlsx")
    files = Files(evening.recording, evening.language, counted)
    rows = {
        name: read_csv(await desk.download(f"{folder}/{name}.csv"))
        for name in ("cards", "tallies", "votes")
    }
    sheets = {name: read_xlsx(workbook, files.words["sheets"][name]) for name in rows}
    return [
        *files.check_facts(facts),
        *files.check_rows("{}.csv", rows),
        *files.check_rows("results.xlsx, {}", sheets),
    ]


class Files:
    """Statements are found by the number of their card, which is their place in the recording."""

    def __init__(self, recording: Recording, language: str, counted: Count) -> None:
        self.words = WORDS[language]
        self.counted = counted
        self.texts = {one.id: same_words(one.text) for one in recording.statements}
        self.rejected = {one.id for one in recording.statements if one.rejected}
        self.numbers = {n: one.id for n, one in enumerate(recording.statements, 1)}

    def check_facts(self, facts: dict[str, Any]) -> list[Check]:
        """results.json"""
        options = facts["ballots"][0]["options"]
        statement_of = {option["option"]: self.numbers[option["card"]] for option in options}
        tallies = {statement_of[one["option"]]: tally_of(one["tally"]) for one in options}
        cards = {self.numbers[one["card"]]: same_words(one["text"]) for one in facts["cards"]}
        hidden = {self.numbers[one["card"]] for one in facts["cards"] if one["hidden"]}
        said = (
            (vote["voter"], statement_of[vote["option"]], vote["value"]) for vote in facts["votes"]
        )
        return [
            check_same("results.json, words", self.texts, cards),
            check_same(
                "results.json, hidden",
                dict.fromkeys(self.rejected, True),
                dict.fromkeys(hidden, True),
            ),
            check_same("results.json, tallies", self.counted.tallies, tallies),
            check_voices("results.json, votes", self.counted.voices, _voices(said)),
        ]

    def check_rows(self, place: str, rows: dict[str, list[Record]]) -> list[Check]:
        """The three sheets with the headings of the evening's language."""
        heading, value = self.words["columns"], self.words["values"]
        answers = {value["agree"]: 1, value["pass"]: 0, value["disagree"]: -1}
        cards = {
            self.numbers[int(row[heading["card"]])]: same_words(row[heading["text"]])
            for row in rows["cards"]
        }
        tallies = {
            self.numbers[int(row[heading["card"]])]: Tally(
                *(int(row[heading[name]]) for name in ("agree", "disagree", "pass"))
            )
            for row in rows["tallies"]
        }
        said = (
            (
                row[heading["voter"]],
                same_words(row[heading["option"]]),
                answers[row[heading["value"]]],
            )
            for row in rows["votes"]
        )
        return [
            check_same(place.format("cards"), self.texts, cards),
            check_same(place.format("tallies"), self.counted.tallies, tallies),
            check_voices(place.format("votes"), self._voices_in_words(), _voices(said)),
        ]

    def _voices_in_words(self) -> Counter[Voice]:
        """These sheets name a statement by its words only."""
        in_words: Counter[Voice] = Counter()
        for voice, people in self.counted.voices.items():
            words = frozenset((self.texts[statement], answer) for statement, answer in voice)
            in_words[words] += people
        return in_words


def _voices(said: Iterable[tuple[object, str, int]]) -> Counter[Voice]:
    by_voter: defaultdict[object, list[tuple[str, int]]] = defaultdict(list)
    for voter, statement, answer in said:
        by_voter[voter].append((statement, answer))
    return Counter(frozenset(answers) for answers in by_voter.values())
