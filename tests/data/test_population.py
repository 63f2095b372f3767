"""Who the population is: a table, margins raked to a seed, or the survey's own cells."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.data.design import Design
from sweep.errors import ConfigError
from tests.project import AGES, REGIONS, STUDY, Project, population_of, survey_of

MARGINS: list[dict[str, Any]] = [
    {"by": ["sex"], "source": "sex.csv", "size": "n"},
    {"by": ["age_band"], "source": "age.csv", "size": "n"},
    {"by": ["region"], "source": "region.csv", "size": "n"},
]
BANDS = ("18-34", "35-54", "55+")


def people() -> pd.DataFrame:
    """Return the population by the study's own variables."""
    rows = population_of()
    return rows.assign(age_band=rows["age"].map(dict(zip(AGES, BANDS, strict=True))))


@pytest.fixture
def margins(project: Project) -> Project:
    """A project that knows its population by three margins, and one partial joint."""
    rows = people()
    for name, by in {
        "sex": ["sex"],
        "age": ["age_band"],
        "region": ["region"],
        "joint": ["sex", "region"],
        "all": ["sex", "age_band", "region"],
    }.items():
        project.write(f"{name}.csv", rows.groupby(by)["n"].sum().reset_index())
    return project


def designed(project: Project, population: dict[str, Any], **study: Any) -> Design:
    """Return the design of a study with a population of its own."""
    from sweep.config import config_of

    whole = {
        "version": 1,
        "name": "tiny",
        "study": {**STUDY, "population": population, **study},
        "execution": {"workers": 1},
    }
    return project.plan(config_of(whole))[1].prepared.design


def raked(project: Project, *more: dict[str, Any], **population: Any) -> Design:
    given = {"margins": [*MARGINS, *more], "seed": "survey", **population}
    return designed(project, {k: v for k, v in given.items() if v is not None})


