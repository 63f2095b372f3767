"""Measure how fast the convergence check is, and how its alarms keep their promises.

Prints one JSON object: the time for all quantities of a fit at once against ArviZ, one quantity
after the other, in the same process; and rates of alarms in simulated AR(1) chains.

    python benchmarks/diagnose.py [--healthy 100000] [--shifted 2000] [--quantities 270]
"""

import argparse
import json
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from sweep.diagnostics.chains import ChainSummary, summarise_chains
from sweep.diagnostics.verdict import ALPHA, ESS_PER_CHAIN, r_hat_threshold

Floats = NDArray[np.float64]

CHAINS = 4
AT_ONCE = 2000


def autoregressive(rho: float, draws: int, quantities: int, rng: np.random.Generator) -> Floats:
    """Stationary AR(1) chains of unit variance, (chain, draw, quantity)."""
    noise = rng.normal(size=(quantities, CHAINS, draws + 100))
    series = lfilter([np.sqrt(1.0 - rho**2)], [1.0, -rho], noise, axis=-1)
    return np.moveaxis(np.asarray(series[..., 100:], dtype=np.float64), 0, -1)


def fastest(run: Callable[[], object], times: int) -> float:
    """Return the least of several wall times in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return round(1000 * min(taken), 1)


def arviz_one_by_one(draws: Floats) -> None:
    """Compute the same figures with ArviZ, quantity by quantity."""
    stats: Any = import_module("arviz_stats.base").array_stats
    axes = {"chain_axis": 0, "draw_axis": 1}
    for index in range(draws.shape[2]):
        one = draws[..., index]
        stats.ess(one, method="bulk", **axes)
        stats.ess(one, method="tail", prob=0.05, **axes)
        stats.ess(one, method="mean", **axes)
        stats.rhat(one, **axes)
        stats.mcse(one, method="mean", **axes)


def speed(quantities: int) -> dict[str, Any]:
    """Return the times for all quantities of a fit."""
    draws = autoregressive(0.3, 500, quantities, np.random.default_rng(1))
    return {
        "quantities": quantities,
        "chains": CHAINS,
        "draws": 500,
        "bulk_ms": fastest(lambda: summarise_chains(draws), 20),
        "arviz_ms": fastest(lambda: arviz_one_by_one(draws), 3),
    }


def alarms(summary: ChainSummary, alpha: float) -> NDArray[np.bool_]:
    """Say which quantities have an R-hat beyond its threshold."""
    size = (summary.chains, summary.draws, alpha)
    bulk = summary.r_hat_bulk > r_hat_threshold(summary.ess_within_bulk, *size)
    folded = summary.r_hat_folded > r_hat_threshold(summary.ess_within_folded, *size)
    return np.asarray(bulk | folded)


def false_alarms(rho: float, quantities: int) -> dict[str, Any]:
    """Return the share of alarms in healthy chains, as a multiple of the promised one."""
    rng = np.random.default_rng(2)
    counts = dict.fromkeys((1e-2, 1e-3, 1e-4), 0)
    rounds = max(1, quantities // AT_ONCE)
    for _ in range(rounds):
        summary = summarise_chains(autoregressive(rho, 500, AT_ONCE, rng))
        for alpha in counts:
            counts[alpha] += int(alarms(summary, alpha).sum())
    total = rounds * AT_ONCE
    ratios = {str(alpha): round(count / (alpha * total), 2) for alpha, count in counts.items()}
    return {"rho": rho, "quantities": total, "observed_over_promised": ratios}


def detection(rho: float, draws: int, shift: float, quantities: int) -> dict[str, Any]:
    """Return the share of quantities flagged when one chain of four is shifted."""
    values = autoregressive(rho, draws, quantities, np.random.default_rng(3))
    values[1] += shift
    summary = summarise_chains(values)
    by_r_hat, by_floor = alarms(summary, ALPHA), summary.ess_min < ESS_PER_CHAIN * CHAINS
    return {
        "rho": rho,
        "draws": draws,
        "shift_in_sd": shift,
        "r_hat": round(float(by_r_hat.mean()), 3),
        "floor": round(float(by_floor.mean()), 3),
        "either": round(float((by_r_hat | by_floor).mean()), 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--healthy", type=int, default=100_000)
    parser.add_argument("--shifted", type=int, default=2000)
    parser.add_argument("--quantities", type=int, default=270)
    asked = parser.parse_args()
    found = {
        "speed": speed(asked.quantities),
        "false_alarms": [false_alarms(rho, asked.healthy) for rho in (-0.4, 0.0, 0.4, 0.6)],
        "detection": [
            detection(rho, draws, shift, asked.shifted)
            for shift in (0.4, 1.0)
            for draws in (500, 1000)
            for rho in (0.0, 0.2, 0.4)
        ],
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
