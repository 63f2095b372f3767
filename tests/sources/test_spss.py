"""SPSS files: every column keeps what was written, and the file says what it means."""

import struct
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from sweep.data.codebook import Codebook, ColumnBook, ResponseSet
from sweep.errors import DataError
from sweep.sources import spss
from sweep.sources.reading import Format, Reading
from sweep.sources.spss_dictionary import Dictionary, dictionary_of, records_of
from sweep.words.text import text_of
from tests.support.survey_files import SMALL, Survey, write

FORMAT = Format()


def written(path: Path, columns: Mapping[str, list[Any]], **options: Any) -> Reading:
    file = path / "survey.sav"
    pyreadstat.write_sav(pd.DataFrame(dict(columns)), file, **options)
    return spss.read(file, None, FORMAT)


def texts(column: pa.ChunkedArray) -> list[str | None]:
    return [text_of(value) for value in column.to_pylist()]


@pytest.mark.parametrize("suffix", [".sav", ".zsav"])
def test_codes_are_as_stored_and_values_called_missing_stay(tmp_path: Path, suffix: str) -> None:
    reading = spss.read(write(SMALL, tmp_path / f"survey{suffix}"), None, FORMAT)

    found = {name: texts(reading.table[name]) for name in reading.table.column_names}

    assert dict(SMALL.columns) == found
    assert pa.float64() == reading.table.schema.field("vote").type
    assert pa.string() == reading.table.schema.field("region").type


def test_the_codebook_is_whole_whatever_is_read(tmp_path: Path) -> None:
    path = write(SMALL, tmp_path / "survey.sav")

    assert SMALL.codebook == spss.read(path, ["age"], FORMAT).codebook
    assert SMALL.codebook == spss.codebook(path, FORMAT)
    assert list(SMALL.columns) == spss.names(path, FORMAT)


def test_columns_come_in_the_files_order(tmp_path: Path) -> None:
    path = write(SMALL, tmp_path / "survey.sav")

    assert ["vote", "age"] == spss.read(path, ["age", "vote"], FORMAT).table.column_names


def test_no_column_is_not_every_column(tmp_path: Path) -> None:
    assert [] == spss.read(write(SMALL, tmp_path / "s.sav"), [], FORMAT).table.column_names


def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    path = write(SMALL, tmp_path / "survey.sav")

    with pytest.raises(DataError, match=r"no column 'Vote'\. Did you mean 'vote'"):
        spss.read(path, ["Vote"], FORMAT)


def test_the_weight_of_the_file_is_told(tmp_path: Path) -> None:
    reading = spss.read(write(SMALL, tmp_path / "survey.sav"), [], FORMAT)

    assert ("survey.sav: the file says that its weight is 'weight'",) == reading.notes


def test_the_weight_is_found_behind_long_text_and_a_long_name(tmp_path: Path) -> None:
    """The file counts pieces of eight bytes; a text of 3,000 has many."""
    path = tmp_path / "survey.sav"
    columns = {"text": ["x" * 3000, "y"], "a_name_of_many_letters": [1.0, 2.0]}
    pyreadstat.write_sav(pd.DataFrame(columns), path)
    place = len(records_of(path).variables)  # the last

    assert place > 300
    assert "a_name_of_many_letters" == weight_at(path, bytearray(path.read_bytes()), place)
    assert ["x" * 3000, "y"] == spss.read(path, None, FORMAT).table["text"].to_pylist()


def weight_at(path: Path, data: bytearray, place: int) -> str | None:
    data[76:80] = struct.pack("<i", place)
    path.write_bytes(data)
    return spss.codebook(path, FORMAT).weight


def test_system_missing_and_empty_and_blank_text_are_null(tmp_path: Path) -> None:
    reading = written(tmp_path, {"n": [1.0, None, 3.0], "s": ["a", "", "   "]})

    assert [1.0, None, 3.0] == reading.table["n"].to_pylist()
    assert ["a", None, None] == reading.table["s"].to_pylist()


