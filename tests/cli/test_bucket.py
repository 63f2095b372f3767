"""The command line with a store in a bucket."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import QUICK, Project, sweep

pytestmark = [pytest.mark.sampling, pytest.mark.slow]


def test_the_command_line_sweeps_into_a_bucket_and_reads_it_from_anywhere(
    tracked: Project, bucket: str, tmp_path: Path
) -> None:
    chosen = ("-s", "aided_norvalik", "-s", "consider_norvalik")
    into = ("--set", f"execution.store={bucket}", *QUICK)
    ran = sweep("run", "sweep.yaml", *chosen, *into, "-o", "json", cwd=tracked.directory)
    assert 0 == ran.code, ran.err
    assert f"--store {bucket}" in ran.err
    summary = json.loads(ran.out)
    assert bucket == summary["store"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    status = sweep("status", summary["run"], "--store", bucket, "-o", "json", cwd=elsewhere)
    assert summary["run"] in status.out
    where = (summary["run"], "--store", bucket)
    total = sweep("estimates", *where, "--total", "-o", "csv", cwd=elsewhere)
    assert 3 == len(total.out.strip().splitlines())
    report = sweep("report", *where, cwd=elsewhere)
    assert (0, 0, 0) == (status.code, total.code, report.code)
    assert list(elsewhere.glob("*.html"))
    again = sweep("run", "sweep.yaml", *chosen, *into, "-o", "json", cwd=tracked.directory)
    assert "2 in the store" in again.err
    lost = sweep("status", "--store", "s3://no-such-bucket/x", cwd=elsewhere)
    assert (2, "") == (lost.code, lost.out)
    assert "Traceback" not in lost.err
    assert "NoSuchBucket" in lost.err
