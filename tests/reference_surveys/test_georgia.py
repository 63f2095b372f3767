"""The vote in Georgia's 14 districts, 2016: a published posterior, and the election."""

from pathlib import Path

import pytest

from benchmarks.surveys import ABSENT, GEORGIA, georgia_config, georgia_districts, run_sweep

pytestmark = [
    pytest.mark.reference,
    pytest.mark.sampling,
    pytest.mark.slow,
    pytest.mark.skipif(not GEORGIA.is_dir(), reason=ABSENT),
]


def test_every_district_is_within_three_points_of_the_published_mean(tmp_path: Path) -> None:
    sweep = run_sweep(georgia_config(tmp_path))
    table = georgia_districts(sweep.estimates)
    error = table["mean"] - table["clinton_vote_2pty"]

    assert "ok" == sweep.results["clinton"]["status"]
    assert 14 == len(table)
    assert 1306 == table["n"].sum()
    assert (table["mean"] - table["p_mrp_est"]).abs().max() <= 0.03
    assert 0.035 <= error.abs().mean() <= 0.055  # that of the published means is .045
    covered = (table["lower"] <= table["clinton_vote_2pty"]) & (
        table["clinton_vote_2pty"] <= table["upper"]
    )
    assert covered.sum() >= 9  # of the published intervals, 10
