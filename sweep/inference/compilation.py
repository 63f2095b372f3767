"""Compilation: a model file's PyMC model made ready for many outcomes, or refused.

One compilation serves every outcome, so whatever a model takes from the counts must come in through
``pm.Data``: a number left inside it would quietly be the first outcome's for all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sweep.data.cells import Counts, cells_of
from sweep.data.levels import Levels
from sweep.errors import ModelError
from sweep.model.files import ModelFile
from sweep.model.lines import first_line, last_line_in, line_words
from sweep.model.priors import Noted, unread_priors
from sweep.words.values import clip

__all__ = ["Prepared", "call", "prepare_model", "with_counts"]

LARGEST = 5000  # numbers stored per draw: 4,000 draws of them are 80 MB


@dataclass(frozen=True)
class Prepared:
    """A compiled model: nutpie's, the shapes of the variables it stores, the names of its data."""

    compiled: Any
    stored: Mapping[str, tuple[int, ...]]
    data: frozenset[str]

    def element_names(self) -> list[str]:
        """Return a name per stored number, such as ``beta[3]``, in the order of ``stored``."""
        names: list[str] = []
        for name, shape in self.stored.items():
            elements = [", ".join(map(str, at)) for at in np.ndindex(*shape)]
            names += [f"{name}[{at}]" for at in elements] if shape else [name]
        return names


def call(file: ModelFile, function: str, *arguments: Any) -> Any:
    """Call one of the file's functions; what it raises becomes a ModelError with the user's line.

    Out of memory is the machine's failure, not the model's, and passes through.
    """
    try:
        return file.functions[function](*arguments)
    except MemoryError as error:
        raise MemoryError(raised_words(file, function, error)) from error
    except (Exception, SystemExit) as error:
        raise ModelError(raised_words(file, function, error)) from error


def raised_words(file: ModelFile, function: str, error: BaseException) -> str:
    """Return what one of the file's functions raised: file and line, and what stands there."""
    line = last_line_in(error, file.filename) or first_line(file.functions[function])
    told = f"{function}() raised {type(error).__name__}: {clip(error)}"
    return f"{line_words(file.name, file.source, line)}: {told}"


def prepare_model(
    file: ModelFile,
    levels: Levels,
    counts: Counts,
    priors: Mapping[str, Any],
    watch: Callable[[str, int], None] = lambda phase, count: None,
) -> Prepared:
    """Build and compile a model file's model; ``watch`` is told when compilation begins.

    Raises
    ------
    ModelError
        If ``build`` raises, returns no PyMC model or does not read a prior that the config sets;
        if the model keeps counts to itself, stores too much per draw, or cannot be compiled.
    """
    model = build_model(file, levels, counts, priors)
    given = frozenset(variable.name for variable in model.data_vars)
    if "data" in file.functions:
        other = build_model(file, levels, altered_counts(counts, levels), priors)
        refuse_kept_counts(file, model, other)
        refuse_changing_shapes(file, model, other)
    watch("compile", 0)
    compiled = compile_quietly(file, model)
    stored = {v.name: tuple(int(k) for k in compiled.shapes[v.name]) for v in model.unobserved_RVs}
    refuse_large(file, stored)
    return Prepared(compiled, stored, given)


def build_model(file: ModelFile, levels: Levels, counts: Counts, priors: Mapping[str, Any]) -> Any:
    """Return what the file's ``build`` returns, if that is a PyMC model of all priors it is given.

    Priors that stand there as by default may be left unread.

    Raises
    ------
    ModelError
        If ``build`` fails, returns something else, or leaves a prior unread.
    """
    import pymc as pm

    noted = Noted(priors)
    model = call(file, "build", levels, counts, noted)
    if not isinstance(model, pm.Model):
        msg = f"{file.place('build')} returned {type(model).__name__}, expected pm.Model"
        raise ModelError(msg)
    if idle := unread_priors(noted):
        msg = (
            f"{file.place('build')} does not read study.priors.{idle[0]}, so that it "
            "would change nothing: remove it from the config, or let build() use it"
        )
        raise ModelError(msg)
    return model


