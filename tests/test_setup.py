"""Setting up: what somebody added to .venv stays, and `sweep` is told as it can be typed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.client.command import activation, sweep_command
from sweep.simulate.demo import next_lines
from tests.test_packaging import ROOT, uv

EMPTY = '[project]\nname = "empty"\nversion = "1"\nrequires-python = ">=3.12"\n'
BIN = Path(sys.executable).parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project of nothing, with this one's scripts/setup, and a kernel added to its .venv."""
    program = uv()
    if program is None:
        pytest.skip("uv is not here")
    made = tmp_path / "checkout"
    (made / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "setup", made / "scripts" / "setup")
    (made / "pyproject.toml").write_text(EMPTY)
    told = {**os.environ, "UV_PYTHON": sys.executable, "UV_OFFLINE": "1"}
    subprocess.run([program, "lock", "--quiet"], cwd=made, env=told, check=True)
    run_setup(made)
    (site,) = (made / ".venv" / "lib").glob("python*/site-packages")
    (site / "kernel.py").write_text("")
    about = site / "kernel-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: kernel\nVersion: 1.0\n")
    (about / "RECORD").write_text("kernel.py,,\nkernel-1.0.dist-info/METADATA,,\n"
                                  "kernel-1.0.dist-info/RECORD,,\n")  # fmt: skip
    return made


def run_setup(directory: Path, ci: str | None = None) -> None:
    """Run a checkout's scripts/setup, offline, as somebody or as CI would."""
    program = uv()
    assert program is not None
    kept = {k: v for k, v in os.environ.items() if k not in ("CI", "VIRTUAL_ENV")}
    path = os.pathsep.join([str(Path(program).parent), kept.get("PATH", "")])
    told = {**kept, "PATH": path, "PYTHON": sys.executable, "UV_OFFLINE": "1"}
    told |= {} if ci is None else {"CI": ci}
    subprocess.run(["sh", "scripts/setup"], cwd=directory, env=told, check=True)


def kernels(checkout: Path) -> int:
    return len(list(checkout.glob(".venv/lib/python*/site-packages/kernel.py")))


def test_setup_keeps_what_was_added_by_hand(checkout: Path) -> None:
    run_setup(checkout)

    assert 1 == kernels(checkout)


def test_in_ci_nothing_is_left_that_the_lock_does_not_name(checkout: Path) -> None:
    run_setup(checkout, ci="true")

    assert 0 == kernels(checkout)


def test_the_ci_script_says_that_it_is_ci_before_it_sets_anything_up() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    said = next(k for k, line in enumerate(lines) if line.startswith('export CI="${CI:-true}"'))

    assert said < next(k for k, line in enumerate(lines) if line.startswith("make "))


def typed(command: str, path: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Type something into a shell that has only ``path``."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PATH", "VIRTUAL_ENV")}
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=cwd,
        env={**kept, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("known", [True, False])
def test_what_is_told_can_be_typed(
    known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = os.pathsep.join([str(BIN), "/usr/bin:/bin"] if known else ["/usr/bin", "/bin"])
    monkeypatch.setenv("PATH", path)

    command, script = sweep_command(), activation()

    assert known == (command == "sweep") == (script is None)
    assert typed(f"{command} --version", path, tmp_path).stdout.startswith("sweep ")
    if script is not None:
        assert 127 == typed("sweep --version", path, tmp_path).returncode
        assert typed(f"{script} && sweep --version", path, tmp_path).stdout.startswith("sweep ")


def test_below_the_working_directory_the_path_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.chdir(BIN.parent)

    assert "bin/sweep" == sweep_command()
    assert ". bin/activate" == activation()


def test_another_programs_sweep_is_not_taken_for_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "sweep"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "sweep" != sweep_command()


def test_the_demo_ends_with_a_line_that_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is typed where there is no such store, which the command says: it was found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    first, second = next_lines(tmp_path / "my demo")

    ended = typed(first.removeprefix("next     "), "/usr/bin:/bin", tmp_path)

    assert 2 == ended.returncode
    assert "is not a run of" in ended.stderr
    assert "activate" in second
