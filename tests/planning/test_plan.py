"""A plan says what is left to do, and nothing has been fitted when it is made."""

import itertools
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sweep.artifacts.artifact import publish, read_done
from sweep.artifacts.records import read_record
from sweep.artifacts.tasks import Task
from sweep.data.counts import count
from sweep.data.design import Design
from sweep.data.outcomes import Outcome
from sweep.errors import ConfigError, DataError, ModelError, StoreError, UsageError
from sweep.journal.entries import EntryId
from sweep.journal.events import append_event, read_events
from sweep.journal.failures import PastFailure, failure_of, forget_failure, remember_failure
from sweep.journal.logs import log_name
from sweep.journal.runs import cancel_run, forget_cancel, is_cancelled, new_run, read_plan
from sweep.journal.states import outcome_states
from sweep.keys import digest
from sweep.maintenance.generation import collection
from sweep.planning.model_files import project_folder
from sweep.planning.plan import Plan, replan_if_collected
from sweep.sources.several import read_all
from sweep.store import Store, open_store
from tests.project import OUTCOMES, Project, meta_of, recipes_by_kind, survey_of


def actions(plan: Plan) -> dict[str, str]:
    return {entry.name: entry.action for entry in plan.entries}


def pretend(store: Store, plan: Plan, outcome: str, *kinds: str) -> None:
    """Publish an outcome's artifacts with a made-up payload."""
    task = task_of(plan, outcome)
    for kind in kinds:
        publish(store, kind, recipes_by_kind(task)[kind], {"x.npz": b"draws"}, meta_of())


def task_of(plan: Plan, outcome: str) -> Task:
    return next(t for t in plan.tasks.values() if t.outcome == outcome)


def fit_key(plan: Plan, outcome: str) -> str:
    return next(e.fit_key for e in plan.entries if e.name == outcome)


def test_a_fresh_project_has_everything_to_fit(project: Project) -> None:
    _, plan = project.plan()
    assert dict.fromkeys(OUTCOMES, "fit") == actions(plan)
    assert [entry.key for entry in plan.entries] == plan.to_do() == list(plan.tasks)


def test_what_is_stored_is_taken_and_a_fit_alone_needs_its_estimates(project: Project) -> None:
    store, plan = project.plan()
    pretend(store, plan, "aware", "fit", "estimates")
    pretend(store, plan, "bought", "fit")
    _, plan = project.plan()
    assert {"aware": "taken", "bought": "estimate", "liked": "fit"} == actions(plan)
    assert 2 == len(plan.to_do())


def test_a_fit_whose_draws_were_not_kept_is_fitted_again_for_new_groups(project: Project) -> None:
    store, plan = project.plan()
    pretend(store, plan, "aware", "estimates")
    assert "taken" == actions(project.plan()[1])["aware"]
    _, plan = project.plan(project.config({"groups": [["sex"]]}))
    assert "fit" == actions(plan)["aware"]


