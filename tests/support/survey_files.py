"""Write one small survey in every format that a study may name.

What a format has no place for is left out: only .sav holds response sets, only .sav and .zsav a
weight and ranges of missing values; of the others, only .dta holds labels and missing values, and
these as .a to .z.
"""

import sqlite3
import string
import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from sweep.data.codebook import Codebook, ColumnBook, ResponseSet
from sweep.words.text import number_of

FORMATS = (".csv", ".parquet", ".sav", ".zsav", ".dta", ".xlsx", ".db")
"""What `write` knows; .db is SQLite, with the survey in its table ``survey``."""

type Column = Sequence[Any]


@dataclass(frozen=True)
class Survey:
    """Columns of codes as text, None where nothing is, and what is known of them.

    Text that is a number throughout is written as numbers, but in the columns ``texts``; values
    that are no text (truth values, floats, dates) as what they are.
    """

    columns: Mapping[str, Column]
    codebook: Codebook = field(default_factory=Codebook)
    texts: Collection[str] = ()

    def typed(self) -> dict[str, list[Any]]:
        """Return the columns as a format that knows types stores them."""
        return {n: list(c) if n in self.texts else typed(c) for n, c in self.columns.items()}

    def labelled(self) -> "Survey":
        """Return the survey with labels in place of codes, as somebody would export it."""
        shown = {
            name: [self.codebook.of(name).values.get(v or "", v) for v in column]
            for name, column in self.columns.items()
        }
        return Survey(shown)


SMALL = Survey(
    {
        "vote": ["1", "2", "99", "1", None, "2", "-3", "1"],
        "region": ["N", "S", "S", "N", "X", "N", "S", None],
        "age": ["18", "45", "33", "70", "61", "29", "52", "40"],
        "weight": ["0.5", "1.25", "1", "1", "2", "0.75", "1", "0.5"],
        "brand_tea": ["1", "0", "1", "0", "0", "1", None, "0"],
        "brand_coffee": ["0", "0", "1", "1", "0", "1", None, "0"],
        "first": ["1", "2", "3", "1", None, "2", "3", "1"],
        "second": ["2", None, "1", "3", None, "3", "1", "2"],
    },
    Codebook(
        {
            "vote": ColumnBook(
                "Would vote for it",
                {"1": "Yes", "2": "No", "99": "Refused"},
                ("99",),
                ((-9.0, -1.0),),
            ),
            "region": ColumnBook("Region", {"N": "North", "S": "South", "X": "Unknown"}, ("X",)),
            "age": ColumnBook("Age in years"),
            "weight": ColumnBook(),
            "brand_tea": ColumnBook("Tea", {"0": "Not chosen", "1": "Chosen"}),
            "brand_coffee": ColumnBook("Coffee", {"0": "Not chosen", "1": "Chosen"}),
            "first": ColumnBook("First", {"1": "Price", "2": "Taste", "3": "Habit"}),
            "second": ColumnBook("Second", {"1": "Price", "2": "Taste", "3": "Habit"}),
        },
        {
            "brands": ResponseSet(
                "brands", "Brands", "dichotomy", ("brand_tea", "brand_coffee"), "1"
            ),
            "reasons": ResponseSet("reasons", "Reasons", "category", ("first", "second")),
        },
        weight="weight",
    ),
)


def write(survey: Survey, path: Path) -> Path:
    """Write a survey in the format that the path's suffix names, and return the path."""
    writers = {
        ".csv": write_csv,
        ".parquet": write_parquet,
        ".sav": write_sav,
        ".zsav": write_sav,
        ".dta": write_dta,
        ".xlsx": write_xlsx,
        ".db": write_sqlite,
    }
    writers[path.suffix](survey, path)
    return path


def typed(column: Column) -> list[Any]:
    """Return numbers if every text is one, integers if all are whole; else the values."""
    if any(not isinstance(v, str | None) for v in column):
        return list(column)
    numbers = [None if v is None else number_of(v) for v in column]
    if any(n is None and v is not None for n, v in zip(numbers, column, strict=True)):
        return list(column)
    if all(n is None or n.is_integer() for n in numbers):
        return [None if n is None else int(n) for n in numbers]
    return numbers


def write_csv(survey: Survey, path: Path) -> None:
    pd.DataFrame(dict(survey.columns)).to_csv(path, index=False)


def write_parquet(survey: Survey, path: Path) -> None:
    pq.write_table(pa.table({n: pa.array(c) for n, c in survey.typed().items()}), path)


