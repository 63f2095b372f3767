"""Fits: what became of every outcome of a run, one row each, with the diagnostics of its fit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweep.estimates.table import shown_base
from sweep.journal.partial import mark_partial
from sweep.journal.run_plan import RunPlan
from sweep.journal.states import State
from sweep.keys import Json
from sweep.words.numbers import count_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["failures_in_words", "fits_of"]

FIT_COLUMNS = (
    *("outcome", "label", "brand", "metric", "tags", "status", "reason", "n", "draws", "r_hat"),
    *("ess_bulk", "ess_tail", "divergences", "weight_z", "design_effect", "remedies", "seconds"),
)
INTEGERS = ("n", "draws", "divergences")
NUMBERS = ("r_hat", "ess_bulk", "ess_tail", "weight_z", "design_effect", "seconds")


def fits_of(plan: RunPlan, states: Sequence[State]) -> "pd.DataFrame":
    """Return one row per outcome: state, reason, base, diagnostics, remedies and seconds."""
    import pandas as pd

    least = plan.study["minimum_base"]
    rows = [fit_row(state, least) for state in states]
    frame = pd.DataFrame(rows, columns=list(FIT_COLUMNS))
    kinds = dict.fromkeys(INTEGERS, "Int64") | dict.fromkeys(NUMBERS, "float64")
    return mark_partial(frame.astype(kinds), plan)


def fit_row(state: State, minimum_base: int) -> Json:
    """Return one outcome's row of `Run.fits`; ``n`` is None where it is withheld."""
    diagnostics, weight = state.diagnostics, state.checks.get("weight", {})
    return {
        **state.entry.names(),
        "status": state.status,
        "reason": state.reason,
        "tags": ", ".join(state.entry.tags),
        "n": shown_base(state.entry.n, minimum_base),
        "draws": state.draws,
        "r_hat": diagnostics.get("r_hat_max"),
        "ess_bulk": diagnostics.get("ess_bulk_min"),
        "ess_tail": diagnostics.get("ess_tail_min"),
        "divergences": diagnostics.get("divergences"),
        "weight_z": weight.get("z"),
        "design_effect": weight.get("design_effect"),
        "remedies": "; ".join(state.remedies) or None,
        "seconds": state.seconds,
    }


def failures_in_words(run: str, lost: "pd.DataFrame", outcomes: int) -> str:
    """Return how many of a run's outcomes failed, with the first reasons."""
    rows = lost.head(10)[["outcome", "status", "reason"]].itertuples(index=False)
    shown = "".join(f"\n  {r.outcome}: {r.status}: {r.reason}" for r in rows)
    more = f"\n  and {len(lost) - 10} more" if len(lost) > 10 else ""
    return f"run {run}: {len(lost)} of {count_of(outcomes, 'outcome')} failed{shown}{more}"
