"""`sweep run`, `fit` and what a run leaves behind."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sweep.artifacts.artifact import publish, read
from sweep.journal.runs import read_plan
from sweep.store import Store, open_store
from tests.cli.conftest import Project, inside, sweep

pytestmark = pytest.mark.sampling

RUN = (sys.executable, "-m", "sweep", "run", "sweep.yaml")


def test_a_run_tells_every_end_on_standard_error_and_counts_them_last(tracked: Project) -> None:
    ran = tracked.ran

    assert "" == ran.out
    assert re.search(r"^(ok|flagged) +aided_norvalik  [\d.]+s  r_hat \d", ran.err, re.M)
    assert "FAIL  trust_norvalik  nobody asked" in ran.err
    assert re.search(r"^Done\. ok=\d flagged=\d failed=1 cancelled=0 total=4 ", ran.err, re.M)


def test_a_failed_outcome_makes_exit_code_1(tracked: Project) -> None:
    assert 1 == tracked.ran.code


def test_a_rerun_fits_nothing_and_writes_nothing_beside_the_store(tracked: Project) -> None:
    before = sorted(p.name for p in tracked.directory.iterdir())

    again = tracked.sweep("run", "sweep.yaml", "-s", "aided_*", "-o", "json")

    summary = json.loads(again.out)
    assert "1 in the store" in again.err
    assert 1 == summary["total"]
    assert before == sorted(p.name for p in tracked.directory.iterdir())


def test_the_report_is_written_where_asked(tracked: Project, tmp_path: Path) -> None:
    target = tmp_path / "out.html"

    ended = tracked.sweep("run", "sweep.yaml", "-s", "aided_*", "--report", target)

    assert ended.code == 0
    assert f"report  {target}" in ended.err
    assert b"<!doctype html>" == target.read_bytes()[:15].lower()


def test_a_report_path_that_cannot_be_written_is_refused_before_anything_runs(
    tracked: Project,
) -> None:
    ended = tracked.sweep("run", "sweep.yaml", "-s", "prefer_*", "--report", "report.pdf")

    assert 2 == ended.code
    assert ".html, .parquet, .csv" in ended.err
    assert "prefer_norvalik" not in ended.err


def test_a_report_in_the_place_of_the_survey_is_refused_before_anything_runs(
    tracked: Project,
) -> None:
    survey = tracked.directory / "survey.parquet"
    before = survey.read_bytes()

    ended = tracked.sweep("run", "sweep.yaml", "-s", "prefer_*", "--report", "survey.parquet")

    assert 2 == ended.code
    assert "survey.parquet: it is study.survey.source" in ended.err
    assert "prefer_norvalik" not in ended.err
    assert before == survey.read_bytes()


def flag(store: Store, outcome: str) -> None:
    """Publish an outcome's estimates anew, as those of a fit with an objection."""
    entry = next(e for e in read_plan(store, "last").entries if e.name == outcome)
    there = read(store, "estimates", entry.key)
    store.delete(f"estimates/{entry.key}/done.json")
    meta = {**there.meta, "status": "flagged", "reasons": ["R-hat 1.2 of sigma region"]}
    assert publish(store, "estimates", there.recipe, there.payload, meta).created


def test_flagged_outcomes_leave_with_3_only_with_strict(tracked: Project, tmp_path: Path) -> None:
    directory = tmp_path / "flagged"
    shutil.copytree(tracked.directory, directory)
    flag(open_store(directory / ".sweep"), "aided_norvalik")
    arguments = ("run", "sweep.yaml", "-s", "aided_*")

    lenient = inside(*arguments, cwd=directory)
    strict = inside(*arguments, "--strict", cwd=directory)
    status = inside("status", cwd=directory)

    assert (0, 3) == (lenient.code, strict.code)
    assert "flagged=1" in lenient.err
    assert re.search(r"^flagged +aided_norvalik .* R-hat 1\.2 of sigma region$", status.out, re.M)


