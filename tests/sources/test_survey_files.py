"""One survey in every format is one survey: what later tests stand on."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from sweep.sources import spss, sql, stata
from sweep.sources.reading import Format
from sweep.sources.sql import query_of
from sweep.words.text import text_of
from tests.support.survey_files import FORMATS, SMALL, write

FORMAT = Format()


def sheet(path: Path) -> pa.Table:
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    columns = list(zip(*rows, strict=True))
    texts = {str(n): [text_of(v) for v in c] for n, c in zip(head, columns, strict=True)}
    return pa.table(texts)


def database(path: Path) -> pa.Table:
    statement = "SELECT * FROM survey"
    return sql.read(query_of(statement, f"sqlite:///{path}", None, path.parent, {}), None).table


def csv(path: Path) -> pa.Table:
    from pyarrow.csv import ConvertOptions, read_csv

    kinds = dict.fromkeys(SMALL.columns, pa.string())
    options = ConvertOptions(column_types=kinds, strings_can_be_null=True)
    return read_csv(path, convert_options=options)


READERS: Mapping[str, Callable[[Path], pa.Table]] = {
    ".csv": csv,
    ".parquet": pq.read_table,
    ".sav": lambda path: spss.read(path, None, FORMAT).table,
    ".zsav": lambda path: spss.read(path, None, FORMAT).table,
    ".dta": lambda path: stata.read(path, None, FORMAT).table,
    ".xlsx": sheet,
    ".db": database,
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_survey_is_the_same_in_every_format(tmp_path: Path, suffix: str) -> None:
    table = READERS[suffix](write(SMALL, tmp_path / f"survey{suffix}"))

    found = [tuple(text_of(v) for v in row.values()) for row in table.to_pylist()]
    written = list(zip(*SMALL.columns.values(), strict=True))
    if suffix == ".dta":  # what is missing is .a there
        written = [(".a" if vote == "99" else vote, *rest) for vote, *rest in written]
    if suffix == ".db":  # whose rows have no order
        written.sort(key=repr)
        found.sort(key=repr)
    assert written == found


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_survey_may_be_written_with_its_labels(tmp_path: Path, suffix: str) -> None:
    table = READERS[suffix](write(SMALL.labelled(), tmp_path / f"survey{suffix}"))

    assert ["Yes", "No", "Refused", "Yes", None, "No", "-3", "Yes"] == table["vote"].to_pylist()
