"""A tiny outcome to compare engines on, planned into a store of its own."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sweep.artifacts.tasks import Task
from sweep.bench.compare import planned
from sweep.store import Store
from tests.project import Project, project_in


@dataclass(frozen=True)
class Tiny:
    """A project, its store and the tasks that were planned."""

    project: Project
    store: Store
    tasks: list[Task]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    project = project_in(tmp_path_factory.mktemp("bench") / "project")
    store, plan = project.plan(patterns=["aware"])
    return Tiny(project, store, planned(store, plan))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "measured"
    made.mkdir()
    return made