def test_fit_shows_diagnostics_and_estimates_of_one_outcome(tracked: Project) -> None:
    ended = sweep("fit", "sweep.yaml", "unaided_norvalik", "-o", "json", cwd=tracked.directory)

    told = json.loads(ended.out)
    assert 0 == ended.code
    assert told["status"] in ("ok", "flagged")
    assert {"r_hat_max", "ess_bulk_min"} <= set(told["diagnostics"])
    assert 0 < told["estimates"][0]["mean"] < 1


def test_fit_publishes_what_a_worker_would(tracked: Project, tmp_path: Path) -> None:
    """The same bytes under the same key: a later run takes what was fitted in the foreground."""
    here = tmp_path / "here"
    shutil.copytree(tracked.directory, here, ignore=shutil.ignore_patterns(".sweep"))
    assert sweep("fit", "sweep.yaml", "aided_norvalik", cwd=here).code == 0

    def fitted(root: Path) -> dict[str, bytes]:
        files = (root / ".sweep" / "fits").rglob("draws*")
        return {str(p.relative_to(root)): p.read_bytes() for p in files}

    assert fitted(here).items() <= fitted(tracked.directory).items()
    assert 1 == len(fitted(here))


def test_fit_of_an_outcome_nobody_was_asked_says_so(tracked: Project) -> None:
    ended = sweep("fit", "sweep.yaml", "trust_norvalik", cwd=tracked.directory)

    assert 2 == ended.code
    assert "nobody asked" in ended.err


def slow_copy(tracked: Project, directory: Path) -> Path:
    """Return a project without a store whose fits take long enough to be interrupted."""
    shutil.copytree(tracked.directory, directory, ignore=shutil.ignore_patterns(".sweep"))
    return directory


def start(directory: Path, draws: int) -> "subprocess.Popen[str]":
    """Start a run with one worker; return when the first fit has begun."""
    process = subprocess.Popen(
        [*RUN, "--set", f"sampler.draws={draws}", "--set", "execution.workers=1"],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not any('"started"' in p.read_text() for p in events(directory)):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def events(directory: Path) -> list[Path]:
    """Return the journals of a project's runs."""
    return list((directory / ".sweep").glob("runs/*/events.jsonl"))


def test_an_interrupt_drains_and_the_same_command_resumes(tracked: Project, tmp_path: Path) -> None:
    directory = slow_copy(tracked, tmp_path / "drained")
    process = start(directory, 1000)

    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)

    assert 130 == process.returncode
    assert "Ctrl-C again ends them at once" in told
    assert "goes on where it stopped" in told
    journal = events(directory)[0].read_text()
    assert journal.count('"event": "started"') == journal.count('"event": "done"')
    plan = sweep("plan", "sweep.yaml", "--set", "sampler.draws=1000", "-o", "json", cwd=directory)
    assert json.loads(plan.out)["actions"]["taken"] >= 1


def test_a_second_interrupt_ends_the_workers_at_once(tracked: Project, tmp_path: Path) -> None:
    directory = slow_copy(tracked, tmp_path / "ended")
    process = start(directory, 100_000)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()

    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)

    assert 130 == process.returncode
    assert "the same command goes on from it" in told
    assert "Traceback" not in told
    assert children
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert '"reason": "interrupted"' in events(directory)[0].read_text()


def test_a_terminal_gets_a_live_panel_and_no_lines(tracked: Project) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*RUN, "-s", "ad_recall_*"],
        cwd=tracked.directory,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=follower,
    )
    os.close(follower)
    seen = b""
    while True:
        try:
            data = os.read(leader, 4096)
        except OSError:  # Linux: the other end is closed
            break
        if not data:
            break
        seen += data
    os.close(leader)
    process.wait(timeout=30)

    text = seen.decode()
    assert "draws/s" in text
    assert "now:" in text
    assert "Done, partial: 1 of 10 outcomes" in text
    assert not re.search(r"^ok +ad_recall_norvalik", text, re.M)
