"""Checks: what a worker looks at beside a fit's chains: the model's answers, the weight, the rows.

The stub is no model, and its answers are not checked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sweep.artifacts.recipes import TaskMeta
from sweep.artifacts.tasks import Task
from sweep.config import Group
from sweep.data.counts import Sums, counts_of, weights_of
from sweep.data.design import Design
from sweep.estimates.answered import probability_blocks
from sweep.estimates.checks import Total, check_answers, check_weight
from sweep.estimates.poststratify import Probabilities, poststratify
from sweep.estimates.support import outside_the_model, support_flags, unseen_shares
from sweep.estimates.weighting import Margin, Weighting
from sweep.inference.checkpoints import Draws
from sweep.keys import Json
from sweep.model.files import STUB
from sweep.model.terms import Contrast, Covariate, Varying, from_json

__all__ = ["Doubts", "Subject", "doubts_of", "with_doubts"]

MOST_DRAWS = 200  # that a check looks at: its verdict is about answers, which are fewer digits

TOTAL = Margin(None, {})


@dataclass(frozen=True)
class Subject:
    """What is checked: an outcome's task, answers, rows and their draws (draw, margin).

    ``incidence`` says who qualifies, if not everybody does; ``weighting`` is then of those.
    ``whole`` is the weighting of the total of everybody.
    """

    task: Task
    design: Design
    sums: Sums
    groups: Sequence[Group]
    weighting: Weighting
    values: NDArray[np.float64]
    whole: Weighting
    incidence: Probabilities | None = None


@dataclass(frozen=True)
class Doubts:
    """What the checks found: reasons to flag the outcome, those of each row, and the figures.

    ``unseen`` (margin,) is each row's share of people in cells nobody answered from.
    """

    reasons: list[str]
    of_rows: list[list[str]]
    unseen: NDArray[np.float64]
    figures: Json


def doubts_of(subject: Subject, model: Callable[[Draws], Probabilities], draws: Draws) -> Doubts:
    """Return what there is to doubt of an outcome's estimates.

    ``model`` turns draws into a function from cells to their probabilities.
    """
    levels = subject.design.levels
    counts = counts_of(subject.sums, levels)
    inside = modelled(subject.task, list(levels))
    seen = replace(counts, index=subject.design.frame.as_estimated(counts.index))
    unseen = unseen_shares(subject.weighting, seen)
    outside = outside_the_model(subject.design.frame, inside)
    rows = support_flags(subject.weighting, subject.groups, outside, unseen)
    least = subject.task.estimates["minimum_base"]
    if subject.task.fit["model"] == STUB or counts.n.sum() < least:
        return Doubts([], rows, unseen, {})
    few = probability_blocks(counts, model(some_draws(draws)))
    answers = check_answers(counts, levels, few, least)
    reasons, figures = answers.reasons(), {"answers": answers.as_json()}
    found = [answers.row_flags(subject.weighting.margins)]
    if (sums := weights_of(subject.sums)) is not None:
        weight = check_weight(counts, sums, inside, few, total_of(subject, model, draws))
        reasons, figures = [*reasons, *weight.reasons()], {**figures, "weight": weight.as_json()}
        found.append(weight.row_flags(subject.weighting.margins))
    of_rows = [[flag for flags in row for flag in flags] for row in zip(rows, *found, strict=True)]
    return Doubts(reasons, of_rows, unseen, figures)


def with_doubts(fit: TaskMeta, doubts: Doubts) -> TaskMeta:
    """Return what a fit says of itself, with the checks' objections among its reasons."""
    checks: TaskMeta = {**fit, "reasons": [*fit["reasons"], *doubts.reasons]}
    if doubts.reasons:
        checks["status"] = "flagged"
    if doubts.figures:
        checks["checks"] = doubts.figures
    return checks


def modelled(task: Task, predictors: list[str]) -> set[str]:
    """Return the predictors in a task's model: of its terms, or all that a PyMC model is given."""
    model = task.fit["model"]
    if isinstance(model, str) or "file" in model:
        return set(predictors)
    used: set[str] = set()
    for term in from_json(model).terms:
        if isinstance(term, Varying):
            used |= set(term.predictors)
        elif isinstance(term, Contrast | Covariate):
            used.add(term.predictor)
    return used


def total_of(subject: Subject, model: Callable[[Draws], Probabilities], draws: Draws) -> Total:
    """Return the total by the weighted answers and by the model, whether or not it is a row."""
    if TOTAL in subject.weighting.margins:
        values = subject.values[:, subject.weighting.margins.index(TOTAL)]
    else:
        who = subject.incidence
        values = poststratify(subject.whole, subject.design.levels, model(draws), who)[:, 0]
    weighted = float(subject.sums.wy.sum() / subject.sums.w.sum())
    return Total(weighted, float(values.mean()), float(values.std()))


def some_draws(draws: Draws) -> Draws:
    """Return at most `MOST_DRAWS` draws of all chains together, evenly spread."""
    chains, length = next(iter(draws.values())).shape[:2]
    step = -(-chains * length // MOST_DRAWS)
    return {name: values[:, ::step] for name, values in draws.items()}
