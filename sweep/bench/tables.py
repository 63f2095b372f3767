"""Tables: what was measured, as rows for a terminal and a page."""

from collections.abc import Iterator, Sequence
from statistics import median

from sweep.bench.agreement import CONVERGED
from sweep.bench.compare import Comparison
from sweep.bench.engines import OURS
from sweep.bench.growth import Growth, Line
from sweep.bench.score import Score
from sweep.bench.whole import SweepFigures
from sweep.keys import Json
from sweep.words.numbers import count_of

__all__ = [
    "SIZES",
    "columns_of",
    "comparison_rows",
    "growth_lines",
    "heading",
    "remarks",
    "size_rows",
    "sweep_rows",
]

COLUMNS = (
    *("engine", "ESS/CPU-s", "compiled too", "ours x", "compiled too x"),
    *("CPU s", "compile s", "draws", "ESS", "z rms", "z max", "R-hat", "MB"),
)
SIZES = (
    *("outcomes", "respondents", "wall s", "CPU s", "CPU s/outcome", "MB", "processes"),
    *("ok", "flagged", "failed"),
)


def short(value: float | None, digits: int = 3) -> float | None:
    """Return a figure with as many digits as mean something."""
    return None if value is None else float(f"{value:.{digits}g}")


def heading(found: Comparison) -> str:
    """Return what was compared, in a line."""
    answers = count_of(found.respondents, "answer")
    return f"{found.outcome}: {answers}, {count_of(found.estimates, 'published estimate')}"


def comparison_rows(found: Comparison) -> list[Json]:
    """Return a row per engine that came to its end; speeds only where it agrees."""
    return [score_row(found, score) for score in found.scores]


def columns_of(found: Comparison) -> list[str]:
    """Return the columns in which some engine has a figure."""
    rows = comparison_rows(found)
    return [c for c in COLUMNS if any(row.get(c) is not None for row in rows)]


def score_row(found: Comparison, score: Score) -> Json:
    """Return one engine's row."""
    agreement, speed = score.agreement, score.speed
    row: Json = {
        "engine": score.engine,
        "draws": score.draws,
        "z rms": round(agreement.rms, 2),
        "z max": round(agreement.largest, 1),
        "R-hat": f"{score.r_hat:.3f}",
        "MB": round(score.peak_mb),
    }
    if speed is None:
        return {**row, "ESS/CPU-s": "disagrees"}
    own = score.engine == OURS
    return {
        **row,
        "ESS": round(speed.ess),
        "CPU s": short(speed.cpu),
        "compile s": round(speed.compile, 2),
        "ESS/CPU-s": short(speed.per_cpu),
        "compiled too": short(speed.per_cpu_compiled),
        "ours x": None if own else short(found.ratio(score, compiled=False)),
        "compiled too x": None if own else short(found.ratio(score, compiled=True)),
    }


def remarks(found: Comparison) -> Iterator[str]:
    """Yield what is to be said below the table: who is absent, broke off or disagrees."""
    yield from (f"{name}: absent, {reason}" for name, reason in found.absent.items())
    yield from found.failed.values()
    yield from (disagreement(score) for score in found.disagree)


def disagreement(score: Score) -> str:
    """Return in words how an engine's posterior is another one."""
    a = score.agreement
    if a.r_hat_reference > CONVERGED:
        why = f"its R-hat is {a.r_hat_reference:.3f}, at most {CONVERGED} would do"
        return f"{score.engine}: the reference itself has not converged, {why}"
    return (
        f"{score.engine} disagrees with the reference, so its speed means nothing: z of means "
        f"{a.rms:.2f} rms (at most {a.rms_limit:.2f}) and {a.largest:.1f} (at most "
        f"{a.max_limit:.1f}), of variances {a.rms_variance:.2f} ({a.rms_limit_variance:.2f}) and "
        f"{a.largest_variance:.1f} ({a.max_limit:.1f}); furthest is {score.worst}"
    )


def sweep_rows(sweeps: Sequence[SweepFigures]) -> list[Json]:
    """Return the figures of a sweep, a row each; medians where it was repeated."""
    size, ess, counts = sweeps[0].size, sweeps[0].ess, sweeps[0].counts
    memory = [s.took.peak_mb for s in sweeps if s.took.peak_mb is not None]
    fits = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    covered = sweeps[0].coverage
    facts = {
        "outcomes": size.outcomes,
        "respondents": size.respondents,
        "workers": "one a core" if size.workers is None else size.workers,
        "sweeps measured": len(sweeps),
        "wall, config to report": f"{median(s.took.wall for s in sweeps):.1f} s",
        "CPU of all processes": f"{median(s.took.cpu for s in sweeps):.1f} s",
        "CPU per outcome": f"{median(s.cpu_per_outcome for s in sweeps):.3f} s",
        "memory of all processes": f"{max(memory):,.0f} MB" if memory else "unknown",
        "fits": fits,
        f"bulk ESS at least {ess.target:,}": f"{ess.reach_target:.1%} of outcomes",
        f"bulk ESS at least {0.8 * ess.target:,.0f}": f"{ess.reach_most:.1%} of outcomes",
        "tail ESS at least 400": f"{ess.reach_tail:.1%} of outcomes",
        "least ESS, bulk and tail": f"{ess.least_bulk:,.0f} and {ess.least_tail:,.0f}",
        "truths in their 90 % intervals": "none known" if covered is None else f"{covered:.1%}",
    }
    return [{"figure": name, "value": str(value)} for name, value in facts.items()]


def size_rows(sweeps: Sequence[SweepFigures]) -> list[Json]:
    """Return a row per size of a sweep."""
    return [
        {
            "outcomes": s.size.outcomes,
            "respondents": s.size.respondents,
            "wall s": short(s.took.wall),
            "CPU s": short(s.took.cpu),
            "CPU s/outcome": short(s.cpu_per_outcome),
            "MB": None if s.took.peak_mb is None else round(s.took.peak_mb),
            "processes": s.took.processes,
            **{state: s.counts.get(state, 0) for state in ("ok", "flagged", "failed")},
        }
        for s in sweeps
    ]


def growth_lines(found: Growth) -> list[str]:
    """Return the straight lines through what was measured, in words."""
    told = []
    for line, one, scale in (
        (found.by_outcome, "outcome", 1),
        (found.by_respondent, "100,000 respondents", 100_000),
    ):
        if isinstance(line, Line):
            each = scale * line.each
            told.append(f"one more {one}: {each:.2f} CPU-s; {line.fixed:.1f} CPU-s whatever it is")
    return told
