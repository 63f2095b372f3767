"""Run config: the config that a run was made of, as `sweep.run` takes it."""

from copy import deepcopy

from sweep.artifacts.contents import get_design
from sweep.journal.run_plan import RunPlan
from sweep.keys import Json
from sweep.store import Store

__all__ = ["config_of_run"]


def config_of_run(store: Store, plan: RunPlan) -> Json:
    """Return a run's config, overrides and defaults put in, the predictors in their order."""
    made: Json = deepcopy(plan.config)
    order = plan.predictors
    if order is None:
        order = tuple(get_design(store, plan.design).levels)
    made["study"]["predictors"] = {name: made["study"]["predictors"][name] for name in order}
    return made
