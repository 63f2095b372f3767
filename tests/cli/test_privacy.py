"""A store that others can write into is told, once per command; its folder's mode stays."""

import json
import stat
from pathlib import Path

import pytest

import sweep
from sweep.doctor import examine
from sweep.store.directory_root import StoreExposed
from tests.cli.conftest import Ended, inside
from tests.cli.conftest import sweep as command
from tests.client.test_resume import stubs
from tests.project import Project

WORDS = "(mode 0777): everybody on this machine can put files there, in place of results too"


@pytest.fixture
def open_store(project: Project) -> Path:
    """Return a store in a folder that was there, and that everybody can write to."""
    text = project.text(stubs(project, 1).study.model_dump(mode="json"))
    (project.directory / "sweep.yaml").write_text(text)
    store = project.directory / ".sweep"
    store.mkdir()
    store.chmod(0o777)
    return store


def notes(ended: Ended) -> list[str]:
    """Return the notes on standard error."""
    return [line for line in ended.err.splitlines() if line.startswith("NOTE") and WORDS in line]


def test_every_command_says_so_once_and_leaves_the_mode(project: Project, open_store: Path) -> None:
    planned = inside("plan", "sweep.yaml", "-o", "json", cwd=project.directory)
    assert [f"NOTE  store {open_store} {WORDS}; `chmod 700 {open_store}` keeps them out"] == notes(
        planned
    )
    assert 1 == json.loads(planned.out)["actions"]["fit"]  # nothing of it on standard output
    assert 1 == len(notes(command("runs", cwd=project.directory)))
    assert 0o777 == stat.S_IMODE(open_store.stat().st_mode)
    open_store.chmod(0o700)
    assert [] == notes(command("runs", cwd=project.directory))


def test_python_warns(project: Project, open_store: Path) -> None:
    with pytest.warns(StoreExposed, match="in place of results too") as told:
        sweep.plan(project.directory / "sweep.yaml")
    assert 1 == len(told)
    with pytest.warns(StoreExposed, match="in place of results too"):
        sweep.runs(open_store)


def test_the_doctor_tells_of_every_mode_but_private(open_store: Path) -> None:
    for mode, state in ((0o700, "ok"), (0o750, "warn"), (0o777, "warn")):
        open_store.chmod(mode)
        (found,) = [f for f in examine(open_store) if f.name == "privacy"]
        assert state == found.state, found
