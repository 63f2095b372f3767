"""A sweep of 200 questions of which 12 break their fits: every other estimate as in a quiet sweep.

Ten are of eight kinds, one uses up the memory, one hangs. Prints JSON: each poisoned question's end
as a reader sees it, how many estimates of the others are equal byte by byte, and the seconds of
both sweeps. The quiet one asks healthy questions in the poisoned ones' place.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import sweep
from sweep.artifacts.artifact import read_done
from sweep.journal.states import State, outcome_states
from sweep.store import NotStored
from sweep.words.states import LOST
from tests.project import Project
from tests.support.poison import STALL, Room, layout, poisoned, rooms, study

DRAWS = 2000  # a fit then takes about a second


def published(run: sweep.Run) -> dict[str, Any]:
    """Return the digests of every outcome's estimates, None where there are none."""
    found: dict[str, Any] = {}
    for entry in run.plan.entries:
        try:
            done = read_done(run.store, "estimates", entry.key)
        except NotStored:
            found[entry.name] = None
        else:
            found[entry.name] = {k: f.sha256 for k, f in done.payload.items()}
    return found


def swept(project: Project, room: Room, store: str, asked: dict[str, Any]) -> sweep.Run:
    """Run the sweep of a study by the command line; return its run."""
    config = project.directory / f"{store}.yaml"
    config.write_text(project.text(asked, {"store": store}))
    ended = room.run("run", str(config))
    if ended.returncode not in (0, 1):  # 1: some outcomes have failed
        raise RuntimeError(ended.stderr)
    return sweep.open("last", project.directory / store)


def ends(run: sweep.Run) -> dict[str, State]:
    """Return how outcomes without estimates ended."""
    return {s.entry.name: s for s in outcome_states(run.store, run.plan) if s.status in LOST}


def compared(directory: Path, room: Room, outcomes: int, draws: int = DRAWS) -> dict[str, Any]:
    """Run both sweeps and compare."""
    project = poisoned(directory, outcomes)
    quiet, loud = (
        swept(project, room, name, study(outcomes, healthy=name == "quiet", draws=draws))
        for name in ("quiet", "loud")
    )
    first, second = published(quiet), published(loud)
    poison = layout(outcomes)
    rows = ends(loud)
    seconds = {
        name: float(sweep.runs(run.store.url)["seconds"].iloc[0])
        for name, run in (("quiet", quiet), ("poisoned", loud))
    }
    return {
        "memory limit of": room.name,
        "outcomes": outcomes,
        "poisoned": {
            name: {
                "what": kind.name,
                "true": rows[name].kind == kind.kind and kind.reason in (rows[name].reason or ""),
                **{k: getattr(rows[name], k) for k in ("status", "kind", "reason")},
            }
            for name, kind in poison.items()
        },
        "others": outcomes - len(poison),
        "others_failed": sorted(rows.keys() - poison.keys()),
        "others_equal": sum(
            first[name] == second[name] is not None for name in first if name not in poison
        ),
        "seconds": seconds,
        "ratio": round(seconds["poisoned"] / seconds["quiet"], 3),
        "ratio_without_stall": round((seconds["poisoned"] - STALL) / seconds["quiet"], 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outcomes", type=int, default=200)
    parser.add_argument("--every-room", action="store_true", help="each way to limit memory")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, rooms() as places:
        chosen = places if given.every_room else places[:1]
        found = [compared(Path(name) / room.name, room, given.outcomes) for room in chosen]
    print(json.dumps(found, indent=1))  # the product of a benchmark


if __name__ == "__main__":
    main()
