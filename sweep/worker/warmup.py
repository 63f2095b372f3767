"""Warmup: machine code and imports, made ready before the first task.

The process that compiles a Numba function and one that loads it from the cache were seen to give
different last bits. So a throwaway process compiles, and workers only ever load.
"""

__all__ = ["compile_kernels", "import_heavy"]


def import_heavy() -> None:
    """Import what every task needs, so that no task pays for it."""
    import nutpie  # noqa: F401 # imported for its effect
    import pandas  # noqa: F401

    import sweep.worker.task  # noqa: F401


def compile_kernels() -> None:
    """Compile every kernel by calling it on one small problem, dense and sparse."""
    import numpy as np

    from sweep.data.cells import Counts, cells_of
    from sweep.diagnostics.chains import summarise_chains
    from sweep.inference.fast import deciding_of
    from sweep.inference.grid import grid_of, problem_of
    from sweep.inference.kernels import whitened_density
    from sweep.inference.laplace import approximate
    from sweep.inference.pointer import compile_pointers
    from sweep.inference.split_hmc import SplitHmc
    from sweep.model.effects import blocks_of
    from sweep.model.terms import Intercept, Model, Varying

    levels = {"a": ("1", "2", "3"), "b": tuple("1234567")}
    model = Model((Intercept(1.0), Varying(("a",), 1.0), Varying(("b",), 1.0)))
    grid = grid_of(blocks_of(model, levels, {}), levels)
    index = np.arange(21, dtype=np.int64)
    counts = Counts(index, cells_of(index, levels), np.ones(21), np.full(21, 2.0))
    problem = problem_of(grid, counts)
    a = approximate(problem)
    w = np.zeros(problem.dim)
    whitened_density(w, problem.data, problem.layout, a.centre, a.spread, np.empty(problem.dim))
    compile_pointers()
    drawn = SplitHmc(problem, a, chains=2, seed=1).until(4)
    summarise_chains(deciding_of(grid, counts).of(drawn.draws))