def test_missing_codes_of_text_and_open_ranges(tmp_path: Path) -> None:
    reading = written(
        tmp_path,
        {"n": [1.0, 95.0], "low": [-3.0, 5.0], "s": ["a", "zz"]},
        missing_ranges={
            "n": [{"lo": 90, "hi": float("inf")}, 5],
            "low": [{"lo": float("-inf"), "hi": 0}],
            "s": ["zz"],
        },
    )

    assert (("5",), ((90.0, float("inf")),)) == missing(reading, "n")
    assert ((), ((float("-inf"), 0.0),)) == missing(reading, "low")
    assert (("zz",), ()) == missing(reading, "s")


def missing(reading: Reading, name: str) -> tuple[object, object]:
    book = reading.codebook.of(name)
    return book.missing, book.missing_ranges


def test_codes_that_are_no_whole_numbers_have_labels(tmp_path: Path) -> None:
    reading = written(tmp_path, {"n": [1.5, 2]}, variable_value_labels={"n": {1.5: "Half", 2: "B"}})

    assert {"1.5": "Half", "2": "B"} == reading.codebook.of("n").values


def test_numbers_that_the_format_cannot_tell_apart_are_told(tmp_path: Path) -> None:
    reading = written(tmp_path, {"id": [2.0**53, 7.0], "n": [2.0**53 - 1, 1.0]})

    (note,) = reading.notes
    assert note.startswith("survey.sav: id: 1 numbers beyond 2^53")


DATES: dict[str, list[Any]] = {
    "d": [date(2020, 1, 2), None, date(1900, 12, 31)],
    "m": [datetime(2020, 1, 2, 3, 4, 5, 100000), datetime(2020, 1, 2), None],
    "t": [time(13, 4, 5), None, time(0, 0)],
}


def test_dates_are_dates(tmp_path: Path) -> None:
    reading = written(tmp_path, DATES)

    assert DATES == {name: reading.table[name].to_pylist() for name in DATES}
    assert ["2020-01-02", None, "1900-12-31"] == texts(reading.table["d"])
    assert () == reading.notes


@pytest.mark.parametrize("form", ["MOYR8", "QYR6", "WKYR8", "ADATE10", "EDATE8", "JDATE7"])
def test_every_format_of_dates_is_known(tmp_path: Path, form: str) -> None:
    seconds = (date(2020, 1, 1) - date(1582, 10, 14)).days * 86400.0

    reading = written(tmp_path, {"d": [seconds]}, variable_format={"d": form})

    assert [date(2020, 1, 1)] == reading.table["d"].to_pylist()


@pytest.mark.parametrize("form", ["WKDAY9", "MONTH9", "DOLLAR8.2", "PCT5.1", "F8.2", "N4"])
def test_what_is_shown_as_something_else_stays_a_number(tmp_path: Path, form: str) -> None:
    reading = written(tmp_path, {"d": [3.0, None]}, variable_format={"d": form})

    assert [3.0, None] == reading.table["d"].to_pylist()


def test_missing_codes_and_labels_of_dates_are_written_as_the_dates_are(tmp_path: Path) -> None:
    start = date(1582, 10, 14)
    old, new = (float((d - start).days * 86400) for d in (date(1900, 1, 1), date(2020, 1, 2)))
    reading = written(
        tmp_path,
        {"d": [new, old, old + 86400], "e": [new, new, old]},
        variable_format={"d": "DATE11", "e": "EDATE10"},
        missing_ranges={"d": [{"lo": old - 5, "hi": old + 86400}], "e": [old]},
        variable_value_labels={"e": {old: "Never"}},
    )

    assert (("1900-01-01", "1900-01-02"), ()) == missing(reading, "d")
    assert (("1900-01-01",), ()) == missing(reading, "e")
    assert {"1900-01-01": "Never"} == reading.codebook.of("e").values


