"""Rows as CSV and XLSX files. A card is somebody's words and must never become a formula.

What a spreadsheet would calculate gets an apostrophe in CSV, wherever in a cell it might begin one
of its own: where the comma parts decimals, cells end at semicolons and line ends. XLSX cells are
strings, marked so that they stay strings when somebody edits them. The same rows always give the
same bytes.
"""

import csv
import io
import re
from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from server.sheets import Cell, Row

# What spreadsheets calculate, with the full-width forms that some of them take for the same.
CALCULATED = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")
CALCULATED_WITHIN = re.compile(r"([;\r\n]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
BYTE_ORDER_MARK = "\ufeff"  # tells spreadsheets that the file is UTF-8
NARROW, WIDE = 14, 60
WIDE_FROM_LETTERS = 24


def csv_file(rows: Sequence[Row]) -> bytes:
    """The rows as CSV: UTF-8, commas, every text in quotes."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerows([_defused(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def xlsx_file(
    sheets: Mapping[str, Sequence[Row]],
    *,
    at: int,
    right_to_left: bool,
    headed: Container[str] = (),
) -> bytes:
    """The sheets as one workbook, dated `at` (milliseconds since 1970), not now.

    On the sheets in `headed` the first row is bold and stays in sight.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": datetime.fromtimestamp(at // 1000, UTC).replace(tzinfo=None)})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if right_to_left:
            sheet.right_to_left()
        if name in headed:
            sheet.freeze_panes(1, 0)
        _write(book, sheet, rows, heading=name in headed)
    book.close()
    return file.getvalue()


def _defused(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    within = CALCULATED_WITHIN.sub(r"\1'", cell)
    return f"'{within}" if cell.startswith(CALCULATED) else within


def _write(
    book: xlsxwriter.Workbook, sheet: Worksheet, rows: Sequence[Row], *, heading: bool
) -> None:
    style = {"text_wrap": True, "valign": "top"}
    words = book.add_format({**style, "quote_prefix": True})
    bold = book.add_format({**style, "quote_prefix": True, "bold": True})
    number = book.add_format(style)
    for column, width in enumerate(_widths(rows)):
        sheet.set_column(column, column, width)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell, bold if heading and row == 0 else words)
            elif cell is not None:
                sheet.write_number(row, column, cell, number)


def _widths(rows: Sequence[Row]) -> list[int]:
    columns = max((len(row) for row in rows), default=0)
    widths = [NARROW] * columns
    for row in rows:
        for column, cell in enumerate(row):
            if isinstance(cell, str) and len(cell) > WIDE_FROM_LETTERS:
                widths[column] = WIDE
    return widths
