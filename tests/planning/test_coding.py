"""A plan says what every answer counts as, refuses what it cannot mean, and tells it each time."""

from typing import Any

import numpy as np
import pytest

from sweep.artifacts.contents import get_coding, get_sums
from sweep.data.answers.meaning import Coding
from sweep.errors import ConfigError
from sweep.journal.entries import Entry
from sweep.planning.plan import Plan
from sweep.store import open_store
from tests.project import Project, survey_of


def survey_with(project: Project, **columns: Any) -> None:
    project.write("survey.csv", survey_of().assign(**columns))


def coding_of(plan: Plan, name: str) -> Coding:
    return next(coded.coding for coded in plan.codings if coded.outcome == name)


def entry_of(plan: Plan, name: str) -> Entry:
    return next(entry for entry in plan.entries if entry.name == name)


def test_what_is_shown_is_what_is_counted_and_what_is_stored(project: Project) -> None:
    answers = np.resize(["Yes", "No", "Don't know", "Not asked", "Perhaps", None], 300)
    survey_with(project, q=answers)
    rule = {"name": "q", "success": ["Yes"], "dont_know": "in_base"}
    store, plan = project.plan(project.config({"outcomes": [rule]}))
    coding, entry = coding_of(plan, "q"), entry_of(plan, "q")
    sums = get_sums(store, entry.counts)
    assert (200, 50, 300) == (coding.n, coding.y, coding.respondents)
    assert [coding.n, coding.y, coding.n] == [sums.n.sum(), sums.y.sum(), entry.n]
    assert coding == get_coding(store, entry.counts)


def test_what_stored_answers_show_is_told_and_refused_again(project: Project) -> None:
    survey_with(project, q=np.resize(["Yes", "No", "Perhaps"], 300))
    config = project.config({"outcomes": [{"name": "q", "success": ["Yes"]}]})
    finer, *told = [str(notice) for notice in project.plan(config)[1].record.notices]
    assert finer.startswith("study.population.source: 2 rows per cell are added up")
    line = "counts as no: 'No' (100), 'Perhaps' (100); as yes: 'Yes'"
    assert [f"study.outcomes.0: column 'q': {line}"] == told
    assert [finer, *told] == [str(notice) for notice in project.plan(config)[1].record.notices]


def test_all_mistakes_are_told_at_once_each_at_its_line_and_nothing_is_stored(
    project: Project,
) -> None:
    survey_with(project, q=np.resize(["yes", "No", "Refused"], 300), r=np.resize([1, 2, 99], 300))
    rules = [{"name": "q", "success": ["Yes"]}, {"name": "r", "success": [2]}]
    with pytest.raises(ConfigError) as caught:
        project.plan(project.config({"outcomes": rules}))
    told = {(m.path, m.message.split(";")[0].split(":")[0]) for m in caught.value.mistakes}
    assert {
        ("study.outcomes.0.success.0", "no answer in column 'q' is 'Yes'"),
        ("study.outcomes.0.dont_know", "'Refused' (100)"),
        ("study.outcomes.1", "99 (100)"),
    } == told
    assert [] == list(open_store(project.directory / ".sweep").list("counts/"))
    assert all(m.line > 1 for m in caught.value.mistakes)


def test_of_selected_outcomes_and_sampled_people_an_absent_answer_is_told(project: Project) -> None:
    survey_with(project, a_x=["Perhaps", *["No"] * 299], a_y=["Yes", *["No"] * 299])
    rule = {"match": "a_*", "success": ["Yes", "Perhaps"]}
    config = project.config({"outcomes": [rule]})
    project.plan(config)
    for selected in (project.plan(config, ["a_x"]), project.plan(config, sample=5)):
        assert any("does not occur in" in n.message for n in selected[1].record.notices)


def test_two_names_of_the_same_answers_are_the_same_counts(project: Project) -> None:
    """Fits are keyed by what they count: saying what never occurs is no new model."""
    survey_with(project, q=np.resize([1, 2, 3], 300))
    rules = [
        {"name": "a", "column": "q", "success": [3]},
        {"name": "b", "column": "q", "success": ["3.0"], "failure": [1, 2]},
        {"name": "c", "column": "q", "success": [3], "dont_know": "out_of_base"},
    ]
    _, plan = project.plan(project.config({"outcomes": rules}))
    assert 1 == len({str(task.fit["counts"]) for task in plan.tasks.values()})


