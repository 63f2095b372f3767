"""Many respondents and many outcomes: each is read once, and what is broken costs itself alone."""

from typing import Any

import pandas as pd
import pytest

from sweep.errors import ConfigError
from sweep.sources import sql
from sweep.sources.several import read_all
from tests.project import Project, survey_of
from tests.support.survey_files import Survey, write

QUESTIONS = 198


def many(project: Project) -> dict[str, Any]:
    """Write a survey of many questions, of which one holds lists; return what asks for all."""
    rows = survey_of()
    answers = {f"q{k:03}": rows["liked"] for k in range(QUESTIONS)}
    lists = pd.Series([["Yes"]] * len(rows))
    whole = pd.concat([rows, pd.DataFrame({**answers, "q_list": lists})], axis=1)
    project.write("survey.parquet", whole)
    outcomes = [
        {"match": "q*", "success": ["Yes"]},
        {"name": "poisoned", "column": "aware", "success": ["Yess"]},
    ]
    return {"survey": {"source": "survey.parquet", "weight": "w"}, "outcomes": outcomes}


def test_one_bad_column_and_one_poisoned_rule_cost_themselves_alone(project: Project) -> None:
    _, plan = project.plan(project.config(many(project)))
    failed = {entry.name for entry in plan.entries if entry.action == "failed"}
    assert {"q_list", "poisoned"} == failed
    assert QUESTIONS == len(plan.to_do())
    assert isinstance(plan.mistakes, ConfigError)
    assert "Yess" in str(plan.mistakes)
    assert "q_list" in str(plan.mistakes)


def test_a_column_of_answers_is_read_once_however_many_outcomes_count_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The design reads what it is made of, counting the answers: no column of them twice."""
    read: list[str] = []

    def noting(files: Any, columns: Any, *given: Any) -> Any:
        if files[0].name == "survey.csv":
            read.extend(columns)
        return read_all(files, columns, *given)

    monkeypatch.setattr("sweep.sources.source.read_all", noting)
    rules = [{"name": f"a{k}", "column": "aware", "success": ["Yes"]} for k in range(5)]
    project.plan(project.config({"outcomes": [*rules, {"name": "liked", "success": ["Yes"]}]}))
    assert sorted({*read}) == sorted(read)
    assert {"aware", "liked"} <= {*read}


def test_a_query_is_asked_once_in_a_plan(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """No order of rows is promised: design and counts are of one and the same answer."""
    asked: list[Any] = []
    once = sql.read

    def noting(query: Any, columns: Any) -> Any:
        asked.append(query)
        return once(query, columns)

    monkeypatch.setattr("sweep.sources.sql.read", noting)
    rows = survey_of()
    columns = {str(name): [str(v) for v in rows[name]] for name in rows}
    write(Survey(columns), project.directory / "survey.db")
    query = {"sql": "SELECT * FROM survey", "database": "sqlite:///survey.db"}
    survey = {"source": None, "query": query, "weight": "w"}
    _, plan = project.plan(project.config({"survey": survey}))
    assert 3 == len(plan.to_do())
    assert 1 == len(asked)


def test_the_items_of_a_question_are_read_together(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of text is parsed once for the options of all questions, not once for each item."""
    read: list[list[str]] = []

    def noting(files: Any, columns: Any, *given: Any) -> Any:
        read.append([name for name in columns if name.startswith("item")])
        return read_all(files, columns, *given)

    rows = survey_of()
    items = {f"item{k}": rows["liked"].where(rows["liked"] == "Yes") for k in range(6)}
    project.write("survey.csv", rows.assign(**items))
    rule = {"match": "item*", "name": "items", "kind": "multiple", "all_blank": "none"}
    monkeypatch.setattr("sweep.sources.source.read_all", noting)
    _, plan = project.plan(project.config({"outcomes": [rule]}))
    assert 6 == len(plan.entries)
    assert [sorted(items)] * 2 == [names for names in read if names]  # the options, the answers
