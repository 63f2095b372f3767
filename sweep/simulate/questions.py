"""Questions: the simulated questionnaire, metrics x brands, and how often each gets a yes.

Prevalences are part of the questionnaire, not drawn: aided awareness of the largest brand is 80 %,
buying the smallest 1 %, whatever the seed and however many brands are simulated.
"""

from dataclasses import dataclass

import numpy as np

from sweep.errors import UsageError
from sweep.words.numbers import count_of

__all__ = ["BRANDS", "METRICS", "Metric", "Question", "questions"]

# Invented; the figure is the brand's size between 0 (smallest) and 1 (largest). Large and small
# brands alternate, so that the first few already span the range.
BRANDS = {
    "norvalik": 1.00,
    "talumbi": 0.00,
    "brisoway": 0.55,
    "quentaro": 0.25,
    "ferowyn": 0.80,
    "ostrelle": 0.12,
    "pellimund": 0.40,
    "zandeko": 0.92,
    "cavendro": 0.05,
    "hedrunn": 0.65,
    "lumetri": 0.32,
    "vaskebo": 0.18,
    "arbelune": 0.72,
    "drimmock": 0.48,
    "sorelkin": 0.09,
    "kestovar": 0.86,
    "myndalow": 0.22,
    "rufenzo": 0.36,
    "tobarell": 0.60,
    "ivesska": 0.15,
}


@dataclass(frozen=True)
class Metric:
    """One question asked about every brand.

    ``lowest`` and ``highest`` are the population's prevalences for the smallest and the largest
    brand, ``asked`` the share of respondents it is put to at random, and ``dont_know`` the share
    of those without a success who say that they do not know.
    """

    name: str
    lowest: float
    highest: float
    asked: float = 1.0
    dont_know: float = 0.0
    scale: bool = False


METRICS = (
    Metric("aided", 0.22, 0.80, dont_know=0.08),
    Metric("unaided", 0.015, 0.40),
    Metric("familiar", 0.08, 0.70),
    Metric("consider", 0.03, 0.58, dont_know=0.15),
    Metric("prefer", 0.01, 0.20),
    Metric("purchase", 0.01, 0.30),
    Metric("satisfaction", 0.15, 0.68, asked=0.5, scale=True),
    Metric("recommend", 0.04, 0.45, asked=0.5),
    Metric("ad_recall", 0.02, 0.35, dont_know=0.10),
    Metric("trust", 0.10, 0.66, dont_know=0.12),
)


@dataclass(frozen=True)
class Question:
    """One outcome: a metric of a brand, its prevalence, and the key of its random numbers."""

    name: str
    brand: str
    metric: Metric
    prevalence: float
    key: tuple[int, int]


def questions(brands: int = 20, metrics: int = 10) -> tuple[Question, ...]:
    """Return the outcomes, brand by brand.

    Beyond the twenty named brands the names repeat with a number, at the same sizes.

    Raises
    ------
    UsageError
        If there are no brands, or not between 1 and 10 metrics.
    """
    if brands < 1 or not 1 <= metrics <= len(METRICS):
        msg = (
            f"cannot ask {count_of(metrics, 'metric')} of {count_of(brands, 'brand')}; "
            f"allowed are 1 to {len(METRICS)} metrics of at least 1 brand"
        )
        raise UsageError(msg)
    return tuple(_question(b, m, METRICS[m]) for b in range(brands) for m in range(metrics))


def _question(brand: int, position: int, metric: Metric) -> Question:
    lap, index = divmod(brand, len(BRANDS))
    name, size = list(BRANDS.items())[index]
    if lap:
        name = f"{name}_{lap + 1}"
    low, high = (np.log(p / (1 - p)) for p in (metric.lowest, metric.highest))
    prevalence = float(1 / (1 + np.exp(-(low + (high - low) * size))))
    return Question(f"{metric.name}_{name}", name, metric, prevalence, (brand, position))
