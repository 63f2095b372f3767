"""No Python of ours imports from the user's folder, however it is started."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sweep
from sweep.worker.safe_path import leave_folder, python_command, safe_pythonpath
from tests.project import Project, plant_modules

PACKAGE = Path(sweep.__file__).parent
SCRIPT = [str(Path(sys.executable).with_name("sweep"))]


def test_every_python_that_is_started_is_started_on_a_safe_path() -> None:
    """A ``-m`` in a command stands behind a ``-P``."""
    found = 0
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            words = [e.value for e in getattr(node, "elts", []) if isinstance(e, ast.Constant)]
            for place, word in enumerate(words):
                if word == "-m":
                    found += 1
                    assert "-P" == words[place - 1], f"{path}: {words}"
    assert 3 == found, "here, in a job of AWS Batch, in its coordinator"


@pytest.mark.parametrize(
    ("command", "let_be"),
    [
        (SCRIPT, ()),
        (python_command("sweep"), ()),
        # Python itself runs sweep.py here, and imports some on its way to any module: not ours.
        ([sys.executable, "-m", "sweep"], ("sweep", "runpy", "importlib", "types")),
    ],
    ids=["script", "safe", "module"],
)
def test_the_command_line_imports_nothing_from_the_folder_it_is_started_in(
    project: Project, command: list[str], let_be: tuple[str, ...]
) -> None:
    (project.directory / "sweep.yaml").write_text(project.text())
    told = plant_modules(project.directory)
    for name in let_be:
        (project.directory / f"{name}.py").unlink()
    done = subprocess.run(
        [*command, "check", "sweep.yaml"],
        cwd=project.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not told.exists(), told.read_text()
    assert 0 == done.returncode, done.stderr


def test_a_pythonpath_loses_the_working_directory_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inner := tmp_path / "lib").mkdir()
    monkeypatch.chdir(tmp_path)
    given = os.pathsep.join(["", str(inner), ".", str(tmp_path), "lib", "/nowhere"])
    assert [str(inner), "lib", "/nowhere"] == safe_pythonpath(given).split(os.pathsep)
    assert "" == safe_pythonpath("")


def test_a_checkout_that_one_stands_in_stays_behind_everything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = str(PACKAGE.parent)
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", ["", "/somewhere", root])
    leave_folder()
    assert ["/somewhere", root] == sys.path
    assert root == safe_pythonpath(root)
