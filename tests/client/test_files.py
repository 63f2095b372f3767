"""Files for people: in place whole, private until then, through no link, over no input."""

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import sweep
from sweep.client.files import write_whole
from sweep.client.inputs import refuse_inputs
from sweep.client.verbs import read_and_plan
from sweep.coordinator.execute import begin
from sweep.errors import UsageError
from sweep.journal.runs import read_plan
from sweep.project import ignore, make_project
from sweep.simulate.write import write_parquet
from sweep.store import open_store
from tests.client.test_resume import stubs
from tests.project import Project, project_in
from tests.support.here import swept_here


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project_in(tmp_path_factory.mktemp("writing") / "project")


@pytest.fixture(scope="module")
def run(project: Project) -> sweep.Run:
    project.model("mine", "def terms(study, levels): ...\n")
    (project.directory / "sweep.yaml").write_text("")
    (project.directory / "ages.csv").write_text("region,jobless\nEast,0.1\n")
    return sweep.Run(*swept_here(project, stubs(project, 1)))


def contents(directory: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", ["survey.csv", "population.csv", "../project/survey.csv"])
def test_a_report_replaces_no_file_that_the_run_was_made_from(
    run: sweep.Run, project: Project, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(project.directory)
    before = contents(project.directory)
    with pytest.raises(UsageError, match=r"cannot write .*: it is study\.(survey|population)\.sou"):
        run.report(name)
    assert before == contents(project.directory)


@pytest.mark.parametrize("name", ["survey.csv", "sweep.yaml", "models/mine.py"])
def test_another_name_of_the_same_file_is_refused_too(
    run: sweep.Run, project: Project, tmp_path: Path, name: str
) -> None:
    other = tmp_path / "other.html"
    os.link(project.directory / name, other)
    with pytest.raises(UsageError, match="choose another name"):
        run.report(other)


def test_nothing_is_written_into_the_store(
    run: sweep.Run, project: Project, tmp_path: Path
) -> None:
    inside = Path(run.store.url) / "reports" / "report.html"
    (way := tmp_path / "way").symlink_to(run.store.url)
    for path in (inside, way / "report.html"):
        with pytest.raises(UsageError, match="it lies in the store"):
            refuse_inputs(path, run.plan, run.store)
    refuse_inputs(project.directory / "report.html", run.plan, run.store)


def test_covariates_and_sources_that_are_not_there_are_known(
    run: sweep.Run, project: Project
) -> None:
    study = {**run.plan.study, "covariates": {"jobs": {"source": "gone.csv"}}}
    plan = replace(run.plan, config={**run.plan.config, "study": study})
    with pytest.raises(UsageError, match=r"it is study\.covariates\.jobs\.source"):
        refuse_inputs(project.directory / "gone.csv", plan, run.store)


def test_margins_and_seeds_are_known(run: sweep.Run, project: Project) -> None:
    seed = {"source": "old.csv", "size": "n"}
    margins = [{"by": ["sex"], "source": "sex.csv", "size": "n"}, {"by": ["age"], "source": None}]
    population = {"source": None, "margins": margins, "seed": seed}
    study = {**run.plan.study, "population": population}
    plan = replace(run.plan, config={**run.plan.config, "study": study})
    for name, key in {"sex.csv": r"margins\.0", "old.csv": "seed"}.items():
        with pytest.raises(UsageError, match=rf"it is study\.population\.{key}\.source"):
            refuse_inputs(project.directory / name, plan, run.store)


@pytest.mark.parametrize("name", ["study.cfg", "study", "UP.YAML", "Up.Yml"])
def test_a_config_of_any_name_is_not_replaced(project: Project, name: str) -> None:
    config = project.directory / name
    config.write_text(project.text({"model": "stub"}))
    _, store, made = read_and_plan(config)
    plan = read_plan(store, begin(store, made))
    with pytest.raises(UsageError, match="it is its config"):
        refuse_inputs(config, plan, store)


@pytest.mark.parametrize("name", ["UP.YAML", "Up.Yml"])
def test_configs_of_other_runs_are_known_by_their_names(
    run: sweep.Run, project: Project, name: str
) -> None:
    (config := project.directory / name).write_text("")
    with pytest.raises(UsageError, match="it is a config"):
        refuse_inputs(config, run.plan, run.store)


@pytest.mark.parametrize("left", ["nothing", "a file", "what cannot be listed"])
def test_what_is_told_of_a_run_needs_no_folder_of_its_project(tmp_path: Path, left: str) -> None:
    project = project_in(tmp_path / "project")
    _, run_id = swept_here(project, stubs(project, 1))
    project.directory.rename(tmp_path / "moved")
    if left == "a file":
        project.directory.write_text("")
    elif left != "nothing":
        project.directory.mkdir(mode=0o300)
    sweep.Run(open_store(".sweep", tmp_path / "moved"), run_id).report(tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size > 0


def test_a_planted_link_of_the_old_temporary_name_is_not_followed(tmp_path: Path) -> None:
    (victim := tmp_path / "victim").write_text("mine")
    (tmp_path / ".report.html.partial").symlink_to(victim)
    write_whole(tmp_path / "report.html", b"page")
    assert "mine" == victim.read_text()
    assert b"page" == (tmp_path / "report.html").read_bytes()
    assert not (tmp_path / "report.html").is_symlink()


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_whole(path, b"page"),
        lambda path: write_parquet(pd.DataFrame({"a": [1]}), path),
        lambda path: make_project(path.parent, small=True, force=True),
    ],
    ids=["whole", "parquet", "init"],
)
def test_a_destination_that_is_a_link_is_refused(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    (victim := tmp_path / "victim").write_text("mine")
    (folder := tmp_path / "here").mkdir()
    path = folder / "survey.parquet"
    path.symlink_to(victim)
    with pytest.raises(UsageError, match=r"it is a link to .*victim, and links are not followed"):
        write(path)
    assert "mine" == victim.read_text()
    assert path.is_symlink()


@pytest.mark.parametrize("name", ["sweep.yaml", "schema.json", ".gitignore", "models/mrp.py"])
def test_init_follows_no_link(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sweep.simulate.write_tracker", lambda *_: ())
    monkeypatch.setattr("sweep.simulate.tracker", lambda *_, **__: None)
    (victim := tmp_path / "victim").write_text("mine")
    path = tmp_path / "here" / name
    path.parent.mkdir(parents=True)
    path.symlink_to(victim)
    with pytest.raises(UsageError, match="links are not followed"):
        make_project(tmp_path / "here", small=True, force=True)
    assert "mine" == victim.read_text()


def test_init_writes_into_no_folder_that_a_link_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.simulate.write_tracker", lambda *_: ())
    monkeypatch.setattr("sweep.simulate.tracker", lambda *_, **__: None)
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "models").symlink_to(elsewhere)
    with pytest.raises(UsageError, match="models is a link to"):
        make_project(tmp_path / "here", small=True, force=True)
    assert [] == list(elsewhere.iterdir())


def test_a_device_is_not_replaced() -> None:
    with pytest.raises(UsageError, match="no plain file; leave the option away to print"):
        write_whole(Path("/dev/null"), b"page")


def test_permissions_are_those_of_the_file_that_is_replaced_or_the_umasks(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    before = os.umask(0o027)
    try:
        write_whole(path, b"one")
        assert 0o640 == stat.S_IMODE(path.stat().st_mode)
        path.chmod(0o600)
        write_whole(path, b"two")
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
        assert 0o027 == os.umask(0o027)
    finally:
        os.umask(before)


def test_what_cannot_be_put_in_place_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left on device; choose another place"):
        write_whole(tmp_path / "report.html", b"page")
    assert [] == list(tmp_path.iterdir())


def test_a_store_on_s3_holds_no_path(run: sweep.Run, project: Project) -> None:
    far: Any = SimpleNamespace(url="s3://bucket/store")
    refuse_inputs(project.directory / "report.html", run.plan, far)


@pytest.mark.parametrize(
    "there", [b"caf\xe9\n", b"caf\xe9", b"\xff\xfe*\x00", b"*.log\r\n.sweep/\r\n"]
)
def test_init_keeps_a_gitignore_of_any_encoding(tmp_path: Path, there: bytes) -> None:
    (tmp_path / ".gitignore").write_bytes(there)
    ignore(tmp_path)
    made = (tmp_path / ".gitignore").read_bytes()
    assert made.startswith(there)
    assert 1 == made.splitlines().count(b".sweep/")
    ignore(tmp_path)
    assert made == (tmp_path / ".gitignore").read_bytes()
