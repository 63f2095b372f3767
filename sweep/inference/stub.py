"""Stub: a no-op fit that exercises everything around fits: stores, backends, crashes, scale.

``study.model: stub`` takes the same way through keys, tasks, workers and reports as a model. Its
draws are independent draws about the outcome's pooled rate, the same for every cell, made in 20 ms
on any machine. The report says STUB: its numbers mean nothing.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import Cells, Counts
from sweep.diagnostics.statistics import SamplerStatistics
from sweep.inference.checkpoints import Deciding, Draws, Fit, Target, anew, sample_until
from sweep.inference.sample import Sample, Settings, Watch

__all__ = ["SECONDS", "fit_stub", "stub_probabilities"]

SECONDS = 0.02


def fit_stub(counts: Counts, target: Target, watch: Watch) -> Fit:
    """Return a fit that takes 20 ms and depends on the counts, the settings and the seed alone."""
    end = time.perf_counter() + SECONDS
    yes, asked = float(counts.y.sum()), float(counts.n.sum())
    rate = (yes + 0.5) / (asked + 1)
    spread = 1 / np.sqrt(asked * rate * (1 - rate) + 1)

    def draw(settings: Settings, seed: int) -> Sample:
        shape = (settings.chains, settings.draws)
        rng = np.random.default_rng(seed)
        eta = rng.normal(np.log(rate / (1 - rate)), spread, shape).astype(np.float32)
        none = np.zeros(shape, np.bool_)
        watch(settings.chains * settings.draws)
        return Sample({"eta": eta}, SamplerStatistics(none, none, rng.normal(size=shape)))

    def quantities(draws: Draws) -> NDArray[np.float64]:
        return draws["eta"][..., None].astype(np.float64)

    eta = Deciding(["eta"], np.array([True]), quantities)
    fit = sample_until(target, eta, anew(draw))
    time.sleep(max(0.0, end - time.perf_counter()))
    return fit


def stub_probabilities(draws: Draws) -> Callable[[Cells], NDArray[np.float32]]:
    """Return the function that gives every cell the same probabilities (cell, draw)."""
    share = (1 / (1 + np.exp(-draws["eta"].reshape(-1)))).astype(np.float32)

    def of(cells: Cells) -> NDArray[np.float32]:
        return np.broadcast_to(share, (len(cells), len(share)))

    return of
