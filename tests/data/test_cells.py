"""Cells are numbered without overflow: right where int64 holds them, refused or by rows beyond."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.surveys import ROOT
from sweep.artifacts.artifact import publish, read
from sweep.artifacts.contents import get_sums
from sweep.config import Group, read_config
from sweep.coordinator.execute import plan_sweep
from sweep.data.cells import (
    LARGEST,
    Cells,
    are_too_many,
    check_numbers,
    combination,
    decode,
    encode_codes,
    occurring_combinations,
)
from sweep.data.frame import Frame, frame_of
from sweep.errors import DataError
from sweep.estimates.rows import answers_by_margin
from sweep.estimates.weighting import weighting_of
from sweep.journal.runs import read_plan
from sweep.planning.forecast import row_count
from sweep.planning.recipes import many_groups
from sweep.planning.selection import Selection
from sweep.results.table import estimates_of
from tests.cli.conftest import inside
from tests.project import Project
from tests.support.columns import text_table
from tests.support.here import swept_here

MANY = ROOT.parent / "shared" / "cases" / "32-many-geographies-in-groups"
GEOGRAPHIES = (
    *("county", "constituency", "ward", "district", "postcode"),
    *("parish", "school", "surgery", "station"),
)
FIVE = GEOGRAPHIES[:5]
AREAS = 8_000  # of each of five: 6 * 8000^5 is 2e20, beyond 2^63
FEW = 150  # of each of nine: 6 * 150^9 is beyond as well, and quick


class Sized(Sequence[str]):
    """Levels that only have a number: thousands of labels would say no more."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        msg = f"numbering looked at the label of level {index}: only their number counts"
        raise AssertionError(msg)


def levels_of(sizes: Sequence[int], name: str = "v") -> dict[str, Any]:
    return {f"{name}{i}": Sized(size) for i, size in enumerate(sizes)}


SIZES = st.lists(st.integers(1, 2**31 - 1), min_size=1, max_size=6)


@st.composite
def cells(draw: Any) -> tuple[list[int], list[list[int]]]:
    """Return numbers of levels and some cells' codes."""
    sizes = draw(SIZES)
    codes = [st.sampled_from([0, size - 1]) | st.integers(0, size - 1) for size in sizes]
    return sizes, draw(st.lists(st.tuples(*codes).map(list), min_size=1, max_size=8))


def codes_of(rows: list[list[int]]) -> dict[str, Any]:
    return {f"v{i}": np.array(column, np.int32) for i, column in enumerate(zip(*rows, strict=True))}


def big(codes: Sequence[int], sizes: Sequence[int]) -> int:
    """Return a cell's number in C order, by whole numbers without end."""
    number = 0
    for code, size in zip(codes, sizes, strict=True):
        number = number * size + code
    return number


@given(cells())
def test_a_number_is_right_or_refused(made: tuple[list[int], list[list[int]]]) -> None:
    sizes, rows = made
    levels, codes = levels_of(sizes), codes_of(rows)
    if prod(sizes) > LARGEST:
        with pytest.raises(DataError, match="can be numbered"):
            encode_codes(codes, levels)
        return
    index = encode_codes(codes, levels)
    assert [big(row, sizes) for row in rows] == index.tolist()
    assert {n: c.tolist() for n, c in codes.items()} == {
        n: c.tolist() for n, c in decode(index, levels).items()
    }


@given(cells(), st.randoms(use_true_random=False))
def test_some_predictors_are_numbered_in_the_order_they_are_given(
    made: tuple[list[int], list[list[int]]], random: Any
) -> None:
    sizes, rows = made
    some = random.sample(range(len(sizes)), random.randint(0, len(sizes)))
    assume(prod(sizes[i] for i in some) <= LARGEST)
    index = combination(Cells(codes_of(rows)), [f"v{i}" for i in some], levels_of(sizes))
    wanted = [big([row[i] for i in some], [sizes[i] for i in some]) for row in rows]
    assert wanted == index.tolist()


NARROW = st.integers(-1, 3)
WIDE = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([-(2**63), 2**63 - 1, -1, 0])
COLUMNS = st.integers(0, 7).flatmap(
    lambda k: st.lists(st.tuples(*[NARROW | WIDE] * k), min_size=0, max_size=12)
)


@given(COLUMNS, st.booleans())
def test_what_occurs_is_numbered_as_sorted_tuples_are(rows: list[Any], repeat: bool) -> None:
    """Row order is C order, whatever the ranges; the first row of each is its first."""
    rows = rows + rows[::-1] if repeat else rows
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    first, place = occurring_combinations(columns, len(rows))
    order = sorted(set(rows))
    assert [order.index(row) for row in rows] == place.tolist()
    assert [rows.index(row) for row in order] == first.tolist()


