"""Growth: how a sweep's cost grows with its outcomes and with its respondents."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sweep.bench.whole import Size, SweepFigures, run_sweep

__all__ = ["Growth", "Line", "grow"]

OUTCOME_PARTS = (8, 4, 2, 1)
RESPONDENT_PARTS = (100, 10, 1)
FEW = 10  # outcomes while respondents grow
LEAST = 500  # respondents: of fewer some question would have no answer that its rule names


@dataclass(frozen=True)
class Line:
    """A straight line through what sweeps took, by least squares: seconds of CPU.

    ``each`` is what one more costs, ``fixed`` what none would.
    """

    fixed: float
    each: float


@dataclass(frozen=True)
class Growth:
    """Sweeps of ever more outcomes, all else alike, and of ever more respondents."""

    outcomes: tuple[SweepFigures, ...]
    respondents: tuple[SweepFigures, ...]

    @property
    def by_outcome(self) -> Line | None:
        """Return what an outcome costs; None of a single size."""
        return line_of([(f.size.outcomes, f.took.cpu) for f in self.outcomes])

    @property
    def by_respondent(self) -> Line | None:
        """Return what a respondent costs; None of a single size."""
        return line_of([(f.size.respondents, f.took.cpu) for f in self.respondents])


def line_of(points: Sequence[tuple[float, float]]) -> Line | None:
    """Return the line through some points; None unless two differ in their size."""
    import numpy as np

    sizes, seconds = np.array(points, dtype=np.float64).reshape(-1, 2).T
    if len(set(sizes)) < 2:
        return None
    each, fixed = np.polyfit(sizes, seconds, 1)
    return Line(float(fixed), float(each))


def grow(
    folder: Path, largest: Size, respondents: int, seed: int, overrides: Sequence[str] = ()
) -> Growth:
    """Run sweeps of up to ``largest.outcomes`` outcomes, then of up to so many respondents."""
    many = [replace(largest, outcomes=n) for n in sizes(largest.outcomes, OUTCOME_PARTS)]
    few = replace(largest, outcomes=min(FEW, largest.outcomes))
    wide = [replace(few, respondents=n) for n in sizes(respondents, RESPONDENT_PARTS, LEAST)]
    done = dict(swept(folder, dict.fromkeys([*many, *wide]), seed, overrides))
    return Growth(tuple(done[size] for size in many), tuple(done[size] for size in wide))


def swept(
    folder: Path, wanted: Iterable[Size], seed: int, overrides: Sequence[str]
) -> Iterator[tuple[Size, SweepFigures]]:
    """Yield sizes and the figures of their sweeps, each in a folder of its own."""
    for size in wanted:
        place = folder / f"{size.outcomes}x{size.respondents}"
        place.mkdir()
        yield size, run_sweep(place, size, seed, overrides)


def sizes(largest: int, parts: Sequence[int], least: int = 1) -> list[int]:
    """Return the parts of a size, ascending, each once; at least ``least``, or all there is."""
    return sorted({min(largest, max(least, largest // part)) for part in parts})
