"""Parquet and Arrow files go by their schema, and one odd column hides no other."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from sweep.errors import DataError
from sweep.sources.reading import names_in, read
from sweep.sources.text_columns import text_column

DAY = dt.date(2026, 1, 2)
NOON = dt.datetime(2026, 1, 2, 12)
SINGLE: dict[str, tuple[pa.Array, list[str | None]]] = {
    "text": (pa.array(["a ", "", None]), ["a", None, None]),
    "large": (pa.array(["a", "b", None], pa.large_string()), ["a", "b", None]),
    "view": (pa.array(["a", "b", None], pa.string_view()), ["a", "b", None]),
    "id": (pa.array([2**53 + 1, 2**53, None], pa.int64()), [f"{2**53 + 1}", f"{2**53}", None]),
    "most": (pa.array([2**64 - 1, 0, None], pa.uint64()), [f"{2**64 - 1}", "0", None]),
    "small": (pa.array([-1, 1, None], pa.int8()), ["-1", "1", None]),
    "double": (pa.array([1.0, 345.1, float("nan")]), ["1", "345.1", None]),
    "single": (pa.array([1.0, 0.1, None], pa.float32()), ["1", "0.1", None]),
    "half": (pa.array([1.0, 0.5, None], pa.float16()), ["1", "0.5", None]),
    "truth": (pa.array([True, False, None]), ["true", "false", None]),
    "decimal": (pa.array([Decimal("345.10"), Decimal("2.00"), None]), ["345.10", "2", None]),
    "tiny": (pa.array([Decimal("3.10"), None], pa.decimal32(3, 2)), ["3.10"]),
    "day": (pa.array([DAY, DAY, None]), ["2026-01-02", "2026-01-02", None]),
    "moment": (pa.array([NOON, None], pa.timestamp("ns")), ["2026-01-02T12:00:00"]),
    "zone": (pa.array([NOON, None], pa.timestamp("us", "UTC")), ["2026-01-02T12:00:00+00:00"]),
    "clock": (pa.array([dt.time(9, 30), None], pa.time64("ns")), ["09:30:00", None]),
    "nothing": (pa.nulls(3), [None, None, None]),
    "levels": (pa.array(["b", "a", None]).dictionary_encode(), ["b", "a", None]),
    "codes": (pa.array([2, 1, None]).dictionary_encode(), ["2", "1", None]),
}
NESTED = {
    "holds lists (list<": pa.array([["a"], None]),
    "holds records (struct<": pa.array([{"a": 1}, None]),
    "holds maps (map<": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int8())),
    "holds bytes (binary)": pa.array([b"\xff\xfe", None]),
    "holds bytes (fixed_size_binary[4])": pa.array([b"\0\0\0\1", None], pa.binary(4)),
    "holds durations (duration[s])": pa.array([1, None], pa.duration("s")),
}


def texts(column: pa.ChunkedArray) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in text_column(column)]


def in_file(directory: Path, suffix: str, **columns: pa.Array) -> Path:
    path = directory / f"survey{suffix}"
    table = pa.table(columns)
    if suffix == ".parquet":
        pq.write_table(table, path)
    elif suffix == ".feather":
        pyarrow.feather.write_feather(table, path)
    else:
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
            stream.write_table(table)
    return path


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrow"])
@pytest.mark.parametrize("name", SINGLE)
def test_every_single_value_is_text_in_its_plainest_form(
    tmp_path: Path, name: str, suffix: str
) -> None:
    column, expected = SINGLE[name]
    reading = read(in_file(tmp_path, suffix, **{name: column}))
    found = texts(reading.table.column(name))
    assert expected == found[: len(expected)]
    assert len(column) == len(found)
    assert {} == reading.refused


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
@pytest.mark.parametrize("what", NESTED)
def test_a_column_without_single_values_is_named_and_the_others_are_read(
    tmp_path: Path, what: str, suffix: str
) -> None:
    path = in_file(tmp_path, suffix, q1=pa.array(["Yes", "No"]), odd=NESTED[what])
    reading = read(path)
    assert ["q1"] == reading.table.column_names
    assert ["odd"] == list(reading.refused)
    assert reading.refused["odd"].startswith(what)
    assert {} == read(path, ["q1"]).refused
    assert ["q1", "odd"] == names_in(path)


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(3)])
def test_bytes_that_are_text_throughout_are_text_and_told(
    tmp_path: Path, kind: pa.DataType
) -> None:
    path = in_file(tmp_path, ".arrow", q1=pa.array([b"Yes", b"\xc3\xa9a", None], kind))
    reading = read(path)
    assert ["Yes", "éa", None] == texts(reading.table.column("q1"))
    assert ("bytes are read as the UTF-8 text that they are: q1",) == reading.notes


def test_a_stored_index_is_a_column_and_a_repeated_one_means_nothing(tmp_path: Path) -> None:
    path = tmp_path / "survey.parquet"
    waves = pd.concat([pd.DataFrame({"q1": ["Yes", "No"]})] * 2)
    waves.to_parquet(path)
    assert ["q1", "__index_level_0__"] == names_in(path)
    assert ["Yes", "No", "Yes", "No"] == texts(read(path).table.column("q1"))
    waves.rename_axis("region").to_parquet(path)
    assert ["0", "1", "0", "1"] == texts(read(path, ["region"]).table.column("region"))


def test_a_point_in_a_name_is_no_path_into_a_record(tmp_path: Path) -> None:
    record = pa.array([{"b": "inner"}])
    path = in_file(tmp_path, ".parquet", **{"a.b": pa.array(["x"]), "a": record, "c": record})
    assert ["x"] == texts(read(path, ["a.b"]).table.column("a.b"))
    assert ["a", "c"] == list(read(path).refused)


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_a_name_twice_is_an_error_with_both_places(tmp_path: Path, suffix: str) -> None:
    table = pa.table([["1"], ["2"], ["3"]], names=["a", "b", "a "])
    path = tmp_path / f"survey{suffix}"
    write = pq.write_table if suffix == ".parquet" else pyarrow.feather.write_feather
    write(table, path)
    with pytest.raises(DataError, match="'a' appears twice, as column 1 and as column 3"):
        names_in(path)


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_what_cannot_be_read_is_an_error_of_the_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"survey{suffix}"
    for call in (lambda: read(path), lambda: names_in(path)):
        with pytest.raises(DataError, match="there is no such file"):
            call()
    path.write_bytes(b"a,b\n1,2\n" * 100)
    for call in (lambda: read(path), lambda: names_in(path)):
        with pytest.raises(DataError, match="can be read"):
            call()
    whole = in_file(tmp_path, suffix, a=pa.array(["x" * 100] * 100)).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="survey"):
        read(path)


def test_several_row_groups_are_one_column(tmp_path: Path) -> None:
    path = tmp_path / "survey.parquet"
    pq.write_table(pa.table({"a": ["x", "y", "x", "z"]}), path, row_group_size=1)
    assert ["x", "y", "x", "z"] == texts(read(path).table.column("a"))