@given(st.lists(st.tuples(*[st.sampled_from([0, 2**31 - 1])] * 9), min_size=1, max_size=30))
def test_codes_of_32_bits_do_not_overflow_either(rows: list[Any]) -> None:
    columns = [np.array(column, np.int32) for column in zip(*rows, strict=True)]
    first, place = occurring_combinations(columns, len(rows))
    assert rows == [rows[first[k]] for k in place]
    assert len(set(rows)) == len(first)


def test_predictors_beyond_64_bits_are_refused_in_words() -> None:
    sizes = [7_000, 7_001, 7_002, 7_003, 7_004]
    check_numbers(levels_of(sizes[1:]))
    with pytest.raises(DataError) as caught:
        check_numbers(levels_of(sizes, "area"))
    words = str(caught.value)
    assert "(area4 7,004 x area3 7,003 x area2 7,002 x area1 7,001 x area0 7,000)" in words
    assert f"{prod(sizes):,} cells" in words
    assert "at most 9,223,372,036,854,775,807 can be numbered" in words
    assert "study.derive" in words
    assert "study.groups" in words


def test_the_refusal_of_very_many_predictors_is_short() -> None:
    with pytest.raises(DataError, match=r" x 58 more\)") as caught:
        check_numbers(levels_of([2] * 70))
    assert len(str(caught.value)) < 600


def test_missing_counts_as_a_level_of_what_a_group_uses() -> None:
    """A respondent may lack a further variable, so its levels are one more there."""
    assert not are_too_many(levels_of([2**63 - 1]), {})
    assert not are_too_many(levels_of([2**62 - 1]), levels_of([1], "further"))
    assert are_too_many(levels_of([2**62]), levels_of([1], "further"))


def nested(areas: int, names: Sequence[str]) -> pd.DataFrame:
    """Return a population of some geographies, one row per area of each."""
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"region": rng.choice(["East", "North", "South"], areas)})
    for k, name in enumerate(names):
        rows[name] = [f"{k}-{i:04d}" for i in rng.permutation(areas)]
    return rows.assign(sex=rng.choice(["Female", "Male"], areas), n=rng.integers(1, 90, areas))


def nested_frame(rows: pd.DataFrame, variables: Sequence[str]) -> Frame:
    names = {v: tuple(sorted(rows[v].unique())) for v in ("region", "sex", *variables)}
    levels = {v: names[v] for v in ("region", "sex")}
    labels = text_table(rows.drop(columns="n")).assign(n=rows["n"])
    return frame_of(labels, levels, {v: names[v] for v in variables}, "n")


@pytest.mark.parametrize("asked", range(len(FIVE) + 1))
def test_shares_are_right_however_many_geographies_are_asked_for(asked: int) -> None:
    rows, variables = nested(AREAS, FIVE), FIVE[:asked]
    groups = [Group(), Group(("region",)), *(Group((v,)) for v in variables)]
    weighting = weighting_of(nested_frame(rows, variables), groups)
    found = dict(zip((m.words() for m in weighting.margins), weighting.total, strict=True))
    regions = rows.groupby("region")["n"].sum()
    assert rows["n"].sum() == found["the total"]
    assert {f"region[{r}]": n for r, n in regions.items()} == {
        word: n for word, n in found.items() if word.startswith("region")
    }
    for v in variables:
        by = rows.groupby(v)["n"].sum()
        assert {f"{v}[{a}]": n for a, n in by.items()} == {
            word: n for word, n in found.items() if word.startswith(f"{v}[")
        }


def test_one_group_of_all_geographies_has_a_row_per_combination_that_occurs() -> None:
    rows = nested(AREAS, FIVE)
    by = (*FIVE[::-1], "region", "sex")
    weighting = weighting_of(nested_frame(rows, FIVE), [Group(by)])
    assert AREAS == len(weighting.margins)
    pairs = zip(weighting.margins, weighting.total, strict=True)
    found = {tuple(m.at[v] for v in by): n for m, n in pairs}
    assert rows.set_index(list(by))["n"].to_dict() == found


def few(rows: pd.DataFrame, people: int) -> pd.DataFrame:
    """Return a survey of the first areas; some respondents' ward is not known."""
    at = np.arange(people) % 97
    survey = rows.iloc[at].drop(columns="n").reset_index(drop=True)
    answers = np.where(np.arange(people) % 3 == 0, "Yes", "No")
    ward = survey["ward"].where(np.arange(people) % 5 > 0)
    return survey.assign(ward=ward, q=answers, w=1 + at / 100)


def geographies(project: Project, variables: Sequence[str]) -> Project:
    """Return a project of stubs that asks for estimates by some geographies."""
    rows = nested(FEW, GEOGRAPHIES)
    project.write("population.csv", rows)
    project.write("survey.csv", few(rows, 400))
    study = {
        "survey": {"source": "survey.csv", "weight": "w"},
        "population": {"source": "population.csv", "size": "n"},
        "predictors": {"region": {}, "sex": {}},
        "outcomes": [{"name": "q", "success": ["Yes"]}],
        "groups": [[], ["region"], *([v] for v in variables)],
        "model": "stub",
        "sampler": {"draws": 100, "tune": 50, "target_ess": 50},
    }
    return replace(project, study=study)


