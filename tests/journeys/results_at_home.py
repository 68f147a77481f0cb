"""The numbers in the downloaded files, read as somebody at home would: by their headings."""

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from moderator import Moderator

WORDS = Path(__file__).parents[2] / "server" / "words" / "results.json"
HEADINGS = json.loads(WORDS.read_text("utf-8"))["de"]["columns"]
COLUMNS = [HEADINGS[name] for name in ("option", "dots", "voters")]


class Count(NamedTuple):
    """What became of one option."""

    dots: int
    voters: int


Counts = dict[str, Count]


async def counts_in_files(moderator: Moderator) -> list[Counts]:
    """From the CSV, the workbook and the JSON."""
    return [
        _in_rows(_csv_rows(await moderator.download("tallies_csv"))),
        _in_rows(_sheet_rows(await moderator.download("xlsx"))),
        _in_json(json.loads(await moderator.download("json"))),
    ]


def _csv_rows(file: bytes) -> list[Any]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))


def _sheet_rows(file: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(file), read_only=True)
    sheets = [list(sheet.values) for sheet in book.worksheets]
    book.close()
    (tallies,) = [rows for rows in sheets if rows and set(COLUMNS) <= set(rows[0])]
    return tallies


def _in_rows(rows: list[Any]) -> Counts:
    heading, *lines = rows
    option, dots, voters = (list(heading).index(name) for name in COLUMNS)
    return {line[option]: Count(int(line[dots]), int(line[voters])) for line in lines}


def _in_json(told: Any) -> Counts:
    return {
        next(iter(option["text"].values())): Count(**option["tally"])
        for ballot in told["ballots"]
        for option in ballot["options"]
    }
