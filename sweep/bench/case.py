"""Case: one outcome as every engine gets it: the same counts, model, chains and estimates."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sweep.artifacts.contents import get_sums
from sweep.artifacts.tasks import Task, read_task
from sweep.config import Group
from sweep.data.cells import Counts
from sweep.data.counts import counts_of
from sweep.data.design import Design
from sweep.estimates.poststratify import poststratify
from sweep.estimates.weighting import weighting_of
from sweep.inference.checkpoints import Draws
from sweep.inference.sample import Settings
from sweep.model.terms import Model, from_json
from sweep.store import Store
from sweep.worker.memory import Memory
from sweep.worker.task import design_of, incidence_of, probabilities_of, route_of, terms_json

__all__ = ["Case", "Make", "Sampler", "case_of", "margin_names", "published"]

type Sampler = Callable[[int], Draws]
"""Takes a seed and returns draws (chain, draw, ...), as the task's route stores them."""

type Make = Callable[["Case"], Sampler]
"""Makes a sampler of a case: what this takes is compilation."""

PEERS_TUNE = 400  # at least: the config's tuning is for coordinates that the others do not have


@dataclass(frozen=True)
class Case:
    """One outcome: its task, and what a worker reads for it."""

    store: Store
    task: Task
    design: Design
    counts: Counts
    memory: Memory

    @property
    def settings(self) -> Settings:
        """Return the config's sampler settings."""
        asked = self.task.fit["sampler"]
        return Settings(asked["draws"], asked["tune"], asked["chains"], asked["target_accept"])

    @property
    def peers_settings(self) -> Settings:
        """Return the settings of samplers that know nothing of our coordinates."""
        return replace(self.settings, tune=max(self.settings.tune, PEERS_TUNE))

    @property
    def model(self) -> Model:
        """Return the model's terms; only where the route is the fast one."""
        return from_json(terms_json(self.task))

    @property
    def route(self) -> str:
        """Return the route of the task's model."""
        return route_of(self.task)

    @property
    def respondents(self) -> int:
        """Return how many answers there are."""
        return int(self.counts.n.sum())


def case_of(store: Store, key: str) -> Case:
    """Return the case of a task in a store, as a worker that has just started finds it."""
    task, memory = read_task(store, key), Memory()
    design = design_of(store, task, memory)
    counts = counts_of(get_sums(store, task.counts), design.levels)
    return Case(store, task, design, counts, memory)


def groups_of(case: Case) -> list[Group]:
    """Return the groups that are estimated."""
    asked = case.task.estimates["groups"]
    return [Group(tuple(g.get("by", ())), g.get("name"), g.get("where")) for g in asked]


def margin_names(case: Case) -> list[str]:
    """Return the name of every published estimate."""
    return [m.words() for m in weighting_of(case.design.frame, groups_of(case)).margins]


def published(case: Case, draws: Draws) -> NDArray[np.float64]:
    """Return draws (chain, draw, margin) of the estimates that a sweep would publish."""
    chains, length = next(iter(draws.values())).shape[:2]
    weighting = weighting_of(case.design.frame, groups_of(case))
    incidence = incidence_of(case.store, case.task, length, case.memory)
    who = None if incidence is None else incidence.probabilities
    probabilities = probabilities_of(case.store, case.task, draws, case.memory)
    values = poststratify(weighting, case.design.levels, probabilities, who)
    return values.reshape(chains, length, -1)
