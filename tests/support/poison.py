"""Poison: a survey many of whose questions are healthy, and some break their fit, each in its way.

All share one model file in plain PyMC, which knows a poisoned question by its few successes; a
question with more is fitted as ever. So estimates of healthy questions must not change by a bit.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.project import Project

__all__ = ["KINDS", "Poison", "Room", "layout", "poisoned", "rooms"]


@dataclass(frozen=True)
class Poison:
    """A way to break a fit: the successes that stand for it, and the end it must come to."""

    name: str
    yes: int
    kind: str
    reason: str  # part of it


KINDS = (
    Poison("nobody asked", 0, "data", "nobody asked"),
    Poison("data raises", 1, "model", "data() raised ValueError: no such wave"),
    Poison(
        *("probabilities raises", 2, "model"),
        "probabilities() raised KeyError: \"No variable named 'slope'",
    ),
    Poison("wrong shape", 3, "model", "probabilities() returned shape ("),
    Poison("leaves [0, 1]", 4, "model", "probabilities() returned values outside [0, 1]: "),
    Poison(
        "NaN density",
        5,
        "model",
        "models/poison.py: no chain can start: there, the log density is nan",
    ),
    Poison(
        "no finite start",
        6,
        "model",
        "models/poison.py: no chain can start: there, the log density is -inf",
    ),
    Poison("abort", 7, "worker lost", "its worker was killed by SIGABRT 2 times"),
    Poison("memory", 8, "memory", "out of memory: "),
    Poison("hang", 9, "timeout", "no progress for 10 s while it was at 'build' (execution.stall)"),
)
RARE = 10  # successes; healthy questions have more
STALL = 10

MODEL = '''"""Main effects in plain PyMC; a question with few successes breaks it in its way."""

import os
import resource
import time

import numpy as np
import pymc as pm

YES = [100]  # successes of the question at hand, for probabilities()


def build(levels, counts, priors):
    with pm.Model() as model:
        given = {name: pm.Data(name, value) for name, value in plain(levels, counts).items()}
        eta = pm.Normal("intercept", 0, 2)
        for name, labels in levels.items():
            eta = eta + pm.ZeroSumNormal(name, 0.5, shape=len(labels))[given[f"code {name}"]]
        likelihood = given["y"] * eta - given["n"] * pm.math.log1pexp(eta)
        pm.Potential("answers", pm.math.sum(likelihood) + given["added"][0])
    return model


def plain(levels, counts):
    codes = {f"code {name}": counts.cells[name] for name in levels}
    return {**codes, "y": counts.y, "n": counts.n, "added": np.zeros(1)}


def data(levels, counts):
    YES[0] = int(counts.y.sum())
    if YES[0] == 1:
        raise ValueError("no such wave")
    if YES[0] == 7:
        os.abort()
    if YES[0] == 8:
        use_up_memory()
    if YES[0] == 9:
        time.sleep(1e6)
    added = {5: np.nan, 6: -np.inf}.get(YES[0], 0.0)
    return {**plain(levels, counts), "added": np.full(1, added)}


def use_up_memory():
    """Ask for ever more: the kernel ends the process, or a limit of this very call refuses."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    if "LIMITED" in os.environ:
        pages = int(open("/proc/self/statm").read().split()[0])
        most = pages * resource.getpagesize() + (1 << 30)
        resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        hoard = []
        while True:
            hoard.append(np.empty(1 << 27, np.uint8))
            hoard[-1][::4096] = 1
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def probabilities(posterior, cells):
    name = {2: "slope"}.get(YES[0], "intercept")
    eta = posterior[name].to_numpy()[:, None]
    for predictor, code in cells.codes.items():
        eta = eta + posterior[predictor].to_numpy()[:, code]
    p = 1 / (1 + np.exp(-eta))
    return {3: p[1:], 4: p + 1}.get(YES[0], p)
