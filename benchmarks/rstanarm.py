"""Measure how close the estimates come to a published MRP of a simulated survey, and to its truth.

The survey is that of rstanarm's vignette on MRP: 1,200 respondents, 50 states, 6,300 cells. Prints
one JSON object.

    python -m benchmarks.rstanarm
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.surveys import ABSENT, RSTANARM, rstanarm_config, rstanarm_errors, run_sweep

BARS = {
    "national": (0.558, 0.578),
    "worst_state_to_published": (0.0, 0.045),
    "mean_absolute_error": (0.0, 0.066),  # the posterior itself has .0650
}


def main() -> None:
    """Measure and print."""
    if not RSTANARM.is_dir():
        sys.exit(ABSENT)
    with tempfile.TemporaryDirectory() as directory:
        started = time.perf_counter()
        sweep = run_sweep(rstanarm_config(Path(directory)))
        seconds = time.perf_counter() - started
    found = rstanarm_errors(sweep.estimates)
    held = {name: low <= found[name] <= high for name, (low, high) in BARS.items()}
    print(json.dumps({**found, "wall_seconds": round(seconds, 2), "held": held}, indent=2))


if __name__ == "__main__":
    main()
