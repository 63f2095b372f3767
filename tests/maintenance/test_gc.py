"""Garbage: what no run needs goes, what a run refers to stays, whatever happens meanwhile."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.artifacts.records import read_record, write_record
from sweep.coordinator import execute as coordinator
from sweep.errors import CorruptArtifact, StoreError, UsageError
from sweep.journal.events import append_event, read_events
from sweep.journal.runs import new_run, plan_of, plan_place
from sweep.maintenance import gc, generation
from sweep.maintenance.gc import DAY, Garbage, Rules, collect
from sweep.maintenance.verify import Tally, verify
from sweep.results.report import publish_report
from sweep.store import Store, open_store
from tests.client.test_resume import stubs
from tests.project import Project
from tests.support.here import payload_of, published, swept_here

NOW = Rules(grace=0)
FORGET = Rules(grace=0, keep_runs=0)
LOOP = """
import sys
from sweep.maintenance.gc import Rules, collect
from sweep.store import open_store
store = open_store(sys.argv[1])
while True:
    print(sum(len(one.names) for one in collect(store, Rules(grace=0), delete=True)), flush=True)
"""


def seeded(project: Project, seed: int, **execution: Any) -> Any:
    """Return a config whose fits are no other seed's."""
    config = stubs(project, 2, **execution)
    sampler = config.study.sampler.model_copy(update={"seed": seed})
    return config.model_copy(update={"study": config.study.model_copy(update={"sampler": sampler})})


def folders(found: list[Garbage]) -> dict[str, int]:
    """Return how many units of each folder are garbage."""
    names = [one.folder for one in found]
    return {name: names.count(name) for name in names}


def backdate(store: Store, seconds: float) -> None:
    """Make every file so much older."""
    for name in store.list():
        path = Path(store.url) / name
        written = path.stat().st_mtime - seconds
        os.utime(path, (written, written))


def sound(store: Store) -> bool:
    """Return whether nothing in a store is damaged, missing or left over."""
    return [] == list(verify(store, Tally()))


def test_what_a_run_refers_to_is_never_garbage(project: Project) -> None:
    store, _ = swept_here(project, seeded(project, 1))
    before = {name: store.get(name) for name in store.list()}
    assert [] == collect(store, NOW, delete=True)
    after = {name: store.get(name) for name in store.list() if name != "gc.json"}
    assert before == after


def test_a_forgotten_runs_own_artifacts_go_and_shared_ones_stay(project: Project) -> None:
    store, first = swept_here(project, seeded(project, 1))
    _, second = swept_here(project, seeded(project, 2))
    both = published(store)
    rules = Rules(grace=0, keep_runs=1)
    shown = collect(store, rules)
    assert both == published(store)  # nothing is deleted unless it is asked for
    expected = {"runs": 1, "estimates": 2, "fits": 2, "tasks": 2, "reports": 1}
    assert expected == folders(shown)
    deleted = collect(store, rules, delete=True)
    assert shown == deleted
    assert sum(one.bytes for one in deleted) > 10_000
    assert [second] == list(sweep.runs(store.url)["run"])
    assert f"runs/{first}" in {one.unit for one in deleted}
    assert sound(store)
    assert 2 == sweep.Run(store, second).counts()["ok"]
    assert [] == collect(store, rules)


def test_a_grace_period_spares_what_is_young(project: Project) -> None:
    store, _ = swept_here(project, seeded(project, 1))
    rules = Rules(keep_runs=0)
    assert [] == collect(store, rules, delete=True)
    backdate(store, DAY + 60)
    (Path(store.url) / "blobs/00").mkdir()
    (Path(store.url) / "blobs/00/young").write_bytes(b"1")
    assert "runs" in folders(collect(store, rules, delete=True))
    assert {"blobs/00/young", "gc.json"} == set(store.list())


def test_runs_are_forgotten_by_age_but_not_the_newest_ones(project: Project) -> None:
    store, first = swept_here(project, seeded(project, 1))
    backdate(store, 40 * DAY)
    _, second = swept_here(project, seeded(project, 2))
    month = Rules(grace=0, older_than=30 * DAY)
    assert {f"runs/{first}"} == {o.unit for o in collect(store, month) if o.folder == "runs"}
    newest = Rules(grace=0, older_than=30 * DAY, keep_runs=2)
    assert [] == collect(store, newest)
    backdate(store, 40 * DAY)
    assert 2 == folders(collect(store, month))["runs"]
    assert second in set(sweep.runs(store.url)["run"])


