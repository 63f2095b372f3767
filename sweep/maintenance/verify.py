"""Verify: read all that a store holds, and say what is damaged, missing or left over.

Everything with a digest is read and compared with it. What a run refers to must be there: its
design, its counts, its model file, its tasks, and the estimates and draws that its journal says
were made.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import batched
from threading import Lock

from sweep.artifacts.artifact import read_done, read_payload
from sweep.artifacts.blobs import blob_place, get_blob
from sweep.artifacts.manifest import place
from sweep.artifacts.quarantine import move_aside, quarantine
from sweep.artifacts.records import read_record
from sweep.artifacts.tasks import read_task, task_place
from sweep.errors import CorruptArtifact, StoreError
from sweep.journal.events import entry_of, read_events
from sweep.journal.failures import failure_of
from sweep.journal.run_plan import RunPlan
from sweep.journal.runs import plan_of, plan_place
from sweep.maintenance.inventory import KINDS, files_by_unit
from sweep.store import NotStored, Store
from sweep.store.concurrency import concurrently

__all__ = ["Finding", "Tally", "verify"]

AT_ONCE = 64  # units between two looks at how it gets on
RECORDS = ("arrays", "claims", "gc.json")


@dataclass(frozen=True)
class Finding:
    """One file that is not as it should be.

    ``state`` is ``damaged``, ``missing``, ``unknown`` (written by a newer version) or ``stray``:
    nothing points to it, as after a crash, and `sweep gc` removes it.
    """

    state: str
    name: str
    message: str


@dataclass
class Tally:
    """How much was read so far: units by their folder, and bytes of payload."""

    units: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    lock: Lock = field(default_factory=Lock, repr=False)

    def unit(self, folder: str) -> None:
        """Count a unit."""
        with self.lock:
            self.units[folder] += 1

    def payload(self, size: int) -> None:
        """Count the bytes of a payload file."""
        with self.lock:
            self.bytes += size


def verify(
    store: Store,
    tally: Tally,
    watch: Callable[[Tally], None] = lambda tally: None,
    aside: bool = False,
) -> Iterator[Finding]:
    """Yield what is wrong with a store, as it is found.

    ``watch`` is called now and then. With ``aside`` what is damaged is moved to ``quarantine/``, so
    that the next run makes it anew; what is sound is never touched.
    """
    store = store.fresh()
    units = files_by_unit(store)
    for some in batched(units.items(), AT_ONCE):
        for findings in concurrently(lambda unit: findings_of(store, *unit, tally), some):
            for finding in findings:
                if aside and finding.state == "damaged":
                    set_aside(store, finding.name)
                yield finding
        watch(tally)
    yield from missing(store, units)


def findings_of(store: Store, unit: str, names: Sequence[str], tally: Tally) -> list[Finding]:
    """Return what is wrong with one unit."""
    folder, _, rest = unit.partition("/")
    if folder == "quarantine":
        return []
    tally.unit(folder)
    if folder in KINDS:
        return list(artifact_faults(store, KINDS[folder], rest, names, tally))
    if folder == "runs":
        return list(run_faults(store, rest, names))
    readers: dict[str, Callable[[], object]] = {
        "blobs": lambda: get_blob(store, rest.replace("/", "")),
        "tasks": lambda: read_task(store, rest.removesuffix(".json")),
        "failures": lambda: failure_of(store, rest.removesuffix(".json")),
    }
    if folder in readers:
        return list(faults(unit, readers[folder]))
    records = [n for n in names if folder in RECORDS and n.endswith(".json")]
    return [fault for name in records for fault in faults(name, partial(read_record, store, name))]


def faults(name: str, read: Callable[[], object]) -> Iterator[Finding]:
    """Yield what reading a file finds wrong with it; what has gone meanwhile is no fault."""
    try:
        read()
    except NotStored:
        return
    except CorruptArtifact as error:
        yield Finding("damaged", name, str(error))
    except StoreError as error:
        yield Finding("unknown", name, str(error))


def artifact_faults(
    store: Store, kind: str, key: str, names: Sequence[str], tally: Tally
) -> Iterator[Finding]:
    """Yield what is wrong with an artifact."""
    done = place(kind, key)
    wrong = list(faults(done, lambda: read_done(store, kind, key)))
    if wrong or done not in names:
        yield from wrong
        left = () if wrong else names
    else:
        said = read_done(store, kind, key)
        for logical, file in said.payload.items():
            tally.payload(file.size)
            name = place(kind, key, file.file)
            yield from faults(name, partial(read_payload, store, said, logical))
        left = sorted(set(names) - {place(kind, key, f.file) for f in said.payload.values()})
    yield from (Finding("stray", n, "nothing points to it") for n in left if n != done)


def run_faults(store: Store, run: str, names: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong with a run's records; its journal and logs have no digests."""
    plan = plan_place(run)
    if plan not in names:
        yield from (Finding("stray", n, "its run has no plan") for n in names)
        return
    yield from faults(plan, lambda: plan_of(store, run))
    for name in names:
        if name.endswith("/cancel.json"):
            yield from faults(name, partial(read_record, store, name))


def missing(store: Store, units: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Yield what runs refer to and the store lacks, each once."""
    told: set[str] = set()
    for unit, names in units.items():
        run = unit.removeprefix("runs/")
        if run == unit or plan_place(run) not in names:
            continue
        try:
            wanted = dict(needed(store, plan_of(store, run)))
        except (NotStored, CorruptArtifact):  # told already
            continue
        for name, remedy in wanted.items():
            if name not in told and store.size(name) is None:
                told.add(name)
                yield Finding("missing", name, f"run {run} refers to it: {remedy}")


def needed(store: Store, plan: RunPlan) -> Iterator[tuple[str, str]]:
    """Yield what must be there for a run, and what makes it anew."""
    anew = "`sweep run CONFIG` makes it anew"
    ends = [e for e in read_events(store, plan.run) if e["event"] == "done"]
    made, own = {entry_of(e) for e in ends}, {entry_of(e) for e in ends if "taken" not in e}
    yield blob_place(plan.model_blob), anew
    for design in dict.fromkeys([plan.design, *(entry.design for entry in plan.entries)]):
        yield place("design", design), anew
    for entry in plan.entries:
        yield place("counts", entry.counts), anew
        if entry.failure is None:
            yield task_place(entry.key), anew
        if entry.id in made or entry.action == "taken":
            remedy = f"{anew}, and so does `sweep resume {plan.run}`"
            yield place("estimates", entry.key), remedy
        if entry.id in own and plan.keeps_draws:
            remedy = f"`sweep retry {plan.run} --select OUTCOME` samples it anew"
            yield place("fit", entry.fit_key), remedy


def set_aside(store: Store, name: str) -> None:
    """Move a damaged file to ``quarantine/``, and an artifact's ``done.json`` with it."""
    folder, _, rest = name.partition("/")
    if folder in KINDS:
        quarantine(store, KINDS[folder], rest.partition("/")[0])
    else:
        move_aside(store, name)
