"""Posterior: stored draws under names, dimensions and coordinates that ArviZ and xarray know."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweep.config import Group
from sweep.data.frame import Frame
from sweep.data.levels import Levels
from sweep.estimates.poststratify import Probabilities, poststratify
from sweep.estimates.weighting import Weighting
from sweep.keys import Json
from sweep.model.effects import Block

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["grouped_draws", "named_draws", "posterior_tree", "terms_dataset", "thin"]

type Draws = Mapping[str, NDArray[np.float32]]

CHAIN_DRAW = ("chain", "draw")


def thin(draws: Draws, length: int) -> Draws:
    """Return so many draws of each chain, evenly spaced over those there are.

    Draws are (chain, draw, ...) by variable, before and after.
    """
    stored = next(iter(draws.values())).shape[1]
    which = np.arange(length) * stored // length
    return {name: values[:, which] for name, values in draws.items()}


def grouped_draws(
    frame: Frame,
    group: Group,
    weighting: Weighting,
    probabilities: Probabilities,
    shape: tuple[int, int],
    incidence: Probabilities | None = None,
) -> "pd.DataFrame":
    """Return poststratified draws, long: ``chain``, ``draw``, the group's columns, ``value``.

    One column per variable the group is by, or ``group`` for a named one; ``weighting`` is the
    group's, ``shape`` the number of chains and of draws in each. Levels are in the frame's order; a
    combination of levels without people makes no row.
    """
    import pandas as pd

    values = poststratify(weighting, frame.levels, probabilities, incidence)
    chains, length = shape
    groups, steps = len(weighting.margins), chains * length
    columns: Json = {
        "chain": np.repeat(np.arange(chains), length * groups),
        "draw": np.tile(np.repeat(np.arange(length), groups), chains),
    }
    if group.name is not None:
        columns["group"] = pd.Categorical([group.name] * steps, categories=[group.name])
    for name in group.by:
        levels = list(frame.variables()[name])
        labels = [margin.at[name] for margin in weighting.margins]
        columns[name] = pd.Categorical(labels * steps, categories=levels)
    return pd.DataFrame({**columns, "value": values.reshape(-1)})


def terms_dataset(blocks: tuple[Block, ...], levels: Levels, draws: Draws) -> "xr.Dataset":
    """Return the draws of a model made of terms.

    ``intercept`` (chain, draw); per term, ``effect_TERM`` (chain, draw, predictors), every level's
    effect on the logit scale; ``sigma_TERM`` for the sd of a varying term's effects, ``beta_TERM``
    for the coefficient of a contrast or a covariate.
    """
    import xarray as xr

    variables: Json = {}
    first = scaled = 0
    for block in blocks:
        theta = draws["theta"][..., first : first + block.columns]
        first += block.columns
        if block.scaled:
            variables[f"sigma_{block.name}"] = (CHAIN_DRAW, draws["scale"][..., scaled])
            scaled += 1
        elif block.columns == 1:
            name = f"beta_{block.name}" if block.predictors else block.name
            variables[name] = (CHAIN_DRAW, theta[..., 0])
        if block.predictors:
            shape = (*theta.shape[:2], *(len(levels[p]) for p in block.predictors))
            effects = (theta.astype(np.float64) @ block.basis.T).reshape(shape)
            variables[f"effect_{block.name}"] = ((*CHAIN_DRAW, *block.predictors), effects)
    used = dict.fromkeys(p for block in blocks for p in block.predictors)
    return xr.Dataset(variables, {p: list(levels[p]) for p in used}).assign_coords(steps(draws))


def named_draws(draws: Draws) -> "xr.Dataset":
    """Return the stored variables of a user's own model, dimensions numbered as ArviZ does.

    ``draws`` are (chain, draw, ...) by variable.
    """
    import xarray as xr

    variables = {
        name: ((*CHAIN_DRAW, *(f"{name}_dim_{k}" for k in range(d.ndim - 2))), d)
        for name, d in draws.items()
    }
    return xr.Dataset(variables).assign_coords(steps(draws))


def posterior_tree(
    dataset: "xr.Dataset",
    statistics: Mapping[str, NDArray[Any]],
    attributes: Mapping[str, str],
) -> "xr.DataTree":
    """Return the tree with the groups ``posterior`` and, if any are known, ``sample_stats``.

    ``statistics`` (chain, draw) are what the sampler said of each draw.
    """
    import xarray as xr

    groups = {"posterior": dataset.assign_attrs(attributes)}
    if statistics:
        known = {name: (CHAIN_DRAW, values) for name, values in statistics.items()}
        coordinates = {name: dataset[name] for name in CHAIN_DRAW}
        groups["sample_stats"] = xr.Dataset(known, coordinates, attributes)
    return xr.DataTree.from_dict(groups)


def steps(draws: Draws) -> dict[str, NDArray[np.int64]]:
    """Return the coordinates of chains (chain,) and draws (draw,)."""
    chains, length = next(iter(draws.values())).shape[:2]
    return {"chain": np.arange(chains), "draw": np.arange(length)}
