"""What a run still lacks follows from its plan and from what is in the store, whole."""

from pathlib import Path

import numpy as np
import pytest

from sweep.artifacts.artifact import exists
from sweep.coordinator.execute import begin
from sweep.errors import CorruptArtifact, UsageError
from sweep.journal.entries import Entry, EntryId
from sweep.journal.failures import PastFailure, remember_failure
from sweep.journal.remaining import (
    check_inputs,
    damaged_estimates,
    kept_draws,
    left_to_do,
    unfinished_entries,
)
from sweep.journal.run_plan import RunPlan
from sweep.journal.runs import plan_of
from sweep.store import Store
from sweep.worker.memory import Memory
from sweep.worker.serve import work
from tests.client.test_resume import stubs
from tests.project import Project
from tests.support.here import swept_here

IDS = [EntryId("q00"), EntryId("q01"), EntryId("q02")]


def ids(entries: list[Entry]) -> list[EntryId]:
    return [entry.id for entry in entries]


def spoil(store: Store, unit: str) -> None:
    """Change a bit in the first payload file of an artifact."""
    path = next(Path(store.url) / n for n in store.list(f"{unit}/") if not n.endswith("done.json"))
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


def forget(store: Store, unit: str) -> None:
    for name in list(store.list(f"{unit}/")):
        store.delete(name)


@pytest.fixture
def swept(project: Project) -> tuple[Store, RunPlan]:
    """Return the store and the plan of a run of three outcomes that has ended well."""
    store, run = swept_here(project, stubs(project, 3))
    return store, plan_of(store, run)


def test_a_run_lacks_what_it_has_not_done_yet(project: Project) -> None:
    store, plan = project.plan(stubs(project, 3))
    run = begin(store, plan)
    assert IDS == ids(left_to_do(store, plan_of(store, run)))
    work(store, plan.to_do()[1], True, Memory())
    assert IDS[::2] == ids(left_to_do(store, plan_of(store, run)))
    assert IDS[::2] == unfinished_entries(store, plan_of(store, run))


def test_what_would_fail_again_is_lacking_only_if_it_is_asked_for(project: Project) -> None:
    store, made = project.plan(stubs(project, 3))
    plan = plan_of(store, begin(store, made))
    remember_failure(store, plan.entries[1].fit_key, PastFailure("model", "m"))
    assert IDS[::2] == ids(left_to_do(store, plan))
    assert IDS[1:2] == ids(left_to_do(store, plan, IDS[1:2]))
    assert IDS[1:2] == unfinished_entries(store, plan, ["status:failed"])


def test_damaged_estimates_are_moved_aside_told_and_lacking(
    swept: tuple[Store, RunPlan],
) -> None:
    store, plan = swept
    told: list[str] = []
    assert [] == left_to_do(store, plan)
    assert [] == damaged_estimates(store, plan, told.append)
    assert [] == told
    spoil(store, f"estimates/{plan.entries[1].key}")
    assert IDS[1:2] == damaged_estimates(store, plan, told.append)
    assert 1 == len(told)
    assert "moved to quarantine/" in told[0]
    assert IDS[1:2] == ids(left_to_do(store, plan))


def test_a_finished_run_lacks_its_draws_only_when_they_are_asked_for(
    swept: tuple[Store, RunPlan],
) -> None:
    store, plan = swept
    with pytest.raises(UsageError, match="has nothing to try again"):
        unfinished_entries(store, plan, ["q0*"])
    forget(store, f"fits/{plan.entries[0].fit_key}")
    spoil(store, f"fits/{plan.entries[2].fit_key}")
    assert [] == left_to_do(store, plan)
    assert IDS[::2] == unfinished_entries(store, plan, ["q0*"])
    assert IDS[::2] == ids(left_to_do(store, plan, IDS))


def test_a_run_that_keeps_no_draws_lacks_none(project: Project) -> None:
    store, run = swept_here(project, stubs(project, 2, keep=["estimates"]))
    plan = plan_of(store, run)
    for entry in plan.entries:
        forget(store, f"fits/{entry.fit_key}")
    assert [] == left_to_do(store, plan, IDS[:2])
    with pytest.raises(UsageError, match="has nothing to try again"):
        unfinished_entries(store, plan, ["q0*"])
    with pytest.raises(UsageError, match=r"'q00' were not kept: set execution.keep to .*draws"):
        kept_draws(store, plan, plan.entries[0])


def test_kept_draws_are_read_and_lost_ones_are_sampled_anew_by_retry(
    swept: tuple[Store, RunPlan],
) -> None:
    store, plan = swept
    first, second, third = plan.entries
    draws = kept_draws(store, plan, first)
    assert {"eta"} == set(draws)
    assert np.isfinite(draws["eta"]).all()
    forget(store, f"fits/{second.fit_key}")
    assert not exists(store, "fit", second.fit_key)
    retry = rf"`sweep retry {plan.run} --select q01` samples them anew"
    with pytest.raises(UsageError, match=f"the draws of 'q01' are not in the store: {retry}"):
        kept_draws(store, plan, second)
    spoil(store, f"fits/{third.fit_key}")
    with pytest.raises(CorruptArtifact, match="samples it anew"):
        kept_draws(store, plan, third)


def test_tasks_do_not_start_on_a_damaged_design_and_without_tasks_nothing_is_read(
    swept: tuple[Store, RunPlan],
) -> None:
    store, plan = swept
    check_inputs(store, plan.entries)
    folder = f"designs/{plan.design}"
    frame = next(Path(store.url) / n for n in store.list(f"{folder}/frame"))
    frame.write_bytes(b"damage" + frame.read_bytes()[6:])
    with pytest.raises(CorruptArtifact, match=r"`sweep run CONFIG` makes it anew"):
        check_inputs(store, plan.entries)
    check_inputs(store, [])
