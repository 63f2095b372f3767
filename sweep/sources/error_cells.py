"""Error cells: those of a workbook that hold an error such as ``#N/A`` instead of a value.

The library that reads workbooks gives them back as empty, and an empty cell is not told of: they
are counted in the file itself, of an ``.xlsx`` or ``.xlsm``. In ``.xls`` and ``.ods`` they are
missing and not told.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, is_zipfile

from sweep.sources.sheet import Sheet

__all__ = ["error_cells"]

BOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
ERROR = re.compile(rb'<(?:\w+:)?c\b[^>]*\bt="e"[^>]*>.*?<(?:\w+:)?v>([^<]*)<', re.DOTALL)
PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')


def error_cells(path: Path, sheet: Sheet, columns: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many cells of some columns of a sheet hold each error, below its header."""
    if path.suffix.lower() not in {".xlsx", ".xlsm"} or not is_zipfile(path):
        return {}
    names = {sheet.places[name]: name for name in columns}
    counts: dict[str, dict[str, int]] = {}
    for column, row, error in errors_in(sheet_xml(path, sheet.name)):
        if column in names and row > sheet.header:
            of = counts.setdefault(names[column], {})
            of[error] = of.get(error, 0) + 1
    return counts


def errors_in(xml: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield the column, from 0, the row, from 1, and the error of each cell that holds one."""
    for found in ERROR.finditer(xml):
        place = PLACE.search(found[0])
        if place is not None:
            yield column_number(place[1].decode()), int(place[2]), found[1].decode()


def sheet_xml(path: Path, name: str) -> bytes:
    """Return a sheet as the file holds it, nothing if the file has it in another place."""
    from xml.etree import ElementTree

    with ZipFile(path) as file:
        parts = set(file.namelist())
        if not {BOOK, RELATIONS} <= parts:
            return b""
        sheets = ElementTree.fromstring(file.read(BOOK)).iter()
        relations = {
            r.get("Id"): r.get("Target") for r in ElementTree.fromstring(file.read(RELATIONS))
        }
        ids = [
            value
            for sheet in sheets
            if sheet.tag.endswith("}sheet") and sheet.get("name") == name
            for key, value in sheet.items()
            if key.endswith("}id")
        ]
        target = str(relations.get(ids[0], "")) if ids else ""
        part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        return file.read(part) if part in parts else b""


def column_number(letters: str) -> int:
    """Return the place of a column that is called ``A`` to ``XFD``, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
