"""Surveys of random columns: each proposal is sound once decided, or refused in words."""

import re
from pathlib import Path

import numpy as np
import pytest

from sweep.data.codebook import Codebook, ColumnBook
from sweep.proposal.propose import propose
from tests.cli.conftest import inside
from tests.support.deciding import decided
from tests.support.survey_files import Survey, write

ANSWERS: tuple[tuple[str | None, ...], ...] = (
    ("Yes", "No"), ("Yes", "No", "Don't know"), ("1", "2"), ("0", "1"), ("1", "2", "3", "4", "5"),
    ("1", "2", "98", "99"), ("Agree", "Disagree", "Neither"), ("Selected", None), (None,), ("x",),
    ("a | b", "a", "b | c", "c"), ("Labour", "Green", None), ("Yes", None), ("k. A.", "ja", "nein"),
    ("Male", "Female", "Prefer not to say"), ("18-24", "25-44", "45+"), ("0", "1", "-1"),
    ("North", "South", "Not asked"), ("1.5", "2.5", "0.2"), ("2026-01-01", "2026-02-01"),
    ("O'Neil", 'Yes: "q"', "no # x"), ("{a}", "[b]", "a,b", "a"), ("true", "false"),
)  # fmt: skip
NAMES = (
    *("q1", "q2", "Q1_1", "Q1_2", "Q1[SQ1]", "Q1 (a)", "a.b.1", "Q1r1", "Q1r2", "my var", "müll"),
    *("sex", "gender", "age", "region", "weight", "wt", "id", "respid", "status", "brand_1"),
    *("null", "in", "chain", "value", "n", "mean", "universe", "group", "1x"),
)
LABELS = ("Yes", "No", "Fairly likely", "Unlikely", "Don't know", "Mitte")


def drawn(rng: np.random.Generator) -> Survey:
    """Return a survey of a few columns, some with labels, some with blanks."""
    people = int(rng.choice([3, 30, 120]))
    columns: dict[str, list[str | None]] = {}
    books: dict[str, ColumnBook] = {}
    for name in rng.choice(NAMES, int(rng.integers(2, 12)), replace=False).tolist():
        choices = ANSWERS[int(rng.integers(len(ANSWERS)))]
        values = [choices[k] for k in rng.integers(0, len(choices), people)]
        if name == "age" and rng.random() < 0.6:
            values = [str(k) for k in rng.integers(15, 99, people)]
        if rng.random() < 0.2:
            values = [v if rng.random() < 0.7 else None for v in values]
        columns[name] = values
        codes = [v for v in choices if v is not None and v.lstrip("-").isdigit()]
        if codes and name != "age" and rng.random() < 0.5:
            labels = {v: str(rng.choice(LABELS)) for v in codes}
            books[name] = ColumnBook(f"About {name}: {{x}}", labels, tuple({*codes} & {"99"}))
    return Survey(columns, Codebook(books))


def population(directory: Path, rng: np.random.Generator) -> list[str]:
    """Write a joint table, two margins, or nothing."""
    kind = int(rng.integers(3))
    if kind == 0:
        cells = [(s, r) for s in ("Male", "Female") for r in ("North", "South")]
        rows = "".join(f"{s},{r},{rng.integers(1, 99)}\n" for s, r in cells)
        (directory / "joint.csv").write_text(f"sex,region,people\n{rows}")
        return [str(directory / "joint.csv")]
    if kind == 1:
        (directory / "a.csv").write_text("gender,n\nMen,49\nWomen,51\nTotal,100\n")
        (directory / "b.csv").write_text("age,n\n15-24,30\n25-44,30\n45+,40\n")
        return [str(directory / "a.csv"), str(directory / "b.csv")]
    return []


@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(n, marks=pytest.mark.slow) for n in range(8, 80))]
)
def test_no_survey_ends_in_a_traceback(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    survey, suffix = drawn(rng), str(rng.choice([".csv", ".sav", ".xlsx", ".parquet"]))
    if suffix == ".sav" and not all(name.isidentifier() for name in survey.columns):
        suffix = ".csv"  # SPSS has no such names
    people = population(tmp_path, rng)
    text = propose(tmp_path, str(write(survey, tmp_path / f"survey{suffix}")), people)
    own = re.sub(r"    source: !decide.*\n    size: !decide.*\n", "    cells_of: survey\n", text)
    rule = f"[{{name: o, column: {next(iter(survey.columns))!r}, success: [1]}}]"
    (tmp_path / "sweep.yaml").write_text(decided(own, outcomes=rule, predictors="{sex: {}}"))
    ended = inside("check", "sweep.yaml", cwd=tmp_path)
    assert ended.code in {0, 2}
    assert (ended.code == 2) == bool(ended.err)
    assert "!decide" not in ended.err
