"""Copies of a worker that has compiled: their deaths cost their own outcome, and no compilation."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sweep.journal.states import outcome_states
from sweep.worker.forks import POSSIBLE
from tests.project import STUDY, Project, population_of, survey_of

pytestmark = [
    pytest.mark.sampling,
    pytest.mark.skipif(not POSSIBLE, reason="processes are copied on Linux only"),
]

MODEL = '''"""One number for all; a question with few successes ends its process, or hangs."""
import os, time
from pathlib import Path

import numpy as np
import pymc as pm

SEEN = Path({seen!r})


def note(words):
    with SEEN.open("a") as file:
        file.write(words + chr(10))


def plain(counts):
    return {{"y": counts.y.sum(), "n": counts.n.sum()}}


def build(levels, counts, priors):
    note(f"build {{os.getpid()}}")
    with pm.Model() as model:
        given = {{name: pm.Data(name, value) for name, value in plain(counts).items()}}
        eta = pm.Normal("eta", 0, 1)
        pm.Potential("answers", given["y"] * eta - given["n"] * pm.math.log1pexp(eta))
    return model


def data(levels, counts):
    yes = int(counts.y.sum())
    note(f"data {{os.getpid()}} {{yes}}")
    if yes == 1:
        os.abort()
    if yes == 2:
        time.sleep(600)
    if yes == 3:
        os._exit(3)
    return plain(counts)


def probabilities(posterior, cells):
    p = 1 / (1 + np.exp(-posterior["eta"].to_numpy()))
    return np.repeat(p[:, None], len(cells), axis=1)
'''
YES = {"first": 40, "aborts": 1, "second": 60, "hangs": 2, "third": 80, "leaves": 3, "fourth": 50}


def asked(directory: Path, *names: str, stall: float) -> Project:
    """Return a project of one worker that asks some questions, each with so many successes."""
    rules = [{"name": name, "success": ["Yes"], "failure": ["No"]} for name in names]
    study = {**STUDY, "survey": {"source": "survey.csv"}, "outcomes": rules, "model": "mine"}
    project = Project(directory, study, {"workers": 1, "retries": 1, "stall": stall})
    survey = survey_of()
    for name in names:
        survey[name] = np.where(np.arange(len(survey)) < YES[name], "Yes", "No")
    project.write("survey.csv", survey)
    project.write("population.csv", population_of())
    project.model("mine", MODEL.format(seen=str(directory / "seen")))
    return project


def seen(project: Project) -> list[list[str]]:
    """Return what the model file noted: words of every call."""
    return [line.split() for line in (project.directory / "seen").read_text().splitlines()]


def test_what_a_copy_dies_of_costs_its_outcome_and_no_compilation(tmp_path: Path) -> None:
    project = asked(tmp_path, *YES, stall=2)
    swept = project.sweep()
    states = {s.entry.name: s for s in outcome_states(swept.store, project.rerun_plan(swept))}
    reasons = {name: states[name].reason or "" for name in ("aborts", "hangs", "leaves")}
    assert "its worker was killed by SIGABRT 2 times" in reasons["aborts"]
    assert "no progress for 2 s while it was at 'build' (execution.stall)" == reasons["hangs"]
    assert "its worker left with exit code 3 2 times" in reasons["leaves"]
    assert {"first", "second", "third", "fourth"} == {*swept.happened("done")}
    calls = seen(project)
    builds = [process for call, process, *_ in calls if call == "build"]
    assert 2 == len(builds)  # the second is for the comparison of two outcomes
    fits = [process for call, process, *_ in calls if call == "data"]
    assert not {*builds} & {*fits}
    assert 5 == len({*fits})  # the first copy, and one after each of five deaths but the last
    assert 9 == len(fits)


@pytest.mark.parametrize("victim", ["coordinator", "original"])
def test_a_copy_does_not_outlive_those_it_works_for(tmp_path: Path, victim: str) -> None:
    project = asked(tmp_path, "hangs", stall=600)
    config = tmp_path / "sweep.yaml"
    config.write_text(project.text())
    coordinator = subprocess.Popen(
        [sys.executable, "-m", "sweep", "run", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        copy = int(until_called(project, "data"))
        original = parent_of(copy)
        os.kill(coordinator.pid if victim == "coordinator" else original, signal.SIGKILL)
        end = time.monotonic() + 20
        while running(copy) and time.monotonic() < end:
            time.sleep(0.05)
        assert not running(copy)
    finally:
        coordinator.kill()
        coordinator.wait()


def until_called(project: Project, function: str) -> str:
    """Return the process that first called a function of the model file, once one has."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if (project.directory / "seen").exists():
            found = [process for call, process, *_ in seen(project) if call == function]
            if found:
                return found[0]
        time.sleep(0.1)
    msg = f"{function}() was never called"
    raise AssertionError(msg)


def parent_of(process: int) -> int:
    """Return the process id of a process's parent."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def running(process: int) -> bool:
    """Return whether a process runs, and is no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
