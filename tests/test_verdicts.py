"""Verdicts on real fits: healthy ones pass, faults planted in their chains and a funnel do not."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.verdicts import funnels, judged, plant, run_tracker, verdict

pytestmark = [pytest.mark.sampling, pytest.mark.slow]

MILD = "one quantity of a chain shifted by 0.4 sd"  # found most of the time, not always


def test_fits_of_mrp_pass_and_every_gross_fault_in_a_chain_is_found(tmp_path: Path) -> None:
    run = run_tracker(tmp_path, 3, 1000, 6)
    rng = np.random.default_rng(1)
    assert {"ok": 6} == {word: count for word, count in run.counts().items() if count}
    for names, values in judged(run):
        assert verdict(values, names) == ()
        missed = [fault for fault, made in plant(values, rng) if not verdict(made, names)]
        assert set(missed) <= {MILD}


def test_no_remedy_makes_a_funnel_look_healthy() -> None:
    assert {"planted": 3, "flagged": 3} == funnels(3)
