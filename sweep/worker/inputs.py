"""Inputs: what a task reads of the store, or makes of it, that the task before may have had too."""

from collections.abc import Sequence

from sweep.artifacts.contents import get_sums
from sweep.artifacts.tasks import Task
from sweep.config import Group
from sweep.data.counts import Sums
from sweep.data.design import Design
from sweep.estimates.weighting import Weighting, weighting_of
from sweep.store import Store
from sweep.worker.memory import Memory

__all__ = ["sums_of", "weighting_for"]


def sums_of(store: Store, task: Task, memory: Memory) -> Sums:
    """Return the task's answers; the last that were read are remembered."""
    if memory.sums is None or memory.sums_key != task.counts:
        memory.sums = get_sums(store, task.counts)
        memory.sums_key = task.counts
    return memory.sums


def weighting_for(task: Task, design: Design, groups: Sequence[Group], memory: Memory) -> Weighting:
    """Return who makes up which margin of some groups; remembered, as tasks of a sweep share it."""
    asked = (task.design, *groups)
    if asked not in memory.weightings:
        memory.weightings[asked] = weighting_of(design.frame, groups)
    return memory.weightings[asked]