def write_xlsx(survey: Survey, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("survey")
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for at, (name, column) in enumerate(survey.typed().items()):
            sheet.write_string(0, at, name)
            for row, value in enumerate(column, 1):
                if isinstance(value, str):
                    sheet.write_string(row, at, value)
                elif isinstance(value, date):
                    sheet.write_datetime(row, at, value, day)
                elif isinstance(value, bool):
                    sheet.write_boolean(row, at, value)
                elif value is not None:
                    sheet.write_number(row, at, value)


def write_sqlite(survey: Survey, path: Path) -> None:
    columns = survey.typed()
    marks = ", ".join("?" for _ in columns)
    named = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    with database:
        database.execute(f"CREATE TABLE survey ({named})")
        database.executemany(
            f"INSERT INTO survey VALUES ({marks})", list(zip(*columns.values(), strict=True))
        )
    database.close()


def frame_of(columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Return columns as a data frame in which a number is a float and nothing is None or NaN."""
    made = {
        name: pd.Series(
            column, dtype=object if any(isinstance(v, str | date) for v in column) else float
        )
        for name, column in columns.items()
    }
    return pd.DataFrame(made)


def write_sav(survey: Survey, path: Path) -> None:
    columns = survey.typed()
    labels: dict[str, dict[Any, str]] = {}
    missing: dict[str, list[Any]] = {}
    for name, column in columns.items():
        book = survey.codebook.of(name)
        code: Callable[[str], Any] = str if any(isinstance(v, str) for v in column) else float
        labels[name] = {code(c): label for c, label in book.values.items()}
        spans = [{"lo": low, "hi": high} for low, high in book.missing_ranges]
        missing[name] = [*(code(c) for c in book.missing), *spans]
    pyreadstat.write_sav(
        frame_of(columns),
        path,
        column_labels={n: b.label for n, b in survey.codebook.columns.items() if b.label},
        compress=path.suffix == ".zsav",
        variable_value_labels={n: found for n, found in labels.items() if found},
        missing_ranges={n: found for n, found in missing.items() if found},
    )
    add_to_dictionary(path, survey.codebook, list(columns))


def add_to_dictionary(path: Path, codebook: Codebook, names: Sequence[str]) -> None:
    """Add what pyreadstat cannot write: response sets and the weight, as PSPP's manual has them."""
    data = bytearray(path.read_bytes())
    shorts = short_names(bytes(data))
    lines = b"".join(set_line(found, shorts) for found in codebook.sets.values())
    if lines and path.suffix == ".sav":  # a .zsav says where its data begin
        end = data.index(struct.pack("<ii", 999, 0))
        data[end:end] = struct.pack("<iiii", 7, 7, 1, len(lines)) + lines
    if codebook.weight is not None:
        data[76:80] = struct.pack("<i", 1 + list(names).index(codebook.weight))
    path.write_bytes(data)


def short_names(data: bytes) -> dict[str, str]:
    """Return the short name of each column of a file that pyreadstat wrote."""
    start = data.index(struct.pack("<iii", 7, 13, 1)) + 16
    size = struct.unpack("<i", data[start - 4 : start])[0]
    pairs = (pair.split("=") for pair in data[start : start + size].decode().split("\t"))
    return {long: short for short, long in pairs}


def set_line(found: ResponseSet, shorts: Mapping[str, str]) -> bytes:
    label = (found.label or "").encode()
    counted = (found.counted or "").encode()
    kind = b"C" if found.kind == "category" else b"D%d %s" % (len(counted), counted)
    members = " ".join(shorts[name].lower() for name in found.columns).encode()
    return b"$%s=%s %d %s %s\n" % (found.name.encode(), kind, len(label), label, members)


def write_dta(survey: Survey, path: Path) -> None:
    """Write a survey for Stata; the codes that are missing become .a, .b, in the file's order."""
    columns: dict[str, list[Any]] = {}
    labels: dict[str, dict[Any, str]] = {}
    letters: dict[str, list[str]] = {}
    for name, values in survey.typed().items():
        book = survey.codebook.of(name)
        numeric = not any(isinstance(v, str) for v in values)
        letter = dict(zip(book.missing, string.ascii_lowercase, strict=False)) if numeric else {}
        columns[name] = [letter.get(str(v), v) for v in values]
        letters |= {name: list(letter.values())} if letter else {}
        if numeric and book.values:
            labels[name] = {letter.get(c) or int(c): label for c, label in book.values.items()}
    pyreadstat.write_dta(
        frame_of(columns),
        path,
        column_labels={n: b.label for n, b in survey.codebook.columns.items() if b.label},
        variable_value_labels=labels,
        missing_user_values=letters,
    )
