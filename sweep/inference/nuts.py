"""NUTS: sampling by nutpie, in the coordinates of the Laplace approximation.

Deterministic: the draws depend on the problem, the settings and the seed, and chain i on nothing
else of the other chains. One core; four chains one after another use it best when outcomes
outnumber cores.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.diagnostics.statistics import SamplerStatistics
from sweep.errors import ModelError
from sweep.inference.grid import Problem, coefficients
from sweep.inference.kernels import whitened_density
from sweep.inference.laplace import Approximation
from sweep.inference.pointer import pointer_model
from sweep.inference.sample import OVERDISPERSION, Sample, Settings, Watch
from sweep.toolchain import fast_route

__all__ = ["function_model", "run_nuts", "sample", "statistics_of"]

Array = NDArray[np.float64]

EVERY = 1000  # milliseconds between two looks at the draws
THREADS = Path("/proc/self/task")
LEAVING = 60.0  # seconds that threads of an ended sampler may take to leave


def sample(
    problem: Problem,
    approximation: Approximation,
    settings: Settings,
    seed: int,
    watch: Watch | None = None,
) -> Sample:
    """Sample one outcome's posterior.

    Raises
    ------
    ModelError
        If no chain can start, or the density stops being a number.
    """
    dim = problem.dim

    def start(chain_seed: int) -> Array:
        return np.random.default_rng(chain_seed).normal(0, OVERDISPERSION, dim)

    route = pointer_model if fast_route() == "pointer" else function_model
    compiled = route(problem, approximation, start)
    trace = run_nuts(compiled, settings, seed, watch)
    x = approximation.centre + trace.posterior["w"].to_numpy() @ approximation.spread.T
    scale, theta = coefficients(problem, x)
    draws = {"scale": scale.astype(np.float32), "theta": theta.astype(np.float32)}
    return Sample(draws, statistics_of(trace))


def function_model(
    problem: Problem, approximation: Approximation, start: Callable[[int], Array]
) -> Any:
    """Return the model by nutpie's public route: a Python function per gradient."""
    from nutpie.compiled_pyfunc import from_pyfunc

    data, layout, dim = problem.data, problem.layout, problem.dim
    centre, spread = approximation.centre, approximation.spread

    def density(w: Array) -> tuple[float, Array]:
        grad = np.empty(dim)
        return whitened_density(w, data, layout, centre, spread, grad), grad

    return from_pyfunc(
        dim,
        lambda: density,
        lambda *_: lambda w: {"w": w},
        [np.dtype(np.float64)],
        [(dim,)],
        ["w"],
        make_initial_point_fn=start,
    )


def run_nuts(compiled: Any, settings: Settings, seed: int, watch: Watch | None = None) -> Any:
    """Run nutpie on a compiled model and return its trace (an xarray.DataTree).

    Raises
    ------
    ModelError
        If no chain can start, or the density stops being a number.
    KeyboardInterrupt
        If it is interrupted; nutpie itself would return the draws so far as if they were all.
    """
    try:
        return whole_trace(start_sampler(compiled, settings, seed, watch))
    except RuntimeError as error:
        reason = str(error).split("\n\n    Stack backtrace")[0].split("\n\nStack backtrace")[0]
        msg = f"the sampler could not go on: {' '.join(reason.split())}"
        raise ModelError(msg) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of Rust: no Exception, and not importable
            raise
        msg = f"the sampler broke off: {error}"
        raise ModelError(msg) from error


def start_sampler(compiled: Any, settings: Settings, seed: int, watch: Watch | None) -> Any:
    """Return nutpie's sampler, at work in threads of its own."""
    import nutpie

    return nutpie.sample(
        compiled,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        cores=1,
        seed=seed,
        target_accept=settings.target_accept,
        save_warmup=False,
        progress_bar=False,
        progress_callback=None if watch is None else telling(watch),
        progress_rate=EVERY,
        blocking=False,
    )


def telling(watch: Watch) -> Callable[[list[Any]], None]:
    """Return what nutpie calls as it draws, so that it tells how many draws there are."""

    def tell(chains: list[Any]) -> None:
        watch(sum(chain.finished_draws for chain in chains))

    return tell


def whole_trace(sampler: Any) -> Any:
    """Return a sampler's trace; if it does not come to its end, end it and its threads first."""
    try:
        return sampler.wait()
    except BaseException:
        sampler.cancel()
        wait_for_threads()
        raise


def wait_for_threads() -> None:
    """Wait until no thread of the sampler runs, or for ``LEAVING`` seconds.

    They go on for a moment when it has been ended: other chains look for a start, in Python. A
    process that ends meanwhile dies of it. Only Linux names a process's threads; elsewhere this
    returns at once.
    """
    end = time.monotonic() + LEAVING
    while time.monotonic() < end and any(map(is_samplers, THREADS.glob("*/comm"))):
        time.sleep(0.01)


def is_samplers(comm: Path) -> bool:
    """Return whether a thread is one of nutpie's, by the file that holds its name."""
    try:
        return comm.read_text().startswith("nutpie")
    except OSError:  # it ended while we looked
        return False


def statistics_of(trace: Any) -> SamplerStatistics:
    """Return what the sampler said of each kept draw."""
    stats = trace.sample_stats
    return SamplerStatistics(
        stats["diverging"].to_numpy().astype(bool),
        stats["maxdepth_reached"].to_numpy().astype(bool),
        stats["energy"].to_numpy().astype(np.float64),
    )
