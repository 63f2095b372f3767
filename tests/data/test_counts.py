"""Answers are counted per outcome, each with its own base; nothing strange passes silently."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.data.counts import Sums, count, counts_of
from sweep.data.design import Design
from sweep.data.outcomes import Outcome, outcomes_of
from sweep.errors import DataError
from tests.data.counting import coded, counted
from tests.project import Project, survey_of
from tests.support.columns import text_table


@pytest.fixture
def design(project: Project) -> Design:
    return project.plan(project.config({"groups": [[], ["married"]]}))[1].prepared.design


def rule(project: Project, **fields: Any) -> Outcome:
    spec = {"name": "q", "success": ["Yes"], **fields}
    return outcomes_of(project.config({"outcomes": [spec]}).study, ["q", "asked"])[0]


def answers(*values: Any, rest: Any = None, dtype: Any = None) -> pd.DataFrame:
    """Return 300 answers: the given ones, then ``rest``."""
    column = pd.Series([*values, *([rest] * (300 - len(values)))], dtype=dtype)
    return text_table(pd.DataFrame({"q": column}))


def totals(sums: Sums) -> tuple[float, float]:
    return float(sums.y.sum()), float(sums.n.sum())


def test_sums_equal_a_plain_group_by(project: Project, design: Design) -> None:
    rows = survey_of().assign(cell=design.respondents.cell)
    sums = counted(
        design, rule(project, column="asked"), text_table(pd.DataFrame({"asked": rows["liked"]}))
    )
    plain = rows.assign(y=rows["liked"] == "Yes", wy=rows["w"] * (rows["liked"] == "Yes"))
    by = plain.groupby(["cell", "married"]).agg(
        n=("y", "size"), y=("y", "sum"), w=("w", "sum"), wy=("wy", "sum")
    )
    married = np.array(["No", "Yes"])[sums.codes[:, 0]]
    assert list(by.index) == list(zip(sums.cell, married, strict=True))
    for name in ("n", "y", "w", "wy"):
        assert by[name].to_numpy() == pytest.approx(getattr(sums, name))


def test_counts_by_cell_add_up_over_further_variables(project: Project, design: Design) -> None:
    sums = counted(design, rule(project), answers(rest="Yes"))
    counts = counts_of(sums, design.levels)
    assert (np.diff(counts.index) > 0).all()
    assert 300 == counts.n.sum() == counts.y.sum()
    assert np.bincount(design.respondents.cell)[counts.index].tolist() == counts.n.tolist()
    assert set(counts.cells.codes) == {"sex", "age_band", "region"}


def test_a_respondent_without_the_further_variable_counts_as_minus_one(project: Project) -> None:
    table = survey_of()
    project.write("survey.csv", table.assign(married=table["married"].where(table.index >= 40)))
    config = project.config({"groups": [["married"]]})
    design = project.plan(config)[1].prepared.design
    sums = counted(design, rule(project), answers(rest="Yes"))
    assert 40 == sums.n[sums.codes[:, 0] == -1].sum()
    assert 300 == counts_of(sums, design.levels).n.sum()


def test_every_outcome_has_its_own_base(project: Project, design: Design) -> None:
    assert (2.0, 3.0) == totals(counted(design, rule(project), answers("Yes", "No", "Yes")))
    table = answers("Yes", "No", "Yes", rest="No").assign(asked=[1, 0, *[1] * 298])
    assert (2.0, 299.0) == totals(counted(design, rule(project, base="asked == 1"), table))


def test_dont_know_counts_as_no_or_not_at_all_and_must_be_decided(
    project: Project, design: Design
) -> None:
    table = answers("Yes", "No", "Don't know", "Refused")
    with pytest.raises(DataError, match=r"\"Don't know\" \(1\), 'Refused' \(1\).* in_base.*out_of"):
        counted(design, rule(project), table)
    assert (1.0, 4.0) == totals(counted(design, rule(project, dont_know="in_base"), table))
    assert (1.0, 2.0) == totals(counted(design, rule(project, dont_know="out_of_base"), table))
    each = {"Don't know": "in_base", "Refused": "out_of_base"}
    assert (1.0, 3.0) == totals(counted(design, rule(project, dont_know=each), table))
    with pytest.raises(DataError, match=r"\"Don't know\" \(1\): these say don't know"):
        counted(design, rule(project, dont_know={"Refused": "out_of_base"}), table)


def test_an_answer_outside_the_lists_is_an_error_with_value_and_count(
    project: Project, design: Design
) -> None:
    listed = rule(project, failure=["No"])
    assert (1.0, 2.0) == totals(counted(design, listed, answers("Yes", "No")))
    with pytest.raises(DataError, match=r"'Perhaps' \(2\) in column 'q': in no list of this rule"):
        counted(design, listed, answers("Yes", "Perhaps", "Perhaps"))


def test_an_answer_outside_the_base_may_be_anything(project: Project, design: Design) -> None:
    listed = rule(project, failure=["No"], base="asked == 1")
    table = answers("Perhaps", "Yes", "No").assign(asked=[0, *[1] * 299])
    assert (1.0, 2.0) == totals(counted(design, listed, table))


@pytest.mark.parametrize(
    ("success", "given"), [("Yes", "yes"), ("Yes", "YES"), ("Sí", "Si"), ("A–B", "A-B"), (True, 1)]
)
def test_a_success_that_occurs_in_another_form_only_is_an_error(
    project: Project, design: Design, success: Any, given: Any
) -> None:
    outcome = rule(project, success=[success])
    with pytest.raises(DataError, match=rf"the nearest: '?{given}'? \(300\)"):
        counted(design, outcome, answers(given, given, rest=given))


@pytest.mark.parametrize("given", ["4", 4, 4.0, "4.0", " 4 "])
@pytest.mark.parametrize("success", ["4", 4, 4.0])
def test_a_number_is_one_however_it_is_stored(
    project: Project, design: Design, success: Any, given: Any
) -> None:
    sums = counted(design, rule(project, success=[success]), answers(given, given, rest=5))
    assert (2.0, 300.0) == totals(sums)


@pytest.mark.parametrize(
    ("success", "given"),
    [("Likely", "Unlikely"), ("Very satisfied", "Very dissatisfied"), ("Yes", "No"), (5, 4)],
)
def test_a_success_that_never_occurs_is_an_error_that_shows_what_does(
    project: Project, design: Design, success: Any, given: Any
) -> None:
    with pytest.raises(DataError, match=rf"no answer .* is '?{success}'?; .*'?{given}'? \(300\)"):
        counted(design, rule(project, success=[success]), answers(rest=given))


def test_all_yes_is_legal(project: Project, design: Design) -> None:
    assert (300.0, 300.0) == totals(counted(design, rule(project), answers(rest="Yes")))


def test_nobody_asked_makes_empty_counts(project: Project, design: Design) -> None:
    sums = counted(design, rule(project), answers())
    assert (0.0, 0.0) == totals(sums)
    assert 0 == len(counts_of(sums, design.levels).index)


def test_truth_with_gaps_is_counted(project: Project, design: Design) -> None:
    for table in (answers(True, False, None), answers(True, False, dtype="boolean")):
        assert (1.0, 2.0) == totals(counted(design, rule(project, success=[True]), table))


def test_counting_by_a_coding_of_other_answers_is_an_error(
    project: Project, design: Design
) -> None:
    outcome = rule(project)
    other = coded(outcome, answers("Yes", "No"))
    with pytest.raises(DataError, match="its coding does not know 'Perhaps'"):
        count(design, outcome, answers("Yes", "Perhaps"), other)


def test_blanks_around_an_answer_are_no_part_of_it(project: Project, design: Design) -> None:
    table = answers("Yes ", "No", rest="No")
    assert (1.0, 300.0) == totals(counted(design, rule(project, success=[" Yes"]), table))


def test_a_base_on_a_column_that_is_not_there_is_an_error(project: Project) -> None:
    config = project.config(
        {"outcomes": [{"name": "aware", "success": ["Yes"], "base": "askd == 1"}]}
    )
    with pytest.raises(DataError, match="the survey has no column 'askd'"):
        project.plan(config)