def test_a_run_that_works_is_not_forgotten_until_it_stands_still_for_a_day(
    project: Project,
) -> None:
    store, run = swept_here(project, seeded(project, 1))
    append_event(store, run, {"event": "begun", "tasks": 1})
    assert [] == collect(store, FORGET, delete=True)
    append_event(store, run, {"event": "begun", "tasks": 1})  # another coordinator of it,
    append_event(store, run, {"event": "ended", "reason": "complete"})  # and one of them leaves
    assert [] == collect(store, FORGET, delete=True)
    backdate(store, DAY + 60)
    assert 1 == folders(collect(store, FORGET))["runs"]


def test_litter_goes_and_what_may_be_about_to_be_published_stays(project: Project) -> None:
    store, run = swept_here(project, seeded(project, 1))
    entry, other = plan_of(store, run).entries
    litter = [
        f"fits/{entry.fit_key}/draws-000000000000.npz",  # a loser's, or of another attempt
        f"fits/{'0' * 40}/draws-000000000000.npz",  # of a killed worker, for no run
        f"quarantine/fits/{'0' * 40}/000000000000-done.json",
        f"failures/{'0' * 40}.json",
        "runs/20200101-000000-0000/logs/q.log",
    ]
    for name in litter:
        store.put_new(name, b"litter")
    store.put_new(f"claims/{'0' * 40}.json", b"somebody's")
    store.delete(f"fits/{other.fit_key}/done.json")  # as if its worker were publishing right now
    found = {name for one in collect(store, NOW, delete=True) for name in one.names}
    assert set(litter) == found
    backdate(store, 2 * 3600)
    assert {"claims": 1} == folders(collect(store, NOW))


def test_arrays_stay_while_a_run_has_their_tasks_or_nobody_has_accounted_for_them(
    project: Project,
) -> None:
    store, run = swept_here(project, seeded(project, 1))
    key = plan_of(store, run).entries[0].key
    for name, keys in {"mine": [key], "watched": ["k"], "over": ["k"]}.items():
        write_record(store, f"arrays/{name}.json", {"keys": keys})
        write_record(store, f"arrays/{name}/ends/k-1.json", {"key": "k"})
    write_record(store, "arrays/live/watched.json", {"name": "watched"})
    (found,) = collect(store, NOW)
    assert ("arrays/over", 2) == (found.unit, len(found.names))


def test_nothing_is_deleted_while_it_is_not_known_what_a_run_needs(project: Project) -> None:
    store, first = swept_here(project, seeded(project, 1))
    swept_here(project, seeded(project, 2))
    (Path(store.url) / plan_place(first)).write_bytes(b"{}")
    before = published(store)
    with pytest.raises(CorruptArtifact, match=f"what run {first} refers to.*verify --quarantine"):
        collect(store, NOW, delete=True)
    assert before == published(store)
    (found,) = verify(store, Tally(), aside=True)
    assert ("damaged", plan_place(first)) == (found.state, found.name)
    assert {"quarantine", "runs", "estimates"} <= set(folders(collect(store, NOW)))


@pytest.mark.parametrize("last", ["planned", pytest.param("tasks written", marks=pytest.mark.slow)])
def test_a_plan_made_while_something_was_deleted_is_made_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """All that the plan took is deleted before its run is stored: the worst moments there are."""
    config = seeded(project, 1)
    store, run = swept_here(project, config)
    golden = payload_of(store)
    _, plan = project.plan(config)
    assert [] == plan.to_do()

    def late(store: Store, record: Any) -> str:
        collect(store, FORGET, delete=True)
        assert set() == published(store)
        return new_run(store, record)

    if last == "planned":
        collect(store, FORGET, delete=True)
        assert set() == published(store)
    else:
        monkeypatch.setattr(coordinator, "new_run", late)
    run = coordinator.execute(config, store, plan)
    assert 2 == sweep.Run(store, run).counts()["ok"]
    assert golden == payload_of(store)


