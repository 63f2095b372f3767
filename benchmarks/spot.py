"""What losing 5 % of the hosts costs on AWS Batch: repeated work, and what is charged to models.

Runs stub fits on the emulation, each attempt of a child with that chance of losing its host at a
random moment. Prints JSON: the share of the jobs' time that went into attempts that were lost (an
upper bound of repeated work, for what a lost attempt had published is not done again), how many
outcomes finished, and how many attempts were charged.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import sweep
from sweep.journal.events import read_events
from tests.client.test_resume import stubs
from tests.project import project_in
from tests.support.sites import BatchSite, batch_site


def attempts(site: BatchSite) -> list[dict[str, Any]]:
    """Return every attempt of every child, with its seconds and why it ended."""
    batch = site.cloud.client("batch")
    found = []
    for job in site.cloud.control()["jobs"]:
        ids = [f"{job['id']}:{k}" for k in range(job["size"])] if job["size"] > 1 else [job["id"]]
        for start in range(0, len(ids), 100):
            for child in batch.describe_jobs(jobs=ids[start : start + 100])["jobs"]:
                for one in child["attempts"]:
                    seconds = (one["stoppedAt"] - one["startedAt"]) / 1000
                    found.append({"seconds": seconds, "reason": one.get("statusReason", "")})
    return found


def measure(site: BatchSite, directory: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run the sweep and count."""
    project = project_in(directory)
    span = [0.0, options.longest]
    site.cloud.faults({"kind": "spot", "rate": options.rate, "seed": options.seed, "after": span})
    execution = site.fresh()
    execution["batch"] = {**execution["batch"], "pack": options.pack}
    began = time.perf_counter()
    swept = project.sweep(stubs(project, options.outcomes, **execution))
    wall = time.perf_counter() - began
    tried = attempts(site)
    lost = [a for a in tried if a["reason"].startswith("Host EC2")]
    total = sum(a["seconds"] for a in tried)
    events = read_events(swept.store, swept.run)
    return {
        "outcomes": options.outcomes,
        "finished": sweep.Run(swept.store, swept.run).counts()["ok"],
        "children": len(tried) - len(lost),
        "lost_attempts": len(lost),
        "share_of_time_in_lost_attempts": round(sum(a["seconds"] for a in lost) / total, 4),
        "attempts_charged": sum(e["event"] == "failed" for e in events),
        "wall_seconds": round(wall, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outcomes", type=int, default=600)
    parser.add_argument("--pack", type=int, default=15)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--longest", type=float, default=8.0, help="seconds of a child's life")
    parser.add_argument("--seed", type=int, default=1)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, batch_site() as site:
        found = measure(site, Path(name) / "p", parser.parse_args())
    print(json.dumps(found, indent=1))  # the product of a benchmark


if __name__ == "__main__":
    main()
