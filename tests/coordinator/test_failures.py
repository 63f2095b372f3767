"""Every way for a task to fail, by real workers: each failure is its own outcome's only.

The model file misbehaves according to the number of successes, and fits nothing.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from sweep.backends.events import Done, Event, Failure
from sweep.config import SweepConfig
from sweep.coordinator.breaker import SYSTEMIC, Breaker
from sweep.journal.entries import Entry, EntryId
from sweep.journal.events import RunEvent
from sweep.journal.failures import failure_of
from sweep.journal.logs import read_log
from sweep.journal.runs import read_plan
from sweep.journal.states import State, outcome_states
from sweep.results.table import estimates_of
from tests.project import Project, Swept, entry_named, project_in, survey_of
from tests.support.processes import gone

pytestmark = pytest.mark.sampling

RETRIED, SLOW, BROKEN, LAST, NEXT = "dies", "slow", "broken", "last", "next"
UNASKED = "unasked"
TIMEOUT = 0.5
MODEL = """
import os, signal, time
from pathlib import Path

GO = Path({go!r})


def build(levels, counts, priors):
    yes = int(counts.y.sum())
    if yes == 1:
        print("about to die", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if yes == 2:
        time.sleep(600)
    if yes == 4:
        while not GO.exists():
            time.sleep(0.05)
    print("about to raise", yes)
    raise ValueError(f"{{yes}} is no good")


def probabilities(posterior, cells):
    raise AssertionError("build() has failed: never reached")
"""


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Swept]:
    """Sweep with two workers, of which one is lost for good while the other is still busy.

    ``last`` ends a while after everything else has: its worker waits for the signal.
    """
    project = project_in(tmp_path_factory.mktemp("troubled") / "project")
    rows = survey_of()
    for yes, name in enumerate((RETRIED, SLOW, BROKEN, LAST, NEXT), start=1):
        rows[name] = ["Yes"] * yes + ["No"] * (len(rows) - yes)
    project.write("survey.csv", rows.assign(unasked=None))
    go = project.directory / "go"
    project.model("trouble", MODEL.format(go=str(go)))
    ends: list[str] = []

    def watch(event: Event, entry: Entry | None) -> None:
        if isinstance(event, Done) and entry is not None:
            ends.append(entry.name)
        if {RETRIED, BROKEN} <= set(ends):
            go.touch()

    return project, project.sweep(config_of(project), watch=watch)


@pytest.fixture(scope="module")
def late(troubled: tuple[Project, Swept]) -> Swept:
    """Sweep with one worker, whose first task never ends."""
    project, _ = troubled
    return project.sweep(config_of(project, (SLOW, NEXT), TIMEOUT))


def config_of(
    project: Project,
    order: Sequence[str] = (LAST, RETRIED, BROKEN, UNASKED),
    timeout: float | None = None,
) -> SweepConfig:
    rules = [{"name": name, "success": ["Yes"]} for name in order]
    execution = {"workers": 2 if timeout is None else 1, "timeout": timeout}
    return project.config({"model": "trouble", "outcomes": rules}, execution)


def state(run: Swept, outcome: str) -> State:
    states = outcome_states(run.store, read_plan(run.store, run.run))
    return next(s for s in states if s.entry.name == outcome)


def attempts(run: Swept, outcome: str) -> int:
    return run.happened("started").count(outcome)


def test_a_worker_killed_twice_loses_its_outcome_and_nothing_else(
    troubled: tuple[Project, Swept],
) -> None:
    found = state(troubled[1], RETRIED)
    assert ("failed", "worker lost") == (found.status, found.kind)
    assert "its worker was killed by SIGKILL 2 times" == found.reason
    assert 2 == attempts(troubled[1], RETRIED)
    assert {"event": "ended", "reason": "complete"}.items() <= ended(troubled[1]).items()


def ended(run: Swept) -> RunEvent:
    return next(e for e in run.events if e["event"] == "ended")


def test_a_model_that_raises_fails_with_its_words_and_is_not_retried(
    troubled: tuple[Project, Swept],
) -> None:
    found = state(troubled[1], BROKEN)
    assert ("failed", "model") == (found.status, found.kind)
    place, line, told = str(found.reason).split(": ", 2)
    assert re.fullmatch(r"models/trouble\.py:\d+", place)
    assert '`raise ValueError(f"{yes} is no good")`' == line
    assert "build() raised ValueError: 3 is no good" == told
    assert 1 == attempts(troubled[1], BROKEN)


def test_a_task_that_takes_too_long_fails_and_the_next_has_its_turn(late: Swept) -> None:
    found = state(late, SLOW)
    assert ("failed", "timeout") == (found.status, found.kind)
    assert "not done after 0.5 s (execution.timeout)" == found.reason
    assert ["slow", "next"] == late.happened("started") == late.happened("failed")
    assert "complete" == ended(late)["reason"]


def test_nobody_asked_fails_without_a_worker(troubled: tuple[Project, Swept]) -> None:
    found = state(troubled[1], UNASKED)
    assert ("failed", "nobody asked") == (found.status, found.reason)
    assert 0 == attempts(troubled[1], UNASKED)


def test_every_outcome_is_a_row_of_the_table_with_its_reason(
    troubled: tuple[Project, Swept],
) -> None:
    _, run = troubled
    table = estimates_of(run.store, read_plan(run.store, run.run)).set_index("outcome")
    assert {LAST, RETRIED, BROKEN, UNASKED} == set(table.index)
    assert {"failed"} == set(table["status"])
    assert "nobody asked" == table.loc[UNASKED, "flag"]
    assert table["mean"].isna().all()


def test_what_a_worker_prints_is_in_its_outcomes_log_and_in_no_other(
    troubled: tuple[Project, Swept],
) -> None:
    _, run = troubled
    logs = {n: read_log(run.store, run.run, EntryId(n)) for n in (RETRIED, BROKEN, LAST)}
    assert "about to die" in logs[RETRIED]
    assert "about to raise 3" in logs[BROKEN]
    assert "about to raise 4" in logs[LAST]
    assert "3 is no good" in logs[BROKEN]
    assert 'raise ValueError(f"{yes} is no good")' in logs[BROKEN]
    assert "about to raise 3" not in logs[LAST]


def test_failures_that_would_happen_again_are_remembered_and_the_machines_are_not(
    troubled: tuple[Project, Swept], late: Swept
) -> None:
    _, run = troubled
    entries = [*run.plan.entries, *late.plan.entries]
    remembered = {entry.name: failure_of(run.store, entry.fit_key) for entry in entries}
    broken, slow = remembered[BROKEN], remembered[SLOW]
    assert remembered[RETRIED] is None
    assert broken is not None
    assert "model" == broken.kind
    assert slow is not None
    assert TIMEOUT == slow.deadline


def actions(project: Project, timeout: float | None, retry_failed: bool = False) -> dict[str, str]:
    config = config_of(project, (LAST, RETRIED, BROKEN, SLOW, UNASKED), timeout)
    _, plan = project.plan(config, retry_failed=retry_failed)
    return {entry.name: entry.action for entry in plan.entries}


def test_the_next_run_tries_what_may_go_well_now(
    troubled: tuple[Project, Swept], late: Swept
) -> None:
    project, _ = troubled
    assert late.run
    same = {LAST: "failed", RETRIED: "fit", BROKEN: "failed", SLOW: "failed", UNASKED: "failed"}
    assert same == actions(project, TIMEOUT)
    assert {**same, SLOW: "fit"} == actions(project, 2 * TIMEOUT)
    every = dict.fromkeys((LAST, RETRIED, BROKEN, SLOW), "fit") | {UNASKED: "failed"}
    assert every == actions(project, TIMEOUT, retry_failed=True)


def test_retry_failed_tries_again_and_remembers_what_comes_of_it(
    troubled: tuple[Project, Swept],
) -> None:
    project, _ = troubled
    config = config_of(project, (BROKEN,), 60.0)
    assert [] == project.sweep(config).happened("started")
    again = project.sweep(config, retry_failed=True)
    assert [BROKEN] == again.happened("started") == again.happened("failed")
    failure = failure_of(again.store, again.plan.entries[0].fit_key)
    assert failure is not None
    assert "model" == failure.kind


def test_no_worker_outlives_its_sweep(troubled: tuple[Project, Swept]) -> None:
    assert LAST in troubled[1].happened("failed")
    assert gone()


def test_twenty_alike_failures_stop_the_sweep_and_the_rest_is_cancelled(
    tmp_path: Path,
) -> None:
    project = project_in(tmp_path / "project")
    project.model("trouble", MODEL.format(go="/"))  # each has its own number in its words
    rows = survey_of()
    names = [f"q{k:02d}" for k in range(23)]
    for k, name in enumerate(names):
        rows[name] = ["Yes"] * (k + 5) + ["No"] * (len(rows) - k - 5)
    project.write("survey.csv", rows)
    config = project.config({"model": "trouble", "outcomes": [{"match": "q*", "success": ["Yes"]}]})
    run = project.sweep(config)
    assert names[:20] == run.happened("failed")
    reason = ended(run)["reason"]
    assert reason.startswith("systemic failure: the first 20 all ended like 'models/trouble.py:")
    states = outcome_states(run.store, read_plan(run.store, run.run))
    assert ["failed"] * 20 + ["cancelled"] * 3 == [s.status for s in states]
    assert "systemic failure" in (states[-1].reason or "")
    assert gone()


def ends_of(messages: Sequence[str | None]) -> Breaker:
    """Return what a run has seen after outcomes ended so, None being well."""
    ends = Breaker()
    for place, message in enumerate(messages):
        failure = None if message is None else Failure("model", message)
        entry = entry_named(
            f"aware_b{place}", label=f"Do you know Brand{place}?", brand=f"Brand{place}"
        )
        ends.note(Done("key", 1, None, failure), entry)
    return ends


@pytest.mark.parametrize(
    "message",
    [
        "cannot write: the disk is full",
        "data() raised KeyError: 'aware_b{0}'",
        "data() raised ValueError: no wave for Brand{0}, 'Do you know Brand{0}?'",
        "values outside [0, 1]: -0.{0} to 1e-{0}",
        "/store/fits/0123456789abcdef012345678{0:015x}/done.json: bad",
    ],
)
def test_failures_are_alike_whatever_names_numbers_and_keys_they_have(message: str) -> None:
    words = [message.format(k) for k in range(SYSTEMIC)]
    assert ends_of(words[:-1]).stopped is None  # of 19 outcomes nothing is stopped
    stopped = ends_of(words).stopped
    assert stopped is not None
    assert repr(words[-1]) in stopped


def test_one_that_ends_otherwise_among_the_first_twenty_lets_the_sweep_go_on() -> None:
    words = ["it is no good"] * SYSTEMIC
    for other in (None, "the worker is lost"):
        for place in (0, SYSTEMIC - 1):
            mixed = [*words[:place], other, *words[place + 1 :]]
            assert ends_of([*mixed, *words]).stopped is None
    assert ends_of([None] * SYSTEMIC).stopped is None
