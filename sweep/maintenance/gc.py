"""Garbage: what no kept run refers to, and what crashes have left behind; found, and deleted.

The order makes it safe, not a clock: files are listed before plans are read, and a run's plan is
written before anything is fitted for it. So what a plan refers to is never deleted, and planners
that took or made something before their plan was there look again
(``sweep.maintenance.generation``). An
artifact's ``done.json`` goes first: a collection that dies leaves nothing half-deleted in sight.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import batched

from sweep.artifacts.artifact import read_done
from sweep.artifacts.manifest import place
from sweep.artifacts.records import read_record
from sweep.errors import CorruptArtifact, StoreError
from sweep.journal.events import read_events
from sweep.journal.partial import partial_words
from sweep.journal.runs import newest_plans, plan_of, plan_place
from sweep.maintenance.generation import collection
from sweep.maintenance.inventory import KINDS, files_by_unit, reports_of, units_referred_to
from sweep.store import NotStored, Store
from sweep.store.concurrency import concurrently

__all__ = ["DAY", "Garbage", "Rules", "collect"]

DAY = 86_400.0
HOUR = 3600.0
AT_ONCE = 64  # units between two signs of life
NAMED = ("blobs", "tasks", "failures")  # folders whose files a plan refers to
FIRST = ("/done.json", "/plan.json")


@dataclass(frozen=True)
class Rules:
    """What is garbage.

    ``grace``: nothing younger is (seconds, by the store's clock). Runs are kept, unless they are
    older than ``older_than`` seconds and not among the newest ``keep_runs``; None asks nothing.
    Partial runs never have the last whole one forgotten, unless no run is to be kept.
    """

    grace: float = DAY
    keep_runs: int | None = None
    older_than: float | None = None


@dataclass(frozen=True)
class Garbage:
    """Files that nobody needs, of one artifact, run or other unit, with their bytes in all."""

    unit: str
    names: tuple[str, ...]
    bytes: int

    @property
    def folder(self) -> str:
        """Return the unit's top-level folder, which says what kind of thing it is."""
        return self.unit.partition("/")[0]


def collect(
    store: Store,
    rules: Rules,
    delete: bool = False,
    watch: Callable[[tuple[int, int]], None] = lambda done: None,
) -> list[Garbage]:
    """Return a store's garbage; with ``delete``, delete it.

    ``watch`` is told how many of how many units are done.

    Raises
    ------
    CorruptArtifact
        If a run's plan is damaged: what it refers to is not known, so nothing is deleted.
    StoreError
        If the store cannot be read or written, or another collection deletes just now.
    """
    with collection(store) if delete else nullcontext(lambda: None) as alive:
        units = files_by_unit(store, alive)  # before the plans: what comes later is not looked at
        found, live = runs_to_forget(store, units, rules, delete, alive)
        candidates = list(garbage(store, units, live, alive))
        for done, some in enumerate(batched(candidates, AT_ONCE)):
            alive()
            weighed = concurrently(
                lambda unit: collect_unit(store, *unit, rules.grace, delete), some
            )
            found += [one for one in weighed if one.names]
            watch((done * AT_ONCE, len(candidates)))
    return found


def runs_to_forget(
    store: Store,
    units: Mapping[str, Sequence[str]],
    rules: Rules,
    delete: bool,
    alive: Callable[[], None],
) -> tuple[list[Garbage], set[str]]:
    """Return the runs that the rules forget, and the units that all other runs refer to.

    The others' plans come first: if one is damaged, nothing is deleted. A run that somebody has
    taken up since it was chosen is spared, with all it refers to.
    """
    runs = [unit.removeprefix("runs/") for unit in units if unit.startswith("runs/")]
    planned = [run for run in runs if plan_place(run) in units[f"runs/{run}"]]
    old = retire_runs(store, planned, rules, alive)
    for some in with_signs_of_life(batched(sorted(old), AT_ONCE), alive):
        aged = concurrently(lambda run: all_older(store, units[f"runs/{run}"], rules.grace), some)
        old -= {run for run, is_old in zip(some, aged, strict=True) if not is_old}
    live = reachable(store, with_signs_of_life((run for run in planned if run not in old), alive))

    def forget(run: str) -> Garbage:
        names = () if may_be_working(store, run) else units[f"runs/{run}"]
        return collect_unit(store, f"runs/{run}", names, rules.grace, delete)

    found: list[Garbage] = []
    for some in with_signs_of_life(batched(sorted(old), AT_ONCE), alive):
        found += concurrently(forget, some)
    spared = [one.unit.removeprefix("runs/") for one in found if not one.names]
    return [one for one in found if one.names], live | reachable(
        store, with_signs_of_life(spared, alive)
    )


def collect_unit(
    store: Store, unit: str, names: Sequence[str], grace: float, delete: bool
) -> Garbage:
    """Return the files of a unit if all are old enough; with ``delete``, delete them."""
    if not all_older(store, names, grace):
        return Garbage(unit, (), 0)
    ordered = sorted(names, key=lambda name: not name.endswith(FIRST))
    size = 0
    for name in ordered:
        size += store.size(name) or 0
        if delete:
            store.delete(name)
    return Garbage(unit, tuple(ordered), size)


def all_older(store: Store, names: Sequence[str], grace: float) -> bool:
    """Return whether all files of a unit are older than the grace period."""
    return grace <= 0 or all(is_older(store, name, grace) for name in names)


def is_older(store: Store, name: str, seconds: float) -> bool:
    """Return whether a file was last written so long ago; one that is gone was."""
    age = store.age(name)
    return age is None or age > seconds


def garbage(
    store: Store,
    units: Mapping[str, Sequence[str]],
    live: set[str],
    alive: Callable[[], None],
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield units that are not ``live``, whatever their age; runs with a plan are not looked at.

    ``alive`` is called between requests: reading a large store's artifacts takes minutes.
    """
    kept = [(u, names) for u, names in units.items() if u in live and u.partition("/")[0] in KINDS]
    for some in with_signs_of_life(batched(kept, AT_ONCE), alive):
        left = concurrently(lambda unit: strays(store, *unit), some)
        yield from ((u, names) for (u, _), names in zip(some, left, strict=True) if names)
    for unit, names in units.items():
        folder = unit.partition("/")[0]
        if folder in (*KINDS, *NAMED):
            if unit not in live:
                yield unit, names
        elif (
            folder == "quarantine"
            or (folder == "runs" and f"{unit}/plan.json" not in names)
            or (folder == "arrays" and is_over(store, unit, names, live))
        ):
            yield unit, names
        elif folder == "claims" and all(is_older(store, name, HOUR) for name in names):
            yield unit, names  # a claim that is kept changes every minute


def with_signs_of_life[A](items: Iterable[A], alive: Callable[[], None]) -> Iterator[A]:
    """Yield items, with a sign of life before each."""
    for item in items:
        alive()
        yield item


def retire_runs(
    store: Store, runs: Sequence[str], rules: Rules, alive: Callable[[], None]
) -> set[str]:
    """Return the runs to be forgotten: of those that the rules name, none that still works."""
    if rules.keep_runs is None and rules.older_than is None:
        return set()
    old = sorted(runs, reverse=True)[rules.keep_runs or 0 :]  # ids sort as the runs began
    if rules.keep_runs:
        whole = next((p.run for p in newest_plans(store) if partial_words(p) is None), None)
        old = [run for run in old if run != whole]
    if rules.older_than is not None:
        by = rules.older_than
        old = [
            run for run in with_signs_of_life(old, alive) if is_older(store, plan_place(run), by)
        ]
    return {run for run in with_signs_of_life(old, alive) if not may_be_working(store, run)}


def may_be_working(store: Store, run: str) -> bool:
    """Return whether somebody may be at a run: more began it than ended it, in the last day.

    Two coordinators may share a run, and one of them end it for itself. Who goes on with a run
    says so before it begins: see `sweep.coordinator.execute.take_up`.
    """
    events = read_events(store, run)
    told = [e["event"] for e in events]
    begun = {e.get("by") for e in events if e["event"] == "begun"}
    taken_up = {e["by"] for e in events if e["event"] == "resumed"} - begun
    if not begun and not taken_up:
        return not is_older(store, plan_place(run), DAY)
    at_it = bool(taken_up) or told.count("begun") > told.count("ended")
    return at_it and not is_older(store, f"runs/{run}/events.jsonl", DAY)


def reachable(store: Store, runs: Iterable[str]) -> set[str]:
    """Return the units that runs refer to.

    Raises
    ------
    CorruptArtifact
        If a run's plan is damaged: then nothing may be deleted.
    """
    live: set[str] = set()
    for run in runs:
        try:
            plan = plan_of(store, run)
        except NotStored:  # somebody retired it meanwhile
            continue
        except CorruptArtifact as error:
            msg = f"nothing is deleted, as it is not known what run {run} refers to. {error}"
            raise CorruptArtifact(msg) from error
        live.update(units_referred_to(plan))
        live.update(reports_of(store, run))
    return live


def strays(store: Store, unit: str, names: Sequence[str]) -> list[str]:
    """Return the files that a published artifact does not point to.

    Of one that is not published, or damaged, none: somebody may be about to publish it.
    """
    folder, _, key = unit.partition("/")
    kind = KINDS[folder]
    if place(kind, key) not in names:
        return []
    try:
        done = read_done(store, kind, key)
    except StoreError:  # `sweep verify` tells
        return []
    own = {place(kind, key), *(place(kind, key, file.file) for file in done.payload.values())}
    return [name for name in names if name not in own]


def is_over(store: Store, unit: str, names: Sequence[str], live: set[str]) -> bool:
    """Return whether an array of jobs is done with, and no kept run has a task of it."""
    name = unit.removeprefix("arrays/")
    if f"arrays/live/{name}.json" in names:
        return False
    try:
        keys = read_record(store, f"arrays/{name}.json")["keys"]
    except NotStored:
        return True
    except CorruptArtifact:  # `sweep verify` tells
        return False
    return not any(f"estimates/{key}" in live for key in keys)
