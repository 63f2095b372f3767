"""One outcome's rows: draws summarised, answers beside them, small bases withheld."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from sweep.config import Group
from sweep.data.counts import Sums, counts_of
from sweep.data.design import Design
from sweep.data.outcomes import outcomes_of
from sweep.estimates.rows import Shown, answers_by_margin, estimate
from sweep.estimates.support import unseen_shares
from sweep.estimates.table import tidy
from sweep.estimates.weighting import Weighting, weighting_of
from tests.data.counting import counted
from tests.project import OUTCOMES, Project, population_of, survey_of
from tests.support.columns import text_table

GROUPS = (
    Group(),
    Group(("region",)),
    Group(("sex", "region")),
    Group(("married",)),
    Group(name="young east", where="age_band == '18-34' and region == 'East'"),
    Group(name="not married", where="not (married == 'Yes')"),
)
WRITTEN = [
    [],
    ["region"],
    ["sex", "region"],
    ["married"],
    {"young east": "age_band == '18-34' and region == 'East'"},
    {"not married": "not (married == 'Yes')"},
]


def prepared(project: Project, survey: pd.DataFrame) -> tuple[Design, Sums]:
    project.write("survey.csv", survey)
    study = project.config({"groups": WRITTEN}).study
    design = project.plan(project.config({"groups": WRITTEN}))[1].prepared.design
    outcome = next(o for o in outcomes_of(study, OUTCOMES) if o.name == "liked")
    return design, counted(design, outcome, text_table(survey))


def rows_of(design: Design, sums: Sums, minimum_base: int = 10) -> pd.DataFrame:
    weighting = weighting_of(design.frame, GROUPS)
    answers = answers_by_margin(sums, design.asked, design.frame, GROUPS, weighting)
    levels, people = design.frame.variables(), float(design.frame.size.sum())
    shown = Shown("liked", "ok", 0.9, minimum_base, levels, people)
    draws = np.random.default_rng(5).beta(3, 7, (4, 200, len(weighting.margins)))
    return table(draws, weighting, answers, design, sums, shown)


def table(
    draws: NDArray[np.float64],
    weighting: Weighting,
    answers: dict[str, NDArray[np.float64]],
    design: Design,
    sums: Sums,
    shown: Shown,
) -> pd.DataFrame:
    """Return the rows of draws that nothing else is to be said of."""
    unseen = unseen_shares(weighting, counts_of(sums, design.levels))
    rows = estimate(draws, weighting, answers, unseen, [[]] * len(unseen), shown)
    return tidy(pd.DataFrame(rows), list(shown.levels), shown.levels)


def where(rows: pd.DataFrame, group: str | None = None, **at: str) -> Any:
    """Return the one row of a margin."""
    variables = ("sex", "age_band", "region", "married")
    mask = rows["group"].isna() if group is None else rows["group"] == group
    for variable in variables:
        wanted = at.get(variable)
        mask &= rows[variable].isna() if wanted is None else rows[variable] == wanted
    assert 1 == mask.sum()
    return rows[mask].iloc[0]


def plain(people: pd.DataFrame) -> tuple[float, float, float]:
    """Return n, raw and weighted mean of some respondents, from the definition."""
    yes = people["liked"] == "Yes"
    return len(people), yes.mean(), (people["w"] * yes).sum() / people["w"].sum()


def test_n_raw_and_weighted_equal_the_respondents_own(project: Project) -> None:
    survey = survey_of()
    rows = rows_of(*prepared(project, survey), minimum_base=1)
    young = survey.query("18 <= age < 35 and region == 'East'")
    for people, row in (
        (survey, where(rows)),
        (survey.query("region == 'West'"), where(rows, region="West")),
        (
            survey.query("region == 'West' and sex == 'Male'"),
            where(rows, sex="Male", region="West"),
        ),
        (survey.query("married == 'Yes'"), where(rows, married="Yes")),
        (young, where(rows, "young east")),
        (survey.query("married == 'No'"), where(rows, "not married")),
    ):
        assert plain(people) == pytest.approx((row["n"], row["raw"], row["weighted"]))


def test_mean_interval_and_share_are_of_draws_and_population(project: Project) -> None:
    design, sums = prepared(project, survey_of())
    rows = rows_of(design, sums)
    people = population_of()
    west = where(rows, region="West")
    assert people.query("region == 'West'")["n"].sum() / people["n"].sum() == pytest.approx(
        west["share"]
    )
    assert 1 == pytest.approx(where(rows)["share"])
    draws = np.random.default_rng(5).beta(3, 7, (4, 200, len(rows)))[..., 0]
    assert draws.mean() == pytest.approx(where(rows)["mean"])
    assert np.quantile(draws, [0.05, 0.95]) == pytest.approx(
        rows.loc[0, ["lower", "upper"]].astype(float)
    )


def test_the_errors_of_an_intervals_ends_are_those_of_arviz(project: Project) -> None:
    array_stats: Any = import_module("arviz_stats.base").array_stats
    design, sums = prepared(project, survey_of())
    rows = rows_of(design, sums)
    draws = np.random.default_rng(5).beta(3, 7, (4, 200, len(rows)))
    for name, probability in (("mcse_lower", 0.05), ("mcse_upper", 0.95)):
        expected = array_stats.mcse(
            draws, method="quantile", prob=probability, chain_axis=0, draw_axis=1
        )
        np.testing.assert_allclose(rows[name], expected, 1e-8)


def test_below_the_minimum_base_answers_are_withheld_and_the_estimate_is_not(
    project: Project,
) -> None:
    survey = survey_of().assign(keep=lambda t: t["region"] == "West").sort_values("keep")
    survey = pd.concat([survey.query("region != 'West'"), survey.query("region == 'West'").head(9)])
    design, sums = prepared(project, survey.reset_index(drop=True))
    row = where(rows_of(design, sums), region="West")
    assert row[["n", "raw", "weighted"]].isna().all()
    assert "n < 10 (withheld)" in row["flag"]
    assert 0 < row["mean"] < 1
    row = where(rows_of(design, sums, minimum_base=9), region="West")
    assert 9 == row["n"]
    assert pd.isna(row["flag"])


def test_a_level_nobody_answered_from_is_estimated_all_unseen(project: Project) -> None:
    design, sums = prepared(project, survey_of().query("region != 'West'").reset_index(drop=True))
    rows = rows_of(design, sums, minimum_base=1)
    west, east = where(rows, region="West"), where(rows, region="East")
    assert (1.0, 0.0) == (west["unseen_share"], east["unseen_share"])
    assert west["share"] == pytest.approx(where(rows)["unseen_share"])
    assert west[["n", "raw", "weighted"]].isna().all()
    assert 0 < west["mean"] < 1


def test_a_variable_the_survey_lacks_leaves_answers_null_and_unflagged(project: Project) -> None:
    design, sums = prepared(project, survey_of().drop(columns="married"))
    rows = rows_of(design, sums)
    for row in (where(rows, married="Yes"), where(rows, "not married")):
        assert row[["n", "raw", "weighted"]].isna().all()
        assert pd.isna(row["flag"])
        assert 0 < row["share"] < 1
    assert 300 == where(rows)["n"]


def test_a_respondent_who_lacks_a_groups_variable_is_in_none_of_its_rows(project: Project) -> None:
    survey = survey_of()
    survey["married"] = survey["married"].where(survey.index >= 100)
    rows = rows_of(*prepared(project, survey))
    known = survey["married"].value_counts()
    assert known["Yes"] == where(rows, married="Yes")["n"]
    assert known["No"] == where(rows, married="No")["n"]
    assert known["No"] == where(rows, "not married")["n"]
    assert 300 == where(rows)["n"]


def test_respondents_where_the_population_has_nobody_add_no_row(project: Project) -> None:
    people = population_of()
    project.write("population.csv", people[~((people.sex == "Male") & (people.region == "West"))])
    survey = survey_of()
    rows = rows_of(*prepared(project, survey), minimum_base=1)
    assert not ((rows["sex"] == "Male") & (rows["region"] == "West")).any()
    assert (survey["region"] == "West").sum() == where(rows, region="West")["n"]


def test_chains_that_disagree_flag_the_row(project: Project) -> None:
    design, sums = prepared(project, survey_of())
    weighting = weighting_of(design.frame, GROUPS)
    answers = answers_by_margin(sums, design.asked, design.frame, GROUPS, weighting)
    draws = np.random.default_rng(5).beta(3, 7, (4, 200, len(weighting.margins)))
    draws[0, :, 1] += 0.5
    shown = Shown("q", "ok", 0.9, 1, design.frame.variables(), 1.0)
    rows = table(draws, weighting, answers, design, sums, shown)
    assert "chains disagree" in rows["flag"].iloc[1]
    assert pd.isna(rows["flag"].iloc[0])


def rows_from(project: Project, change: Callable[[NDArray[np.float64]], None]) -> pd.DataFrame:
    """Return the rows of independent draws of (4, 1000), after a change of them, all bases large.

    The first margin's draws are as they were: no test looks at a row that is flagged anyway.
    """
    design, sums = prepared(project, survey_of())
    weighting = weighting_of(design.frame, GROUPS)
    answers = answers_by_margin(sums, design.asked, design.frame, GROUPS, weighting)
    draws = np.random.default_rng(5).normal(0.5, 0.02, (4, 1000, len(weighting.margins)))
    change(draws[..., 1])
    shown = Shown("q", "ok", 0.9, 1, design.frame.variables(), 1.0)
    rows = table(draws, weighting, answers, design, sums, shown)
    assert pd.isna(rows["flag"].iloc[0])
    return rows


def test_chains_that_agree_on_the_middle_and_not_on_the_spread_flag_the_row(
    project: Project,
) -> None:
    """Only the folded R-hat sees it; an interval from such chains is wrong all the same."""

    def widen(draws: NDArray[np.float64]) -> None:
        draws[0] = 0.5 + 1.6 * (draws[0] - 0.5)

    row = rows_from(project, widen).iloc[1]
    assert row["flag"].startswith("R-hat ")
    assert row["flag"].endswith(": chains disagree")
    assert 400 < min(row["ess_bulk"], row["ess_tail"])


def test_a_tail_that_was_hardly_seen_flags_the_row(project: Project) -> None:
    """The middle mixes well; in each chain one stretch of draws lies in the upper tail."""

    def clump(draws: NDArray[np.float64]) -> None:
        for chain in range(4):
            draws[chain, 50 * (chain + 1) :][:35] += 0.06

    row = rows_from(project, clump).iloc[1]
    assert row["ess_tail"] < 400 < row["ess_bulk"]
    assert f"ESS {row['ess_tail']:.0f} is below 400" in row["flag"]
