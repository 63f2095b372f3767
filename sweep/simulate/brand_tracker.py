"""Brand tracker: survey, population, and what the simulated country really thinks.

The standard variant can be fitted by ``models/mrp.py`` exactly: whoever takes part is decided by
the predictors alone. The hard variant is misspecified on purpose, see ``opinions``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.errors import UsageError
from sweep.simulate.country import SHAPE, country
from sweep.simulate.fieldwork import Fieldwork, fieldwork
from sweep.simulate.opinions import Opinion, chance, generator, opinion, probability
from sweep.simulate.questions import Question, questions

__all__ = ["Tracker", "tracker"]

ANSWERS = 4  # the random stream of the answers, next to those of ``opinions`` and ``fieldwork``
TEXTS = np.array(["Yes", "No", "Don't know"], dtype=object)


@dataclass(frozen=True)
class Tracker:
    """A simulated survey with the population it was drawn from, and the truth.

    Attributes
    ----------
    survey
        One row per respondent: predictors, ``w``, ``interview_complete``, one column per outcome.
    population
        One row per kind of person, ``n`` adults each.
    questions
        The outcomes, in the order of the survey's columns.
    sizes
        Adults per cell of the model, shape (cells,).
    probability
        P(success) among the adults of each cell, shape (cells, outcomes).
    respondents
        Answers that count in each cell, shape (cells, outcomes): the interview is complete, the
        question was put, and no predictor is missing.
    """

    survey: pd.DataFrame
    population: pd.DataFrame
    questions: tuple[Question, ...]
    sizes: NDArray[np.int64]
    probability: NDArray[np.float64]
    respondents: NDArray[np.int64]


def tracker(
    seed: int,
    *,
    respondents: int = 20_000,
    brands: int = 20,
    metrics: int = 10,
    hard: bool = False,
) -> Tracker:
    """Simulate a tracker.

    The random numbers of an outcome come from the seed, the brand and the metric: a tracker with
    fewer brands or metrics, of the same seed and respondents, holds the same columns.

    Parameters
    ----------
    seed
        Decides who answers and what the country thinks; at least 0. The country itself is fixed.
    respondents
        Complete interviews; 2 % more are broken off.
    brands, metrics
        There are ``brands * metrics`` outcomes.
    hard
        Simulate the misspecified variant.

    Raises
    ------
    UsageError
        If the seed is negative, or there is nobody to ask or nothing to ask about.
    """
    _check_size(seed, respondents)
    return _interview(questions(brands, metrics), fieldwork(seed, respondents, hard), seed, hard)


def _interview(asked: tuple[Question, ...], people: Fieldwork, seed: int, hard: bool) -> Tracker:
    """Put all questions to all people, and note what the country thinks of each."""
    cells = int(np.prod(SHAPE))
    columns, chances, counts = {}, [], []
    for question in asked:
        truth = opinion(question, seed, hard)
        answered, columns[question.name] = _answers(question, truth, people, seed)
        chances.append(probability(truth))
        counts.append(np.bincount(people.cell[answered & people.usable], minlength=cells))
    return Tracker(
        survey=pd.concat([people.table, pd.DataFrame(columns)], axis=1),
        population=country().population,
        questions=asked,
        sizes=country().sizes,
        probability=np.stack(chances, axis=1),
        respondents=np.stack(counts, axis=1),
    )


def _check_size(seed: int, respondents: int) -> None:
    if seed < 0 or respondents < 1:
        msg = (
            f"cannot simulate seed {seed} with {respondents} respondents; "
            "a seed is at least 0, and at least 1 respondent is needed"
        )
        raise UsageError(msg)


def _answers(
    question: Question, truth: Opinion, people: Fieldwork, seed: int
) -> tuple[NDArray[np.bool_], pd.Series]:
    """Put one question: return who answered it, and the column of answers, null where not asked."""
    metric = question.metric
    rng = generator(seed, ANSWERS, *question.key)
    draw, ballot, detail = rng.random((3, len(people.cell)))
    success = draw < chance(truth, people.cell, people.engagement)
    answered = (ballot < metric.asked) & (question.key[1] < people.last)
    if metric.scale:
        points = np.where(success, 4 + (detail < 0.4), 1 + np.floor(3 * np.sqrt(detail)))
        return answered, pd.Series(points).where(answered).astype("Int64")
    code = np.where(success, 0, np.where(detail < metric.dont_know, 2, 1))
    return answered, pd.Series(TEXTS.take(code), dtype="str").where(answered)
