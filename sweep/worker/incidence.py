"""Incidence: who qualifies, as the estimates of those who do need it."""

from dataclasses import dataclass

from sweep.artifacts.recipes import TaskMeta
from sweep.estimates.poststratify import Probabilities

__all__ = ["Incidence"]


@dataclass(frozen=True)
class Incidence:
    """Who qualifies: draws of each cell's probability to, and what its fit says of itself."""

    probabilities: Probabilities
    meta: TaskMeta

    def judge(self, meta: TaskMeta) -> TaskMeta:
        """Return what a fit among those who qualify says of itself: no better than theirs."""
        if self.meta["status"] == "ok":
            return meta
        more = [f"who qualifies ({self.meta['outcome']}): {r}" for r in self.meta["reasons"]]
        return {**meta, "status": self.meta["status"], "reasons": [*meta["reasons"], *more]}