def test_answers_are_those_of_a_plain_group_by(project: Project) -> None:
    """So are n and weighted means by area, where the survey has all the group variables."""
    store, plan = geographies(project, GEOGRAPHIES).plan()
    design, survey = plan.prepared.design, few(nested(FEW, GEOGRAPHIES), 400)
    sums = get_sums(store, plan.entries[0].counts)
    groups = [Group(), *(Group((v,)) for v in (*GEOGRAPHIES, "region"))]
    weighting = weighting_of(design.frame, groups)
    answers = answers_by_margin(sums, design.asked, design.frame, groups, weighting)
    found = {
        m.words(): (n, w)
        for m, n, w in zip(weighting.margins, answers["n"], answers["weighted"], strict=True)
        if n > 0
    }
    yes = survey.assign(wy=survey["w"] * (survey["q"] == "Yes"), n=1)
    wanted = {"the total": yes[["n", "wy", "w"]].sum()}
    for v in (*GEOGRAPHIES, "region"):
        wanted |= {f"{v}[{a}]": row for a, row in yes.groupby(v)[["n", "wy", "w"]].sum().iterrows()}
    assert wanted.keys() == found.keys()
    for word, (n, weighted) in found.items():
        assert wanted[word]["n"] == n, word
        assert wanted[word]["wy"] / wanted[word]["w"] == pytest.approx(weighted), word


def table_of(project: Project) -> pd.DataFrame:
    store, run = swept_here(project, project.config())
    return estimates_of(store, read_plan(store, run))


def test_more_groups_change_no_row_that_was_there(project: Project) -> None:
    one = table_of(geographies(project, GEOGRAPHIES[:1]))
    all_of_them = table_of(geographies(project, GEOGRAPHIES))
    assert len(one) + 8 * FEW == len(all_of_them)
    same = all_of_them[all_of_them[list(GEOGRAPHIES[1:])].isna().all(axis=1)]
    same = same.drop(columns=list(GEOGRAPHIES[1:])).reset_index(drop=True)
    pd.testing.assert_frame_equal(one, same)


def test_a_forecast_knows_how_many_combinations_have_people(project: Project) -> None:
    made = geographies(project, GEOGRAPHIES)
    made = replace(made, study={**made.study, "groups": [[], list(GEOGRAPHIES), ["region", "sex"]]})
    _, plan = made.plan()
    assert 1 + FEW + 6 == row_count(plan)


def test_what_an_overflowing_program_has_stored_is_not_taken(project: Project) -> None:
    """The design's key says how its combinations are numbered, where that is not plain."""
    made = geographies(project, GEOGRAPHIES)
    store, plan = made.plan()
    right = read(store, "design", plan.record.design)
    plain = {k: v for k, v in right.recipe.items() if k != "combinations"}
    assert right.recipe == many_groups(plain)
    for name in (*store.list("designs/"), *store.list("counts/")):
        store.delete(name)
    publish(store, "design", plain, right.payload, right.meta)  # where a wrong one would lie
    _, again = made.plan()
    assert plan.record.design == again.record.design
    assert read(store, "design", plan.record.design).payload == right.payload
    _, third = made.plan()
    assert again.record == third.record


def test_a_design_within_64_bits_keeps_its_plain_recipe(project: Project) -> None:
    store, plan = project.plan()
    assert "combinations" not in read(store, "design", plan.record.design).recipe


def test_the_command_refuses_predictors_that_cannot_be_numbered(project: Project) -> None:
    made = geographies(project, ())
    more: dict[str, Any] = {"predictors": {v: {} for v in ("region", "sex", *GEOGRAPHIES)}}
    more["survey"] = {"missing": "drop"}
    (project.directory / "sweep.yaml").write_text(made.text(more))
    ended = inside("plan", "sweep.yaml", cwd=project.directory)
    assert 2 == ended.code
    assert "county 150 x constituency 150 x ward 150" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.reference
@pytest.mark.skipif(not MANY.is_dir(), reason=f"there is no {MANY}")
def test_a_real_census_of_six_geographies_loses_no_region(tmp_path: Path) -> None:
    directory = tmp_path / "case"
    directory.mkdir()
    for name in ("survey.csv", "population.csv", "sweep.yaml"):
        (directory / name).write_bytes((MANY / name).read_bytes())
    config = read_config(directory / "sweep.yaml", ["model=stub"])
    _, plan = plan_sweep(config, directory, Selection())
    weighting = weighting_of(plan.prepared.design.frame, config.study.groups)
    share = weighting.total / weighting.total[0]
    found = {m.words(): round(100 * s, 1) for m, s in zip(weighting.margins, share, strict=True)}
    right = {"region[North]": 32.1, "region[South]": 33.2, "region[East]": 34.8}
    assert right == {word: found.get(word) for word in right}
    assert 1 + 3 + 6 * 3_000 == len(found)
