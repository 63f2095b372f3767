"""Score: an engine's speed, in effective draws of what is published per second of CPU.

There is none unless the engine agrees with the reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from sweep.bench.agreement import Agreement, agreement_of
from sweep.bench.request import Answer
from sweep.diagnostics.chains import ChainSummary, summarise_chains

__all__ = ["Score", "Speed", "score_of"]


@dataclass(frozen=True)
class Speed:
    """Medians over repeats; ESS is the least of bulk and tail over the published estimates.

    ``per_cpu`` is ESS per second of CPU that sampling took, ``per_cpu_compiled`` with compilation.
    """

    ess: float
    ess_bulk: float
    ess_tail: float
    cpu: float
    wall: float
    compile: float
    imports: float
    per_cpu: float
    per_cpu_compiled: float


@dataclass(frozen=True)
class Score:
    """One engine on one outcome; ``speed`` is None where it does not agree.

    ``draws`` are those of a repeat, all chains together; ``worst`` names the estimate whose mean is
    furthest from the reference's.
    """

    engine: str
    outcome: str
    draws: int
    r_hat: float
    peak_mb: float
    agreement: Agreement
    worst: str
    speed: Speed | None


def score_of(answer: Answer, reference: NDArray[np.float64], allowed: float = 0.0) -> Score:
    """Judge an engine by the reference's draws (chain, draw, margin), and time it if it agrees.

    Of several repeats the one furthest away decides; ``allowed`` as in `agreement_of`.
    """
    found = [agreement_of(values, reference, allowed) for values in answer.values]
    worst = max(found, key=lambda a: (not a.holds, a.rms / a.rms_limit if a.rms_limit else a.rms))
    summaries = [summarise_chains(values) for values in answer.values]
    return Score(
        engine=answer.engine,
        outcome=answer.outcome,
        draws=round(median(s.chains * s.draws for s in summaries)),
        r_hat=max(float(s.r_hat.max()) for s in summaries),
        peak_mb=answer.peak_mb,
        agreement=worst,
        worst=answer.margins[worst.worst],
        speed=speed_of(answer, summaries) if worst.holds else None,
    )


def speed_of(answer: Answer, summaries: Sequence[ChainSummary]) -> Speed:
    """Return an engine's speed."""
    ess = [float(s.ess_min.min()) for s in summaries]
    pairs = list(zip(ess, answer.cpu, strict=True))
    return Speed(
        ess=median(ess),
        ess_bulk=median(float(s.ess_bulk.min()) for s in summaries),
        ess_tail=median(float(s.ess_tail.min()) for s in summaries),
        cpu=median(answer.cpu),
        wall=median(answer.wall),
        compile=answer.compile,
        imports=answer.imports,
        per_cpu=median(size / cpu for size, cpu in pairs),
        per_cpu_compiled=median(size / (cpu + answer.compile) for size, cpu in pairs),
    )
