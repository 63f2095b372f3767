"""A tiny project to sweep: survey and population on disk, and configs for them."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sweep.artifacts.artifact import publish
from sweep.artifacts.recipes import EstimatesRecipe, FitRecipe, TaskMeta
from sweep.artifacts.tasks import Task
from sweep.config import SweepConfig
from sweep.config.read import parse_config
from sweep.coordinator.execute import begin, execute, plan_sweep
from sweep.journal.entries import Entry, EntryId
from sweep.journal.events import RunEvent, read_events
from sweep.journal.runs import RunPlan, read_plan
from sweep.keys import Recipe, digest
from sweep.planning.plan import Plan
from sweep.planning.selection import Selection
from sweep.store import Store

AGES = (20, 40, 60)
REGIONS = ("East", "North", "South", "West")
OUTCOMES = ("aware", "bought", "liked")
PREVALENCE = {"aware": 0.5, "bought": 0.08, "liked": 0.3}
STUDY: dict[str, Any] = {
    "survey": {"source": "survey.csv", "weight": "w"},
    "population": {"source": "population.csv", "size": "n"},
    "derive": {"age_band": {"cut": "age", "at": [18, 35, 55], "labels": ["18-34", "35-54", "55+"]}},
    "predictors": {"sex": {}, "age_band": {}, "region": {}},
    "outcomes": [{"name": name, "success": ["Yes"]} for name in OUTCOMES],
    "groups": [[], ["region"]],
    "sampler": {"draws": 100, "tune": 50, "target_ess": 50, "seed": 7},
}


def survey_of(respondents: int = 300, seed: int = 1) -> pd.DataFrame:
    """Return respondents with predictors, a weight and three outcomes."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "sex": rng.choice(["Female", "Male"], respondents),
            "age": rng.integers(18, 80, respondents),
            "region": rng.choice(REGIONS, respondents),
            "married": rng.choice(["No", "Yes"], respondents),
            "w": rng.uniform(0.5, 2.0, respondents).round(3),
        }
    )
    for name, share in PREVALENCE.items():
        rows[name] = np.where(rng.random(respondents) < share, "Yes", "No")
    return rows


def population_of() -> pd.DataFrame:
    """Return every combination of sex, age, region and married, with its size."""
    crossed = pd.MultiIndex.from_product(
        [["Female", "Male"], AGES, REGIONS, ["No", "Yes"]],
        names=["sex", "age", "region", "married"],
    )
    rows = crossed.to_frame(index=False)
    return rows.assign(n=np.random.default_rng(2).integers(10, 100, len(rows)))


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``first`` with the sections of ``second`` put in, however deep."""
    made = dict(first)
    for key, value in second.items():
        both = isinstance(value, dict) and isinstance(made.get(key), dict)
        made[key] = merged(made[key], value) if both else value
    return made


def plant_modules(directory: Path) -> Path:
    """Write files named like every module there is into a folder; return where they tell of use.

    Whoever imports one says so there, and fails.
    """
    told = directory / "imported.txt"
    names = {"sweep", *sys.stdlib_module_names, *packages_distributions()}
    for name in sorted(n for n in names if n.isidentifier()):
        code = f"with open({str(told)!r}, 'a') as f:\n    f.write({name!r} + chr(10))\n"
        (directory / f"{name}.py").write_text(f"{code}raise RuntimeError('planted: {name}')\n")
    return told


def under(task: Task, **tools: str) -> Task:
    """Return a task as a plan made under other tools would have it."""
    fit: FitRecipe = {**task.fit, "toolchain": {**task.fit["toolchain"], **tools}}
    estimates: EstimatesRecipe = {**task.estimates, "fit": digest(fit)}
    return replace(task, fit=fit, estimates=estimates)


def recipes_by_kind(task: Task) -> dict[str, Recipe]:
    """Return what a task publishes under: its recipes, by kind of artifact."""
    return {"fit": task.fit, "estimates": task.estimates}


def keys_by_kind(entry: Entry) -> dict[str, str]:
    """Return where an entry's results are: their keys, by kind of artifact."""
    return {"fit": entry.fit_key, "estimates": entry.key}


