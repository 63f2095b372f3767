"""The worker's side of the pipes: one answer per task, whatever happens to it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweep.artifacts.artifact import publish, read_done
from sweep.artifacts.blobs import put_blob
from sweep.artifacts.recipes import FitRecipe
from sweep.artifacts.records import write_record
from sweep.artifacts.tasks import put_task, task_place
from sweep.coordinator.execute import begin
from sweep.errors import CorruptArtifact, ForeignToolchain, ModelError, StoreError, UsageError
from sweep.store import open_store
from sweep.worker.environment import warm_environment
from sweep.worker.memory import Memory
from sweep.worker.safe_path import python_command
from sweep.worker.serve import failure_event, serve, work
from tests.client.test_resume import stubs
from tests.project import Project, meta_of, under
from tests.support.here import payload_of

ROOT = Path(__file__).parent.parent.parent


def served(*requests: Mapping[str, Any]) -> list[Any]:
    """Return the events a worker sends for some requests."""
    events: list[Any] = []
    serve([json.dumps(r) for r in requests], events.append)
    return events


def test_a_task_that_is_not_there_is_a_failure_of_the_store_and_not_the_workers_end(
    tmp_path: Path,
) -> None:
    request = {"store": str(tmp_path), "key": "0" * 40, "keep_draws": True}
    events = served(request, request)
    assert ["started", "done"] * 2 == [e["event"] for e in events]
    assert {"storage"} == {e["failure"]["kind"] for e in events if "failure" in e}


def test_what_is_stored_is_answered_without_work(project: Project) -> None:
    store, plan = project.plan()
    (key, task), *_ = plan.tasks.items()
    publish(store, "estimates", task.estimates, {}, meta_of())
    result = work(store, key, False, Memory())
    assert {"status": "ok", "hit": True, "seconds": 0.0}.items() <= result.items()
    publish(store, "fit", task.fit, {}, meta_of())
    assert work(store, key, True, Memory())["hit"]


def test_draws_that_are_gone_are_sampled_anew_where_draws_are_kept(project: Project) -> None:
    store, plan = project.plan(stubs(project, 1))
    begin(store, plan)
    ((key, task),) = plan.tasks.items()
    assert not work(store, key, True, Memory())["hit"]
    draws = payload_of(store)
    store.delete(f"fits/{task.fit_key}/done.json")
    assert work(store, key, False, Memory())["hit"]
    assert not work(store, key, True, Memory())["hit"]
    assert work(store, key, True, Memory())["hit"]
    assert draws == payload_of(store)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ModelError("m"), "model"),
        (ZeroDivisionError("m"), "model"),
        (StoreError("m"), "storage"),
        (CorruptArtifact("m"), "storage"),
        (PermissionError("m"), "storage"),
        (MemoryError("m"), "memory"),
        (ForeignToolchain("m"), "toolchain"),
    ],
)
def test_kinds_of_failure_tell_the_models_from_the_machines(error: Exception, kind: str) -> None:
    failure = failure_event(error)
    assert kind == failure["kind"]
    assert "m" in failure["message"].split(": ")[-1]
    assert type(error).__name__ in failure["traceback"]


def test_an_error_without_words_is_called_by_its_type() -> None:
    assert "ZeroDivisionError" == failure_event(ZeroDivisionError())["message"]


def test_a_recipe_of_another_machine_is_refused_in_words(project: Project) -> None:
    store, plan = project.plan()
    task = under(next(iter(plan.tasks.values())), cpu="x86-64-v9", numba="0.1")
    put_task(store, task)
    with pytest.raises(ForeignToolchain, match=r"cpu 'x86-64-v9', here '.*'; numba '0\.1', here"):
        work(store, task.key, True, Memory())


def test_a_task_whose_recipes_are_not_those_of_its_key_is_refused(project: Project) -> None:
    """A fit of one toolchain or model must not come to stand in another's place."""
    store, plan = project.plan()
    (key, task), *_ = plan.tasks.items()
    other: FitRecipe = {**task.fit, "seed": 1}
    for wrong in (under(task, numba="0.1"), replace(task, fit=other)):
        store.delete(task_place(key))
        write_record(store, task_place(key), wrong.as_json())
        with pytest.raises(CorruptArtifact, match=r"expected (task|the recipe of fit) .*, found "):
            work(store, key, True, Memory())
    assert [] == list(store.list("fits/"))


