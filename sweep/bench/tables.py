"""Tables: what a comparison found, as rows for a terminal and a page."""

from collections.abc import Iterator

from sweep.bench.compare import Comparison
from sweep.bench.engines import ENGINES, OURS
from sweep.bench.score import Score
from sweep.keys import Json

__all__ = ["COLUMNS", "comparison_json", "comparison_rows", "disagreement", "heading"]

COLUMNS = (
    *("engine", "draws", "ESS", "CPU s", "compile s", "ESS/CPU-s", "with compile"),
    *("ours x", "with compile x", "z rms", "z max", "R-hat", "MB"),
)


def heading(found: Comparison) -> str:
    """Return what was compared, in a line."""
    return (
        f"{found.outcome}: {found.respondents:,} answers, {found.estimates} published estimates"
    )


def comparison_rows(found: Comparison) -> list[Json]:
    """Return a row per engine that came to its end; speeds only where it agrees."""
    return [score_row(found, score) for score in found.scores]


def score_row(found: Comparison, score: Score) -> Json:
    """Return one engine's row."""
    agreement = score.agreement
    row: Json = {
        "engine": score.engine,
        "draws": score.draws,
        "z rms": round(agreement.rms, 2),
        "z max": round(agreement.largest, 1),
        "R-hat": round(score.r_hat, 3),
        "MB": round(score.peak_mb),
    }
    speed = score.speed
    if speed is None:
        return {**row, "ESS/CPU-s": "disagrees"}
    own = score.engine == OURS  # warm machine code is every fit's, whatever the model
    times = None if own else found.ratio(score, compiled=False)
    return {
        **row,
        "ESS": round(speed.ess),
        "CPU s": float(f"{speed.cpu:.3g}"),
        "compile s": float(f"{speed.compile:.3g}"),
        "ESS/CPU-s": float(f"{speed.per_cpu:.3g}"),
        "with compile": float(f"{speed.per_cpu_compiled:.3g}"),
        "ours x": times,
        "with compile x": None if own else found.ratio(score, compiled=True),
    }


def remarks(found: Comparison) -> Iterator[str]:
    """Yield what is to be said below the table: who is absent, failed or disagrees."""
    yield from (f"{name}: absent, {reason}" for name, reason in found.absent.items())
    yield from found.failed.values()
    yield from (disagreement(score) for score in found.disagree)


def disagreement(score: Score) -> str:
    """Return in words how an engine's posterior is another one."""
    a = score.agreement
    if a.r_hat_reference > 1.05:
        return f"{score.engine}: nothing to hold it to, the reference's R-hat is {a.r_hat_reference:.3f}"
    return (
        f"{score.engine} disagrees with the reference, so that its speed means nothing: z of means "
        f"{a.rms:.2f} rms (at most {a.rms_limit:.2f}), {a.largest:.1f} at most (limit "
        f"{a.max_limit:.1f}), of variances {a.rms_variance:.2f} ({a.rms_limit_variance:.2f}) and "
        f"{a.largest_variance:.1f}; furthest is {score.worst}"
    )


def comparison_json(found: Comparison) -> Json:
    """Return all figures of a comparison."""
    from dataclasses import asdict

    engines = [
        {
            "words": ENGINES[s.engine].words,
            **asdict(s),
            "agrees": s.agreement.holds,
            "ours_times": found.ratio(s, compiled=False),
            "ours_times_compiled": found.ratio(s, compiled=True),
        }
        for s in found.scores
    ]
    return {
        "outcome": found.outcome,
        "respondents": found.respondents,
        "estimates": found.estimates,
        "engines": engines,
        "absent": dict(found.absent),
        "failed": dict(found.failed),
    }