def test_a_time_of_day_that_a_date_hides_is_told(tmp_path: Path) -> None:
    reading = written(tmp_path, {"d": [13797302400.0 + 60]}, variable_format={"d": "DATE11"})

    assert [date(2020, 1, 2)] == reading.table["d"].to_pylist()
    assert "survey.sav: d: 1 dates have a time of day" in reading.notes[0]


def test_hours_beyond_a_day_stay_seconds_and_are_told(tmp_path: Path) -> None:
    reading = written(
        tmp_path,
        {"t": [90000.0, None]},
        variable_format={"t": "DTIME20"},
        missing_ranges={"t": [{"lo": 80000, "hi": 99999}]},
    )

    assert [90000.0, None] == reading.table["t"].to_pylist()
    assert ("survey.sav: t: times beyond a day are read as seconds",) == reading.notes
    assert ((), ((80000.0, 99999.0),)) == missing(reading, "t")


def test_dates_beyond_the_calendar_cost_their_column_alone(tmp_path: Path) -> None:
    reading = written(tmp_path, {"d": [1e15], "x": [1.0]}, variable_format={"d": "DATE11"})

    assert ["x"] == reading.table.column_names
    assert {"d": "its dates do not all lie in the years 1 to 9999"} == reading.refused


def sets_of(path: Path, *found: ResponseSet) -> tuple[Mapping[str, ResponseSet], Reading]:
    names = {name: ["a", "b"] for s in found for name in s.columns}
    survey = Survey(names, Codebook(sets={s.name: s for s in found}))
    reading = spss.read(write(survey, path / "survey.sav"), None, FORMAT)
    return reading.codebook.sets, reading


def test_sets_with_counted_text_and_long_names_are_whole(tmp_path: Path) -> None:
    """The library drops a counted value that is text, and two long names that begin alike."""
    columns = ("a_long_name_1", "a_long_name_2", "c")
    found = ResponseSet("Q5", "Wer? Größe 10", "dichotomy", columns, "Yes please")

    assert {"Q5": found} == sets_of(tmp_path, found)[0]


def test_a_set_of_categories_without_a_label(tmp_path: Path) -> None:
    found = ResponseSet("Q6", None, "category", ("x", "y"))

    assert {"Q6": found} == sets_of(tmp_path, found)[0]


@pytest.mark.parametrize("flags", [b"1", b"11"])
def test_newer_sets_are_read_as_well(tmp_path: Path, flags: bytes) -> None:
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(pd.DataFrame({"c": [1.0], "d": [0.0]}), path)
    add_extension(path, 19, b"$F=E " + flags + b" 3 Yes 0  c d\n")

    found = ResponseSet("F", None, "dichotomy", ("c", "d"), "Yes")
    assert {"F": found} == spss.codebook(path, FORMAT).sets


def add_extension(path: Path, subtype: int, content: bytes) -> None:
    data = path.read_bytes()
    end = data.index(struct.pack("<ii", 999, 0))
    extension = struct.pack("<iiii", 7, subtype, 1, len(content)) + content
    path.write_bytes(data[:end] + extension + data[end:])


def test_a_set_of_columns_that_are_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(pd.DataFrame({"c": [1.0], "d": [0.0]}), path)
    add_extension(path, 7, b"$A=D1 1 0  c gone\n")

    reading = spss.read(path, None, FORMAT)

    assert {} == reading.codebook.sets
    assert "the multiple-response set 'A' names 'gone', no columns of it" in reading.notes[0]


