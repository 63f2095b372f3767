"""The raw example: what its files hold, the same bytes each time, and the truth behind them."""

from pathlib import Path

import numpy as np
import pytest

from sweep.errors import UsageError
from sweep.simulate import write_raw
from sweep.simulate.raw import EDGES, PEOPLE, population_cells, raw_survey
from sweep.sources.source import Source
from sweep.sources.tables import read_text_table


def test_the_files_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    first = {p.name: p.read_bytes() for p in write_raw(tmp_path / "a")}
    second = {p.name: p.read_bytes() for p in write_raw(tmp_path / "b")}
    assert first == second
    assert ["survey.sav", "margins.xlsx", "truth.csv"] == list(first)


def test_the_survey_has_what_raw_surveys_have(tmp_path: Path) -> None:
    source = Source((write_raw(tmp_path)[0],))
    table = read_text_table(source, list(source.columns))
    assert 1_600 == len(table.rows)
    assert {"q1", "q2", "age"} == set(table.read.missing)  # codes that the file calls missing
    assert "Don't know" in list(table.rows["q1"].cat.categories)  # and one that it does not
    asked = table.rows["q2"].notna()
    assert set(table.rows["q1"][asked]) == {"Yes"}  # blank where it was not put
    assert ("q5_1", "q5_2", "q5_3", "q5_4") == source.codebook.sets["ads"].columns
    assert "How old are you?" == source.codebook.columns["age"].label
    assert table.rows["respid"].nunique() == 1_600


def test_the_margins_are_people_and_agree() -> None:
    margins = raw_survey(100).margins
    assert ["sex", "age", "region", "education"] == list(margins)
    totals = {int(table["people"].sum()) for table in margins.values()}
    assert 1 == len(totals)
    assert abs(totals.pop() - PEOPLE) < 200


def test_answers_come_from_the_truth_and_the_weight_misses_it() -> None:
    """Means within cells, counted by their people, are the truth; weights by sex and age, not."""
    made = raw_survey(200_000, seed=3)
    rows = made.respondents[made.respondents["q1"].isin([1, 2]) & (made.respondents["age"] < 999)]
    rows = rows.assign(
        yes=rows["q1"] == 1,
        sex=rows["s1"] - 1,
        age=np.searchsorted(EDGES[1:-1], rows["age"], side="right"),
        region=rows["region"] - 1,
        education=np.minimum(rows["educ"], 4) - 1,
    )
    by = ["sex", "age", "region", "education"]
    means = rows.groupby(by)["yes"].mean()
    people = population_cells().set_index(by)["people"]
    (truth,) = made.truth.query("region == '' and outcome == 'q1'")["share"]
    assert truth == pytest.approx(np.average(means, weights=people.loc[means.index]), abs=0.004)
    assert truth + 0.01 < np.average(rows["yes"], weights=rows["wt"])


def test_without_the_writer_of_workbooks_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.simulate.raw_files.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'modelsweep\[examples\]'"):
        write_raw(tmp_path / "new")
    assert [] == list(tmp_path.iterdir())
