"""Suite: what `sweep bench` can measure, and what it has found when it is done.

No speed is told of a posterior that nobody has compared: engines are held to the reference one by
one, and of a whole sweep a few outcomes are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sweep.bench.compare import Comparison, Run, compare, planned
from sweep.bench.engines import OURS
from sweep.bench.growth import Growth, grow
from sweep.bench.machine import Machine, machine
from sweep.bench.request import carry_out
from sweep.bench.simulated import write_project
from sweep.bench.whole import Size, SweepFigures, run_sweep, spot_outcomes

__all__ = ["Bench", "Settings", "bench_config", "bench_growth", "bench_one", "bench_sweep"]


@dataclass(frozen=True)
class Settings:
    """What was asked for: engines, fits or sweeps of each, the seed, and the size of a sweep.

    ``respondents`` are those of `growth` where they grow furthest, else of the simulated survey.
    """

    engines: tuple[str, ...]
    repeats: int
    seed: int
    size: Size
    select: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bench:
    """What was measured, where, and how; sweeps are empty where their outcomes do not agree."""

    what: str
    machine: Machine
    settings: Settings
    comparisons: tuple[Comparison, ...]
    sweeps: tuple[SweepFigures, ...] = ()
    growth: Growth | None = None

    @property
    def sound(self) -> bool:
        """Return whether every engine came to its end, and to the reference's posterior."""
        return not any(c.disagree or c.failed for c in self.comparisons)


def bench_config(
    config: Path, folder: Path, settings: Settings, what: str, run: Run = carry_out
) -> Bench:
    """Compare engines on outcomes of a config: those selected, or the first; its store is unused.

    Raises as planning does, and as `compare`.
    """
    from sweep.client.verbs import read_and_plan

    here = machine()
    overrides = (*settings.overrides, f"execution.store={folder / 'store'}")
    limit = None if settings.select else 1
    _, store, made = read_and_plan(config, settings.select, overrides, limit=limit)
    tasks = planned(store, made)
    found = compare(store, tasks, settings.engines, settings.seed, settings.repeats, run)
    return Bench(what, here, settings, tuple(found))


def bench_one(folder: Path, settings: Settings, run: Run = carry_out) -> Bench:
    """Compare engines on one outcome of the simulated tracker, or on those selected."""
    size = settings.size
    config = write_project(folder, size.respondents, size.outcomes, settings.seed)
    return bench_config(config, folder, settings, "one", run)


def bench_sweep(folder: Path, settings: Settings, run: Run = carry_out) -> Bench:
    """Measure whole sweeps of the simulated tracker, once a few outcomes agree."""
    here, spots = machine(), spots_of(folder, settings, settings.size, run)
    if any(c.disagree or c.failed for c in spots):
        return Bench("sweep", here, settings, spots)
    sweeps = []
    for number in range(settings.repeats):
        place = folder / f"sweep-{number}"
        place.mkdir()
        sweeps.append(run_sweep(place, settings.size, settings.seed, settings.overrides))
    return Bench("sweep", here, settings, spots, tuple(sweeps))


def bench_growth(folder: Path, settings: Settings, run: Run = carry_out) -> Bench:
    """Measure how a sweep grows, once a few outcomes of a usual size agree."""
    usual = replace(settings.size, respondents=min(settings.size.respondents, USUAL))
    here, spots = machine(), spots_of(folder, settings, usual, run)
    if any(c.disagree or c.failed for c in spots):
        return Bench("growth", here, settings, spots)
    found = grow(folder, usual, settings.size.respondents, settings.seed, settings.overrides)
    return Bench("growth", here, settings, spots, growth=found)


USUAL = 20_000  # respondents while outcomes grow


def spots_of(folder: Path, settings: Settings, size: Size, run: Run) -> tuple[Comparison, ...]:
    """Hold a few outcomes of a sweep, as it will fit them, to the reference."""
    place = folder / "spots"
    place.mkdir()
    config = write_project(place, size.respondents, size.outcomes, settings.seed)
    names = spot_outcomes(names_in(config, place, size.outcomes))
    spot = replace(settings, engines=(OURS,), repeats=1, select=tuple(names))
    return bench_config(config, place, spot, "spots", run).comparisons


def names_in(config: Path, folder: Path, outcomes: int) -> Sequence[str]:
    """Return the names of the outcomes that a sweep of so many has."""
    from sweep.client.verbs import read_and_plan

    store = f"execution.store={folder / 'store'}"
    _, _, made = read_and_plan(config, (), (store,), limit=outcomes)
    return [entry.name for entry in made.entries]