@pytest.mark.parametrize("line", [b"$A=Dx 1 0  c d\n", b"$A\n", b"A=D1 1 9999 x\n", b"$A=D1 1 \n"])
def test_a_damaged_set_is_told_and_costs_no_column(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(pd.DataFrame({"c": [1.0], "d": [0.0]}), path)
    add_extension(path, 7, line)

    reading = spss.read(path, None, FORMAT)

    assert {} == reading.codebook.sets
    assert "multiple-response set" in reading.notes[0]
    assert ["c", "d"] == reading.table.column_names


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_dictionary_of_either_order_of_bytes_is_understood(tmp_path: Path, order: str) -> None:
    """Written by hand as PSPP's manual has it: a long text, labels of two lengths, a document."""

    def integers(*values: int) -> bytes:
        return struct.pack(f"{order}{len(values)}i", *values)

    text, rest = integers(2, 12, 1, -3, 0, 0) + b"TEXT    ", integers(2, -1, 0, 0, 0, 0) + b" " * 8
    number = integers(2, 0, 0, 0, 0, 0) + b"WEIGHT_1"
    labels = integers(3, 2) + bytes(8) + b"\3Yes" + bytes(4) + bytes(8) + b"\7Refused"
    content = b"$Q=C 0  text weight_1"
    header = b"$FL2" + bytes(60) + integers(2, 4, 0, 3, -1)
    path = tmp_path / "survey.sav"
    path.write_bytes(
        header.ljust(176, b"\0")
        + (text + integers(5) + b"Label" + bytes(3) + bytes(24))
        + (rest + number + labels + integers(4, 1, 3))
        + (integers(6, 1) + b"d" * 80)
        + (integers(7, 7, 1, len(content)) + content + integers(999, 0))
    )

    found = dictionary_of(records_of(path), ["text", "weight_1"], "utf-8")

    assert Dictionary("weight_1", {"Q": reasons("text", "weight_1")}, ()) == found


def reasons(*columns: str) -> ResponseSet:
    return ResponseSet("Q", None, "category", columns)


DAMAGE = [
    (180, 8192),  # a text wider than there can be
    (180, 20),  # a text without the records for its rest
    (180, -1),  # such a record without a text
    (184, 7),  # a label that is there seven times
    (188, 9),  # nine missing values
    (192, 0x00010800),  # a number shown as text
]


@pytest.mark.parametrize(("at", "value"), DAMAGE)
def test_no_damage_to_a_variable_ends_the_process(tmp_path: Path, at: int, value: int) -> None:
    """The library reads and writes beyond its memory at some of these."""
    path = write(SMALL, tmp_path / "survey.sav")
    data = bytearray(path.read_bytes())
    data[at : at + 4] = struct.pack("<i", value)
    path.write_bytes(data)

    for read in (spss.names, spss.codebook):
        with pytest.raises(DataError, match="its dictionary is"):
            read(path, FORMAT)


def test_a_record_larger_than_its_file_is_an_error(tmp_path: Path) -> None:
    path = write(SMALL, tmp_path / "survey.sav")
    data = bytearray(path.read_bytes())
    at = data.index(struct.pack("<iii", 7, 13, 1)) + 8
    data[at : at + 8] = struct.pack("<ii", 2**30, 2**30)
    path.write_bytes(data)

    with pytest.raises(DataError, match="its dictionary is cut short"):
        spss.names(path, FORMAT)


def test_a_name_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = write(SMALL, tmp_path / "survey.sav")
    path.write_bytes(path.read_bytes().replace(b"SECOND=second", b"SECOND=\xc8econd"))

    with pytest.raises(DataError, match="its text is not what the file says it is"):
        spss.names(path, FORMAT)


@pytest.mark.parametrize("place", [0, 500, -3])
def test_labels_of_no_variable_are_an_error(tmp_path: Path, place: int) -> None:
    path = write(SMALL, tmp_path / "survey.sav")
    data = bytearray(path.read_bytes())
    at = data.index(struct.pack("<iii", 4, 1, 1)) + 8
    data[at : at + 4] = struct.pack("<i", place)
    path.write_bytes(data)

    with pytest.raises(DataError, match="its dictionary is damaged"):
        spss.names(path, FORMAT)


def test_a_weight_that_is_no_variable_is_an_error(tmp_path: Path) -> None:
    path = write(SMALL, tmp_path / "survey.sav")
    data = bytearray(path.read_bytes())
    with pytest.raises(DataError, match="its weight is variable 500 of"):
        weight_at(path, data, 500)


def foreign(path: Path) -> Path:
    """Return a file whose text is in cp1252, though it says UTF-8."""
    file = path / "survey.sav"
    frame = pd.DataFrame({"city": ["Köln", "Bonn"]})
    pyreadstat.write_sav(frame, file, column_labels={"city": "größe"})
    data = file.read_bytes()
    data = data.replace("Köln".encode(), "Köln ".encode("cp1252"))
    file.write_bytes(data.replace("größe".encode(), "größe  ".encode("cp1252")))
    return file


def test_a_wrong_encoding_is_an_error_that_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"what the file says it is.*encoding: cp1252"):
        spss.read(foreign(tmp_path), None, FORMAT)


