"""Scenes: a sweep of twelve fits in the states in which it is broken, and what must come out.

A scene says what lies in the store before, and what else goes wrong. Each point is broken in the
scene that comes there; one that comes there in none has no place in the program.
"""

import json
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sweep.artifacts.artifact import read, read_done
from sweep.faultpoint import VARIABLE
from sweep.journal.events import read_events
from sweep.journal.failures import PastFailure, remember_failure
from sweep.journal.runs import runs_in
from sweep.store import Store, open_store
from sweep.worker.environment import cache_directory
from tests.chaos.host import Host, Running
from tests.faults.servers import BUCKET, aws_settings
from tests.project import Project, project_in

__all__ = [
    "OUTCOMES",
    "SCENES",
    "WORKERS",
    "Case",
    "Golden",
    "Scene",
    "Stage",
    "place_of",
    "reached",
]

OUTCOMES = 12
WORKERS = 2


@dataclass(frozen=True)
class Scene:
    """What a sweep meets besides the fault: faults of workers, and what was there before.

    One that ``resumes`` carries a run on that was begun; the others begin one.
    """

    others: str = ""
    options: tuple[str, ...] = ()
    prepare: Callable[["Case", "Golden"], None] | None = None
    bucket: bool = False
    model: str = "stub"
    resumes: bool = False


def remains(case: "Case", golden: "Golden") -> None:
    """Leave torn payload files, as a bad disk might, and failures that are remembered."""
    for kind in ("counts", "fits", "estimates"):
        name = next(n for n in golden.names if n.startswith(kind) and "done.json" not in n)
        case.store().put_new(name, b"torn")
    for fit in golden.fits[:2]:
        remember_failure(case.store(), fit, PastFailure("model", "once", "q"))


def damaged(case: "Case", golden: "Golden") -> None:
    """Leave the store of a finished sweep, damaged: the design, counts, two fits and estimates."""
    root = Path(case.url)
    shutil.copytree(golden.store, root)
    shutil.rmtree(root / "runs")
    shutil.rmtree(root / "reports")
    spoilt = [*root.glob("designs/*/frame-*"), *sorted(root.glob("counts/*/done.json"))[:1]]
    for key, name in zip(
        sorted(os.listdir(root / "estimates")), ("done.json", "*-*"), strict=False
    ):
        fit = read_done(case.store(), "estimates", key).recipe["fit"]
        spoilt += [*root.glob(f"estimates/{key}/{name}"), *root.glob(f"fits/{fit}/{name}")]
    for path in spoilt:
        path.write_bytes(path.read_bytes()[:-9])


def begun(case: "Case", golden: "Golden") -> None:
    """Leave the store of a coordinator that was killed when it had stored its run's plan."""
    root = Path(case.url)
    shutil.copytree(golden.store, root)
    for name in ("fits", "estimates", "reports"):
        shutil.rmtree(root / name)
    for path in root.glob("runs/*/*"):
        if path.name != "plan.json":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def cold(case: "Case", golden: "Golden") -> None:
    """Give the sweep a cache of its own: the machine code is there, but not marked as ready."""
    made = case.directory / "cache"
    shutil.copytree(cache_directory(), made / "numba" / cache_directory().name)
    (made / "numba" / cache_directory().name / "ready").unlink()
    case.environment["SWEEP_CACHE"] = str(made)


SCENES = {
    "fresh": Scene(),
    "remains": Scene(options=("--retry-failed",), prepare=remains),
    "failing": Scene("worker:fit.after_sample=raise:ValueError@2"),
    "lossy": Scene("worker:fit.after_sample=kill@2"),
    "damaged": Scene(prepare=damaged),
    "resumed": Scene(prepare=begun, resumes=True),
    "cold": Scene(prepare=cold),
    "bucket": Scene(bucket=True),
    "real": Scene(model="mrp"),
}
PLACES = {
    "remains": ("replace.", "lock.", "delete.", "payload."),
    "failing": ("failure.after_remember", "log."),
    "lossy": ("pool.after_lost", "pool.after_replace"),
    "damaged": ("quarantine.",),
    "resumed": ("run.after_resumed",),
    "cold": ("warm.",),
    "bucket": ("s3.", "cache."),
}


def place_of(point: str) -> str:
    """Return the scene in which a point is broken."""
    return next((name for name, starts in PLACES.items() if point.startswith(starts)), "fresh")


@dataclass(frozen=True)
class Golden:
    """What an undisturbed sweep leaves: a store, the names in it, and the report's bytes.

    Runs are apart, and what was moved to quarantine.
    """

    names: frozenset[str]
    fits: tuple[str, ...]
    report: str
    payload: Mapping[str, bytes]
    store: Path = field(compare=False)


