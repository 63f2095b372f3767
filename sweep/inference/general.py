"""General route: a user's PyMC model, compiled once per worker, new counts per outcome.

The model file's ``build`` makes the model, ``data`` what changes between outcomes, and
``probabilities`` turns posterior draws into cell probabilities, one block of cells at a time.
"""

from collections.abc import Callable, Mapping
from ctypes import POINTER, c_double
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Cells, Counts
from sweep.data.levels import Levels
from sweep.errors import ModelError
from sweep.estimates.poststratify import poststratify
from sweep.estimates.weighting import margins_of
from sweep.inference.checkpoints import Deciding, Draws, Fit, Target, anew, sample_until
from sweep.inference.compilation import Prepared, call, prepare_model, with_counts
from sweep.inference.nuts import run_nuts, statistics_of
from sweep.inference.sample import Sample, Settings
from sweep.keys import digest
from sweep.model.files import ModelFile

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Compiled", "compiled_for", "dataset", "file_probabilities", "fit_general"]


@dataclass
class Compiled:
    """The models a worker has compiled, by file, levels and priors; how many compilations.

    ``watch`` is told how the task at hand gets on: its phase, and a count that grows.
    """

    models: dict[str, Prepared] = field(default_factory=dict)
    compilations: int = 0
    watch: Callable[[str, int], None] = lambda phase, count: None


def fit_general(
    file: ModelFile,
    levels: Levels,
    counts: Counts,
    priors: Mapping[str, Any],
    target: Target,
    compiled: Compiled,
) -> Fit:
    """Fit a model file's PyMC model to one outcome.

    Raises
    ------
    ModelError
        If a function of the file raises, its data do not fit its model, or its probabilities are
        none.
    """
    compiled.watch("build", compiled.compilations)
    model = model_with_counts(file, levels, counts, priors, compiled)

    def draw(settings: Settings, seed: int) -> Sample:
        try:
            trace = run_nuts(model.compiled, settings, seed, lambda n: compiled.watch("sample", n))
        except ModelError as error:
            msg = f"models/{file.name}.py: {start_in_words(model.compiled, seed) or error}"
            raise ModelError(msg) from error
        draws = {n: trace.posterior[n].to_numpy().astype(np.float32) for n in model.stored}
        return Sample(draws, statistics_of(trace))

    margins = margins_of(counts, levels)
    elements = model.element_names()
    names = [*elements, *(f"margin {m.words()}" for m in margins.margins)]

    def quantities_of(draws: Draws) -> NDArray[np.float64]:
        chains, length = next(iter(draws.values())).shape[:2]
        values = poststratify(margins, levels, file_probabilities(file, draws))
        parts = [draws[n].reshape(chains, length, -1).astype(np.float64) for n in model.stored]
        return np.concatenate([*parts, values.reshape(chains, length, -1)], axis=-1)

    published = np.arange(len(names)) >= len(elements)
    return sample_until(target, Deciding(names, published, quantities_of), anew(draw))


def model_with_counts(
    file: ModelFile,
    levels: Levels,
    counts: Counts,
    priors: Mapping[str, Any],
    compiled: Compiled,
) -> Prepared:
    """Return the model with this outcome's data; compile it if it is the first one.

    A file without ``data`` does not say what to swap: its model is compiled for every outcome.
    """
    if "data" not in file.functions:
        compiled.compilations += 1
        return prepare_model(file, levels, counts, priors, compiled.watch)
    model = compiled_for(file, levels, counts, priors, compiled)
    return with_counts(model, file, levels, counts)


def compiled_for(
    file: ModelFile,
    levels: Levels,
    counts: Counts,
    priors: Mapping[str, Any],
    compiled: Compiled,
) -> Prepared:
    """Return the model that one compilation makes for all outcomes, with some outcome's data."""
    key = digest([file.digest, [[name, list(v)] for name, v in levels.items()], dict(priors)])
    if key not in compiled.models:
        made = prepare_model(file, levels, counts, priors, compiled.watch)
        compiled.models[key] = made
        compiled.compilations += 1
    return compiled.models[key]


def start_in_words(model: Any, seed: int) -> str:
    """Return what is wrong with the density where a chain would start, empty if nothing is.

    ``model`` is nutpie's: machine code that takes a point, and leaves gradient and density.
    """
    point = np.ascontiguousarray(model.initial_point_func(seed), dtype=np.float64)
    gradient, density = np.zeros_like(point), np.zeros(1)
    places = [a.ctypes.data_as(POINTER(c_double)) for a in (point, gradient, density)]
    failed = model.compiled_logp_func.ctypes(len(point), *places, model.user_data.ctypes.data)
    if not failed:
        return ""
    wrong = "the log density" if np.isfinite(gradient).all() else "the gradient of the log density"
    value = density[0] if np.isfinite(gradient).all() else gradient[~np.isfinite(gradient)][0]
    return (
        f"no chain can start: there, {wrong} is {value}. Look for a logarithm or root of what this "
        "outcome's data() make 0 or negative, and for data that are no numbers"
    )


def dataset(draws: Draws) -> "xr.Dataset":
    """Return draws as a Dataset with the dimension ``draw``, chains one after another.

    ``draws`` are (chain, draw, ...) by variable.
    """
    import xarray as xr

    variables = {
        name: (("draw", *(f"{name}_{k}" for k in range(d.ndim - 2))), d.reshape(-1, *d.shape[2:]))
        for name, d in draws.items()
    }
    return xr.Dataset(variables)


def file_probabilities(file: ModelFile, draws: Draws) -> Callable[[Cells], NDArray[np.float32]]:
    """Return the function that gives a block's cell probabilities (cell, draw), checked.

    Raises
    ------
    ModelError
        By the function, if what the file returns has another shape, or is no probability.
    """
    posterior = dataset(draws)
    length = posterior.sizes["draw"]

    def of(cells: Cells) -> NDArray[np.float32]:
        values = np.asarray(call(file, "probabilities", posterior, cells))
        where = file.place("probabilities")
        if values.shape != (length, len(cells)):
            wanted = (length, len(cells))
            msg = f"{where} returned shape {values.shape}, expected (draw, cell) = {wanted}"
            raise ModelError(msg)
        if values.dtype.kind not in "fiub":
            msg = f"{where} returned values of type {values.dtype}, expected numbers in [0, 1]"
            raise ModelError(msg)
        low, high = values.min(), values.max()  # NaN if there is one
        if not (low >= 0 and high <= 1):
            msg = f"{where} returned values outside [0, 1]: {low} to {high}"
            raise ModelError(msg)
        return np.ascontiguousarray(values.T, dtype=np.float32)

    return of