def compile_quietly(file: ModelFile, model: Any) -> Any:
    """Compile with nutpie; no machine code is shared with other processes.

    Code loaded from PyTensor's cache was seen to differ from the compiled in its last bits.

    Raises
    ------
    ModelError
        If nutpie cannot compile the model.
    """
    import nutpie
    from pytensor.configdefaults import config

    try:
        with config.change_flags(numba__cache=False):
            return nutpie.compile_pymc_model(model)
    except Exception as error:
        what = f"nutpie cannot compile the model that build() made: {clip(error)}"
        msg = f"models/{file.name}.py: {what}"
        raise ModelError(msg) from error


def altered_counts(counts: Counts, levels: Levels) -> Counts:
    """Return counts that differ in everything that may differ between outcomes."""
    index = counts.index[::2] if len(counts.index) > 1 else np.append(counts.index, counts.index)
    n = counts.n[::2] if len(counts.index) > 1 else np.append(counts.n, counts.n)
    y = counts.y[::2] if len(counts.index) > 1 else np.append(counts.y, counts.y)
    return Counts(index, cells_of(index, levels), n + 1 - y, n + 1)


def refuse_kept_counts(file: ModelFile, model: Any, other: Any) -> None:
    """Refuse a model whose density differs between outcomes in more than its ``pm.Data``."""
    from pytensor.graph.basic import equal_computations

    def inputs(one: Any) -> list[Any]:
        return [*one.value_vars, *sorted(one.data_vars, key=lambda v: v.name)]

    same = len(inputs(model)) == len(inputs(other)) and equal_computations(
        [model.logp()], [other.logp()], inputs(model), inputs(other)
    )
    if not same:
        msg = (
            f"{file.place('build')} puts numbers of the counts into the model itself, "
            f"where they would stay the same for every outcome: make them pm.Data and return them "
            f"from data(), or remove data() to compile the model for every outcome"
        )
        raise ModelError(msg)


def refuse_changing_shapes(file: ModelFile, model: Any, other: Any) -> None:
    """Refuse a stored variable that has another shape for another outcome.

    The compiled code has room for the first outcome's shape, and the sampler would die.
    """
    ours, others = shapes_of(model), shapes_of(other)
    changing = [name for name, shape in ours.items() if others.get(name) != shape]
    if changing:
        msg = (
            f"models/{file.name}.py: the shape of {changing[0]!r} depends on the outcome, such as "
            f"a value per cell: leave it out, probabilities() computes what cells need"
        )
        raise ModelError(msg)


def shapes_of(model: Any) -> dict[str, tuple[int, ...]]:
    """Return the shape of every variable that is stored."""
    from pytensor.compile.maker import function

    variables = [v for v in model.unobserved_RVs if v.ndim]
    shapes = function([], [v.shape for v in variables], mode="FAST_COMPILE")()
    return {
        v.name: tuple(int(k) for k in shape) for v, shape in zip(variables, shapes, strict=True)
    }


def refuse_large(file: ModelFile, stored: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse a model that stores more per draw than a worker's memory should hold."""
    sizes = {name: int(np.prod(shape)) for name, shape in stored.items()}
    if sum(sizes.values()) > LARGEST:
        largest = max(sizes, key=lambda name: sizes[name])
        msg = (
            f"models/{file.name}.py: the model stores {sum(sizes.values()):,} numbers per draw, at "
            f"most {LARGEST:,} are allowed; {largest!r} alone has {sizes[largest]:,}. Leave "
            f"Deterministics with a value per cell out: probabilities() computes them"
        )
        raise ModelError(msg)


def with_counts(model: Prepared, file: ModelFile, levels: Levels, counts: Counts) -> Prepared:
    """Return the model with one outcome's data.

    Raises
    ------
    ModelError
        If ``data`` raises, or does not return exactly the model's ``pm.Data``.
    """
    place = file.place("data")
    updates = call(file, "data", levels, counts)
    if not isinstance(updates, Mapping):
        msg = f"{place} returned {type(updates).__name__}, expected a dict of arrays"
        raise ModelError(msg)
    if set(updates) != model.data:
        msg = (
            f"{place} returned {sorted(updates)}, but the model's pm.Data are "
            f"{sorted(model.data)}: return each of them, or it would stay the first outcome's"
        )
        raise ModelError(msg)
    used = {variable.name for variable in model.compiled.shared_var_keys}
    try:
        arrays = {name: np.asarray(value) for name, value in updates.items() if name in used}
        return replace(model, compiled=model.compiled.with_data(**arrays))
    except (TypeError, ValueError) as error:
        msg = f"{place} does not fit the model that build() made: {clip(error)}"
        raise ModelError(msg) from error
