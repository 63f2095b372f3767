"""The transform: levels are the population's, and nobody is lost without being counted."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.config import Predictor
from sweep.data.cells import cells_of, decode, encode_codes
from sweep.data.design import Design
from sweep.data.levels import levels_of
from sweep.errors import ConfigError, DataError
from tests.project import REGIONS, Project, population_of, survey_of
from tests.support.columns import text_series_of


def design_of(project: Project, study: dict[str, Any] | None = None) -> Design:
    return project.plan(project.config(study))[1].prepared.design


def change(project: Project, name: str, **columns: Any) -> None:
    table = pd.read_csv(project.directory / f"{name}.csv")
    project.write(f"{name}.csv", table.assign(**columns))


def holed(values: pd.Series, rows: int) -> pd.Series:
    """Return a column with its first values missing."""
    return values.where(np.arange(len(values)) >= rows)


def test_levels_are_the_populations_even_those_nobody_answered_from(project: Project) -> None:
    project.write("survey.csv", survey_of().query("region != 'North'"))
    design = design_of(project)
    assert REGIONS == design.levels["region"]
    assert 24 == design.summary["cells"]
    assert 18 == design.summary["occupied"]


def test_an_unknown_survey_value_is_an_error_with_value_column_and_count(project: Project) -> None:
    rows = survey_of()
    project.write("survey.csv", rows.assign(region=rows["region"].replace("East", "Est")))
    count = int((rows["region"] == "East").sum())
    with pytest.raises(DataError, match=rf"'region' has values .*'Est' \({count} respondents\)"):
        design_of(project)


def test_nothing_is_stored_when_the_data_do_not_fit(project: Project) -> None:
    change(project, "survey", region="Atlantis")
    with pytest.raises(DataError):
        design_of(project)
    assert not (project.directory / ".sweep" / "designs").exists()


def test_up_to_two_percent_missing_is_dropped_and_counted(project: Project) -> None:
    change(project, "survey", region=holed(survey_of()["region"], 6))
    design = design_of(project)
    assert [{"reason": "missing region", "count": 6}] == design.summary["survey"]["dropped"]
    assert 294 == design.summary["survey"]["kept"] == len(design.respondents.row)
    assert 6 == design.respondents.row[0]


def test_more_than_two_percent_missing_is_an_error_unless_told_to_drop(project: Project) -> None:
    change(project, "survey", region=holed(survey_of()["region"], 7))
    with pytest.raises(DataError, match=r"7 of 300 respondents miss .*2\.3%.*region \(7\).*: drop"):
        design_of(project)
    design = design_of(project, {"survey": {"missing": "drop"}})
    assert 293 == design.summary["survey"]["kept"]


def test_every_drop_has_its_reason(project: Project) -> None:
    rows = survey_of()
    change(
        project,
        "survey",
        region=holed(rows["region"], 5),
        age=rows["age"].where(rows.index != 9, 3),
    )
    found = design_of(project, {"survey": {"filter": "age < 75"}}).summary["survey"]
    old = int((rows["age"] >= 75).sum())
    reasons = {d["reason"]: d["count"] for d in found["dropped"]}
    assert old == reasons["filter: age < 75"]
    assert 1 == reasons["missing age_band"]
    assert found["read"] == found["kept"] + sum(reasons.values())


def test_a_survey_without_any_complete_respondent_is_an_error(project: Project) -> None:
    change(project, "survey", region="")
    with pytest.raises(DataError, match="none of 300 respondents has every predictor"):
        design_of(project, {"survey": {"missing": "drop"}})


def test_a_predictor_the_survey_lacks_is_an_error(project: Project) -> None:
    project.write("survey.csv", survey_of().drop(columns="region"))
    with pytest.raises(DataError, match="predictor 'region': the survey has neither a column nor"):
        design_of(project)


def test_a_survey_with_no_predictor_at_all_is_an_error_that_says_so(project: Project) -> None:
    project.write("survey.csv", survey_of()[["aware", "bought", "liked"]])
    with pytest.raises(DataError, match=r"survey\.csv has none of the variables"):
        design_of(project, {"survey": {"weight": None}})


@pytest.mark.parametrize(("weight", "shown"), [(-1, "-1"), ("", "blank"), ("heavy", "heavy")])
def test_a_weight_must_be_a_number_of_at_least_zero(
    project: Project, weight: object, shown: str
) -> None:
    column = survey_of()["w"].astype(object).where(np.arange(300) != 3, weight)
    change(project, "survey", w=column)
    with pytest.raises(
        DataError, match=rf"weight column 'w': no usable weight for 1 respondent: .*{shown}"
    ):
        design_of(project)


def test_without_a_weight_everybody_weighs_one(project: Project) -> None:
    assert {1.0} == set(design_of(project, {"survey": {"weight": None}}).respondents.weight)


@pytest.mark.parametrize("size", [-1, "", "many", float("inf")])
def test_a_population_size_must_be_a_number_of_people(project: Project, size: object) -> None:
    column = population_of()["n"].astype(object).where(np.arange(48) != 3, size)
    change(project, "population", n=column)
    told = r"study.population.size: population.csv: column 'n' holds no number of people in 1 row"
    with pytest.raises(ConfigError, match=told):
        design_of(project)


def test_a_missing_size_is_an_error_also_in_a_nullable_column(project: Project) -> None:
    rows = population_of()
    rows["n"] = rows["n"].astype("Int64").where(rows.index != 3)
    project.write("population.parquet", rows)
    told = r"population.parquet: column 'n' holds no number of people in 1 row \(nothing\)"
    with pytest.raises(ConfigError, match=told):
        design_of(project, {"population": {"source": "population.parquet"}})


def test_a_survey_of_nobody_is_called_that(project: Project) -> None:
    project.write("survey.csv", survey_of().head(0))
    with pytest.raises(DataError, match="survey has no rows left"):
        design_of(project)


def test_cells_of_size_zero_make_no_level(project: Project) -> None:
    rows = population_of()
    change(project, "population", n=rows["n"].where(rows["region"] != "West", 0))
    project.write("survey.csv", survey_of().query("region != 'West'"))
    assert ("East", "North", "South") == design_of(project).levels["region"]
    change(project, "population", n=0)
    with pytest.raises(ConfigError, match="zero everywhere"):
        design_of(project)


@pytest.mark.parametrize("unit", [1 / 48, 1.0, 0.25])
def test_sizes_are_shares_as_well_as_heads_and_no_cell_is_too_small(
    project: Project, unit: float
) -> None:
    """One person, a share of a population or a thousandth: only a size of zero is nobody."""
    change(project, "population", n=np.where(np.arange(48) % 2, unit, unit / 1000))
    design = design_of(project)
    assert 24 == len(design.frame.cell)
    assert 24 * (unit + unit / 1000) == pytest.approx(design.frame.size.sum(), rel=1e-12)
    assert 48 == design.summary["population"]["kept"]


def test_a_person_of_the_population_without_a_level_is_an_error(project: Project) -> None:
    change(project, "population", region=holed(population_of()["region"], 2))
    with pytest.raises(DataError, match="population's 'region' is missing in 2 rows"):
        design_of(project)


def test_the_frame_sums_the_population_and_keeps_its_total(project: Project) -> None:
    design = design_of(project)
    assert 24 == len(design.frame.cell)
    assert population_of()["n"].sum() == design.frame.size.sum()
    labels = decode(design.frame.cell, design.levels)
    east = np.array(design.levels["region"])[labels["region"]] == "East"
    assert population_of().query("region == 'East'")["n"].sum() == design.frame.size[east].sum()


def test_a_population_that_comes_with_bands_needs_no_ages(project: Project) -> None:
    labels = {20: "18-34", 40: "35-54", 60: "55+"}
    rows = population_of()
    project.write("banded.csv", rows.assign(age_band=rows["age"].map(labels)).drop(columns="age"))
    banded = design_of(project, {"population": {"source": "banded.csv"}})
    plain = design_of(project)
    assert plain.levels == banded.levels
    assert np.array_equal(plain.frame.cell, banded.frame.cell)
    assert np.array_equal(plain.frame.size, banded.frame.size)


def test_a_variable_of_groups_splits_the_frame_only(project: Project) -> None:
    design = design_of(project, {"groups": [[], ["married"]]})
    assert {"married": ("No", "Yes")} == design.further
    assert ("married",) == design.asked
    assert 48 == len(design.frame.cell)
    assert set(design.levels) == {"sex", "age_band", "region"}


def test_a_respondent_may_lack_a_variable_of_groups(project: Project) -> None:
    change(project, "survey", married=holed(survey_of()["married"], 200))
    design = design_of(project, {"groups": [["married"]]})
    assert 300 == len(design.respondents.row)
    assert 200 == (design.respondents.codes[:, 0] == -1).sum()


def levels(values: list[str], predictor: Predictor, project: Project) -> tuple[str, ...]:
    return levels_of("x", text_series_of(values), predictor, project.config().study)


def test_levels_stand_in_the_configs_order_else_numbers_by_value_then_words(
    project: Project,
) -> None:
    assert ("b", "a") == levels(["a", "b"], Predictor(levels=("b", "a")), project)
    assert ("2", "10", "nan", "x") == levels(["x", "nan", "10", "2"], Predictor(), project)
    assert ("18-34", "35-54", "55+") == design_of(project).levels["age_band"]


def test_bands_nobody_of_the_population_is_in_are_no_levels(project: Project) -> None:
    bands = {"cut": "age", "at": [0, 18, 35, 55], "labels": ["child", "young", "mid", "old"]}
    assert ("young", "mid", "old") == design_of(project, {"derive": {"age_band": bands}}).levels[
        "age_band"
    ]


def test_listed_levels_must_be_exactly_the_populations(project: Project) -> None:
    with pytest.raises(DataError, match="'c' is not in the population"):
        levels(["a", "b"], Predictor(levels=("a", "b", "c")), project)
    with pytest.raises(DataError, match="value 'b' in 2 rows, which is not among"):
        levels(["a", "b", "b"], Predictor(levels=("a",)), project)


def with_covariate(project: Project, table: pd.DataFrame) -> Design:
    project.write("regions.csv", table)
    spec = {"region": {"source": "regions.csv", "key": "region", "columns": ["income"]}}
    return design_of(project, {"covariates": spec})


def test_covariates_are_joined_by_level_and_standardised(project: Project) -> None:
    table = pd.DataFrame(
        {"region": ["West", *REGIONS[:3], "Moon"], "income": [40, 10, 20, 30, 999]}
    )
    values = with_covariate(project, table).covariates["region"]["income"]
    assert [10, 20, 30, 40] == pytest.approx(values * np.std([10, 20, 30, 40]) + 25)


@pytest.mark.parametrize(
    ("rows", "incomes", "message"),
    [
        (REGIONS[:3], [1, 2, 3], "no row for 1 level of 'region', such as 'West'"),
        ((*REGIONS, "East"), [1, 2, 3, 4, 5], "level 'East' has more than one row"),
        (REGIONS, [1, 2, "?", 4], "column 'income' holds no number for level 'South'"),
        (REGIONS, [1, 2, None, 4], "column 'income' holds no number for level 'South'"),
    ],
)
def test_a_covariate_must_be_one_number_per_level(
    project: Project, rows: tuple[str, ...], incomes: list[Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        with_covariate(project, pd.DataFrame({"region": rows, "income": incomes}))


def test_cell_numbers_and_codes_are_inverse() -> None:
    shape = {"a": ("1", "2"), "b": ("1", "2", "3"), "c": tuple("1234")}
    index = np.arange(24)
    assert index.tolist() == encode_codes(decode(index, shape), shape).tolist()
    assert 24 == len(cells_of(index, shape))
