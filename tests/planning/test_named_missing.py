"""What the survey's file calls missing counts where an outcome says what it counts as."""

from typing import Any

import pytest

from sweep.data.codebook import Codebook, ColumnBook
from sweep.planning.plan import Plan
from tests.project import Project, survey_of
from tests.support.survey_files import Survey, write

ROWS = 90
LABELS = {"1": "Yes", "2": "No", "9": "Don't know"}


@pytest.fixture
def file(project: Project) -> str:
    """Write a survey in which a third say yes, no, and don't know, which the file calls missing."""
    rows = survey_of(ROWS)
    columns = {str(name): [str(v) for v in rows[name]] for name in rows}
    columns["aware"] = ["1", "2", "9"] * (ROWS // 3)
    book = Codebook({"aware": ColumnBook("Aware", LABELS, ("9",))})
    return write(Survey(columns, book), project.directory / "coded.sav").name


def planned(project: Project, file: str, values: str = "labels", **rule: Any) -> Plan:
    outcome = {"name": "aware", "success": ["Yes"], **rule}
    survey = {"source": file, "values": values}
    config = project.config({"model": "stub", "survey": survey, "outcomes": [outcome]})
    return project.plan(config)[1]


def base(plan: Plan) -> tuple[float, int]:
    """Return how many answers count, and how many as yes."""
    return plan.entries[0].n, plan.codings[0].coding.y


def told(plan: Plan) -> str:
    return "\n".join(map(str, plan.record.notices))


@pytest.mark.parametrize("values", ["labels", "codes"])
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"dont_know": "in_base"}, (90, 30)),
        ({"dont_know": {"Don't know": "in_base"}}, (90, 30)),
        ({"dont_know": "in_base", "dont_know_values": [9]}, (90, 30)),
        ({"failure": ["No", "Don't know"]}, (90, 30)),
        ({"success": ["Yes", 9]}, (90, 60)),
        ({"dont_know": "out_of_base", "dont_know_values": [9]}, (60, 30)),
    ],
)
def test_an_answer_that_the_file_calls_missing_counts_as_it_is_named(
    project: Project, file: str, values: str, rule: dict[str, Any], expected: tuple[int, int]
) -> None:
    plan = planned(project, file, values, **rule)
    assert expected == base(plan)
    assert "column 'aware': the file calls " in told(plan)
    assert "is read as missing" not in told(plan)
    assert expected == base(planned(project, file, values, **rule)), "from the store as well"


def test_what_no_list_names_is_missing_and_told_with_its_label(project: Project, file: str) -> None:
    plan = planned(project, file)
    assert (60, 30) == base(plan)
    assert "'9' (\"Don't know\") is read as missing: 30 values in 'aware'" in told(plan)


def test_each_outcome_of_a_column_counts_what_it_names_itself(project: Project, file: str) -> None:
    plain = {"name": "aware", "success": ["Yes"]}
    rules = [plain, {**plain, "name": "known", "column": "aware", "dont_know": "in_base"}]
    config = project.config({"model": "stub", "survey": {"source": file}, "outcomes": rules})
    plan = project.plan(config)[1]
    assert [60, 90] == [entry.n for entry in plan.entries]
    alone = planned(project, file)
    assert alone.entries[0].counts == plan.entries[0].counts


def test_missing_values_that_occur_nowhere_are_told(project: Project) -> None:
    def plan(missing: list[Any]) -> Plan:
        study = {"model": "stub", "survey": {"missing_values": missing}}
        return project.plan(project.config(study))[1]

    rows = survey_of()
    rows.loc[:4, "aware"] = "97"
    project.write("survey.csv", rows)
    found = told(plan([97, -9, "typo"]))
    assert "study.survey.missing_values: no column that this study reads has '-9', 'typo'" in found
    with pytest.raises(ValueError, match="no column has 'yes', and answers are 'Yes'"):
        plan([97, "yes"])