def test_a_code_with_a_label_in_a_wrong_encoding_does_not_end_the_process(tmp_path: Path) -> None:
    path = tmp_path / "survey.sav"
    labels: dict[str, dict[Any, str]] = {"s": {"Ab": "North"}}
    pyreadstat.write_sav(pd.DataFrame({"s": ["Ab", "x"]}), path, variable_value_labels=labels)
    path.write_bytes(path.read_bytes().replace(b"Ab      \x05North", b"\xd6b      \x05North"))

    for read in (spss.names, spss.codebook):
        with pytest.raises(DataError, match=r"what the file says it is.*encoding: cp1252"):
            read(path, FORMAT)
    assert {"Öb": "North"} == spss.codebook(path, Format(encoding="cp1252")).of("s").values


def test_an_encoding_of_the_config_is_used(tmp_path: Path) -> None:
    reading = spss.read(foreign(tmp_path), None, Format(encoding="windows-1252"))

    assert ["Köln", "Bonn"] == reading.table["city"].to_pylist()
    assert ColumnBook("größe") == reading.codebook.of("city")


@pytest.mark.parametrize("said", [b"\x02\0\0\0", b"\x03\0\0\0"])
def test_an_encoding_that_the_file_does_not_say_is_told(tmp_path: Path, said: bytes) -> None:
    path = foreign(tmp_path)
    unsaid = path.read_bytes().replace(b"UTF-8", b"     ")
    path.write_bytes(unsaid.replace(struct.pack("<i", 65001), said))

    reading = spss.read(path, None, FORMAT)

    assert ["Köln", "Bonn"] == reading.table["city"].to_pylist()
    assert "does not say its encoding: read as cp1252" in reading.notes[0]
    assert () == spss.read(path, None, Format(encoding="cp1252")).notes


def test_an_encoding_is_told_only_where_it_matters(tmp_path: Path) -> None:
    path = write(SMALL, tmp_path / "survey.zsav")
    unsaid = path.read_bytes().replace(b"UTF-8", b"     ")
    path.write_bytes(unsaid.replace(struct.pack("<i", 65001), struct.pack("<i", 2)))

    assert not any("encoding" in note for note in spss.read(path, None, FORMAT).notes)


def test_an_encoding_that_there_is_not_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no encoding 'cp99999'"):
        spss.read(write(SMALL, tmp_path / "s.sav"), None, Format(encoding="cp99999"))


@pytest.mark.parametrize("damage", [b"", b"$FL2 and nothing more", b"a,b\n1,2\n"])
def test_what_is_no_such_file_is_an_error(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "survey.sav"
    path.write_bytes(damage)

    with pytest.raises(DataError, match=r"survey\.sav: cannot be read"):
        spss.read(path, None, FORMAT)


def test_every_file_that_was_cut_short_is_an_error(tmp_path: Path) -> None:
    whole = write(SMALL, tmp_path / "whole.sav").read_bytes()
    path = tmp_path / "survey.sav"
    for size in range(0, len(whole), 97):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"survey\.sav"):
            spss.read(path, None, FORMAT)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        spss.names(tmp_path / "none.sav", FORMAT)
