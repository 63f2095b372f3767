"""A small project, run once for all tests of the command line and the client."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sweep.cli.app import app

QUICK = ("--set", "sampler.draws=100", "--set", "sampler.tune=50")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def sweep(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Ended:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "sweep", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(env or {}), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def inside(*arguments: str | Path, cwd: Path) -> Ended:
    """Run the command in this process: the imports are paid for once."""
    with contextlib.chdir(cwd):
        result = CliRunner().invoke(app, [*map(str, arguments)])
    return Ended(result.exit_code, result.stdout, result.stderr)


def make_small(directory: Path) -> Path:
    """Write a project of 600 respondents and ten outcomes, one of which nobody was asked."""
    import pandas as pd

    from sweep.project import config_text, copy_models
    from sweep.simulate import tracker, write_tracker

    write_tracker(directory, tracker(1, respondents=600, brands=1))
    survey = pd.read_parquet(directory / "survey.parquet")
    survey["trust_norvalik"] = pd.Series([None] * len(survey), dtype="str")
    survey.to_parquet(directory / "survey.parquet")
    copy_models(directory / "models")
    config = directory / "sweep.yaml"
    text = re.sub(r"draws: 500, tune: 200", "draws: 100, tune: 50", config_text(small=True))
    config.write_text(text.replace("target_ess: 1000", "target_ess: 100"), encoding="utf-8")
    return config


@dataclass(frozen=True)
class Project:
    """A project with one run of four outcomes: three estimated, one that nobody was asked.

    The run is that of ``four.yaml``, whole; ``sweep.yaml`` has ten outcomes, these among them.
    """

    directory: Path
    config: Path
    ran: Ended

    def sweep(self, *arguments: str | Path) -> Ended:
        """Run the command in the project's directory."""
        return inside(*arguments, cwd=self.directory)


@pytest.fixture(scope="session")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    directory = tmp_path_factory.mktemp("project")
    config = make_small(directory)
    head, *rules = re.split(r"(?=^    - match:)", config.read_text(), flags=re.MULTILINE)
    end = rules[-1][rules[-1].index("\n  model:") :]  # what comes after the rules
    four = [rule for rule in rules if '"aided_' in rule or "tags: [image]" in rule]
    text = head + "".join(four).removesuffix(end) + end
    (directory / "four.yaml").write_text(text, encoding="utf-8")
    return Project(directory, config, sweep("run", "four.yaml", cwd=directory))