@dataclass
class Case:
    """One sweep in a directory of its own."""

    host: Host
    directory: Path
    url: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def record(self) -> Path:
        """Return where the points reached are recorded."""
        return self.directory / "reached.jsonl"

    def store(self) -> Store:
        """Open the store; a bucket's settings are those of this process as well."""
        return open_store(self.url)

    def start(self, *argv: str, faults: str = "") -> Running:
        """Start ``sweep ARGV`` with some faults armed."""
        armed = {VARIABLE: f"{faults}; record={self.record}"}
        output = self.directory / f"output-{uuid.uuid4().hex[:6]}"
        return self.host.start(*argv, output=output, environment={**self.environment, **armed})

    def run(self, *options: str, faults: str = "") -> tuple[int, str]:
        """Run the whole sweep."""
        config = str(self.directory / "sweep.yaml")
        return self.start("run", config, *options, faults=faults).wait()

    def resume(self, faults: str = "") -> tuple[int, str]:
        """Carry the last run on."""
        return self.start("resume", "last", "--store", self.url, faults=faults).wait()

    def play(self, scene: Scene, faults: str) -> tuple[int, str]:
        """Run the sweep as a scene does, or carry it on."""
        return self.resume(faults) if scene.resumes else self.run(*scene.options, faults=faults)

    def golden(self, report: str | None = None) -> Golden:
        """Return what this sweep has left, every artifact verified; one report if not named."""
        store = self.store()
        names = frozenset(n for n in store.list() if not n.startswith(("runs/", "quarantine/")))
        if report is None:
            (run, *_) = runs_in(store)
            (report,) = {e["report"] for e in read_events(store, run) if e["event"] == "report"}
        fits = tuple(sorted(verified(store, names, "fit", "fits")))
        for kind, folder in KINDS.items():
            verified(store, names, kind, folder)
        payload = read(store, "report", report).payload
        return Golden(names, fits, report, payload, Path(self.url))


KINDS = {"design": "designs", "counts": "counts", "estimates": "estimates", "report": "reports"}


def verified(store: Store, names: frozenset[str], kind: str, folder: str) -> list[str]:
    """Return the keys of the artifacts of a kind; each is read, and so verified."""
    done = [n for n in names if n.startswith(f"{folder}/") and n.endswith("/done.json")]
    keys = [n.split("/")[1] for n in done]
    for key in keys:
        read(store, kind, key)
    return keys


def reached(record: Path) -> list[dict[str, Any]]:
    """Return the points that were reached, in order."""
    if not record.exists():
        return []
    return [json.loads(line) for line in record.read_text().splitlines()]


def study_of(scene: str) -> dict[str, Any]:
    """Return what a scene's config says of the study: twelve outcomes of three columns."""
    rules = [
        {"name": f"q{k:02d}", "column": ("aware", "bought", "liked")[k % 3], "success": ["Yes"]}
        for k in range(OUTCOMES)
    ]
    return {"model": SCENES[scene].model, "outcomes": rules}


@dataclass
class Stage:
    """Where cases are played: the host, a server for buckets, and the undisturbed sweep."""

    host: Host
    directory: Path
    server: Callable[[], str]
    template: Project = field(init=False)
    goldens: dict[str, Golden] = field(default_factory=dict)
    traces: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.template = project_in(self.directory / "template")

    @contextmanager
    def case(self, scene: str) -> Iterator[Case]:
        """Yield a new sweep of a scene; its files go when the block ends."""
        directory = self.directory / uuid.uuid4().hex[:12]
        shutil.copytree(self.template.directory, directory)
        url = str(directory / ".sweep")
        environment = {}
        if SCENES[scene].bucket:
            url = f"s3://{BUCKET}/{directory.name}"
            environment = aws_settings(self.server(), directory / "cache")
            (directory / "cache").mkdir()
            (directory / "cache" / "numba").symlink_to(cache_directory().parent)
            os.environ.update({k: v for k, v in environment.items() if k != "SWEEP_CACHE"})
        text = self.template.text(study_of(scene), {"workers": WORKERS, "store": url})
        (directory / "sweep.yaml").write_text(text)
        made = Case(self.host, directory, url, environment)
        if prepare := SCENES[scene].prepare:
            prepare(made, self.golden())
        yield made
        shutil.rmtree(directory)  # left behind when something is wrong

    def golden(self) -> Golden:
        """Return what an undisturbed sweep leaves."""
        self.trace("fresh")
        return self.goldens["fresh"]

    def trace(self, scene: str) -> list[dict[str, Any]]:
        """Return the points that a scene comes to when nothing further is broken."""
        if scene not in self.traces:
            with self.case(scene) as case:
                code, output = case.play(SCENES[scene], SCENES[scene].others)
                assert code == (scene == "failing"), output
                self.traces[scene] = reached(case.record)
                if scene != "failing":
                    kept = self.directory / f"kept-{scene}"
                    if not SCENES[scene].bucket:
                        shutil.copytree(case.url, kept)
                    self.goldens[scene] = replace(case.golden(), store=kept)
        return self.traces[scene]

    def hits(self, point: str) -> dict[str, int]:
        """Return how often each role's processes surely come to a point: the one that does least.

        Where one worker alone came, next time each of two may: only the first hit is sure.
        """
        counts: dict[str, Counter[int]] = {}
        for line in self.trace(place_of(point)):
            if line["point"] == point:
                counts.setdefault(line["role"], Counter())[line["pid"]] += 1
        alone = {role for role, found in counts.items() if role == "worker" and len(found) == 1}
        return {r: 1 if r in alone else min(found.values()) for r, found in counts.items()}
