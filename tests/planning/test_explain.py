"""`explain` names why each outcome would be fitted, estimated or taken, field by field.

What earlier runs left is published with made-up payloads: the recipes are what counts here.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.config import SweepConfig
from sweep.coordinator.execute import begin
from sweep.errors import UsageError
from sweep.journal.failures import PastFailure, remember_failure
from sweep.planning.explain import Explanation, explain
from sweep.planning.model_files import project_folder
from sweep.store import Store, open_store
from tests.project import OUTCOMES, Project, as_if_done, population_of, survey_of


def explained(project: Project, config: SweepConfig | None = None) -> dict[str, Explanation]:
    store, plan = project.plan(config)
    return {e.outcome: e for e in explain(store, plan)}


def words(explanation: Explanation) -> list[str]:
    return [d.words for d in explanation.differences]


def test_what_no_run_had_was_never_fitted_and_what_is_stored_is_taken(project: Project) -> None:
    fresh = explained(project)
    assert {("fit", "never fitted: no run in this store has had it, or its answers")} == {
        (e.action, e.reason) for e in fresh.values()
    }
    as_if_done(project)
    assert {("taken", "its estimates are there", ())} == {
        (e.action, e.reason, e.differences) for e in explained(project).values()
    }


@pytest.mark.parametrize(
    ("study", "expected"),
    [
        (
            {"priors": {"intercept": 2.5}},
            ["model.intercept sd 3.0 -> 2.5", "study.priors.intercept 3.0 -> 2.5"],
        ),
        ({"sampler": {"draws": 200}}, ["study.sampler.draws 100 -> 200"]),
        ({"sampler": {"seed": 8}}, ["study.sampler.seed 7 -> 8"]),
        (
            {"interactions": [["sex", "region"]]},
            [
                "model.sex:region is new: varying",
                "model.sex:region scale is new: 0.25",
                "study.interactions: + [sex, region]",
            ],
        ),
        (
            {"predictors": {"region": {"levels": ["West", "South", "North", "East"]}}},
            [
                "levels.region: another order",
                "counts.n: other numbers of respondents were asked",
                "counts.y: the answers changed",
                "study.predictors.region.levels is new: [West, South, North, East]",
            ],
        ),
        (
            {"survey": {"filter": "age > 30"}},
            [
                "counts.n: other numbers of respondents were asked",
                "counts.y: the answers changed",
                "study.survey.filter is new: age > 30",
            ],
        ),
    ],
)
def test_a_fit_differs_in_what_was_changed_and_in_nothing_else(
    project: Project, study: dict[str, Any], expected: list[str]
) -> None:
    as_if_done(project)
    found = explained(project, project.config(study))
    assert {("fit", "the nearest stored fit, its own, differs")} == {
        (e.action, e.reason) for e in found.values()
    }
    assert expected == words(found["aware"])


@pytest.mark.parametrize(
    ("study", "expected"),
    [
        ({"groups": [[], ["sex"]]}, ["study.groups: + [sex], - [region]"]),
        ({"interval": 0.5}, ["study.interval 0.9 -> 0.5"]),
        ({"minimum_base": 11}, ["study.minimum_base 10 -> 11"]),
    ],
)
def test_groups_interval_and_minimum_base_are_estimated_anew_and_said(
    project: Project, study: dict[str, Any], expected: list[str]
) -> None:
    as_if_done(project)
    found = explained(project, project.config(study))
    assert {"estimate"} == {e.action for e in found.values()}
    assert {"its fit is there; the nearest stored estimates, its own, differ"} == {
        e.reason for e in found.values()
    }
    assert {tuple(expected)} == {tuple(words(e)) for e in found.values()}


def test_a_changed_answer_names_the_answers_and_the_file_they_come_from(project: Project) -> None:
    as_if_done(project)
    rows = survey_of()
    rows.loc[0, "aware"] = "No" if rows.loc[0, "aware"] == "Yes" else "Yes"
    project.write("survey.csv", rows)
    found = explained(project)
    assert ["fit", "taken", "taken"] == [found[name].action for name in OUTCOMES]
    assert [
        "counts.y: the answers changed",
        "study.survey.source: other content",
    ] == words(found["aware"])


def test_weights_and_sizes_name_their_files(project: Project) -> None:
    as_if_done(project)
    rows, people = survey_of(), population_of()
    project.write("survey.csv", rows.assign(w=rows["w"] * 2))
    project.write("population.csv", people.assign(n=people["n"] + 1))
    found = explained(project)["liked"]
    assert "estimate" == found.action
    assert [
        "frame: the population's cells or their sizes changed",
        "sums: answers or weights by group variable changed",
        "study.population.source: other content",
        "study.survey.source: other content",
    ] == words(found)


def test_another_coding_is_said_in_the_configs_words(project: Project) -> None:
    as_if_done(project)
    rules = [{"name": "aware", "success": ["No"]}]
    found = explained(project, project.config({"outcomes": rules}))["aware"]
    assert ["counts.y: the answers changed", "study.outcomes.success: + No, - Yes"] == words(found)


def test_a_renamed_outcome_is_compared_with_the_one_of_its_answers(project: Project) -> None:
    """The seed derives from the name."""
    as_if_done(project)
    rules = [{"name": "known", "column": "aware", "success": ["Yes"]}]
    found = explained(project, project.config({"outcomes": rules}))["known"]
    assert "the nearest stored fit, that of 'aware', differs" == found.reason
    assert ["study.outcomes.name aware -> known"] == words(found)


def test_another_toolchain_is_named_by_its_package(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_if_done(project)
    numpy = project.plan()[1].tasks.popitem()[1].fit["toolchain"]["numpy"]
    monkeypatch.setattr("sweep.toolchain.version", lambda name: f"9.{name}")
    found = explained(project)["aware"]
    assert f"toolchain.numpy {numpy} -> 9.numpy" in words(found)
    assert {"toolchain"} == {d.field.partition(".")[0] for d in found.differences}


GENERAL = '''"""A model."""

SD = 1.0


def build(levels, counts, priors):
    return SD


def probabilities(posterior, cells):
    return posterior
'''


def test_an_edit_of_a_model_file_names_what_was_edited(project: Project) -> None:
    config = project.config({"model": "mine"})
    project.model("mine", GENERAL)
    as_if_done(project, config)
    project.model("mine", GENERAL.replace("A model", "Another word"))
    assert {"taken"} == {e.action for e in explained(project, config).values()}
    project.model("mine", GENERAL.replace("1.0", "2.0").replace("return posterior", "return 0"))
    assert [
        "model file: its code changed",
        "models/mine.py: SD, probabilities() changed",
    ] == words(explained(project, config)["aware"])


def test_an_edit_of_a_fast_model_names_the_terms_and_the_function(project: Project) -> None:
    source = (project_folder("models") / "mrp.py").read_text()
    project.model("mrp", source)
    as_if_done(project)
    project.model("mrp", source.replace("priors.intercept)", "2 * priors.intercept)"))
    assert ["model.intercept sd 3.0 -> 6.0", "models/mrp.py: terms() changed"] == words(
        explained(project)["aware"]
    )


def test_draws_that_were_not_kept_are_the_reason_for_a_new_fit(project: Project) -> None:
    as_if_done(project, keep=())
    found = explained(project, project.config({"interval": 0.5}))["aware"]
    assert "fit" == found.action
    assert "the draws of this fit, its own, were not kept (execution.keep)" == found.reason
    assert ["study.interval 0.9 -> 0.5"] == words(found)


class Ticking(datetime):
    """A clock that is a second on whenever it is looked at: the order of runs is in their ids."""

    seconds = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Ticking":
        Ticking.seconds += 1
        return cls(2026, 1, 1, tzinfo=tz) + timedelta(seconds=Ticking.seconds)


def test_the_nearest_has_the_fewest_differences_and_is_the_newer_of_equals(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.journal.runs.datetime", Ticking)
    near = {"priors": {"intercept": 2.0}}
    far = {"priors": {"intercept": 2.0, "scale": 0.9}, "sampler": {"draws": 300}}
    for study in (near, far):
        as_if_done(project, project.config(study))
    asked = {"priors": {"intercept": 1.0}}
    assert (
        "model.intercept sd 2.0 -> 1.0"
        == words(explained(project, project.config(asked))["aware"])[0]
    )
    store, plan = as_if_done(project, project.config({"priors": {"intercept": 4.0}}))
    found = explained(project, project.config(asked))["aware"]
    assert "model.intercept sd 4.0 -> 1.0" == words(found)[0]
    assert found.nearest is not None
    assert plan.entries[0].fit_key == found.nearest.fit
    assert sweep.open("last", store.url).id == found.nearest.run


def test_what_a_run_was_to_make_and_did_not_is_said(project: Project) -> None:
    store, plan = project.plan()
    run = begin(store, plan)
    assert {f"run {run} was to make it and did not"} == {
        e.reason for e in explained(project).values()
    }


def test_failures_are_told_with_what_would_try_them_again(project: Project) -> None:
    project.write("survey.csv", survey_of().assign(liked=None))
    store, plan = project.plan()
    keys = {entry.name: entry.fit_key for entry in plan.entries}
    remember_failure(store, keys["aware"], PastFailure("model", "it raised"))
    late = PastFailure("timeout", "late", limit="stall", deadline=600.0)
    remember_failure(store, keys["bought"], late)
    found = explained(project)
    assert {"failed"} == {e.action for e in found.values()}
    assert found["aware"].reason == (
        "it failed and would fail again (model): it raised; "
        "`sweep run --retry-failed` tries it again"
    )
    assert found["bought"].reason.endswith("so does a longer execution.stall")
    assert "nobody asked" == found["liked"].reason


class Counted:
    """A store that counts what is read of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.read: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def get(self, name: str) -> bytes:
        self.read.append(name)
        return self.store.get(name)

    def size(self, name: str) -> int | None:
        self.read.append(name)
        return self.store.size(name)

    def list(self, prefix: str = "") -> Iterator[str]:
        assert prefix.startswith("runs/"), "what is not asked about must not be looked through"
        return self.store.list(prefix)


