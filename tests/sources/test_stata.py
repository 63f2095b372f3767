"""Stata files: every column keeps what was written, extended missing values among it."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from sweep.data.codebook import ColumnBook
from sweep.errors import DataError
from sweep.sources import stata
from sweep.sources.reading import Format, Reading
from sweep.words.text import text_of
from tests.support.survey_files import SMALL, write

FORMAT = Format()


def written(path: Path, columns: Mapping[str, list[Any]], **options: Any) -> Reading:
    file = path / "survey.dta"
    pyreadstat.write_dta(pd.DataFrame(dict(columns)), file, **options)
    return stata.read(file, None, FORMAT)


def test_codes_are_as_stored_and_the_codebook_names_them(tmp_path: Path) -> None:
    reading = stata.read(write(SMALL, tmp_path / "survey.dta"), None, FORMAT)

    found = {n: [text_of(v) for v in reading.table[n].to_pylist()] for n in SMALL.columns}
    vote = [".a" if v == "99" else v for v in SMALL.columns["vote"]]

    assert dict(SMALL.columns) | {"vote": vote} == found
    labels = {"1": "Yes", "2": "No", ".a": "Refused"}
    assert ColumnBook("Would vote for it", labels, (".a",)) == reading.codebook.of("vote")


def test_names_and_codebook_come_without_the_rows(tmp_path: Path) -> None:
    path = write(SMALL, tmp_path / "survey.dta")

    assert list(SMALL.columns) == stata.names(path, FORMAT)
    assert SMALL.codebook.of("first") == stata.codebook(path, FORMAT).of("first")
    assert ["vote", "age"] == stata.read(path, ["age", "vote"], FORMAT).table.column_names


def test_a_column_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Did you mean 'vote'"):
        stata.read(write(SMALL, tmp_path / "survey.dta"), ["Vote"], FORMAT)


def test_extended_missing_values_are_told_apart_from_each_other_and_from_system_missing(
    tmp_path: Path,
) -> None:
    reading = written(
        tmp_path,
        {"n": [1, "a", "z", None], "f": [0.5, 2.0, "b", None]},
        missing_user_values={"n": ["a", "z"], "f": ["b"]},
        variable_value_labels={"n": {1: "Yes", "a": "Refused", "z": "Not asked"}},
    )

    assert ["1", ".a", ".z", None] == reading.table["n"].to_pylist()
    assert ["0.5", "2", ".b", None] == reading.table["f"].to_pylist()
    book = reading.codebook.of("n")
    assert {"1": "Yes", ".a": "Refused", ".z": "Not asked"} == book.values
    assert (".a", ".z") == book.missing
    assert (".b",) == reading.codebook.of("f").missing


def test_a_column_without_extended_missing_values_is_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "survey.dta"
    columns = {"n": pd.array([1, 2], dtype="int16"), "f": [0.5, None]}
    pd.DataFrame(columns).to_stata(path, write_index=False)

    reading = stata.read(path, None, FORMAT)

    assert [pa.int64(), pa.float64()] == reading.table.schema.types
    assert () == reading.codebook.of("n").missing


def test_a_date_with_an_extended_missing_value_is_still_a_date(tmp_path: Path) -> None:
    reading = written(
        tmp_path,
        {"d": [21916, "a", None]},
        variable_format={"d": "%td"},
        missing_user_values={"d": ["a"]},
    )

    assert ["2020-01-02", ".a", None] == reading.table["d"].to_pylist()


DAYS = {"d": [date(2020, 1, 2), None, date(1900, 12, 31)]}


@pytest.mark.parametrize("form", ["%td", "%d", "%tdDD/NN/CCYY", "%-tdD_m_Y", "%tdCCYY-NN-DD"])
def test_every_daily_format_is_of_dates(tmp_path: Path, form: str) -> None:
    days = [21916.0, None, -21550.0]

    reading = written(tmp_path, {"d": days}, variable_format={"d": form})

    assert DAYS["d"] == reading.table["d"].to_pylist()


@pytest.mark.parametrize("form", ["%tc", "%tcDDmonCCYY_HH:MM:SS"])
def test_moments_are_moments(tmp_path: Path, form: str) -> None:
    reading = written(tmp_path, {"m": [1893553445250.0, None]}, variable_format={"m": form})

    assert [datetime(2020, 1, 2, 3, 4, 5, 250000), None] == reading.table["m"].to_pylist()
    assert () == reading.notes


def test_leap_seconds_are_told(tmp_path: Path) -> None:
    reading = written(tmp_path, {"m": [1893553445250.0]}, variable_format={"m": "%tC"})

    assert ("survey.dta: m: read without leap seconds: up to 27 seconds late",) == reading.notes


@pytest.mark.parametrize("form", ["%tm", "%tq", "%tw", "%th", "%tmCCYY-NN"])
def test_periods_stay_numbers_and_are_told(tmp_path: Path, form: str) -> None:
    reading = written(tmp_path, {"p": [720.0, None]}, variable_format={"p": form})

    assert [720.0, None] == reading.table["p"].to_pylist()
    assert "survey.dta: p: read as Stata's number of" in reading.notes[0]


@pytest.mark.parametrize("form", ["%ty", "%9.0g", "%-12.2f", "%tg"])
def test_numbers_are_no_dates(tmp_path: Path, form: str) -> None:
    reading = written(tmp_path, {"p": [2020.0, None]}, variable_format={"p": form})

    assert [2020.0, None] == reading.table["p"].to_pylist()
    assert () == reading.notes


def test_dates_beyond_the_calendar_cost_their_column_alone(tmp_path: Path) -> None:
    reading = written(tmp_path, {"d": [9e9], "x": [1.0]}, variable_format={"d": "%td"})

    assert ["x"] == reading.table.column_names
    assert {"d": "its dates do not all lie in the years 1 to 9999"} == reading.refused


def test_a_float_of_four_bytes_is_what_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "survey.dta"
    column = pd.array([0.1, 345.5, 16777216, 2.5e-7], dtype="float32")
    pd.DataFrame({"f": column}).to_stata(path, write_index=False)

    reading = stata.read(path, None, FORMAT)

    assert [0.1, 345.5, 16777216.0, 2.5e-7] == reading.table["f"].to_pylist()


def test_long_text_is_whole_and_empty_text_is_null(tmp_path: Path) -> None:
    path = tmp_path / "survey.dta"
    frame = pd.DataFrame({"s": ["x" * 5000, "", "  ", "Köln"]})
    frame.to_stata(path, write_index=False, version=118, convert_strl=["s"])

    assert ["x" * 5000, None, None, "Köln"] == stata.read(path, None, FORMAT).table["s"].to_pylist()


def old(path: Path) -> Path:
    """Return a file of a version that does not say its encoding, with letters beyond ASCII."""
    file = path / "survey.dta"
    pd.DataFrame({"city": ["Köln", "Bonn"]}).to_stata(file, write_index=False, version=114)
    return file


def test_an_encoding_that_the_file_does_not_say_is_told(tmp_path: Path) -> None:
    reading = stata.read(old(tmp_path), None, FORMAT)

    assert ["Köln", "Bonn"] == reading.table["city"].to_pylist()
    assert "does not say its encoding: read as cp1252" in reading.notes[0]


def test_an_encoding_of_the_config_is_used(tmp_path: Path) -> None:
    reading = stata.read(old(tmp_path), None, Format(encoding="cp437"))

    assert ["K÷ln", "Bonn"] == reading.table["city"].to_pylist()
    assert () == reading.notes


def test_an_encoding_that_the_reader_does_not_know_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not know 'mac-roman'"):
        stata.read(old(tmp_path), None, Format(encoding="mac-roman"))


def test_every_file_that_was_cut_short_is_an_error(tmp_path: Path) -> None:
    whole = write(SMALL, tmp_path / "whole.dta").read_bytes()
    path = tmp_path / "survey.dta"
    for size in range(0, len(whole), 97):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"survey\.dta"):
            stata.read(path, None, FORMAT)


def test_a_line_end_behind_the_last_tag_cuts_nothing(tmp_path: Path) -> None:
    path = write(SMALL, tmp_path / "survey.dta")
    whole = stata.read(path, None, FORMAT)
    path.write_bytes(path.read_bytes() + b"\r\n")

    assert whole == stata.read(path, None, FORMAT)
