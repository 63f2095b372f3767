"""Rows: an outcome's table, from its draws by margin and what the checks say of them."""

import pandas as pd

from sweep.config import Group
from sweep.estimates.poststratify import of_qualifiers
from sweep.estimates.rows import Shown, answers_by_margin, estimate
from sweep.estimates.weighting import weighting_of
from sweep.worker.checks import Doubts, Subject

__all__ = ["rows_of"]


def rows_of(subject: Subject, doubts: Doubts, status: str, chains: int) -> pd.DataFrame:
    """Return the outcome's table."""
    recipe, frame = subject.task.estimates, subject.design.frame
    everyone = of_qualifiers(weighting_of(frame, [Group()]), frame.levels, subject.incidence)
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
    return estimate(draws, weighting, answers, doubts.unseen, doubts.of_rows, shown)
