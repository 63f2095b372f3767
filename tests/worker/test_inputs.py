"""What a worker remembers from task to task is that task's own, whatever the one before was."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sweep.artifacts.contents import get_sums
from sweep.artifacts.tasks import Task, read_task
from sweep.config import Group
from sweep.coordinator.execute import begin, plan_sweep
from sweep.errors import ForeignToolchain
from sweep.planning.selection import Selection
from sweep.store import Store
from sweep.worker.inputs import sums_of, weighting_for
from sweep.worker.memory import Memory
from sweep.worker.serve import work
from sweep.worker.task import design_of
from sweep.worker.versions import check_toolchain, check_writer
from tests.client.test_resume import stubs
from tests.project import Project
from tests.support.here import payload_of

BY_REGION, BY_SEX = [Group(("region",))], [Group(("sex",))]


def begun(project: Project, config: Any) -> tuple[Store, list[Task]]:
    """Return a store, and the tasks of a sweep of three stubs that is begun in it."""
    store, plan = plan_sweep(config, project.directory, Selection())
    begin(store, plan)
    return store, [read_task(store, key) for key in plan.to_do()]


def at(config: Any, folder: str, **study: Any) -> Any:
    """Return a config with another store, and some other keys of its study."""
    said = config.model_dump(mode="json")
    said["study"].update(study)
    said["execution"]["store"] = folder
    return type(config).model_validate(said)


def test_answers_are_those_of_the_task(project: Project) -> None:
    store, (first, second, _) = begun(project, stubs(project, 3))
    memory = Memory()
    for task in (first, second, first, first):
        np.testing.assert_array_equal(
            sums_of(store, task, memory).y, get_sums(store, task.counts).y
        )
    assert sums_of(store, first, memory) is sums_of(store, first, memory)
    assert first.counts != second.counts


def test_weights_are_those_of_the_groups_and_the_design(project: Project) -> None:
    store, (task, *_) = begun(project, stubs(project, 3))
    memory = Memory()
    design = design_of(store, task, memory)
    region, sex = (weighting_for(task, design, g, memory) for g in (BY_REGION, BY_SEX))
    assert ({"region"}, {"sex"}) == (set(region.margins[0].at), set(sex.margins[0].at))
    assert region is weighting_for(task, design, BY_REGION, memory)

    half = replace(design, frame=replace(design.frame, size=design.frame.size / 2))
    other = replace(task, design="0" * 40)
    found = weighting_for(other, half, BY_REGION, memory)
    np.testing.assert_allclose(found.total, region.total / 2)


def test_one_worker_for_sweeps_that_differ_gives_what_one_for_each_gives(project: Project) -> None:
    config, memory = stubs(project, 2), Memory()
    other: dict[str, Any] = {"groups": [["sex"]], "minimum_base": 100}
    sweeps = [begun(project, c) for c in (at(config, "one"), at(config, "one", **other))]
    one = sweeps[0][0]
    for pair in zip(*(tasks for _, tasks in sweeps), strict=True):
        for task in pair:
            work(one, task.key, True, memory)

    for changed in ({}, other):
        each, tasks = begun(project, at(config, "each", **changed))
        for task in tasks:
            work(each, task.key, True, Memory())
    assert payload_of(one) == payload_of(each)


def test_a_toolchain_that_agrees_says_nothing_of_another(project: Project) -> None:
    _, (task, *_) = begun(project, stubs(project, 1))
    memory = Memory()
    check_toolchain(task, "stub", memory)
    check_toolchain(task, "stub", memory)
    fit: Any = {**task.fit, "toolchain": {**task.fit["toolchain"], "numpy": "9.9"}}
    with pytest.raises(ForeignToolchain, match=r"numpy '9\.9'"):
        check_toolchain(replace(task, fit=fit), "stub", memory)

    check_writer(task.estimates, memory)
    estimates: Any = {**task.estimates, "pyarrow": "9.9"}
    for _ in range(2):  # what was refused once is no more true the second time
        with pytest.raises(ForeignToolchain, match=r"pyarrow 9\.9"):
            check_writer(estimates, memory)
