"""What other orchestrators get wrong with a sweep of eight questions, each experiment by name.

T1 to T8 were run against Metaflow and redun: one failure stops or loses the others (T1), a report
mixes two model versions or serves stale fits (T2), nothing is reused (T3), a failure is cloned or
everything is fitted again (T4), a new question is ignored (T5), a hundred is too many (T6). Here
they go through the command line. Fits are stubs unless the model file matters.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep import Run
from sweep import open as open_run
from sweep.artifacts.artifact import read_done
from sweep.backends.events import Done
from sweep.client.verbs import read_and_plan
from sweep.journal.events import read_events
from sweep.journal.runs import runs_in
from sweep.planning.model_files import project_folder
from sweep.store import Store, open_store
from tests.cli.conftest import Ended, inside
from tests.project import Project, as_if_done, merged, project_in, survey_of

EIGHT = [f"q{k:02d}" for k in range(8)]
MANY = [f"q{k:02d}" for k in range(71)]


@dataclass(frozen=True)
class Desk:
    """A project with a survey of many questions, at which somebody edits and types commands."""

    project: Project

    @property
    def store(self) -> Store:
        return open_store(self.project.directory / ".sweep")

    def write(self, study: dict[str, Any] | None = None, **parts: Any) -> None:
        """Write the config: every column that begins with q, and what is put in."""
        asked = {"outcomes": [{"match": "q*", "success": ["Yes"]}], "model": "stub"}
        text = self.project.text(merged(asked, study or {}), **parts)
        (self.project.directory / "sweep.yaml").write_text(text)

    def ask(self, names: Sequence[str]) -> None:
        """Write a survey in which so many questions were asked; each has its own answers."""
        rows = survey_of()
        for place, name in enumerate(names):
            share = np.random.default_rng(place).random(len(rows))
            rows[name] = np.where(share < 0.3, "Yes", "No")
        self.project.write("survey.csv", rows)

    def sweep(self, *arguments: str) -> Ended:
        """Run the command in the project's directory."""
        return inside(*arguments, cwd=self.project.directory)

    def run(self, *arguments: str) -> Run:
        """Run the sweep by the command; return the run."""
        ended = self.sweep("run", "sweep.yaml", *arguments)
        assert ended.code in (0, 1), ended.err
        return open_run(runs_in(self.store)[0], self.store.url)  # which may be partial

    def happened(self, run: Run, event: str) -> list[str]:
        """Return the outcomes of some kind of event in a run, sorted."""
        return sorted(e["outcome"] for e in read_events(self.store, run.id) if e["event"] == event)

    def explained(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Return what `sweep explain` says, by outcome."""
        told = json.loads(self.sweep("explain", "sweep.yaml", *arguments, "-o", "json").out)
        return {e["outcome"]: e for e in told}


@pytest.fixture
def desk(project: Project) -> Desk:
    """Return a desk with eight questions; nothing has run."""
    made = Desk(project)
    made.ask(EIGHT)
    made.write()
    return made


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Sweep 71 questions, once for all tests."""
    made = Desk(project_in(tmp_path_factory.mktemp("once") / "project"))
    made.ask(MANY)
    made.write(execution={"workers": 2})
    assert MANY == made.happened(made.run(), "done")
    return made


@pytest.fixture
def swept(once: Desk, tmp_path: Path) -> Desk:
    """Return a copy of a desk with 71 questions that were swept."""
    shutil.copytree(once.project.directory, tmp_path / "copy")
    made = Desk(Project(tmp_path / "copy"))
    made.write()
    return made


RAISES = """
from pathlib import Path

import numpy as np
import pymc as pm
from scipy.special import expit

MENDED = Path({mended!r})


def build(levels, counts, priors):
    with pm.Model() as model:
        given = {{name: pm.Data(name, value) for name, value in data(levels, counts).items()}}
        eta = pm.Normal("eta", 0, 1.5)
        pm.Potential("answers", given["y"] * eta - given["n"] * pm.math.log1pexp(eta))
    return model


def data(levels, counts):
    if counts.y.sum() == 1 and not MENDED.exists():
        raise RuntimeError("one yes is no good")
    return {{"y": counts.y.sum(), "n": counts.n.sum()}}


def probabilities(posterior, cells):
    p = expit(posterior["eta"].to_numpy())[:, None]
    return np.broadcast_to(p, (len(p), len(cells)))
"""


@pytest.fixture(scope="module")
def raising(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Run, Path]:
    """Sweep eight questions whose fourth makes the model raise; return what mends it, too."""
    desk = Desk(project_in(tmp_path_factory.mktemp("raising") / "project"))
    desk.ask(EIGHT)
    rows = pd.read_csv(desk.project.directory / "survey.csv")
    rows["q03"] = ["Yes"] + ["No"] * (len(rows) - 1)
    desk.project.write("survey.csv", rows)
    mended = desk.project.directory / "mended"
    desk.project.model("raises", RAISES.format(mended=str(mended)))
    desk.write({"model": "raises"}, execution={"workers": 2})
    return desk, desk.run(), mended


@pytest.mark.sampling
@pytest.mark.slow
def test_t1_one_failing_fit_stops_no_other(raising: tuple[Desk, Run, Path]) -> None:
    """Every other fit starts, ends and is recorded; the failure is a row with its reason."""
    desk, run, _ = raising
    others = [name for name in EIGHT if name != "q03"]
    assert others == desk.happened(run, "done")
    assert ["q03"] == desk.happened(run, "failed") == run.failures["outcome"].tolist()
    assert "data() raised RuntimeError: one yes is no good" in run.failures["reason"].iloc[0]
    assert {"q03": "failed"}.items() <= dict(run.fits()[["outcome", "status"]].to_numpy()).items()
    assert set(EIGHT) == set(run.estimates()["outcome"])
    assert "complete" == read_events(desk.store, run.id)[-2]["reason"]


@pytest.mark.sampling
@pytest.mark.slow
def test_t4_a_failure_is_not_taken_for_a_result_and_alone_is_tried_again(
    raising: tuple[Desk, Run, Path],
) -> None:
    """Unchanged, it is neither repeated nor cloned as done; mended, it alone is fitted."""
    desk, run, mended = raising
    again = desk.sweep("run", "sweep.yaml", "-o", "json")
    assert 1 == again.code
    assert {"ok": 7, "failed": 1} == {k: v for k, v in json.loads(again.out)["counts"].items() if v}
    last = open_run("last", desk.store.url)
    assert [] == desk.happened(last, "started")
    reason = desk.explained("q03")["q03"]["reason"]
    assert "it failed and would fail again (model)" in reason
    assert "one yes is no good" in reason
    mended.touch()
    before = len(read_events(desk.store, run.id))
    retried = desk.sweep("retry", run.id, "--select", "status:failed")
    assert 0 == retried.code, retried.err
    new = read_events(desk.store, run.id)[before:]
    assert ["q03"] == [e["outcome"] for e in new if e["event"] == "started"]
    assert 8 == open_run(run.id, desk.store.url).counts()["ok"]


@pytest.mark.sampling
def test_t2_a_resumed_run_keeps_its_model_and_a_new_run_fits_all_with_the_new_one(
    project: Project,
) -> None:
    """Stopped half-way, edited, resumed: no report ever holds numbers of two models."""
    desk = Desk(project)
    desk.ask(EIGHT[:4])
    source = (project_folder("models") / "mrp.py").read_text()
    project.model("mrp", source)
    desk.write({"model": "mrp"})
    config = read_and_plan(project.directory / "sweep.yaml")[0]
    ends: list[Done] = []

    def watch(event: Any, _: Any) -> None:
        ends.extend([event] if isinstance(event, Done) else [])

    stopped = project.sweep(config, watch=watch, stop=lambda: bool(ends))
    assert 1 == len(stopped.happened("done"))
    project.model("mrp", source.replace("priors.intercept)", "2 * priors.intercept)"))
    assert desk.sweep("resume").code == 0
    assert {3.0} == intercepts(desk, open_run(stopped.run, desk.store.url))
    told = desk.explained()
    assert {"fit"} == {e["action"] for e in told.values()}
    assert {("model.intercept sd 3.0 -> 6.0", "models/mrp.py: terms() changed")} == {
        tuple(d["words"] for d in e["differences"]) for e in told.values()
    }
    new = desk.run()
    assert EIGHT[:4] == desk.happened(new, "started")
    assert {6.0} == intercepts(desk, new)
    assert [] == new.notes


def intercepts(desk: Desk, run: Run) -> set[float]:
    """Return the prior of the intercept in the recipe of every fit of a run's estimates."""
    assert set(run.estimates()["status"]) <= {"ok", "flagged"}
    recipes = [read_done(desk.store, "fit", e.fit_key).recipe for e in run.plan.entries]
    estimates = [read_done(desk.store, "estimates", e.key) for e in run.plan.entries]
    assert [e.fit_key for e in run.plan.entries] == [e.recipe["fit"] for e in estimates]
    return {recipe["model"]["terms"][0]["sd"] for recipe in recipes}


def test_t2_a_helper_beside_the_model_file_is_refused_so_that_none_is_served_stale(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit of it would change numbers and no key; also where Python would find it."""
    monkeypatch.syspath_prepend(desk.project.directory)
    (desk.project.directory / "scales_of_ours.py").write_text("INTERCEPT = 3.0\n")
    source = (project_folder("models") / "mrp.py").read_text()
    desk.project.model("mine", f"from scales_of_ours import INTERCEPT\n{source}")
    desk.write({"model": "mine"})
    for verb in ("run", "plan", "explain", "check"):
        ended = desk.sweep(verb, "sweep.yaml")
        assert 2 == ended.code
        assert "models/mine.py, line 1: imports 'scales_of_ours', which is not" in ended.err
        assert "put its code into the file" in ended.err
    assert [] == list(desk.store.list("runs/"))


def test_t3_the_same_again_does_nothing_and_gives_the_same_report(swept: Desk) -> None:
    first, second = open_run("last", swept.store.url), swept.run()
    assert first.id != second.id
    assert ["begun", "ended", "report"] == [e["event"] for e in read_events(swept.store, second.id)]
    reports = [read_events(swept.store, run.id)[-1]["report"] for run in (first, second)]
    assert reports[0] == reports[1]
    assert {"taken"} == {e["action"] for e in swept.explained().values()}


def test_t5_five_new_questions_fit_five(swept: Desk) -> None:
    """Also though the survey's file is another one now, with more columns."""
    new = [f"q{k}" for k in range(90, 95)]
    swept.ask([*MANY, *new])
    told = swept.explained()
    assert {"never fitted: no run in this store has had it, or its answers"} == {
        told[name]["reason"] for name in new
    }
    run = swept.run()
    assert new == swept.happened(run, "started") == swept.happened(run, "done")
    assert [*MANY, *new] == sorted(set(run.estimates()["outcome"]))
    swept.ask(MANY[:6])
    fewer = swept.run()
    assert [] == swept.happened(fewer, "started")
    assert MANY[:6] == sorted(set(fewer.estimates()["outcome"]))


def test_t6_more_than_a_hundred_outcomes_need_no_flag(desk: Desk) -> None:
    many = [f"q{k:03d}" for k in range(120)]
    desk.ask(many)
    desk.write(execution={"workers": "auto"})
    run = desk.run()
    assert many == desk.happened(run, "done")
    assert 120 == run.counts()["ok"]


def test_t8_memory_and_whatever_else_says_where_it_runs_fits_nothing(swept: Desk) -> None:
    for memory in (2048, 4096):
        batch = {"queue": "q", "job_definition": "d", "memory": memory}
        swept.write(execution={"backend": "batch", "workers": "auto", "batch": batch})
        assert {"taken"} == {e["action"] for e in swept.explained().values()}
    first = open_run("last", swept.store.url)
    swept.write(execution={"retries": 3, "timeout": 60.0, "stall": 30.0, "workers": 2})
    run = swept.run()
    assert [] == swept.happened(run, "started")
    assert first.estimates().equals(run.estimates())


def test_one_changed_column_of_71_fits_one_and_explain_says_why(swept: Desk) -> None:
    rows = pd.read_csv(swept.project.directory / "survey.csv")
    rows.loc[5, "q40"] = "No" if rows.loc[5, "q40"] == "Yes" else "Yes"
    swept.project.write("survey.csv", rows)
    told = swept.explained()
    assert ["q40"] == [name for name, e in told.items() if e["action"] != "taken"]
    assert ["counts.y: the answers changed", "study.survey.source: other content"] == [
        d["words"] for d in told["q40"]["differences"]
    ]
    run = swept.run()
    assert ["q40"] == swept.happened(run, "started")
    assert 71 == run.counts()["ok"]


def retyped(text: str) -> str:
    """Return a config's text as YAML with comments and the keys of its parts in another order."""
    whole = json.loads(text)
    turned = {k: whole[k] for k in sorted(whole, reverse=True)}
    turned["study"] = {k: whole["study"][k] for k in sorted(whole["study"], reverse=True)}
    return "# what it is\n" + json.dumps(turned, indent=2).replace("\n", "  # why\n", 1)


def test_comments_order_labels_name_and_execution_fit_nothing(swept: Desk) -> None:
    config = swept.project.directory / "sweep.yaml"
    first = open_run("last", swept.store.url)
    rule = {"match": "q*", "success": ["Yes"], "label": "Asked: {column}", "brand": "B"}
    swept.write({"outcomes": [rule]}, name="Another name", execution={"retries": 0})
    config.write_text(retyped(config.read_text()))
    run = swept.run()
    assert [] == swept.happened(run, "started")
    assert ["Asked: q00", "B", "Another name"] == [
        *run.estimates()[["label", "brand"]].iloc[0],
        run.plan.name,
    ]
    assert first.estimates()["mean"].equals(run.estimates()["mean"])


def test_groups_interval_and_minimum_base_fit_nothing_and_estimate_all(swept: Desk) -> None:
    fits = set(swept.store.list("fits/"))
    swept.write({"groups": [[], ["sex"]], "interval": 0.5, "minimum_base": 11})
    told = swept.explained()
    assert MANY == [name for name, e in told.items() if e["action"] == "estimate"]
    assert {
        (
            "study.groups: + [sex], - [region]",
            "study.interval 0.9 -> 0.5",
            "study.minimum_base 10 -> 11",
        )
    } == {tuple(d["words"] for d in e["differences"]) for e in told.values()}
    run = swept.run("--select", "q0?")
    assert MANY[:10] == swept.happened(run, "done")
    assert fits == set(swept.store.list("fits/"))


def test_comments_and_docstrings_of_a_model_file_fit_nothing_and_a_prior_fits_all(
    project: Project,
) -> None:
    """By the keys alone: what would have been fitted is published with made-up numbers."""
    desk = Desk(project)
    desk.ask(EIGHT)
    source = (project_folder("models") / "mrp.py").read_text()
    desk.write({"model": "mrp"})
    project.model("mrp", source)
    as_if_done(project, read_and_plan(project.directory / "sweep.yaml")[0])
    for same in (
        "# a comment\n" + source,
        source.replace('"""Return the terms', '"""Give the terms'),
        source.replace('"""Multilevel', '"""Our own multilevel'),
    ):
        assert same != source
        project.model("mrp", same)
        assert {"taken"} == {e["action"] for e in desk.explained().values()}
    project.model("mrp", source.replace("priors.contrast)", "priors.contrast / 2)"))
    told = desk.explained()
    assert EIGHT == [name for name, e in told.items() if e["action"] == "fit"]
    assert {("model.sex sd 1.0 -> 0.5", "models/mrp.py: terms() changed")} == {
        tuple(d["words"] for d in e["differences"]) for e in told.values()
    }
    text = desk.sweep("explain", "sweep.yaml").out
    assert "8 to be fitted: the nearest stored fit, its own, differs" in text
    assert "    models/mrp.py: terms() changed\n  q00, q01, " in text
