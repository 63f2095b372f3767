"""Several files are one source, where they agree."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sweep.data.codebook import Codebook, ColumnBook, ResponseSet
from sweep.errors import DataError
from sweep.sources.reading import Format
from sweep.sources.several import common_codebook, glob_paths, names_in_all, read_all
from sweep.sources.text_columns import text_column


def waves(directory: Path, contents: Mapping[str, str]) -> list[Path]:
    (directory / "waves").mkdir()
    for name, content in contents.items():
        (directory / "waves" / name).write_text(content)
    return glob_paths("waves/*.csv", directory)


def texts(column: pa.ChunkedArray) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in text_column(column)]


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    paths = waves(tmp_path, {"b.csv": "a\n2\n", "a.csv": "a\n1\n", "c.txt": "a\n3\n"})
    assert ["a.csv", "b.csv"] == [path.name for path in paths]
    assert ["1", "2"] == texts(read_all(paths).table.column("a"))


def test_a_file_that_exists_as_it_is_written_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "survey[1].csv").write_text("a\n1\n")
    (tmp_path / "survey1.csv").write_text("a\n2\n")
    assert [tmp_path / "survey[1].csv"] == glob_paths("survey[1].csv", tmp_path)
    assert [tmp_path / "absent.csv"] == glob_paths("absent.csv", tmp_path)
    with pytest.raises(DataError, match=r"absent\*\.csv: no file matches"):
        glob_paths("absent*.csv", tmp_path)


def test_columns_may_stand_in_another_order_and_no_others(tmp_path: Path) -> None:
    paths = waves(tmp_path, {"1.csv": "a,b\n1,x\n", "2.csv": "b,a\ny,2\n"})
    reading = read_all(paths)
    assert ["1", "2"] == texts(reading.table.column("a"))
    assert ["x", "y"] == texts(reading.table.column("b"))
    paths[1].write_text("b,a,c\ny,2,3\n")
    with pytest.raises(DataError, match=r"1\.csv: has no column 'c', and 2\.csv has"):
        read_all(paths, ["a"])
    paths[1].write_text("b,c\ny,2\n")
    with pytest.raises(DataError, match=r"2\.csv: has no column 'a', and 1\.csv has"):
        names_in_all(paths)


def test_what_holds_of_all_files_is_told_once(tmp_path: Path) -> None:
    paths = waves(tmp_path, {"1.csv": "a;b\nNA;1\n", "2.csv": "a;b\nNA;2,5\n"})
    reading = read_all(paths)
    assert "2 files, one after the other: 1.csv (1 row), 2.csv (1 row)" == reading.notes[0]
    assert "columns are separated by semicolons" == reading.notes[1]
    assert reading.notes[2].startswith("NA without quotes is missing: a (1 row)")
    assert ["2.csv: a decimal"] == [note[:16] for note in reading.notes[3:]]
    assert {"a": {"NA": 2}} == reading.missing
    assert 2 == read_all(paths, None, Format(missing=())).table.num_rows


def test_a_column_of_other_types_is_text_in_all(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": [1.0, None], "b": ["x", "y"]}), tmp_path / "2.parquet")
    reading = read_all(glob_paths("*.parquet", tmp_path))
    assert ["1", "2", "1", None] == texts(reading.table.column("a"))
    assert ["x", None, "x", "y"] == texts(reading.table.column("b"))


def test_a_column_refused_in_one_file_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": [1], "b": [["x"]]}), tmp_path / "2.parquet")
    reading = read_all(glob_paths("*.parquet", tmp_path))
    assert ["a"] == reading.table.column_names
    assert "in 2.parquet" in reading.refused["b"]


def test_codebooks_are_put_together_where_they_agree() -> None:
    first = Codebook({"q": ColumnBook("Aware?", {"1": "Yes"}, ("99",))})
    second = Codebook({"q": ColumnBook(None, {"2": "No", "1": "Yes"}, ("99",))})
    book = common_codebook({Path("1.sav"): first, Path("2.sav"): second})
    assert ColumnBook("Aware?", {"1": "Yes", "2": "No"}, ("99",)) == book.of("q")


def test_a_weight_is_named_where_all_files_name_it() -> None:
    books = {Path(f"{k}.sav"): Codebook(weight="w", serial=f"id{k}") for k in range(2)}
    assert ("w", None) == (common_codebook(books).weight, common_codebook(books).serial)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (ColumnBook(None, {"1": "No"}), "code 1 is 'No', in a file before 'Yes'"),
        (ColumnBook(None, {"1": "Yes"}, ("1",)), "other codes are missing than in a file before"),
        (ColumnBook(None, {}, (), ((1, 2),)), "other codes are missing"),
    ],
)
def test_a_code_means_the_same_in_all_files(other: ColumnBook, message: str) -> None:
    books = {Path("1.sav"): Codebook({"q": ColumnBook(None, {"1": "Yes"})})}
    books[Path("2.sav")] = Codebook({"q": other})
    with pytest.raises(DataError, match=f"2.sav: column 'q': {message}"):
        common_codebook(books)


def test_a_response_set_is_the_same_in_all_files() -> None:
    one, two = (ResponseSet("media", None, "category", (c,)) for c in ("a", "b"))
    books = {Path("1.sav"): Codebook(sets={"media": one}), Path("2.sav"): Codebook()}
    assert {"media": one} == common_codebook(books).sets
    books[Path("2.sav")] = Codebook(sets={"media": two})
    with pytest.raises(DataError, match="response set media is another than in"):
        common_codebook(books)