def told(project: Project, population: dict[str, Any], **study: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        designed(project, population, **study)
    return str(caught.value)


def shares(design: Design, variable: str) -> list[float]:
    code, size = design.frame.column(variable), design.frame.size
    counted: list[float] = (np.bincount(code, size) / size.sum()).tolist()
    return counted


def notices(design: Design) -> list[str]:
    return [f"{'.'.join(map(str, n['path']))}: {n['message']}" for n in design.summary["notices"]]


def test_a_frame_raked_to_margins_has_them(margins: Project) -> None:
    design, rows = raked(margins), people()
    for variable in ("sex", "age_band", "region"):
        expected = (rows.groupby(variable)["n"].sum() / rows["n"].sum()).tolist()
        assert expected == pytest.approx(shares(design, variable))
    assert rows["n"].sum() == pytest.approx(design.frame.size.sum())
    assert 24 == len(design.frame.cell)


def test_a_frame_raked_to_the_joint_itself_is_the_joint(margins: Project) -> None:
    whole = {"by": ["sex", "age_band", "region"], "source": "all.csv", "size": "n"}
    joint, plain = raked(margins, whole), designed(margins, STUDY["population"])
    np.testing.assert_array_equal(plain.frame.cell, joint.frame.cell)
    np.testing.assert_allclose(plain.frame.size, joint.frame.size, rtol=1e-8)


def test_a_table_as_seed_gives_what_the_margins_do_not_say(margins: Project) -> None:
    older = people().assign(n=lambda rows: rows["n"] * np.where(rows["sex"] == "Male", 3, 1))
    margins.write("census.csv", older)
    design = raked(margins, seed={"source": "census.csv", "size": "n"})
    plain = designed(margins, STUDY["population"])
    np.testing.assert_allclose(plain.frame.size, design.frame.size, rtol=1e-8)
    assert {
        "from": "margins",
        "seed": "table",
        "margins": [["sex"], ["age_band"], ["region"]],
    }.items() <= design.summary["frame"].items()


def test_independence_as_seed_is_the_product_of_the_margins(margins: Project) -> None:
    design, rows = raked(margins, seed="independence"), people()
    total = rows["n"].sum()
    product = total * np.multiply.outer(
        np.multiply.outer(
            *(rows.groupby(v)["n"].sum().to_numpy() / total for v in ("sex", "age_band"))
        ),
        rows.groupby("region")["n"].sum().to_numpy() / total,
    )
    np.testing.assert_allclose(product.ravel(), design.frame.size, rtol=1e-8)
    assert "independence" == design.summary["frame"]["seed"]
    assert any("taken to be independent, given the margins" in line for line in notices(design))


def test_independence_says_nothing_of_a_variable_without_a_margin(margins: Project) -> None:
    found = told(margins, {"margins": MARGINS[:2], "seed": "independence"})
    assert "study.population.seed: no margin has 'region', and of independence" in found


def test_independence_has_structural_zeros_too(margins: Project) -> None:
    design = raked(
        margins, seed="independence", structural_zeros=["sex == 'Male' and region == 'West'"]
    )
    assert 21 == len(design.frame.cell)


def test_what_is_said_of_a_raked_frame_stays_in_the_store(margins: Project) -> None:
    first, again = raked(margins), raked(margins)
    assert first.summary["frame"] == again.summary["frame"]
    assert notices(first) == notices(again)
    assert ("margins", "survey") == tuple(first.summary["frame"][k] for k in ("from", "seed"))


def test_cells_without_respondents_share_half_a_respondent_and_it_is_told(
    margins: Project,
) -> None:
    few = survey_of(40)
    margins.write("survey.csv", few)
    design = raked(margins)
    bands = pd.cut(few["age"], [18, 35, 55, 99], right=False).astype(str)
    empty = 24 - few.assign(age_band=bands).groupby(["sex", "age_band", "region"]).ngroups
    assert empty > 0
    assert empty == design.summary["frame"]["cells_without_respondents"]
    assert any(
        "population.seed: the population's joint distribution is an estimate" in line
        and f"{empty} cells of 24 without respondents share half a respondent" in line
        for line in notices(design)
    )
    assert 24 == len(design.frame.cell)


def test_structural_zeros_stay_empty(margins: Project) -> None:
    rows = survey_of().query("not (sex == 'Male' and region == 'West')")
    margins.write("survey.csv", rows)
    design = raked(margins, structural_zeros=["sex == 'Male' and region == 'West'"])
    there = set(zip(design.frame.column("sex"), design.frame.column("region"), strict=True))
    assert 7 == len(there)
    assert 3 == design.summary["frame"]["structural_zeros"]


def test_structural_zeros_may_say_an_order_of_bands(margins: Project) -> None:
    ordered, named = "sex == 'Male' and age_band < '35-54'", "sex == 'Male' and age_band == '18-34'"
    first, second = (
        raked(margins, seed="independence", structural_zeros=[condition])
        for condition in (ordered, named)
    )
    assert first.frame.digest() == second.frame.digest()
    for condition, words in (
        ("sex < 'Male'", "text has no order"),
        ("age_band < '35'", "no level"),
    ):
        population = {"margins": MARGINS, "seed": "survey", "structural_zeros": [condition]}
        found = told(margins, population)
        assert "study.population.structural_zeros.0: cannot evaluate" in found
        assert words in found


def test_structural_zeros_that_respondents_are_in_are_refused(margins: Project) -> None:
    population = {"margins": MARGINS, "seed": "survey", "structural_zeros": ["sex == 'Male'"]}
    assert "respondents in 12 cells that nobody can be in, such as sex=Male" in told(
        margins, population
    )


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("sex == 'Mal'", "'sex' has no level 'Mal'. Did you mean 'Male'?"),
        ("sexx == 'Male'", "the frame has no variable 'sexx'. Did you mean 'sex'?"),
    ],
)
def test_structural_zeros_about_nothing_are_refused(
    margins: Project, condition: str, message: str
) -> None:
    population = {"margins": MARGINS, "seed": "survey", "structural_zeros": [condition]}
    found = told(margins, population)
    assert "study.population.structural_zeros.0: " in found
    assert message in found