def test_a_report_that_is_being_published_is_spared(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collection between a report's payload and its commit point."""
    store, run = swept_here(project, seeded(project, 1))
    for name in list(store.list("reports/")):
        store.delete(name)
    put_new = store.put_new

    def collected(name: str, data: bytes) -> bool:
        if name.startswith("reports/") and name.endswith("done.json"):
            collect(open_store(store.url), NOW, delete=True)
        return put_new(name, data)

    monkeypatch.setattr(store, "put_new", collected)
    publish_report(store, run)
    assert sound(store)


BEGUN = """
import sys, time
from sweep.maintenance.generation import collection
from sweep.store import open_store
with collection(open_store(sys.argv[1])):
    print("begun", flush=True)
    time.sleep(600)
"""


def test_a_killed_collection_keeps_nobody_waiting(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "DEAD", 0.3)
    store, _ = project.plan(seeded(project, 1))
    process = run_in(BEGUN, store)
    assert process.stdout is not None
    assert "begun\n" == process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()
    _, plan = project.plan(seeded(project, 1))
    assert "" != plan.generation
    assert folders(collect(store, NOW, delete=True))


def test_a_collection_that_was_taken_for_dead_deletes_no_further(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "DEAD", 0.3)
    monkeypatch.setattr(generation, "BEAT", 0.0)
    store, _ = project.plan(seeded(project, 1))
    before = published(store)
    is_older = gc.is_older

    def slow(store: Store, name: str, seconds: float) -> bool:
        generation.generation(store)  # a planner waits for it, in vain
        return is_older(store, name, seconds)

    monkeypatch.setattr(gc, "AT_ONCE", 1)
    monkeypatch.setattr(gc, "is_older", slow)
    with pytest.raises(StoreError, match="was taken for dead"):
        collect(store, Rules(grace=1e9), delete=True)
    assert before == published(store)


def run_in(script: str, store: Store) -> "subprocess.Popen[str]":
    """Run a script on a store in another process."""
    root = str(Path(sweep.__file__).parents[1])
    command = [sys.executable, "-c", script, store.url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def swept_under_collection(project: Project, config: Any, rounds: int) -> int:
    """Sweep while another process collects; return how many files it has deleted.

    Before each round all runs are forgotten, so that all a plan may take is garbage until then.
    """
    store, _ = swept_here(project, config)
    golden, deleted = payload_of(store), 0
    for _ in range(rounds):
        process = run_in(LOOP, store)
        try:
            assert process.stdout is not None
            assert "0\n" == process.stdout.readline()
            for name in list(store.list("runs/")):
                store.delete(name)
            swept = project.sweep(config)
        finally:
            process.kill()
            out, _ = process.communicate()
        deleted += sum(map(int, out.split()))
        assert golden == payload_of(store)
        assert {"ok"} == set(sweep.Run(store, swept.run).fits()["status"])
    return deleted


def test_a_sweep_gives_the_same_bytes_while_another_process_collects(project: Project) -> None:
    swept_under_collection(project, seeded(project, 1), 1)


@pytest.mark.slow
@pytest.mark.timeout(600)  # three sweeps that another process keeps from their plans all the time
def test_sweeps_give_the_same_bytes_while_another_process_collects(project: Project) -> None:
    assert swept_under_collection(project, stubs(project, 12, workers=2), 3) > 0


def test_a_collection_gives_signs_of_life_before_it_deletes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = swept_here(project, seeded(project, 1))
    files = len(list(store.list()))
    monkeypatch.setattr(generation, "BEAT", -1.0)  # seconds: one at every occasion
    assert [] == collect(store, NOW, delete=True)  # it only looks: there is nothing to delete
    assert read_record(store, "gc.json")["beat"] > files


def test_a_store_on_s3_is_collected_and_verified(project: Project, on_s3: str) -> None:
    config = seeded(project, 1, store=on_s3)
    store, run = swept_here(project, config)
    assert sound(store)
    assert [] == collect(store, NOW, delete=True)
    assert [] == collect(store, Rules(keep_runs=0), delete=True)  # all of it is young
    entry = plan_of(store, run).entries[0]
    name = f"fits/{entry.fit_key}/done.json"
    data = store.get(name)
    store.delete(name)
    store.put_new(name, data[:-9])
    assert [("damaged", name)] == [(f.state, f.name) for f in verify(store, Tally())]
    assert folders(collect(store, FORGET, delete=True))["fits"] == 2
    assert ["gc.json"] == list(store.list())


def resumed(store: Store, run: str) -> sweep.Run:
    """Carry a run on as Python does: its plan is read, then the journal is written."""
    return sweep.Run(store, run).resume(progress=False)


def at_point(patch: pytest.MonkeyPatch, point: str, act: Callable[[], object]) -> None:
    """Have something done when this process first comes to a fault point of the coordinator."""
    met = list[str]()

    def reach(name: str, what: str = "") -> None:
        if name == point and not met:
            met.append(name)
            act()

    patch.setattr(coordinator, "faultpoint", reach)


def test_a_run_that_is_taken_up_is_spared_before_its_journal_is_begun(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collection between the two: all of it, with no grace."""
    store, run = swept_here(project, seeded(project, 1))
    swept_here(project, seeded(project, 2))
    golden = payload_of(store)
    at_point(monkeypatch, "run.after_resumed", lambda: collect(store, FORGET, delete=True))
    assert 2 == resumed(store, run).counts()["ok"]
    assert [run] == list(sweep.runs(store.url)["run"])
    assert payload_of(store).items() < golden.items()  # the other run's have gone
    assert sound(store)
    assert {f"runs/{run}"} == {o.unit for o in collect(store, FORGET) if o.folder == "runs"}


def test_a_run_that_a_collection_has_chosen_already_is_spared_if_it_is_taken_up(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal is read again right before a run is deleted, and what it refers to is kept."""
    store, run = swept_here(project, seeded(project, 1))
    before, chosen = payload_of(store), list[str]()

    def looked(store: Store, name: str) -> bool:
        chosen.append(name)
        if len(chosen) == 2:  # it was chosen at the first look
            append_event(store, run, {"event": "resumed", "by": "somebody"})
        return works(store, name)

    works = gc.may_be_working
    monkeypatch.setattr(gc, "may_be_working", looked)
    assert [] == collect(store, FORGET, delete=True)
    assert [run, run] == chosen
    assert before == payload_of(store)


def test_a_run_that_is_being_deleted_cannot_be_taken_up(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes too late waits for the collection, and is told; nothing is half there."""
    store, run = swept_here(project, seeded(project, 1))
    opened, taken = sweep.Run(open_store(store.url), run), gc.collect_unit
    pool = ThreadPoolExecutor(1)
    late: list[Future[sweep.Run]] = []

    def told() -> bool:
        return any(e["event"] == "resumed" for e in read_events(store, run))

    def deleted(store: Store, unit: str, *rest: Any) -> Garbage:
        if unit == f"runs/{run}":
            late.append(pool.submit(opened.resume, False))
            while not told():
                time.sleep(0.01)
        return taken(store, unit, *rest)

    monkeypatch.setattr(gc, "collect_unit", deleted)
    collect(store, FORGET, delete=True)
    with pool, pytest.raises(UsageError, match=f"has forgotten run {run} of"):
        late[0].result(timeout=30)
    assert [] == list(sweep.runs(store.url)["run"])
    assert set() == published(store)


def test_a_run_that_is_sent_to_a_job_is_spared_until_the_job_is_there(project: Project) -> None:
    store, run = swept_here(project, seeded(project, 1))
    coordinator.take_up(store, run)  # as `sweep resume --detach` does
    assert [] == collect(store, FORGET, delete=True)
    backdate(store, DAY + 60)
    assert 1 == folders(collect(store, FORGET))["runs"]


def test_a_young_run_keeps_what_it_took_however_old_that_is(project: Project) -> None:
    """A run that the rules name and the grace period spares."""
    config = seeded(project, 1)
    store, first = swept_here(project, config)
    backdate(store, 2 * DAY)
    _, second = swept_here(project, config)  # takes all of it
    found = collect(store, Rules(keep_runs=0), delete=True)
    assert {f"runs/{first}"} == {one.unit for one in found}
    assert 2 == sweep.Run(store, second).counts()["ok"]
    assert sound(store)
