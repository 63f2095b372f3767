"""Pointer: hand the density to nutpie as machine code, as nutpie does with PyMC models.

The public route (`nutpie.compiled_pyfunc`) enters Python once per gradient, which costs more than
the gradient. This one uses nutpie's private classes, so it is taken only with the nutpie versions
it was tested with (`sweep.toolchain.fast_route`); with others `sweep.inference.nuts` takes the
public one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from sweep.inference.grid import Problem
from sweep.inference.kernels import whitened_density
from sweep.inference.laplace import Approximation
from sweep.keys import Json

__all__ = ["compile_pointers", "pointer_model"]

nb_types: Any = types
DOUBLES = nb_types.CPointer(types.double)
NON_FINITE = 4  # any positive code: the sampler rejects the point and counts a divergence


@intrinsic
def to_pointer(typingctx: Any, address: Any) -> Any:
    """Turn an integer into a pointer, inside compiled code."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], cgutils.voidptr_t)

    return types.voidptr(address), codegen


@nb.cfunc(types.int64(types.uint64, DOUBLES, DOUBLES, DOUBLES, types.voidptr), cache=True)
def density_c(dim, x, grad, value, address):
    """Write the whitened density and its gradient; return 0, or a code if it is not a number."""
    record = nb.carray(address, (6,), np.int64)
    data = nb.carray(to_pointer(record[0]), (record[1],), np.float64)
    layout = nb.carray(to_pointer(record[2]), (record[3],), np.int64)
    centre = nb.carray(to_pointer(record[4]), (dim,), np.float64)
    spread = nb.carray(to_pointer(record[5]), (dim, dim), np.float64)
    w, g, v = nb.carray(x, (dim,)), nb.carray(grad, (dim,)), nb.carray(value, (1,))
    v[0] = whitened_density(w, data, layout, centre, spread, g)
    return 0 if np.isfinite(v[0]) else NON_FINITE


@nb.cfunc(types.int64(types.uint64, types.uint64, DOUBLES, DOUBLES, types.voidptr), cache=True)
def expand_c(dim, size, x, out, address):
    """Write what is stored of a draw: the point itself."""
    w, o = nb.carray(x, (dim,)), nb.carray(out, (size,))
    for k in range(dim):
        o[k] = w[k]
    return 0


def compile_pointers() -> tuple[int, int]:
    """Return the addresses of the two functions, compiled or loaded by the import."""
    return int(density_c.address), int(expand_c.address)


def pointer_model(problem: Problem, approximation: Approximation, start: Any) -> Any:
    """Return a model for ``nutpie.sample`` whose variable ``w`` (dim,) is the whitened point.

    ``start`` makes a chain's first point from its seed.
    """
    from nutpie.sample import CompiledModel

    dim = problem.dim

    @dataclass(frozen=True)
    class PointerModel(CompiledModel):
        """A model made of two C functions and the memory they read, ``record`` first."""

        keep: tuple[NDArray[Any], ...]

        @property
        def n_dim(self) -> int:
            return dim

        @property
        def shapes(self) -> dict[str, tuple[int, ...]]:
            return {"w": (dim,)}

        @property
        def coords(self) -> Json:
            return {"w_dim": np.arange(dim)}

        def _make_sampler(self, settings: Any, init_mean: Any, cores: int, *rest: Any) -> Any:
            return sampler_of(self, start, settings, cores, rest)

    return PointerModel({"w": ("w_dim",)}, memory_of(problem, approximation))


def memory_of(problem: Problem, approximation: Approximation) -> tuple[NDArray[Any], ...]:
    """Return what the C functions read: a record of addresses and lengths, and the arrays there."""
    arrays = (problem.data, problem.layout, approximation.centre, approximation.spread)
    record = np.array(
        [
            problem.data.ctypes.data, len(problem.data),
            problem.layout.ctypes.data, len(problem.layout),
            approximation.centre.ctypes.data, approximation.spread.ctypes.data,
        ],
        np.int64,
    )  # fmt: skip
    return (record, *arrays)


def sampler_of(model: Any, start: Any, settings: Any, cores: int, rest: Sequence[Any]) -> Any:
    """Return nutpie's sampler of a pointer model; ``rest`` is what nutpie hands on."""
    from nutpie import _lib

    density, expand = compile_pointers()
    dim, address = model.n_dim, model.keep[0].ctypes.data
    sizes, names = {"w_dim": dim}, {"w": ("w_dim",)}
    variables = _lib.PyVariable.new_variables(["w"], ["float64"], [(dim,)], sizes, names)
    made = _lib.PyMcModel(
        _lib.LogpFunc(density, address, model),
        _lib.ExpandFunc(dim, dim, expand, address, model),
        variables, dim, sizes, model.coords, start, None,
    )  # fmt: skip
    return _lib.PySampler.from_pymc(settings, cores, made, *rest)
