"""Run draws: posterior draws of outcomes of a run, grouped, as many of one as of another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweep.artifacts.artifact import read_done
from sweep.artifacts.recipes import EstimatesRecipe
from sweep.artifacts.tasks import read_task
from sweep.config import Group
from sweep.errors import UsageError
from sweep.estimates.select import refuse_unknown
from sweep.estimates.weighting import Weighting, weighting_of
from sweep.inference.posterior import (
    grouped_draws,
    named_draws,
    posterior_tree,
    terms_dataset,
    thin,
)
from sweep.inference.sampler_stats import known_statistics
from sweep.journal.entries import Entry
from sweep.journal.partial import mark_partial, partial_words
from sweep.journal.remaining import kept_draws
from sweep.journal.run_plan import RunPlan
from sweep.store import Store
from sweep.worker.memory import Memory
from sweep.worker.task import design_of, grid_from, incidence_of, probabilities_of, route_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sweep.data.frame import Frame

__all__ = ["outcome_draws", "outcome_posterior"]


def outcome_draws(
    store: Store,
    plan: RunPlan,
    entries: Sequence[Entry],
    by: Sequence[str] | None,
    group: str | None,
    all_draws: bool,
) -> "pd.DataFrame":
    """Return poststratified draws of some outcomes, long; see `sweep.client.handle.Run.draws`."""
    import pandas as pd

    names = [entry.name for entry in entries]
    weightings: dict[str, Weighting] = {}
    memory = Memory()
    parts: list[pd.DataFrame] = []
    for entry in entries:
        task = read_task(store, entry.key)
        frame = design_of(store, task, memory).frame
        wanted = grouping_of(task.estimates, frame, by, group)
        if task.design not in weightings:
            weightings[task.design] = weighting_of(frame, [wanted])
        draws = kept_draws(store, plan, entry)
        if not all_draws:
            draws = thin(draws, plan.study["sampler"]["draws"])
        probabilities = probabilities_of(store, task, draws, memory)
        shape = next(iter(draws.values())).shape[:2]
        weighting, incidence = weightings[task.design], incidence_of(store, task, shape[1], memory)
        who = None if incidence is None else incidence.probabilities
        part = grouped_draws(frame, wanted, weighting, probabilities, shape, who)
        outcome = pd.Categorical([entry.name] * len(part), names)
        part.insert(0, "outcome", pd.Series(outcome))
        parts.append(part)
    return mark_partial(pd.concat(parts, ignore_index=True), plan)


def grouping_of(
    recipe: EstimatesRecipe, frame: "Frame", by: Sequence[str] | None, group: str | None
) -> Group:
    """Return the grouping, or the named group of the config, that was asked for.

    ``recipe`` has the named groups as they were estimated.

    Raises
    ------
    UsageError
        If both were given, or a group or variable does not exist.
    """
    if by is not None and group is not None:
        msg = f"by={list(by)} and group={group!r} were both given: choose one"
        raise UsageError(msg)
    if isinstance(by, str):
        msg = f"by={by!r} is a text: give a list of variables, as in by=[{by!r}]"
        raise UsageError(msg)
    if group is not None:
        named = {g["name"]: g["where"] for g in recipe["groups"] if "name" in g}
        refuse_unknown("group", group, list(named))
        return Group(name=group, where=named[group])
    for name in by or ():
        refuse_unknown("variable", name, list(frame.variables()))
    return Group(by=tuple(dict.fromkeys(by or ())))


def outcome_posterior(store: Store, plan: RunPlan, entry: Entry) -> "xr.DataTree":
    """Return all that is stored of one outcome's posterior; see `Run.posterior`."""
    task, draws = read_task(store, entry.key), kept_draws(store, plan, entry)
    attributes = {"outcome": entry.name, "run": plan.run, "sweep": plan.name}
    if (words := partial_words(plan)) is not None:
        attributes["partial"] = words
    if route_of(task) == "fast":
        design = design_of(store, task, Memory())
        blocks = grid_from(task, design).blocks
        dataset = terms_dataset(blocks, design.levels, draws)
    else:
        dataset = named_draws(draws)
    shape = dataset.sizes["chain"], dataset.sizes["draw"]
    statistics = known_statistics(read_done(store, "fit", entry.fit_key).meta, shape)
    return posterior_tree(dataset, statistics, attributes)
