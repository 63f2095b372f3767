"""What a report says of its data: what counted as what, who is in the population, labels."""

from pathlib import Path

import pytest

import sweep as client
from sweep.data.codebook import Codebook, ColumnBook
from sweep.errors import ConfigError
from tests.project import OUTCOMES, Project, project_in, survey_of
from tests.report.test_render import Page, data_of
from tests.support.here import swept_here
from tests.support.survey_files import Survey, write

REGION, AWARE = "Where do you live?", "Have you heard of it?"
ANSWERS = {"1": "Yes, I have", "2": "No", "9": "Refused"}


def labelled() -> Survey:
    """Return the survey of the tests with what an SPSS file says of its columns."""
    rows = survey_of()
    columns: dict[str, list[str | None]] = {str(n): [str(v) for v in rows[n]] for n in rows}
    columns["aware"] = [{"Yes": "1", "No": "2"}[str(v)] for v in rows["aware"]]
    columns["aware"][:20] = ["9"] * 20
    books = {"region": ColumnBook(REGION), "aware": ColumnBook(AWARE, ANSWERS)}
    return Survey(columns, Codebook(books))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[Page, str]:
    """Return the report of stubs over it: one outcome has an answer that nobody gave."""
    made = project_in(tmp_path_factory.mktemp("documents") / "project")
    write(labelled(), made.directory / "survey.sav")
    rules = [
        {"name": "aware", "success": ["Yes, I have"], "dont_know": "out_of_base"},
        {"name": "bought", "success": ["Yes"]},
        {"name": "liked", "success": ["Never heard"]},
    ]
    survey = {"source": "survey.sav", "weight": "w"}
    study = {"survey": survey, "outcomes": rules, "model": "stub", "labels": {"age_band": "Age"}}
    swept_here(made, made.config(study))
    run = client.open(store=made.directory / ".sweep")
    assert ["aware", "bought"] == sorted(set(run.coding()["outcome"]))
    html = run.report(made.directory / "report.html").read_text()
    return Page(html), html


def cells(page: Page) -> list[str]:
    return [text.strip() for text in page.text if text.strip()]


def test_each_answer_is_there_with_its_count_and_what_it_counts_as(page: tuple[Page, str]) -> None:
    told = cells(page[0])
    first = told.index("What counted as what")
    at = told.index("Refused", first)
    assert ["Refused", "20", "don't know: does not count"] == told[at : at + 3]
    yes = told.index("Yes, I have", first)
    assert "yes" == told[yes + 2]
    assert sum(int(told[k + 1]) for k in (at, yes, told.index("No", first))) == len(survey_of())


def test_population_and_respondents_stand_side_by_side(page: tuple[Page, str]) -> None:
    told = cells(page[0])
    at = told.index("Population and respondents")
    assert told.index("18-34", at) < told.index(REGION, at)
    row = told.index("East", at)
    respondents = (survey_of()["region"] == "East").mean()
    assert f"{100 * respondents:.1f}\xa0%" in told[row + 1 : row + 4]


def test_readers_see_labels_of_the_config_or_the_file_and_tables_keep_names(
    page: tuple[Page, str],
) -> None:
    data = data_of(page[1])
    assert ["Total", REGION] == [grouping["name"] for grouping in data["groupings"]]
    titles = dict(zip(data["outcomes"]["outcome"], data["outcomes"]["label"], strict=True))
    assert {"aware": AWARE, "bought": None, "liked": None} == titles
    assert ["sex", "age_band", "region"] == data["variables"]
    assert "Age" in cells(page[0])


def test_a_label_of_what_is_no_variable_is_refused(project: Project) -> None:
    with pytest.raises(ConfigError, match=r"labels are of predictors .*did you mean 'region'"):
        project.config({"labels": {"regio": "Region"}})


def test_of_a_rule_with_a_base_that_is_withheld_no_count_is_shown(tmp_path: Path) -> None:
    made = project_in(tmp_path / "project")
    survey = survey_of()
    survey.loc[7:, "aware"] = None
    made.write("survey.csv", survey)
    rule = {"match": "re:^(aware|bought|liked)$", "success": ["Yes"]}
    swept_here(made, made.config({"outcomes": [rule], "model": "stub"}))
    run = client.open(store=made.directory / ".sweep")
    told = cells(Page(run.report(made.directory / "report.html").read_text()))
    at = told.index(f"3 outcomes: {', '.join(OUTCOMES)}")
    counts = [told[k + 1] for k in range(at, at + 20) if told[k] in ("Yes", "No")]
    assert counts
    assert {"n < 10 (withheld)"} == set(counts)