def test_the_cost_depends_on_the_outcomes_asked_about_not_on_the_store(project: Project) -> None:
    many = [{"name": f"q{k}", "column": "aware", "success": ["Yes"]} for k in range(120)]
    for seed in (1, 2, 3):
        as_if_done(project, project.config({"outcomes": many, "sampler": {"seed": seed}}))
    config = project.config({"outcomes": many, "sampler": {"seed": 4}})
    store, plan = project.plan(config, patterns=["q7"])
    counted = Counted(store)
    (found,) = explain(counted, plan)
    assert ["study.sampler.seed 3 -> 4"] == words(found)
    assert len(counted.read) < 20


def test_explain_works_on_s3(project: Project, on_s3: str) -> None:
    execution = {"store": on_s3}
    as_if_done(project, project.config(execution=execution))
    found = explained(project, project.config({"interval": 0.5}, execution))
    assert {("study.interval 0.9 -> 0.5",)} == {tuple(words(e)) for e in found.values()}
    assert open_store(on_s3).url == on_s3


def test_the_client_returns_a_row_per_difference(project: Project) -> None:
    path = project.directory / "sweep.yaml"
    path.write_text(project.text())
    as_if_done(project)
    table = sweep.explain(path, "aware", set=["sampler.draws=200", "priors.intercept=2.5"])
    assert ["outcome", "action", "reason", "field", "old", "new", "words", "run"] == list(table)
    assert [
        ("model.intercept sd", 3.0, 2.5),
        ("study.sampler.draws", 100, 200),
        ("study.priors.intercept", 3.0, 2.5),
    ] == list(table[["field", "old", "new"]].itertuples(index=False, name=None))
    taken = sweep.explain(path)
    assert [(name, "taken", None) for name in OUTCOMES] == [
        (r.outcome, r.action, r.field) for r in taken.itertuples()
    ]
    assert sweep.explain(path, select="l*")["outcome"].tolist() == ["liked"]
    with pytest.raises(UsageError, match="choose one"):
        sweep.explain(path, "aware", select="l*")


def test_explaining_fits_nothing(project: Project, tmp_path: Path) -> None:
    store, _ = as_if_done(project)
    before = set(store.list("fits/")) | set(store.list("estimates/")) | set(store.list("runs/"))
    explained(project, project.config({"sampler": {"draws": 200}}))
    after = set(store.list("fits/")) | set(store.list("estimates/")) | set(store.list("runs/"))
    assert before == after
