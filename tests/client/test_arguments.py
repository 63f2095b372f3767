"""What a verb of Python is asked for is possible, or refused in words before any work."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sweep
from sweep.errors import UsageError
from tests.cli.conftest import inside
from tests.project import Project, project_in
from tests.support.here import swept_here

COLUMN = {"success": ["Yes"], "column": "aware"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project_in(tmp_path_factory.mktemp("arguments") / "project")


@pytest.fixture(scope="module")
def config(project: Project) -> Path:
    path = project.directory / "sweep.yaml"
    path.write_text(project.text({"model": "stub"}))
    return path


@pytest.fixture(scope="module")
def run(project: Project) -> sweep.Run:
    return sweep.Run(*swept_here(project, project.config({"model": "stub"})))


@pytest.mark.parametrize("name", ["limit", "sample"])
@pytest.mark.parametrize("number", [0, -1, -5, 1.5, True, "3", np.int64(0)])
def test_a_part_of_nothing_or_less_is_refused(config: Path, name: str, number: Any) -> None:
    for verb in (sweep.run, sweep.plan, sweep.explain):
        with pytest.raises(UsageError, match=f"{name}=.*whole number of 1 or more"):
            verb(config, **{name: number})


def test_whole_numbers_of_any_kind_are_taken(config: Path) -> None:
    assert 1 == len(sweep.plan(config, limit=np.int64(1), sample=np.int32(50)))  # type: ignore[arg-type]
    assert 3 == len(sweep.plan(config, limit=None))


def test_an_outcome_named_as_a_pattern_is_explained_and_read(project: Project) -> None:
    study = {"model": "stub", "outcomes": [{"name": n, **COLUMN} for n in ("tag:a", "x[1]")]}
    (path := project.directory / "named.yaml").write_text(project.text(study))
    for name in ("tag:a", "x[1]"):
        assert [name] == list(sweep.explain(path, name)["outcome"])
    run = sweep.Run(*swept_here(project, project.config(study)))
    for name in ("tag:a", "x[1]"):
        assert {name} == set(run.draws(name)["outcome"])
        assert {name} == set(run.estimates(outcomes=name)["outcome"])
        assert {name} == {run.posterior(name).attrs.get("outcome", name)}


def test_a_list_of_no_outcomes_is_refused_by_every_reader(run: sweep.Run) -> None:
    nothings: list[Any] = [[], ()]
    for nothing in nothings:
        for reader in (run.estimates, run.draws):
            with pytest.raises(UsageError, match=r"outcomes=\[\] asks for nothing"):
                reader(outcomes=nothing)


@pytest.mark.parametrize("by", [",", "", "region,,sex", "region,", " "])
def test_a_grouping_without_a_name_is_not_the_total(run: sweep.Run, by: str) -> None:
    told = inside("estimates", run.id, "--store", run.store.url, "--by", by, cwd=Path.cwd())
    assert 2 == told.code
    assert "has a variable without a name: write --by region,sex, or --total" in told.err
