"""The same survey, in every format, as labels or as codes with labels, gives the same results."""

from pathlib import Path
from typing import Any

import pytest

from sweep.artifacts.artifact import read
from sweep.data.codebook import Codebook, ColumnBook
from tests.project import Project, project_in, survey_of
from tests.support.survey_files import Survey, write

LABELS = {
    "sex": {"1": "Female", "2": "Male"},
    "region": {"1": "East", "2": "North", "3": "South", "4": "West"},
    "aware": {"0": "No", "1": "Yes"},
}
WAYS = [
    *((suffix, False) for suffix in (".csv", ".parquet", ".sav", ".zsav", ".dta", ".xlsx")),
    *((suffix, True) for suffix in (".sav", ".zsav", ".dta")),
]
"""Every format, and whether it holds codes with labels, or the labels as text."""

STUDY: dict[str, Any] = {"outcomes": [{"name": "aware", "success": ["Yes"]}]}


def coded() -> Survey:
    """Return the survey of the tests as codes with labels."""
    rows = survey_of()
    columns = {str(name): [str(v) for v in rows[name]] for name in rows}
    for name, labels in LABELS.items():
        codes = {label: code for code, label in labels.items()}
        columns[name] = [codes[v] for v in columns[name]]
    return Survey(columns, Codebook({n: ColumnBook(n, own) for n, own in LABELS.items()}))


def in_folder(folder: Path, suffix: str, labels: bool) -> Project:
    """Return a project whose survey is written in one of the ways."""
    project = project_in(folder)
    survey = coded() if labels else coded().labelled()
    write(survey, project.directory / f"survey{suffix}")
    return Project(project.directory, {**project.study, **study_of(suffix)}, project.execution)


def study_of(suffix: str) -> dict[str, Any]:
    return {**STUDY, "survey": {"source": f"survey{suffix}", "weight": "w"}}


def named(way: tuple[str, bool]) -> str:
    return f"{way[0][1:]}, {'codes' if way[1] else 'text'}"


@pytest.mark.parametrize("way", WAYS[1:], ids=named)
def test_all_ways_give_the_keys_of_the_csv(way: tuple[str, bool], tmp_path: Path) -> None:
    expected, found = (
        [(e.fit_key, e.key) for e in in_folder(tmp_path / named(w), *w).plan()[1].entries]
        for w in (WAYS[0], way)
    )
    assert expected == found


@pytest.mark.slow  # 30 seconds
@pytest.mark.sampling
def test_all_ways_give_the_bytes_of_the_csvs_estimates(tmp_path: Path) -> None:
    tables = set()
    for way in WAYS:
        swept = in_folder(tmp_path / named(way), *way).sweep()
        assert ["aware"] == swept.happened("done")
        done = read(swept.store, "estimates", swept.plan.entries[0].key)
        tables.add(done.payload["estimates.parquet"])
    assert 1 == len(tables)
