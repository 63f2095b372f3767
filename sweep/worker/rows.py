"""Rows: an outcome's table, from its draws by margin and what the checks say of them."""

from sweep.estimates.encode import encode_rows
from sweep.estimates.poststratify import of_qualifiers
from sweep.estimates.rows import Shown, answers_by_margin, estimate
from sweep.worker.checks import Doubts, Subject

__all__ = ["table_of"]


def table_of(subject: Subject, doubts: Doubts, status: str, chains: int) -> bytes:
    """Return the outcome's table, as Parquet."""
    recipe, frame = subject.task.estimates, subject.design.frame
    everyone = of_qualifiers(subject.whole, frame.levels, subject.incidence)
    shown = Shown(
        outcome=subject.task.outcome,
        status=status,
        interval=recipe["interval"],
        minimum_base=recipe["minimum_base"],
        levels=frame.variables(),
        population=float(everyone.total[0]),
    )
    weighting, groups = subject.weighting, subject.groups
    answers = answers_by_margin(subject.sums, subject.design.asked, frame, groups, weighting)
    draws = subject.values.reshape(chains, -1, subject.values.shape[-1])
    rows = estimate(draws, weighting, answers, doubts.unseen, doubts.of_rows, shown)
    return encode_rows(rows, len(weighting.margins), shown.levels)
