"""The same survey reads as the same text, whichever format it is kept in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv

from sweep.sources.reading import read
from sweep.sources.text_columns import text_column
from sweep.sources.written import TRUTH, WHOLE

type Columns = Mapping[str, Sequence[object]]

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), min_size=1
)
WORDS = TEXTS.filter(lambda t: not any(p.fullmatch(t.strip()) for p in (WHOLE, TRUTH)))
"""What a CSV cannot hold apart is left out: text that is written as numbers or truth values are."""

COLUMN = st.sampled_from(
    [
        WORDS,
        st.sampled_from(
            ["NA", "N/A", "None", "nan", "Yes", "Yes ", "a;b", "a|b", '"', "a\tb", "="]
        ),
        st.integers(-(10**15) + 1, 10**15 - 1),
        st.booleans(),
        st.integers(-(10**9), 10**9).map(lambda n: n / 1000).filter(lambda x: not x.is_integer()),
        st.dates(pd.Timestamp("1950-01-01").date()),
    ]
)


@st.composite
def surveys(draw: st.DrawFn) -> Columns:
    rows = draw(st.integers(1, 8))
    kinds = draw(st.lists(COLUMN, min_size=2, max_size=5))
    return {
        f"q{k}": draw(st.lists(st.none() | kind, min_size=rows, max_size=rows))
        for k, kind in enumerate(kinds)
    }


def texts(path: Path) -> dict[str, list[str | None]]:
    table = read(path).table
    columns = {name: text_column(table.column(name)) for name in table.column_names}
    return {
        name: [None if pd.isna(value) else str(value) for value in values]
        for name, values in columns.items()
    }


def write_workbook(columns: Columns, path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for k, (name, values) in enumerate({"row": range(len(columns["q0"])), **columns}.items()):
        sheet.write_string(0, k, name)
        for n, value in enumerate(values, 1):
            if isinstance(value, str):
                sheet.write_string(n, k, value)
            elif value is not None:
                sheet.write(n, k, value)
    book.close()


@settings(max_examples=40, deadline=None)
@given(surveys())
def test_the_same_survey_is_the_same_text_in_every_format(columns: Columns) -> None:
    with TemporaryDirectory() as directory:
        base = Path(directory)
        table = pa.table({"row": range(len(columns["q0"])), **columns})
        pq.write_table(table, base / "survey.parquet")
        csv.write_csv(table, base / "survey.csv")
        write_workbook(columns, base / "survey.xlsx")
        for codec in ("utf-16", "utf-8-sig"):
            text = (base / "survey.csv").read_bytes().decode()
            (base / f"{codec}.csv").write_bytes(text.encode(codec))
        expected = texts(base / "survey.parquet")
        for other in ("survey.csv", "survey.xlsx", "utf-16.csv", "utf-8-sig.csv"):
            assert expected == texts(base / other), other


@settings(max_examples=50, deadline=None)
@given(st.lists(st.none() | st.integers(-(2**52), 2**52).map(float), min_size=1))
def test_codes_kept_as_floats_are_the_integers_that_they_are(codes: list[float | None]) -> None:
    """As pandas keeps integers beside a missing value."""
    with TemporaryDirectory() as directory:
        base = Path(directory)
        frame = pd.DataFrame({"row": range(len(codes)), "q": pd.Series(codes, dtype="float64")})
        frame.to_parquet(base / "survey.parquet")
        frame.to_csv(base / "survey.csv", index=False)
        expected = [None if code is None else str(int(code)) for code in codes]
        assert expected == texts(base / "survey.parquet")["q"] == texts(base / "survey.csv")["q"]
