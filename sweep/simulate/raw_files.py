"""Raw files: the simulated survey as SPSS writes one, and margins as sheets of a workbook.

pyreadstat writes no response sets, and the time at which it writes: both are put into the file's
dictionary here, whose records PSPP's developer's guide describes.
"""

import struct
from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from sweep.errors import UsageError

__all__ = ["LABELS", "require_writer", "sav_bytes", "workbook_bytes"]

YES_NO = {1.0: "Yes", 2.0: "No", 98.0: "Don't know", 99.0: "No answer"}
TICKED = {1.0: "Selected"}
LABELS: Mapping[str, tuple[str, Mapping[float, str]]] = {
    "respid": ("Respondent number", {}),
    "wt": ("Weight (sex by age)", {}),
    "s1": ("What is your sex?", {1.0: "Male", 2.0: "Female"}),
    "age": ("How old are you?", {999.0: "Refused"}),
    "region": (
        "Region",
        {1.0: "North", 2.0: "East", 3.0: "South", 4.0: "West", 5.0: "Mid-West", 6.0: "Capital"},
    ),
    "educ": (
        "What is your highest qualification?",
        {
            1.0: "No qualification",
            2.0: "School",
            3.0: "Vocational",
            4.0: "Degree",
            5.0: "Postgraduate degree",
        },
    ),
    "q1": ("Have you heard of Norvalik?", YES_NO),
    "q2": ("Have you bought anything from Norvalik in the last three months?", YES_NO),
    "q3": (
        "How satisfied were you with it?",
        {
            1.0: "Very dissatisfied",
            2.0: "Fairly dissatisfied",
            3.0: "Neither satisfied nor dissatisfied",
            4.0: "Fairly satisfied",
            5.0: "Very satisfied",
        },
    ),
    "q4": (
        "How likely are you to buy from Norvalik in the next three months?",
        {
            1.0: "Very likely",
            2.0: "Fairly likely",
            3.0: "Fairly unlikely",
            4.0: "Very unlikely",
            98.0: "Don't know",
        },
    ),
    "q5_1": ("Television", TICKED),
    "q5_2": ("Online", TICKED),
    "q5_3": ("Posters", TICKED),
    "q5_4": ("None of these", TICKED),
    "q6": (
        "How likely are you to recommend Norvalik, from 0 to 10?",
        {0.0: "Not at all", 10.0: "Extremely"},
    ),
    "q7": (
        "Which of these do you like best?",
        {1.0: "Norvalik", 2.0: "Ostrava", 3.0: "Pellington", 4.0: "Quist"},
    ),
}
"""Of each column: its label, and the labels of its codes."""

MISSING = {"q1": [99.0], "q2": [99.0], "age": [999.0]}
SET = ("ads", "Where have you seen advertising for Norvalik?", ("q5_1", "q5_2", "q5_3", "q5_4"))
WRITTEN = "01 Mar 2612:00:00"  # when it says it was made: a date of 9 characters, a time of 8
WRITTEN_AT = 92
SETS, LONG_NAMES, LAST = (7, 7), (7, 13), 999  # records: type and subtype; the end of them
MADE = datetime(2026, 3, 1)


def require_writer() -> None:
    """Refuse to begin without what writes workbooks.

    Raises
    ------
    UsageError
        If xlsxwriter is not installed.
    """
    if find_spec("xlsxwriter") is None:
        msg = (
            "the raw example needs the package xlsxwriter: `pip install 'modelsweep[examples]'`, "
            "or in a checkout `scripts/setup --extra examples`"
        )
        raise UsageError(msg)


def sav_bytes(respondents: pd.DataFrame) -> bytes:
    """Return the survey as a file of SPSS, with labels, codes that are missing, and one set."""
    import pyreadstat

    names = [str(name) for name in respondents]
    missing: dict[str, list[Any]] = {name: list(codes) for name, codes in MISSING.items()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "survey.sav"
        pyreadstat.write_sav(
            respondents,
            path,
            column_labels={name: LABELS[name][0] for name in names},
            variable_value_labels={
                name: dict(LABELS[name][1]) for name in names if LABELS[name][1]
            },
            missing_ranges=missing,
            variable_format={name: "F8.0" for name in names if name != "wt"},
        )
        return with_set(path.read_bytes())


def with_set(data: bytes) -> bytes:
    """Return a file with the response set in its dictionary, and with one time of writing."""
    made = bytearray(data)
    made[WRITTEN_AT : WRITTEN_AT + len(WRITTEN)] = WRITTEN.encode()
    short = short_names(data)
    name, label, columns = SET
    members = " ".join(short[column].lower() for column in columns)
    line = f"${name}=D1 1 {len(label)} {label} {members}\n".encode()
    end = made.index(struct.pack("<ii", LAST, 0))
    made[end:end] = struct.pack("<iiii", *SETS, 1, len(line)) + line
    return bytes(made)


def short_names(data: bytes) -> dict[str, str]:
    """Return each column's short name in the dictionary, by its name."""
    start = data.index(struct.pack("<iii", *LONG_NAMES, 1)) + 16
    (size,) = struct.unpack("<i", data[start - 4 : start])
    pairs = (pair.split("=") for pair in data[start : start + size].decode().split("\t"))
    return {long: short for short, long in pairs}


def workbook_bytes(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Return a workbook with a table per sheet, its header in the first row."""
    import xlsxwriter

    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": MADE})
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(table.columns))
            for row, values in enumerate(table.itertuples(index=False), 1):
                sheet.write_row(row, 0, list(values))
    return buffer.getvalue()