@pytest.mark.parametrize("unit", [1, 100])
def test_shares_beside_counts_are_scaled_and_it_is_told(margins: Project, unit: float) -> None:
    inline = {"by": ["sex"], "shares": {"Female": 0.4 * unit, "Male": 0.6 * unit}}
    design = raked(margins, margins=[inline, *MARGINS[1:]])
    assert [0.4, 0.6] == pytest.approx(shares(design, "sex"))
    assert people()["n"].sum() == pytest.approx(design.frame.size.sum())
    assert any(
        f"population.margins.0: margin sex sums to {unit}, so it holds shares" in line
        for line in notices(design)
    )


def test_shares_alone_need_the_number_of_people_and_have_it(margins: Project) -> None:
    regions = {"by": ["region"], "shares": dict.fromkeys(REGIONS, 25)}
    sexes = {"by": ["sex"], "shares": {"Female": 0.51, "Male": 0.49}}
    design = raked(margins, margins=[sexes, regions], total=1000)
    assert 1000 == pytest.approx(design.frame.size.sum())
    assert "say how many people there are" in told(
        margins, {"margins": [sexes, regions], "seed": "survey"}
    )


def test_a_file_of_shares_alone_needs_the_number_of_people_too(margins: Project) -> None:
    margins.write("sex.csv", pd.DataFrame({"sex": ["Female", "Male"], "n": [51.2, 48.8]}))
    found = told(margins, {"margins": MARGINS[:1], "seed": "survey"})
    assert "study.population.margins: all margins are shares" in found


def test_a_total_beside_counts_is_refused(margins: Project) -> None:
    found = told(margins, {"margins": MARGINS, "seed": "survey", "total": 7})
    assert "study.population.total: margin sex holds" in found


def test_margins_with_other_totals_are_refused_at_their_key(margins: Project) -> None:
    rows = people().query("region != 'West'")
    margins.write("sex.csv", rows.groupby("sex")["n"].sum().reset_index())
    found = told(margins, {"margins": MARGINS, "seed": "survey"})
    assert "study.population.margins.1: margin age_band sums to" in found


def test_margins_that_differ_by_rounding_are_made_one_and_it_is_told(margins: Project) -> None:
    rows = people().groupby("age_band")["n"].sum().reset_index()
    plain = raked(margins)
    margins.write("age.csv", rows.assign(n=rows["n"] * 1.001))
    design = raked(margins)
    assert shares(plain, "age_band") == pytest.approx(shares(design, "age_band"))
    assert plain.frame.size.sum() == pytest.approx(design.frame.size.sum())
    assert any("as if rounded: scaled to that" in line for line in notices(design))


def test_a_joint_of_whole_per_mille_agrees_with_counts_but_for_rounding(margins: Project) -> None:
    joint = people().groupby(["sex", "region"])["n"].sum().reset_index()
    margins.write("joint.csv", joint.assign(n=(joint["n"] / joint["n"].sum() * 100).round(1)))
    design = raked(margins, {"by": ["sex", "region"], "source": "joint.csv", "size": "n"})
    plain = raked(margins)
    assert shares(plain, "region") == pytest.approx(shares(design, "region"), abs=1e-6)
    assert any("rounding of the printed numbers explains" in line for line in notices(design))


def test_margins_that_name_levels_differently_are_refused_with_the_nearest(
    margins: Project,
) -> None:
    joint = people().groupby(["sex", "region"])["n"].sum().reset_index()
    margins.write("joint.csv", joint.replace("North", "Nord"))
    more = {"by": ["sex", "region"], "source": "joint.csv", "size": "n"}
    found = told(margins, {"margins": [*MARGINS, more], "seed": "survey"})
    assert "study.population.margins.3.by.1: margins have different levels of 'region'" in found
    assert "Did you mean 'North'?" in found


def test_levels_of_the_survey_that_no_margin_has_are_refused(margins: Project) -> None:
    margins.write("survey.csv", survey_of().replace("North", "Nord"))
    found = told(margins, {"margins": MARGINS, "seed": "survey"})
    assert "the survey has levels of 'region' that the margins lack: 'Nord'. Did you" in found


