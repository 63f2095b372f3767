"""Fixtures for every test: a tiny project, fresh or swept once for all."""

from pathlib import Path

import pytest

from tests.project import Project, Swept, project_in


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return project_in(tmp_path / "project")


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Swept]:
    """Return a project swept by two workers; its store may be added to, never taken from."""
    made = project_in(tmp_path_factory.mktemp("swept") / "project")
    config = made.config(execution={"workers": 2})
    return made, made.sweep(config)
