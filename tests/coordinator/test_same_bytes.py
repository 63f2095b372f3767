"""The same bytes with any number of workers, outcomes in any order, and whatever surrounds them.

Each way of running the same sweep is compared with one worker in a quiet place. The fast route runs
`mrp`, the general route a small PyMC model. Ray and AWS Batch: `benchmarks.backends`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.artifacts.artifact import read_done
from sweep.backends.events import Event, Progress
from sweep.journal.entries import Entry
from sweep.journal.runs import RunPlan
from sweep.store import Store
from sweep.toolchain import pytensor_flags
from tests.forking import real_workers
from tests.project import OUTCOMES, Project, keys_by_kind, project_in
from tests.support.poison import MODEL
from tests.support.processes import workers

pytestmark = pytest.mark.sampling

ODD = {
    "LC_ALL": "C",
    "TZ": "Asia/Kathmandu",
    "PYTHONHASHSEED": "4321",
    "OMP_NUM_THREADS": "3",
    "OPENBLAS_NUM_THREADS": "3",
    "OPENBLAS_CORETYPE": "Prescott",
    "OPENBLAS_L2_SIZE": "64",
    "MKL_NUM_THREADS": "3",
    "NUMBA_NUM_THREADS": "3",
    "NUMBA_OPT": "1",
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_LOOP_VECTORIZE": "0",
    "NPY_DISABLE_CPU_FEATURES": "AVX2",
    "PYTENSOR_FLAGS": "floatX=float32,numba__fastmath=False",
}
"""What a user may have set for reasons of their own."""

type Digests = dict[str, list[Any]]


def digests(store: Store, plan: RunPlan) -> Digests:
    """Return the digests of every payload file of each outcome's fit and estimates, by name."""
    return {
        e.name: [read_done(store, kind, key).payload for kind, key in keys_by_kind(e).items()]
        for e in sorted(plan.entries, key=lambda e: e.name)
    }


NAMES = tuple(f"{said} {column}" for said in ("Yes", "No") for column in OUTCOMES)


def study(model: str, order: tuple[str, ...] = NAMES) -> dict[str, Any]:
    rules = [{"name": n, "column": n.split()[1], "success": [n.split()[0]]} for n in order]
    return {"model": model, "outcomes": rules}


def ran(project: Project, model: str, count: int, order: tuple[str, ...] = NAMES) -> Digests:
    """Run the sweep here with so many workers."""
    swept = project.sweep(project.config(study(model, order), {"workers": count}))
    assert [] == swept.happened("failed")
    return digests(swept.store, swept.plan.record)


def four_workers_reversed(project: Project, model: str) -> Digests:
    return ran(project, model, 4, NAMES[::-1])


def another_order(project: Project, model: str) -> Digests:
    return ran(project, model, 1, (*NAMES[3:], *NAMES[:3]))


def odd_environment(project: Project, model: str) -> Digests:
    """Run the command line elsewhere, with variables that change numbers."""
    config = project.directory / "sweep.yaml"
    config.write_text(project.text(study(model), {"workers": 2}))
    (elsewhere := project.directory / "else where").mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "sweep", "run", str(config)],
        cwd=elsewhere, env={**os.environ, **ODD}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 0 == ended.returncode, ended.stderr
    run = sweep.open("last", project.directory / ".sweep")
    return digests(run.store, run.plan)


def killed_in_mid_fit(project: Project, model: str) -> Digests:
    """Kill the worker of the second outcome once it has told of its progress."""
    killed: list[str] = []

    def watch(event: Event, entry: Entry | None) -> None:
        at_work = isinstance(event, Progress) and event.phase != "started"
        if at_work and entry is not None and entry.name == NAMES[1] and not killed:
            killed.append(entry.name)
            os.kill(workers()[0], signal.SIGKILL)

    config = project.config(study(model), {"workers": 1})
    swept = project.sweep(config, watch=watch)
    starts = swept.happened("started")
    assert [NAMES[1]] == killed
    assert 2 == starts.count(NAMES[1])
    return digests(swept.store, swept.plan.record)


WAYS = [four_workers_reversed, odd_environment, another_order, killed_in_mid_fit]
QUICK = [WAYS[0], *(pytest.param(way, marks=pytest.mark.slow) for way in WAYS[1:])]


@pytest.fixture(scope="module", autouse=True)
def _real() -> Iterator[None]:
    """Start every worker as users do: that no byte depends on it is the claim."""
    with real_workers():
        yield


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Digests]:
    """Return what one worker publishes, by model."""
    found: dict[str, Digests] = {}

    def of(model: str) -> Digests:
        if model not in found:
            folder = tmp_path_factory.mktemp(model) / "project"
            found[model] = ran(made(folder), model, 1)
        return found[model]

    return of


def made(folder: Path) -> Project:
    """Return a project that has both models."""
    project = project_in(folder)
    for name in ("mrp", "pymc_mrp"):
        source = Path(__file__).parents[2] / "models" / f"{name}.py"
        project.model(name, source.read_text())
    project.model("plain", MODEL)
    return project


@pytest.mark.parametrize("way", QUICK)
def test_the_fast_route(
    way: Callable[[Project, str], Digests], reference: Callable[[str], Digests], tmp_path: Path
) -> None:
    assert reference("mrp") == way(made(tmp_path / "project"), "mrp")


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_the_general_route(
    way: Callable[[Project, str], Digests], reference: Callable[[str], Digests], tmp_path: Path
) -> None:
    assert reference("plain") == way(made(tmp_path / "project"), "plain")


@pytest.mark.slow
def test_the_general_route_on_a_machine_that_has_compiled_nothing_yet(
    reference: Callable[[str], Digests], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SWEEP_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    assert reference("plain") == ran(made(tmp_path / "cold"), "plain", 1)
    assert list((tmp_path / "home" / ".pytensor").iterdir())
    assert reference("plain") == ran(made(tmp_path / "warm"), "plain", 1)


def test_flags_of_pytensor_that_decide_numbers_are_ours_and_others_the_users() -> None:
    mine = pytensor_flags("")
    given = pytensor_flags("floatX=float32,base_compiledir=/x")
    assert given.startswith("floatX=float32,base_compiledir=/x,")
    assert given.endswith(mine)
    assert given == pytensor_flags(given)