def test_a_margin_whose_file_lacks_its_variable_is_refused(margins: Project) -> None:
    wrong = {"by": ["sex", "married"], "source": "joint.csv", "size": "n"}
    found = told(margins, {"margins": [*MARGINS, wrong], "seed": "survey"})
    assert "study.population.margins.3.by.1: its file has neither a column nor a" in found


def test_a_margin_with_a_gap_is_refused_with_the_number_of_rows(margins: Project) -> None:
    rows = people().groupby("sex")["n"].sum().reset_index()
    margins.write("sex.csv", rows.assign(sex=["Female", ""]))
    found = told(margins, {"margins": MARGINS, "seed": "survey"})
    assert "study.population.margins.0.by.0: 'sex' is missing in 1 row; every person" in found


def test_a_level_without_respondents_can_still_be_raked(margins: Project) -> None:
    margins.write("survey.csv", survey_of().query("region != 'North'"))
    design, rows = raked(margins), people()
    expected = (rows.groupby("region")["n"].sum() / rows["n"].sum()).tolist()
    assert expected == pytest.approx(shares(design, "region"))


def test_a_predictor_that_no_margin_has_is_told(margins: Project) -> None:
    design = raked(margins, margins=MARGINS[:2])
    assert any("no margin has region: shares come from the survey" in x for x in notices(design))
    weight = survey_of().groupby("region")["w"].sum()
    assert shares(design, "region") == pytest.approx((weight / weight.sum()).tolist(), abs=0.03)


def test_a_variable_of_groups_that_the_survey_lacks_needs_a_table_as_seed(
    margins: Project,
) -> None:
    margins.write("survey.csv", survey_of().drop(columns="married"))
    study = {"groups": [["married"]]}
    found = told(margins, {"margins": MARGINS, "seed": "survey"}, **study)
    assert "study.population.seed: the survey has neither a column nor a derivation" in found
    seed = {"source": "population.csv", "size": "n"}
    design = designed(margins, {"margins": MARGINS, "seed": seed}, **study)
    assert ("No", "Yes") == design.further["married"]


def test_a_margin_may_be_of_a_variable_that_is_no_predictor(margins: Project) -> None:
    inline = {"by": ["married"], "shares": {"No": 0.9, "Yes": 0.1}}
    design, plain = raked(margins, inline), raked(margins)
    assert shares(plain, "sex") == pytest.approx(shares(design, "sex"))
    assert not np.allclose(plain.frame.size, design.frame.size)


def test_the_surveys_own_weighted_cells_may_be_the_population(margins: Project) -> None:
    design, rows = designed(margins, {"cells_of": "survey"}), survey_of()
    weight = rows.groupby("region")["w"].sum()
    assert (weight / weight.sum()).tolist() == pytest.approx(shares(design, "region"))
    assert {"from": "survey"} == design.summary["frame"]
    assert any("the survey's own weighted respondents: an estimate" in x for x in notices(design))


def test_a_joint_table_is_no_estimate_and_nothing_is_told(project: Project) -> None:
    design = designed(project, STUDY["population"])
    assert {"from": "table"} == design.summary["frame"]
    (finer,) = notices(design)  # the file has a column that only groups would use
    assert finer.endswith("over columns that the study does not use: married (No, Yes)")


@pytest.mark.parametrize(
    "change",
    [
        {"structural_zeros": ["sex == 'Male' and region == 'West' and age_band == '55+'"]},
        {"margins": MARGINS[:2]},
        {"seed": {"source": "population.csv", "size": "n"}},
    ],
    ids=["zeros", "margins", "seed"],
)
def test_what_makes_a_frame_is_in_its_designs_key(margins: Project, change: dict[str, Any]) -> None:
    rows = survey_of().query("not (sex == 'Male' and region == 'West' and age >= 55)")
    margins.write("survey.csv", rows)

    def key(population: dict[str, Any]) -> str:
        from sweep.config import config_of

        study = {**STUDY, "population": population}
        whole = {"version": 1, "name": "tiny", "study": study, "execution": {"workers": 1}}
        return margins.plan(config_of(whole))[1].prepared.key

    population = {"margins": MARGINS, "seed": "survey"}
    assert key(population) != key({**population, **change})
