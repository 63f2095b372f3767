"""Sweeps for the tests of published bytes: many named groups, names beyond ASCII, one failure.

``python -m tests.support.surroundings DIRECTORY MODEL`` runs one in a process of its own, whose
environment and working directory the caller chooses, and prints the digest of all it published.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from sweep.artifacts.artifact import read
from sweep.journal.runs import read_plan
from sweep.keys import sha256
from sweep.store import Store
from tests.project import Project, population_of, survey_of
from tests.support.here import payload_of, swept_here

__all__ = [
    "NAMED",
    "SETS",
    "by_content",
    "config_text",
    "files_of",
    "fit_keys",
    "project_to_shake",
    "shuffled",
]

UNLIKE = ("run", "started", "directory", "config_file")
REGIONS = ("Zürich", "Ägypten", "Østfold", "ßtadt")
NAMED = tuple(
    {name: f"sex == '{sex}' and region == '{region}'"}
    for name, sex, region in (
        ("zulu", "Female", REGIONS[0]),
        ("älter", "Male", REGIONS[0]),
        ("ALPHA", "Female", REGIONS[1]),
        ("mike", "Male", REGIONS[1]),
        ("alpha", "Female", REGIONS[2]),
        ("10", "Male", REGIONS[2]),
        ("9", "Female", REGIONS[3]),
        ("yankee", "Male", REGIONS[3]),
    )
)
"""Eight named groups, in an order that no sorting gives."""

RULES = (
    {"match": "re:(aware|bought|liked)", "success": ["Yes"], "label": "Größe {column} →"},
    {"name": "never", "success": ["Yes"]},
)


def project_to_shake(directory: Path) -> Project:
    """Return a project on disk; its column ``never`` nobody answered."""
    directory.mkdir(parents=True)
    made = Project(directory)
    renamed = dict(zip(("East", "North", "South", "West"), REGIONS, strict=True))
    survey = survey_of().assign(never=None)
    made.write("survey.csv", survey.assign(region=survey["region"].map(renamed)))
    people = population_of()
    made.write("population.csv", people.assign(region=people["region"].map(renamed)))
    return made


def shuffled(project: Project, axis: Literal[0, 1]) -> None:
    """Put the survey's rows (0) or columns (1) in another order."""
    table = pd.read_csv(project.directory / "survey.csv", dtype=str, keep_default_na=False)
    order = np.random.default_rng(3).permutation(table.shape[axis])
    project.write("survey.csv", table.take(order, axis=axis))


SETS = """
from sweep.model import Contrast, Intercept, Model, Varying

def terms(study, levels):
    pairs = {frozenset((a, b)) for a in levels for b in levels if a != b}
    alone = {
        Contrast(name, 1.0) if len(levels[name]) == 2 else Varying((name,), 0.5)
        for name in frozenset(levels)
    }
    return Model(tuple({Intercept(3.0)} | alone | {Varying(tuple(pair), 0.2) for pair in pairs}))
"""
"""A model file that builds upon sets, whose order is another in every process."""


def config_text(project: Project, model: str, count: int = 0) -> str:
    """Return the text of the config; with a ``count`` of so many outcomes instead of the few."""
    named = [{"name": f"q{k:02d}", "column": "liked", "success": ["Yes"]} for k in range(count)]
    groups = [[], ["region"], *NAMED, ["married", "sex"]]
    rules = named or list(RULES)
    return project.text({"model": model, "outcomes": rules, "groups": groups})


def files_of(store: Store, run: str) -> dict[str, bytes]:
    """Return the report's files of a run, and its plan without what says when and where it ran."""
    plan = read_plan(store, run)
    told = {k: v for k, v in plan.as_json().items() if k not in UNLIKE}
    (key,) = {name.split("/")[1] for name in store.list("reports/")}
    ended = read(store, "report", key)
    return {**ended.payload, "plan": json.dumps(told).encode(), "report": key.encode()}


def by_content(published: Mapping[str, bytes]) -> dict[str, str]:
    """Return the digest of each file, by name."""
    return {name: sha256(data) for name, data in sorted(published.items())}


def fit_keys(project: Project, model: str) -> dict[str, str]:
    """Return the keys of the fits that a sweep would make, by outcome."""
    from sweep.config.read import parse_config

    _, plan = project.plan(parse_config(config_text(project, model).encode()))
    return {entry.name: entry.fit_key for entry in plan.entries}


def main() -> None:
    """Sweep in this process and print what was published; with ``keys``, plan and print those."""
    from sweep.config.read import parse_config

    project, model = Project(Path(sys.argv[1])), sys.argv[2]
    if "keys" in sys.argv[3:]:
        sys.stdout.write(json.dumps(fit_keys(project, model)))
        return
    config: Any = parse_config(config_text(project, model).encode())
    store, run = swept_here(project, config)
    sys.stdout.write(json.dumps(by_content({**payload_of(store), **files_of(store, run)})))


if __name__ == "__main__":
    main()