def test_estimates_of_another_version_are_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fit is kept; a table made by this version's rules would stand under the other's key."""
    config = project.config({"model": "stub"})
    monkeypatch.setattr("sweep.planning.recipes.ESTIMATE", 0)
    store, plan = project.plan(config)
    (key, task), *_ = plan.tasks.items()
    put_task(store, task)
    with pytest.raises(ForeignToolchain, match="names version 0 of the estimates"):
        work(store, key, True, Memory())
    assert [] == list(store.list("estimates/"))


def test_estimates_that_another_pyarrow_would_write_are_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.planning.recipes.table_writer", lambda: "9.0.0")
    store, plan = project.plan(project.config({"model": "stub"}))
    (key, task), *_ = plan.tasks.items()
    put_task(store, task)
    with pytest.raises(ForeignToolchain, match=r"tables of pyarrow 9\.0\.0, here is"):
        work(store, key, True, Memory())
    assert [] == list(store.list("estimates/"))


def test_a_model_file_that_is_not_the_recipes_is_refused(project: Project) -> None:
    source = "def build(*_): ...\ndef probabilities(*_): ...\n"
    project.model("mine", source)
    store, plan = project.plan(project.config({"model": "mine"}))
    (key, task), *_ = plan.tasks.items()
    other = put_blob(store, source.replace("...", "return 1", 1).encode())
    put_task(store, replace(task, model_blob=other))
    with pytest.raises(CorruptArtifact, match=f"{other} is not the one that fit .* names"):
        work(store, key, True, Memory())


PRODUCT = """
import hashlib
import numpy as np

rng = np.random.default_rng(1)
p, weight = rng.random((1024, 2000), np.float32), rng.random((1024, 60), np.float32)
print(hashlib.sha256((p.T @ weight).tobytes()).hexdigest())
"""


def test_a_workers_sums_do_not_depend_on_the_users_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = set()
    for size, factor in (("64", "2"), ("4096", "7")):
        monkeypatch.setenv("OPENBLAS_L2_SIZE", size)
        monkeypatch.setenv("OPENBLAS_BLOCK_FACTOR", factor)
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", size)
        command = [sys.executable, "-c", PRODUCT]
        found.add(subprocess.check_output(command, env=warm_environment()))
    assert 1 == len(found)


def test_a_workers_sets_and_texts_do_not_depend_on_hash_seed_or_locale(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = "print(list({'Zürich', 'Bern', 'Genf', 'Basel', 'Uri'}))"
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    found = set()
    for way in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", **plain}):
        for name, value in way.items():
            monkeypatch.setenv(name, value)
        command = [sys.executable, "-c", program]
        found.add(subprocess.check_output(command, env=warm_environment()))
    (said,) = found
    assert "Zürich" in said.decode()


@pytest.mark.sampling
def test_answers_that_are_not_those_the_task_names_are_refused(project: Project) -> None:
    """The counts of one outcome under another's task: nothing is fitted and nothing stored."""
    store, plan = project.plan()
    (key, task), (_, other), *_ = plan.tasks.items()
    put_task(store, replace(task, counts=other.counts))
    with pytest.raises(CorruptArtifact, match="are not those the task names"):
        work(store, key, True, Memory())
    assert [] == list(store.list("fits/"))


@pytest.mark.sampling
@pytest.mark.slow
def test_whatever_is_printed_goes_to_the_log_and_the_worker_ends_with_its_input(
    project: Project,
) -> None:
    source = "print('loaded')\ndef build(*_):\n    print('hello')\n    raise OSError('no')\n"
    project.model("loud", source + "def probabilities(*_): ...\n")
    store, plan = project.plan(project.config({"model": "loud"}), limit=1)
    (key, task), *_ = plan.tasks.items()
    put_task(store, task)
    request = {"store": store.url, "key": key, "keep_draws": True}
    done = subprocess.run(
        python_command("sweep.worker"),
        input=json.dumps(request) + "\n",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert 0 == done.returncode
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["ready", "started", "progress", "progress", "done"] == [e["event"] for e in events]
    assert ["load", "build"] == [e["phase"] for e in events if e["event"] == "progress"]
    failure = events[-1]["failure"]
    told = "models/loud.py:4: `raise OSError('no')`: build() raised OSError: no"
    assert ("model", told) == (failure["kind"], failure["message"])
    assert {"loaded", "hello"} <= set(done.stderr.split())


def test_a_worker_publishes_what_it_read_the_recipe_of(project: Project) -> None:
    """The key of a task is that of its estimates, and its recipe is stored beside the result."""
    store, plan = project.plan()
    (key, task), *_ = plan.tasks.items()
    publish(store, "estimates", task.estimates, {}, {})
    again = open_store(store.url)
    assert task.estimates == read_done(again, "estimates", key).recipe


def test_no_worker_starts_where_numba_would_read_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".numba_config.yaml").write_text("opt: 0\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"numba_config.yaml: every worker would compile by"):
        warm_environment()
