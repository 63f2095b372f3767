"""The same real sweep on every backend: 71 questions and a PyMC model, here, on Ray, on AWS Batch.

Ray is a cluster of three nodes on this machine, AWS Batch the emulation with a store on S3. Prints
JSON: whether the estimates are equal byte by byte, and the seconds of each; then what a sweep that
was begun on one backend and went on, on the next, fitted twice.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sweep
from benchmarks.surveys import cces_config
from sweep.artifacts.artifact import read_done
from sweep.config import read_config
from sweep.coordinator.execute import execute, plan_sweep
from sweep.journal.events import read_events
from sweep.planning.selection import Selection
from tests.support.sites import Site, batch_site, ray_site


@contextmanager
def sites() -> Iterator[dict[str, Site]]:
    """Start Ray and the emulated cloud."""
    with batch_site() as batch, ray_site() as ray:
        yield {"local": Site(), "ray": ray, "batch": batch}


def overrides(execution: dict[str, Any]) -> list[str]:
    """Return the options that put an execution into a config."""
    return [f"execution.{key}={json.dumps(value)}" for key, value in execution.items()]


def run(
    path: Path,
    execution: dict[str, Any],
    selection: Selection = Selection(),  # noqa: B008
) -> tuple[sweep.Run, float]:
    """Run a config somewhere; return the run and its seconds."""
    config = read_config(path, overrides(execution))
    began = time.perf_counter()
    store, plan = plan_sweep(config, path.parent, selection)
    made = sweep.Run(store, execute(config, store, plan))
    return made, time.perf_counter() - began


def published(made: sweep.Run) -> dict[str, Any]:
    """Return the digests of every outcome's estimates; an outcome without any stands out."""
    return {
        entry.name: {
            name: file.sha256
            for name, file in read_done(made.store, "estimates", entry.key).payload.items()
        }
        for entry in made.plan.entries
    }


def equal(directory: Path, places: dict[str, Site], limit: int | None) -> dict[str, Any]:
    """Run both models everywhere, each with a store of its own, and compare."""
    seconds: dict[str, list[float]] = {}
    digests: dict[str, dict[str, Any]] = {}
    for name, site in places.items():
        found: dict[str, Any] = {}
        for model in ("mrp", "pymc_mrp"):
            folder = directory / name / model
            folder.mkdir(parents=True)
            few = Selection(limit=limit) if model == "mrp" else Selection(limit=1)
            made, taken = run(cces_config(folder, model), site.fresh(), few)
            found |= {f"{model} {k}": v for k, v in published(made).items()}
            seconds.setdefault(name, []).append(round(taken, 1))
        digests[name] = found
    first = digests["local"]
    same = {name: sum(found[k] == first[k] for k in first) for name, found in digests.items()}
    return {"outcomes": len(first), "equal_to_local": same, "seconds": seconds}


def continued(directory: Path, places: dict[str, Site], limit: int | None) -> dict[str, Any]:
    """Begin a sweep here, go on with it on Ray, and end it on AWS Batch, in one store on S3."""
    store = places["batch"].fresh()["store"]
    path = cces_config(directory)
    fitted: Counter[str] = Counter()
    steps = {}
    whole = limit or 71
    for name, part in (("local", whole // 3), ("ray", 2 * whole // 3), ("batch", whole)):
        execution = {**places[name].execution, "store": store}
        made, _ = run(path, execution, Selection(limit=part))
        done = [e["outcome"] for e in read_events(made.store, made.id) if e["event"] == "done"]
        fitted.update(done)
        steps[name] = len(done)
    return {"fitted": steps, "fitted_twice": sum(n > 1 for n in fitted.values())}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, help="only the first N of the 71 questions")
    limit = parser.parse_args().limit
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, sites() as places:
        directory = Path(name)
        found = {"equal": equal(directory / "equal", places, limit)}
        (directory / "continued").mkdir()
        found["continued"] = continued(directory / "continued", places, limit)
    print(json.dumps(found, indent=1))  # the product of a benchmark


if __name__ == "__main__":
    main()
