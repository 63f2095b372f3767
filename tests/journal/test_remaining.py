"""What a run still lacks follows from its plan and from what is in the store, whole."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweep.artifacts.artifact import exists
from sweep.coordinator.execute import begin
from sweep.errors import CorruptArtifact, UsageError
from sweep.journal.failures import remember_failure
from sweep.journal.remaining import check_inputs, kept_draws, left_to_do, spoilt, unfinished
from sweep.journal.runs import plan_of
from sweep.store import Store
from sweep.worker.memory import Memory
from sweep.worker.serve import work
from tests.client.test_resume import stubs
from tests.project import Project
from tests.support.here import swept_here

NAMES = ["q00", "q01", "q02"]


def names(outcomes: list[dict[str, Any]]) -> list[str]:
    return [o["outcome"] for o in outcomes]


def spoil(store: Store, unit: str) -> None:
    """Change a bit in the first payload file of an artifact."""
    path = next(Path(store.url) / n for n in store.list(f"{unit}/") if not n.endswith("done.json"))
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


def forget(store: Store, unit: str) -> None:
    for name in list(store.list(f"{unit}/")):
        store.delete(name)


@pytest.fixture
def swept(project: Project) -> tuple[Store, dict[str, Any]]:
    """Return the store and the plan of a run of three outcomes that has ended well."""
    store, run = swept_here(project, stubs(project, 3))
    return store, plan_of(store, run)


def test_a_run_lacks_what_it_has_not_done_yet(project: Project) -> None:
    store, plan = project.plan(stubs(project, 3))
    run = begin(store, plan)
    assert NAMES == names(left_to_do(store, plan_of(store, run)))
    work(store, plan.to_do()[1], True, Memory())
    assert ["q00", "q02"] == names(left_to_do(store, plan_of(store, run)))
    assert ["q00", "q02"] == unfinished(store, plan_of(store, run))


def test_what_would_fail_again_is_lacking_only_if_it_is_asked_for(project: Project) -> None:
    store, made = project.plan(stubs(project, 3))
    plan = plan_of(store, begin(store, made))
    remember_failure(store, plan["outcomes"][1]["fit"], {"kind": "model", "message": "m"})
    assert ["q00", "q02"] == names(left_to_do(store, plan))
    assert ["q01"] == names(left_to_do(store, plan, ["q01"]))
    assert ["q01"] == unfinished(store, plan, ["status:failed"])


def test_damaged_estimates_are_moved_aside_told_and_lacking(
    swept: tuple[Store, dict[str, Any]],
) -> None:
    store, plan = swept
    told: list[str] = []
    assert [] == left_to_do(store, plan)
    assert [] == spoilt(store, plan, told.append) == told
    spoil(store, f"estimates/{plan['outcomes'][1]['estimates']}")
    assert ["q01"] == spoilt(store, plan, told.append)
    assert 1 == len(told)
    assert "moved to quarantine/" in told[0]
    assert ["q01"] == names(left_to_do(store, plan))


def test_a_finished_run_lacks_its_draws_only_when_they_are_asked_for(
    swept: tuple[Store, dict[str, Any]],
) -> None:
    store, plan = swept
    with pytest.raises(UsageError, match="has nothing to try again"):
        unfinished(store, plan, ["q0*"])
    forget(store, f"fits/{plan['outcomes'][0]['fit']}")
    spoil(store, f"fits/{plan['outcomes'][2]['fit']}")
    assert [] == left_to_do(store, plan)
    assert ["q00", "q02"] == unfinished(store, plan, ["q0*"])
    assert ["q00", "q02"] == names(left_to_do(store, plan, NAMES))


def test_a_run_that_keeps_no_draws_lacks_none(project: Project) -> None:
    store, run = swept_here(project, stubs(project, 2, keep=["estimates"]))
    plan = plan_of(store, run)
    for outcome in plan["outcomes"]:
        forget(store, f"fits/{outcome['fit']}")
    assert [] == left_to_do(store, plan, ["q00", "q01"])
    with pytest.raises(UsageError, match="has nothing to try again"):
        unfinished(store, plan, ["q0*"])
    with pytest.raises(UsageError, match=r"'q00' were not kept: set execution.keep to .*draws"):
        kept_draws(store, plan, plan["outcomes"][0])


def test_kept_draws_are_read_and_lost_ones_are_sampled_anew_by_retry(
    swept: tuple[Store, dict[str, Any]],
) -> None:
    store, plan = swept
    first, second, third = plan["outcomes"]
    draws = kept_draws(store, plan, first)
    assert {"eta"} == set(draws)
    assert np.isfinite(draws["eta"]).all()
    forget(store, f"fits/{second['fit']}")
    assert not exists(store, "fit", second["fit"])
    retry = rf"`sweep retry {plan['run']} --select q01` samples them anew"
    with pytest.raises(UsageError, match=f"the draws of 'q01' are not in the store: {retry}"):
        kept_draws(store, plan, second)
    spoil(store, f"fits/{third['fit']}")
    with pytest.raises(CorruptArtifact, match="samples it anew"):
        kept_draws(store, plan, third)


def test_tasks_do_not_start_on_a_damaged_design_and_without_tasks_nothing_is_read(
    swept: tuple[Store, dict[str, Any]],
) -> None:
    store, plan = swept
    keys = [o["estimates"] for o in plan["outcomes"]]
    check_inputs(store, plan, keys)
    folder = f"designs/{plan['design']}"
    frame = next(Path(store.url) / n for n in store.list(f"{folder}/frame"))
    frame.write_bytes(b"damage" + frame.read_bytes()[6:])
    with pytest.raises(CorruptArtifact, match=r"`sweep run CONFIG` makes it anew"):
        check_inputs(store, plan, keys)
    check_inputs(store, plan, [])