def test_an_unchanged_transform_does_not_parse_the_tables_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = project.plan()[1]

    def refused(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("sweep.sources.source.read_all", refused)
    second = project.plan()[1]
    assert first.record == second.record
    with pytest.raises(AssertionError):
        project.plan(project.config({"survey": {"missing": "drop"}}))


@pytest.mark.parametrize("read", [1, 2, 3, 4], ids=["survey", "population", "whole", "answers"])
def test_a_source_that_changes_while_it_is_read_is_never_kept_under_the_old_ones_key(
    project: Project, monkeypatch: pytest.MonkeyPatch, read: int
) -> None:
    """A nightly export replaces the survey at the worst moment."""
    before, calls = (project.directory / "survey.csv").read_bytes(), itertools.count(1)

    def exporting(*given: Any) -> Any:
        if next(calls) == read:
            project.write("survey.csv", survey_of(seed=2))
        return read_all(*given)

    monkeypatch.setattr("sweep.sources.source.read_all", exporting)
    with pytest.raises(DataError, match=r"study.survey.source: .*survey.csv changed while it was"):
        project.plan()
    store = open_store(project.directory / ".sweep")
    assert [] == list(store.list("counts/"))
    assert (read == 4) == any(store.list("designs/"))  # by then it was made of the old survey
    (project.directory / "survey.csv").write_bytes(before)
    monkeypatch.undo()
    _, plan = project.plan()
    shutil.rmtree(project.directory / ".sweep")
    _, anew = project.plan()
    assert anew.entries == plan.entries
    people, afresh = (p.prepared.design.respondents for p in (plan, anew))
    np.testing.assert_array_equal(afresh.cell, people.cell)


def test_outcomes_that_count_the_same_are_counted_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []

    def noting(design: Design, outcome: Outcome, *given: Any) -> Any:
        counted.append(outcome.column)
        return count(design, outcome, *given)

    monkeypatch.setattr("sweep.planning.counting.count", noting)
    rules = [{"name": f"q{k}", "column": OUTCOMES[k % 2], "success": ["Yes"]} for k in range(8)]
    store, plan = project.plan(project.config({"outcomes": rules}))

    assert sorted(OUTCOMES[:2]) == sorted(counted)
    assert 2 == sum(name.endswith("/done.json") for name in store.list("counts/"))
    assert 8 == len({entry.fit_key for entry in plan.entries})


def test_a_new_outcome_is_counted_among_the_respondents_that_are_stored(project: Project) -> None:
    """The design is taken from the store; so are its respondents, and what counts tell of them."""
    rules = [{"name": name, "success": ["Yes"]} for name in OUTCOMES]
    project.plan(project.config({"outcomes": rules[:1]}))
    store, plan = project.plan()
    assert [300.0] * 3 == [entry.n for entry in plan.entries]
    for entry in plan.entries:
        meta = read_done(store, "counts", entry.counts).meta
        yes = float((survey_of()[entry.name] == "Yes").sum())
        assert (300.0, yes) == (meta["n"], meta["y"])


def test_answers_are_held_to_a_list_of_failures_that_is_new_though_they_are_counted(
    project: Project,
) -> None:
    liked = survey_of()["liked"].where(survey_of().index != 5, "Maybe")
    project.write("survey.csv", survey_of().assign(liked=liked))
    rule = {"name": "liked", "success": ["Yes"]}
    project.plan(project.config({"outcomes": [rule]}))
    with pytest.raises(ConfigError, match=r"outcomes\.0\.failure: 'Maybe' \(1\) .* in no list"):
        project.plan(project.config({"outcomes": [{**rule, "failure": ["No"]}]}))


def test_questions_may_be_called_like_columns_of_our_own(project: Project) -> None:
    names = ("index", "level_0", "row", "cell", "n", "y", "codes")
    liked = survey_of()["liked"]
    project.write("survey.csv", survey_of().assign(**dict.fromkeys(names, liked)))
    rules = [{"name": name, "success": ["Yes"]} for name in (*names, "liked")]
    _, plan = project.plan(project.config({"outcomes": rules}))
    assert 1 == len({json.dumps(task.fit["counts"]) for task in plan.tasks.values()})
    assert [300.0] * 8 == [entry.n for entry in plan.entries]


def test_model_files_lie_where_the_config_says(project: Project) -> None:
    elsewhere = project.directory / "elsewhere"
    with pytest.raises(UsageError, match=r"execution\.models_dir: .*elsewhere is not a folder"):
        project.plan(project.config(execution={"models_dir": "elsewhere"}))
    elsewhere.mkdir()
    (elsewhere / "mine.py").write_bytes((project_folder("models") / "mrp.py").read_bytes())
    _, plan = project.plan(project.config({"model": "mine"}, {"models_dir": "elsewhere"}))
    assert "mine" == plan.file.name


def test_a_plan_is_made_again_if_something_was_deleted_and_says_if_the_sources_changed(
    project: Project,
) -> None:
    store, plan = project.plan()
    assert plan is replan_if_collected(store, plan)
    with collection(store):
        pass
    anew = replan_if_collected(store, plan)
    assert anew is not plan
    assert plan.entries == anew.entries
    assert set(plan.tasks) == {n.split("/")[1].split(".")[0] for n in store.list("tasks/")}
    project.write("survey.csv", survey_of(seed=2))
    with pytest.raises(StoreError, match="the sources changed while the sweep was planned"):
        replan_if_collected(store, plan)


def test_nobody_asked_fails_in_the_plan_and_has_no_task(project: Project) -> None:
    project.write("survey.csv", survey_of().assign(aware=None))
    _, plan = project.plan()
    assert {"aware": "failed", "bought": "fit", "liked": "fit"} == actions(plan)
    assert PastFailure("data", "nobody asked") == plan.entries[0].failure
    assert 2 == len(plan.tasks)


@pytest.mark.parametrize("kind", ["model", "data", "timeout"])
def test_a_remembered_failure_is_not_tried_again_unless_asked(project: Project, kind: str) -> None:
    config = project.config(execution={"timeout": 5.0})
    store, plan = project.plan(config)
    failure = PastFailure(kind, "m", "aware", "timeout", 5.0)
    remember_failure(store, fit_key(plan, "aware"), failure)
    assert "failed" == actions(project.plan(config)[1])["aware"]
    assert "fit" == actions(project.plan(config, retry_failed=True)[1])["aware"]
    assert "failed" == actions(project.plan(config, patterns=["aware"])[1])["aware"]


@pytest.mark.parametrize(
    ("timeout", "action"), [(2.0, "failed"), (5.0, "failed"), (6.0, "fit"), (None, "fit")]
)
def test_a_timeout_is_tried_again_under_a_longer_one(
    project: Project, timeout: float | None, action: str
) -> None:
    store, plan = project.plan()
    failure = PastFailure("timeout", "m", "aware", "timeout", 5.0)
    remember_failure(store, fit_key(plan, "aware"), failure)
    assert (
        action == actions(project.plan(project.config(execution={"timeout": timeout}))[1])["aware"]
    )


def test_the_last_failure_is_the_one_remembered(project: Project) -> None:
    store, plan = project.plan()
    key = fit_key(plan, "aware")
    for message in ("first", "second"):
        remember_failure(store, key, PastFailure("model", message))
    assert PastFailure("model", "second") == failure_of(store, key)
    forget_failure(store, key)
    assert failure_of(store, key) is None


def test_selection_by_name_limit_and_status(project: Project) -> None:
    store, plan = project.plan()
    remember_failure(store, fit_key(plan, "liked"), PastFailure("model", "m"))
    pretend(store, plan, "aware", "estimates")
    assert ["liked"] == list(actions(project.plan(patterns=["status:failed"])[1]))
    assert ["aware"] == list(actions(project.plan(patterns=["status:ok"])[1]))
    assert ["bought"] == list(actions(project.plan(patterns=["status:pending"])[1]))
    assert ["aware", "bought"] == list(actions(project.plan(patterns=["a*", "status:pending"])[1]))
    assert ["aware", "bought"] == list(actions(project.plan(limit=2)[1]))
    assert ["bought"] == list(actions(project.plan(patterns=["b*"], limit=2)[1]))
    with pytest.raises(UsageError, match="'bougt' matches no outcome"):
        project.plan(patterns=["bougt"])


def test_a_model_that_is_not_there_is_an_error_with_a_guess(project: Project) -> None:
    project.model("mrp_own", "def terms(study, levels): ...")
    with pytest.raises(ConfigError, match=r"Did you mean 'mrp_own'\?"):
        project.plan(project.config({"model": "mrp_owm"}))


@pytest.mark.parametrize(
    "source", ["def terms(:", "raise RuntimeError('x')", "x = 1", "import sys; sys.exit(0)"]
)
def test_a_broken_model_file_stops_the_plan(project: Project, source: str) -> None:
    project.model("mrp", source)
    with pytest.raises(ModelError, match=r"models/mrp\.py"):
        project.plan()


def test_a_named_group_without_people_stops_the_plan(project: Project) -> None:
    with pytest.raises(DataError, match=r"'Est' is not a level of 'region'\. Did you mean 'East'"):
        project.plan(project.config({"groups": [{"east": "region == 'Est'"}]}))


def test_a_missing_source_is_an_error_that_names_the_key(project: Project) -> None:
    (project.directory / "population.csv").unlink()
    with pytest.raises(
        DataError, match=r"study\.population\.source: cannot read .*population\.csv"
    ):
        project.plan()


@pytest.fixture
def begun(project: Project) -> tuple[Store, Plan, str]:
    """Begin a run of three outcomes in which nothing has happened yet."""
    store, plan = project.plan()
    run = new_run(store, plan.record)
    append_event(store, run, {"event": "begun"})
    return store, plan, run


def states(store: Store, run: str) -> dict[str, tuple[str, str | None]]:
    found = outcome_states(store, read_plan(store, run))
    return {s.entry.name: (s.status, s.reason) for s in found}


def test_states_follow_from_plan_events_and_what_exists(begun: tuple[Store, Plan, str]) -> None:
    store, plan, run = begun
    assert {("pending", None)} == set(states(store, run).values())
    failed = {"event": "failed", "outcome": "bought", "kind": "worker lost", "message": "it died"}
    append_event(store, run, failed)
    task = task_of(plan, "aware")
    publish(store, "estimates", task.estimates, {}, meta_of("flagged", "a", "b"))
    append_event(store, run, {"event": "ended", "reason": "stopped"})
    assert {
        "aware": ("flagged", "a; b"),
        "bought": ("failed", "it died"),
        "liked": ("cancelled", "the run ended before its turn: stopped"),
    } == states(store, run)


def test_a_run_that_goes_on_is_no_longer_ended(begun: tuple[Store, Plan, str]) -> None:
    store, _, run = begun
    append_event(store, run, {"event": "ended", "reason": "stopped"})
    assert {"cancelled"} == {status for status, _ in states(store, run).values()}
    append_event(store, run, {"event": "begun"})
    assert {("pending", None)} == set(states(store, run).values())
    append_event(store, run, {"event": "ended", "reason": "its breaker"})
    reason = "the run ended before its turn: its breaker"
    assert {("cancelled", reason)} == set(states(store, run).values())


def test_a_runs_own_end_counts_before_what_an_earlier_one_remembered(
    begun: tuple[Store, Plan, str],
) -> None:
    store, plan, run = begun
    remember_failure(store, fit_key(plan, "aware"), PastFailure("model", "old"))
    assert ("failed", "old") == states(store, run)["aware"]
    append_event(
        store, run, {"event": "failed", "outcome": "aware", "kind": "timeout", "message": "new"}
    )
    assert ("failed", "new") == states(store, run)["aware"]


@pytest.mark.parametrize("line", [b"\xff{}", b'{"evEnt":"note"}', b'{"event":"failed"}', b"[1]"])
def test_a_damaged_line_of_a_journal_hides_no_other(
    begun: tuple[Store, Plan, str], line: bytes
) -> None:
    store, _, run = begun
    before = read_events(store, run)
    store.append(f"runs/{run}/events.jsonl", line + b"\n")
    append_event(store, run, {"event": "note", "message": "after it"})
    assert [*before, "after it"] == [*before, read_events(store, run)[-1]["message"]]
    assert len(before) + 1 == len(read_events(store, run))


@pytest.mark.parametrize(
    "event",
    [
        {"event": "begun"},
        {"event": "ended", "reason": "r"},
        {"event": "started", "outcome": "o"},
        {"event": "done", "outcome": "o"},
        {"event": "failed", "outcome": "o", "kind": "model", "message": "m"},
        {"event": "note", "message": "m"},
        {"event": "report", "report": "0" * 40},
    ],
    ids=lambda event: str(event["event"]),
)
def test_an_event_that_lacks_what_its_readers_need_counts_as_torn(
    begun: tuple[Store, Plan, str], event: dict[str, str]
) -> None:
    store, _, run = begun
    whole = {"at": "2026-01-01T00:00:00+00:00", **event}
    for left_out in whole:
        part = {name: value for name, value in whole.items() if name != left_out}
        store.append(f"runs/{run}/events.jsonl", json.dumps(part).encode() + b"\n")
    assert 1 == len(read_events(store, run))
    store.append(f"runs/{run}/events.jsonl", json.dumps(whole).encode() + b"\n")
    assert whole == read_events(store, run)[-1]


def test_a_torn_last_event_is_left_out(begun: tuple[Store, Plan, str]) -> None:
    store, _, run = begun
    store.append(f"runs/{run}/events.jsonl", b'{"event": "do')
    assert ["begun"] == [e["event"] for e in read_events(store, run)]


def test_runs_are_found_by_id_beginning_and_last(begun: tuple[Store, Plan, str]) -> None:
    store, plan, run = begun
    for name in (run, run[:15], run[-4:], "last"):
        assert run == read_plan(store, name).run
    assert read_plan(store, run).entries == plan.entries
    with pytest.raises(UsageError, match="'nowhere' is not a run"):
        read_plan(store, "nowhere")


def test_what_plan_json_says_of_an_outcome(begun: tuple[Store, Plan, str]) -> None:
    store, plan, run = begun
    assert read_record(store, f"runs/{run}/plan.json")["outcomes"] == [
        {
            "outcome": e.name,
            "label": e.label,
            "brand": e.brand,
            "metric": e.metric,
            "tags": [],
            "design": plan.record.design,
            "counts": e.counts,
            "fit": e.fit_key,
            "estimates": e.key,
            "n": e.n,
            "failure": None,
            "action": "fit",
            "rule": number,
            "wording": None,
        }
        for number, e in enumerate(plan.entries)
    ]


def test_a_run_is_found_among_others_and_by_its_whole_id_without_a_look_at_them(
    begun: tuple[Store, Plan, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, plan, first = begun
    second = new_run(store, plan.record)
    assert first != second
    for name in (first, first[-4:], first[-6:]):
        assert first == read_plan(store, name).run
    assert second == read_plan(store, "last").run
    with pytest.raises(UsageError, match=rf"matches more than one run .*newest: {second}, {first}"):
        read_plan(store, first[:4])
    started = datetime.fromisoformat(read_plan(store, first).started)
    assert 0 == started.microsecond
    assert timedelta(minutes=5) > datetime.now(UTC) - started

    def refused(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(store, "list", refused)
    assert first == read_plan(store, first).run


def test_cancelling_twice_is_news_once_until_the_run_goes_on(
    begun: tuple[Store, Plan, str],
) -> None:
    store, _, run = begun
    assert not is_cancelled(store, run)
    assert [True, False] == [cancel_run(store, run), cancel_run(store, run)]
    assert is_cancelled(store, run)
    forget_cancel(store, run)
    assert not is_cancelled(store, run)
    assert cancel_run(store, run) is True


def test_where_a_log_lies_stays_as_it_is_for_stores_outlive_versions() -> None:
    """Up to 200 bytes of any name are kept as they are; of a longer one 180, and its digest."""
    long = "a" * 201
    assert f"runs/R/logs/{'a' * 200}.log" == log_name("R", EntryId("a" * 200))
    assert f"runs/R/logs/{'a' * 180}-{digest(long)[:12]}.log" == log_name("R", EntryId(long))
    assert "runs/R/logs/a%2Fb%2E.log" == log_name("R", EntryId("a/b."))
    assert log_name("R", EntryId(long + "b")) != log_name("R", EntryId(long + "c"))
    assert "runs/R/logs/a%2Fb.2026-Q1.log" == log_name("R", EntryId("a/b", "2026-Q1"))


def test_a_runs_id_is_date_time_and_the_seconds_fraction_in_four_digits(
    begun: tuple[Store, Plan, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fraction counts 65,536ths: ids of one second sort as its runs began."""
    store, plan, _ = begun
    clock = [datetime(2055, 1, 2, 3, 4, 5, micro, UTC) for micro in (500_000, 999_999)]
    later = SimpleNamespace(now=lambda _: clock.pop(0))
    monkeypatch.setattr(sys.modules[new_run.__module__], "datetime", later)
    ids = [new_run(store, plan.record) for _ in range(2)]
    assert ["20550102-030405-8000", "20550102-030405-ffff"] == ids
