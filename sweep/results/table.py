"""Table: the estimates of a run's outcomes, joined."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sweep.artifacts.artifact import read
from sweep.artifacts.contents import get_design
from sweep.estimates.formats import from_parquet
from sweep.estimates.table import as_shown, tidy
from sweep.journal.entries import Entry
from sweep.journal.partial import mark_partial
from sweep.journal.run_plan import RunPlan
from sweep.journal.states import State, outcome_states
from sweep.results.lineage import Lineage, lineage_of
from sweep.store import Store
from sweep.store.concurrency import concurrently

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["estimates_of"]

BLOCK = 64  # outcomes whose rows are in memory as objects, before they get their types


def estimates_of(store: Store, plan: RunPlan) -> "pd.DataFrame":
    """Return the table of a run: rows of every outcome, labels joined; a failed one is a row."""
    states = outcome_states(store, plan)
    return table_of(store, plan, states, lineage_of(store, entries_with_estimates(states)))


def entries_with_estimates(states: Iterable[State]) -> list[Entry]:
    """Return the entries that have estimates."""
    return [state.entry for state in states if state.estimated]


def table_of(
    store: Store, plan: RunPlan, states: Sequence[State], lineage: Lineage
) -> "pd.DataFrame":
    """Return the table of a run; rows of fits that differ from the others say so."""
    import pandas as pd

    levels = get_design(store, plan.design).frame.variables()
    typed: list[pd.DataFrame] = []
    for start in range(0, len(states), BLOCK):
        rows = rows_of(store, states[start : start + BLOCK], lineage.apart)
        typed.append(tidy(rows, list(levels), levels))
    weight = plan.study["survey"]["weight"]
    return mark_partial(as_shown(pd.concat(typed, ignore_index=True), weight), plan)


def rows_of(store: Store, states: Sequence[State], apart: Mapping[str, str]) -> "pd.DataFrame":
    """Return the rows of some outcomes, labels joined, with columns of any type."""
    import pandas as pd

    parts: list[pd.DataFrame] = []
    tables = tables_of(store, entries_with_estimates(states))
    for state in states:
        names = state.entry.names()
        if state.estimated:
            rows = from_parquet(tables[state.entry.key])
            rows = rows.astype(dict.fromkeys(names, "object")).assign(**names)
            parts.append(flag_rows(rows, apart.get(state.entry.name)))
        elif state.status != "pending":
            row = {**names, "quantity": "probability", "status": state.status}
            parts.append(pd.DataFrame([{**row, "flag": state.reason}]))
    objects = [p.astype("object") for p in parts]
    return pd.concat(objects, ignore_index=True) if objects else pd.DataFrame()


def flag_rows(rows: "pd.DataFrame", apart: str | None) -> "pd.DataFrame":
    """Return an outcome's rows, each flagged if its fit differs from the run's others."""
    if apart is None:
        return rows
    words = f"fitted apart from the others: {apart}"
    flags = [words if missing else f"{flag}; {words}" for flag, missing in
             zip(rows["flag"], rows["flag"].isna(), strict=True)]  # fmt: skip
    return rows.assign(flag=flags)


def tables_of(store: Store, entries: Sequence[Entry]) -> dict[str, bytes]:
    """Return the stored tables of some entries that have one, by key."""
    keys = [entry.key for entry in entries]
    found = concurrently(
        lambda key: read(store, "estimates", key).payload["estimates.parquet"], keys
    )
    return dict(zip(keys, found, strict=True))