def entry_named(name: str, label: str | None = None, brand: str | None = None) -> Entry:
    """Return a made-up entry of a plan."""
    return Entry(
        id=EntryId(name),
        label=label,
        brand=brand,
        metric=None,
        tags=(),
        design="d",
        counts="c",
        fit_key="f",
        key="e",
        n=1.0,
        failure=None,
        action="fit",
    )


def plan_named(name: str, *entries: Entry, **facts: Any) -> RunPlan:
    """Return a made-up plan of a run of some entries."""
    plain: dict[str, Any] = {"config": {}, "directory": ".", "sample": None}
    given: dict[str, Any] = {**plain, "design": "d", "model_blob": "b", **facts}
    return RunPlan(name=name, entries=entries, **given)


def meta_of(status: str = "ok", *reasons: str) -> TaskMeta:
    """Return what made-up estimates say of themselves."""
    return {
        "status": status,
        "reasons": list(reasons),
        "diagnostics": {},
        "remedies": [],
        "outcome": "x",
        "seconds": 1.0,
    }


@dataclass(frozen=True)
class Swept:
    """A run that has ended: its store, plan, events, and each outcome's end."""

    store: Store
    plan: Plan
    run: str
    events: list[RunEvent]

    def happened(self, event: str) -> list[str]:
        """Return the outcomes of some kind of event, in order."""
        return [e["outcome"] for e in self.events if e["event"] == event]


@dataclass(frozen=True)
class Project:
    """A directory with a survey, a population and, if need be, model files."""

    directory: Path
    study: Mapping[str, Any] = field(default_factory=lambda: STUDY)
    execution: Mapping[str, Any] = field(default_factory=lambda: {"workers": 1})

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as its name says."""
        path = self.directory / name
        if path.suffix == ".parquet":
            table.to_parquet(path)
        else:
            table.to_csv(path, index=False)

    def model(self, name: str, source: str) -> None:
        """Write a model file."""
        folder = self.directory / "models"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(source)

    def text(
        self,
        study: Mapping[str, Any] | None = None,
        execution: Mapping[str, Any] | None = None,
        name: str = "tiny",
    ) -> str:
        """Return the text of a config: the project's own, with sections put in. JSON is YAML."""
        whole = {
            "version": 1,
            "name": name,
            "study": merged(self.study, study or {}),
            "execution": merged(self.execution, execution or {}),
        }
        return json.dumps(whole, indent=1)

    def config(
        self,
        study: Mapping[str, Any] | None = None,
        execution: Mapping[str, Any] | None = None,
        name: str = "tiny",
    ) -> SweepConfig:
        """Return the config that `text` writes."""
        return parse_config(self.text(study, execution, name).encode())

    def plan(
        self,
        config: SweepConfig | None = None,
        patterns: Sequence[str] = (),
        retry_failed: bool = False,
        **selection: int | None,
    ) -> tuple[Store, Plan]:
        """Plan a sweep of this project."""
        selected = Selection(tuple(patterns), **selection)
        return plan_sweep(config or self.config(), self.directory, selected, retry_failed)

    def sweep(
        self, config: SweepConfig | None = None, retry_failed: bool = False, **how: Any
    ) -> Swept:
        """Run a sweep of this project to its end; ``how`` is for ``execute``."""
        config = config or self.config()
        store, plan = self.plan(config, retry_failed=retry_failed)
        run = execute(config, store, plan, **how)
        return Swept(store, plan, run, read_events(store, run))

    def rerun_plan(self, swept: Swept) -> RunPlan:
        """Return a run's plan as it was stored."""
        return read_plan(swept.store, swept.run)


def as_if_done(
    project: Project, config: SweepConfig | None = None, keep: Sequence[str] = ("fit",)
) -> tuple[Store, Plan]:
    """Begin a run and publish what it would have made, with made-up payloads: keys count here.

    ``keep`` is what is published beside the estimates.
    """
    store, plan = project.plan(config)
    begin(store, plan)
    for task in plan.tasks.values():
        for kind in (*keep, "estimates"):
            publish(store, kind, recipes_by_kind(task)[kind], {"x.npz": b"numbers"}, meta_of())
    return store, plan


def project_in(directory: Path) -> Project:
    """Return a project whose survey and population are written."""
    directory.mkdir(parents=True, exist_ok=True)
    made = Project(directory)
    made.write("survey.csv", survey_of())
    made.write("population.csv", population_of())
    return made
