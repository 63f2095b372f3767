"""Ours: the sampler that a sweep uses, our density under plain NUTS, and what all are held to."""

from dataclasses import replace

from sweep.artifacts.tasks import Task
from sweep.bench.case import Case, Sampler
from sweep.inference.checkpoints import Draws
from sweep.inference.grid import problem_of
from sweep.inference.laplace import approximate
from sweep.inference.nuts import sample
from sweep.inference.sample import Settings
from sweep.keys import seed_of
from sweep.worker.task import fit_task, grid_from

__all__ = ["make_nuts", "make_ours", "make_reference"]

LONGER = 4  # times the draws of the config: the reference's own error is then half of the others'
APART = 1_000_003  # so that the reference shares no seed with an engine


def make_ours(case: Case) -> Sampler:
    """Return the fit of a worker: whatever the route samples with, until there is enough."""

    def sampled(seed: int) -> Draws:
        task = replace(case.task, study_seed=seed)
        return fit_task(case.store, task, False, case.memory).draws

    return sampled


def make_nuts(case: Case) -> Sampler:
    """Return nutpie's NUTS on our density, for the config's draws: no checkpoint, no verdict."""
    return nuts_for(case, case.settings)


def nuts_for(case: Case, settings: Settings) -> Sampler:
    """Return nutpie's NUTS on our density with some settings."""
    grid = grid_from(case.task, case.design)

    def sampled(seed: int) -> Draws:
        problem = problem_of(grid, case.counts)
        drawn = sample(problem, approximate(problem), settings, seed_of(seed, case.task.outcome))
        return drawn.draws

    return sampled


def make_reference(case: Case) -> Sampler:
    """Return what all are held to: plain NUTS, four times as long, on seeds of its own.

    Of a model file that is the general route itself: nothing else here can fit it.
    """
    if case.route == "fast":
        longer = replace(case.settings, draws=LONGER * case.settings.draws)
        run = nuts_for(case, longer)
    else:
        run = make_ours(replace(case, task=longer_task(case.task)))
    return lambda seed: run(seed + APART)


def longer_task(task: Task) -> Task:
    """Return a task that asks for more draws, and for an ESS to go with them."""
    asked = task.fit["sampler"]
    draws, ess = LONGER * asked["draws"], LONGER * asked["target_ess"]
    return replace(task, fit={**task.fit, "sampler": {**asked, "draws": draws, "target_ess": ess}})
