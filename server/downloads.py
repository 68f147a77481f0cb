"""The results as files to take home: single sheets as CSV, everything as XLSX or JSON."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from rooms.messages import Language
from server.codes import shown_code
from server.sheets import Sheets
from server.shells import RIGHT_TO_LEFT
from server.spreadsheets import csv_file, xlsx_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def workbook(found: dict[str, Any]) -> bytes:
    sheets = Sheets(found)
    names = sheets.words["sheets"]
    language: Language = found["languages"][0]
    return xlsx_file(
        {
            names["overview"]: sheets.overview(),
            names["cards"]: sheets.cards(),
            names["tallies"]: sheets.tallies(),
            names["votes"]: sheets.votes(),
        },
        at=found["at"],
        right_to_left=language in RIGHT_TO_LEFT,
        headed=(names["cards"], names["tallies"], names["votes"]),
    )


FILES: dict[str, tuple[str, Callable[[dict[str, Any]], bytes]]] = {
    "cards.csv": (CSV, lambda found: csv_file(Sheets(found).cards())),
    "votes.csv": (CSV, lambda found: csv_file(Sheets(found).votes())),
    "tallies.csv": (CSV, lambda found: csv_file(Sheets(found).tallies())),
    "results.xlsx": (XLSX, workbook),
    "results.json": (
        "application/json",
        lambda found: json.dumps(found, ensure_ascii=False, indent=1).encode(),
    ),
}


async def download(name: str, found: dict[str, Any]) -> Response:
    """One of FILES, made from results in a thread: a large evening takes a second to write."""
    media_type, write = FILES[name]
    content = await asyncio.to_thread(write, found)
    saved_as = f"dialogtisch-{shown_code(found['code'])}-{name}"
    headers = {"content-disposition": f'attachment; filename="{saved_as}"'}
    return Response(content, media_type=media_type, headers=headers)
