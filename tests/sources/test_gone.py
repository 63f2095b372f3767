"""What somebody said and a file or a study calls missing is told apart from nothing said."""

from pathlib import Path

import pandas as pd
import pytest

from sweep.data.answers.column import GONE
from sweep.data.codebook import Codebook, ColumnBook
from sweep.sources.source import Source
from sweep.sources.tables import read_text_table
from tests.support.survey_files import Survey, write

TICKS = Survey(
    {"a": ["1", "9", None, "-3"], "b": [None, "1", None, "1"]},
    Codebook({"a": ColumnBook("A", {"1": "Yes", "9": "Refused"}, ("9",), ((-9.0, -1.0),))}),
)


def texts(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in column]


@pytest.mark.parametrize("suffix", [".sav", ".zsav"])
@pytest.mark.parametrize(("values", "yes"), [("labels", "Yes"), ("codes", "1")])
def test_user_missing_codes_are_marked(tmp_path: Path, suffix: str, values: str, yes: str) -> None:
    source = Source((write(TICKS, tmp_path / f"survey{suffix}"),), values=values)  # type: ignore[arg-type]

    table = read_text_table(source, ["a", "b"])

    assert [yes, None, None, None] == texts(table.rows["a"])
    assert ["a"] == list(table.gone)
    assert [yes, GONE, None, GONE] == texts(table.gone["a"])


def test_what_the_study_calls_missing_is_marked_but_marks_for_nothing_are_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("a,b\n1,NA\n99,-\nNA,1\n,1\n")

    table = read_text_table(Source((path,), missing=("99", "NA", "-")), ["a", "b"])

    assert {"a"} == set(table.gone)
    assert ["1", GONE, None, None] == texts(table.gone["a"])


def test_rows_are_chosen_in_all_that_a_table_holds(tmp_path: Path) -> None:
    source = Source((write(TICKS, tmp_path / "survey.sav"),), values="codes")

    table = read_text_table(source, ["a", "b"]).at(pd.Index([3, 1]).to_numpy())

    assert [[None, None], ["1", "1"]] == [texts(table.rows[name]) for name in ("a", "b")]
    assert [GONE, GONE] == texts(table.gone["a"])
    assert ["-3", "9"] == texts(table.coded["a"])