def test_several_answers_are_counted_from_the_file(project: Project) -> None:
    cells = np.resize(["Nike|Puma", "Nike", None], 300)
    survey_with(project, Q5=cells)
    rule = {"name": "Q5", "kind": "multiple", "separator": "|", "all_blank": "none"}
    store, plan = project.plan(project.config({"outcomes": [rule]}))
    found = [(e.name, float(get_sums(store, e.counts).y.sum()), e.n) for e in plan.entries]
    assert [("Q5_Nike", 200.0, 300.0), ("Q5_Puma", 100.0, 300.0)] == found


def test_what_the_study_calls_missing_is_neither_an_option_nor_a_no(project: Project) -> None:
    """A hundred said 99: in a cell, and in an option's column; NA is a blank."""
    survey_with(
        project,
        Q5=np.resize(["Nike|Puma", "Nike", "99"], 300),
        b_x=np.resize([1, "NA", 99], 300),
        b_y=np.resize(["NA", 1, "NA"], 300),
    )
    rules = [
        {"name": "Q5", "kind": "multiple", "separator": "|", "all_blank": "none"},
        {"match": "b_*", "name": "b", "kind": "multiple", "success": [1], "all_blank": "none"},
    ]
    survey = {"source": "survey.csv", "missing_values": [99, "NA"]}
    store, plan = project.plan(project.config({"outcomes": rules, "survey": survey}))
    found = {e.name: (float(get_sums(store, e.counts).y.sum()), e.n) for e in plan.entries}
    assert {
        "Q5_Nike": (200.0, 200.0),
        "Q5_Puma": (100.0, 200.0),
        "b_x": (100.0, 200.0),
        "b_y": (100.0, 200.0),
    } == found
    assert any("'99' is read as missing" in str(n) for n in plan.record.notices)


def test_answers_on_lines_of_a_cell_are_parted_and_told(project: Project) -> None:
    survey_with(project, Q5=np.resize(["Nike\nPuma", "Nike", "Puma"], 300))
    with pytest.raises(ConfigError, match=r"several answers in one cell.*separator: '\|'"):
        project.plan(project.config({"outcomes": [{"name": "Q5", "success": ["Nike"]}]}))
    rule = {"name": "Q5", "kind": "multiple", "separator": "\n"}
    store, plan = project.plan(project.config({"outcomes": [rule]}))
    found = [(e.name, float(get_sums(store, e.counts).y.sum()), e.n) for e in plan.entries]
    assert [("Q5_Nike", 200.0, 300.0), ("Q5_Puma", 200.0, 300.0)] == found
    assert any(r"'Nike\nPuma' is read as 'Nike | Puma'" in str(n) for n in plan.record.notices)


def test_a_column_per_option_and_names_of_any_letters_run(project: Project) -> None:
    first, second = np.resize([1, None, None], 300), np.resize([None, 1, None], 300)
    survey_with(project, **{"b_Häagen/Dazs": first, "b_x y?": second})
    rule = {"match": "b_*", "name": "b", "kind": "multiple", "success": [1], "all_blank": "none"}
    swept = project.sweep(project.config({"model": "stub", "outcomes": [rule]}))
    assert [("b_Häagen/Dazs", 300.0), ("b_x y?", 300.0)] == [
        (entry.name, entry.n) for entry in swept.plan.entries
    ]
    assert 2 == len(swept.happened("done"))


def test_what_everybody_wrote_for_themselves_is_not_kept(project: Project) -> None:
    wrote = [f"person{k}@example.org" for k in range(270)]
    survey_with(project, q=["Yes"] * 15 + wrote + ["No"] * 15)
    config = project.config({"outcomes": [{"name": "q", "success": ["Yes"]}]})
    for _ in range(2):
        store, plan = project.plan(config)
        coding = coding_of(plan, "q")
        assert ["(270 other answers)", "No", "Yes"] == [a.text for a in coding.answers]
        assert (300, 15) == (coding.n, coding.y)
    kept = [store.get(name) for name in store.list("counts/") if name.endswith(".json")]
    assert not any(b"@" in data for data in kept)
