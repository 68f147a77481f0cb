"""Reads CSV and XLSX files back into rows, with nothing but the standard library."""

import csv
import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

Record = dict[str, str]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DEFUSED = ("'=", "'+", "'-", "'@")


def read_csv(file: bytes) -> list[Record]:
    """Each row by its heading; what was defused for spreadsheets as it was before."""
    rows = csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""))
    return [{name: _armed(cell) for name, cell in row.items()} for row in rows]


def read_xlsx(file: bytes, sheet: str) -> list[Record]:
    """Each row of one sheet by its heading."""
    with zipfile.ZipFile(file=io.BytesIO(file)) as book:
        names = [one.get("name") for one in _parts(book, "xl/workbook.xml", "sheet")]
        part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
        rows = [_cells(row) for row in _parts(book, part, "row")]
    heading = rows[0]
    return [{name: row.get(column, "") for column, name in heading.items()} for row in rows[1:]]


def _parts(book: zipfile.ZipFile, part: str, tag: str) -> Iterator[ElementTree.Element]:
    with book.open(part) as xml:
        for _, element in ElementTree.iterparse(xml):
            if element.tag == MAIN + tag:
                yield element
                element.clear()


def _cells(row: ElementTree.Element) -> dict[str, str]:
    """From column letter to text."""
    return {cell.get("r", "").rstrip("0123456789"): _text(cell) for cell in row.iter(f"{MAIN}c")}


def _text(cell: ElementTree.Element) -> str:
    if cell.get("t") not in (None, "n", "inlineStr"):
        raise ValueError(f"a cell of type {cell.get('t')}")
    return "".join(text.text or "" for text in cell.iter() if text.tag in (f"{MAIN}t", f"{MAIN}v"))


def _armed(cell: str) -> str:
    return cell[1:] if cell.startswith(DEFUSED) else cell