'''

LEVELS = {"sex": 2, "age": 6, "region": 8}


def layout(outcomes: int) -> dict[str, Poison]:
    """Return which questions are poisoned, spread over all: each kind once, some twice."""
    count = max(len(KINDS), outcomes // 20 + 2)  # 5 % of eight kinds, one memory, one hang
    kinds = [*KINDS, *KINDS[: count - len(KINDS)]]
    places = np.linspace(3, outcomes - 20, count).astype(int)
    return {f"q{place:03d}": kind for place, kind in zip(places, kinds, strict=True)}


def poisoned(directory: Path, outcomes: int, respondents: int = 3000) -> Project:
    """Return a project of so many questions; the poisoned ones have a healthy column as well."""
    rng = np.random.default_rng(11)
    rows = {name: rng.integers(0, k, respondents).astype(str) for name, k in LEVELS.items()}
    effects = {name: rng.normal(0, 0.5, k) for name, k in LEVELS.items()}
    shift = sum(effects[name][rows[name].astype(int)] for name in LEVELS)
    poison = layout(outcomes)
    for number in range(outcomes):
        eta = rng.normal(-0.5, 0.7) + shift
        name = f"q{number:03d}"
        answers = np.where(rng.random(respondents) < 1 / (1 + np.exp(-eta)), "Yes", "No")
        rows[f"h{name}"] = answers
        if name in poison:
            answers = np.where(np.arange(respondents) < poison[name].yes, "Yes", "No")
        rows[name] = answers
    table = pd.DataFrame(rows)
    for name, kind in poison.items():
        if kind.name == "nobody asked":
            table[name] = None
    directory.mkdir(parents=True, exist_ok=True)
    project = Project(directory, study(outcomes, healthy=False), {"workers": 2, "stall": STALL})
    project.write("survey.parquet", table)
    crossed = pd.MultiIndex.from_product([map(str, range(k)) for k in LEVELS.values()],
                                         names=list(LEVELS)).to_frame(index=False)  # fmt: skip
    project.write("population.csv", crossed.assign(n=rng.integers(10, 100, len(crossed))))
    project.model("poison", MODEL)
    return project


def study(outcomes: int, *, healthy: bool, draws: int = 250) -> dict[str, Any]:
    """Return the config's study; with ``healthy`` no question is poisoned.

    With 2,000 draws a fit takes about a second.
    """
    poison = layout(outcomes)
    rules = [
        {"name": name, "column": f"h{name}" if healthy and name in poison else name,
         "success": ["Yes"], "failure": ["No"]}
        for name in (f"q{number:03d}" for number in range(outcomes))
    ]  # fmt: skip
    return {
        "survey": {"source": "survey.parquet"},
        "population": {"source": "population.csv", "size": "n"},
        "predictors": {name: {} for name in LEVELS},
        "outcomes": rules,
        "groups": [[], ["region"]],
        "model": "poison",
        "sampler": {"draws": draws, "tune": draws, "target_ess": 100, "seed": 3},
    }


@dataclass(frozen=True)
class Room:
    """Where a sweep finds a limit of memory: a group of processes, or each process its own."""

    name: str
    procs: Path | None = None

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the command line under the limit."""
        command = [sys.executable, "-m", "sweep", *words]
        environment = dict(os.environ)
        if self.procs is None:
            environment["LIMITED"] = "1"
        else:
            command = ["sh", "-c", f'echo $$ > {self.procs}; exec "$@"', "sh", *command]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@contextmanager
def rooms(limit: int = 9 << 28) -> Iterator[list[Room]]:
    """Make what limits there can be on this machine; the first is the kernel's own, if any."""
    for place, file in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                        ("/sys/fs/cgroup", "memory.max")):  # fmt: skip
        group = Path(place) / f"sweep-{os.getpid()}"
        if not (Path(place) / "cgroup.procs").exists() or not os.access(place, os.W_OK):
            continue
        group.mkdir()
        try:
            if (group / file).exists():
                (group / file).write_text(str(limit))
                yield [Room("group", group / "cgroup.procs"), Room("process")]
                return
        finally:
            group.rmdir()
    yield [Room("process")]
