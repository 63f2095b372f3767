"""Table: the estimates of a run's outcomes, joined."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sweep.artifacts.artifact import read
from sweep.artifacts.contents import get_design
from sweep.estimates.formats import plain_table
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
    import pyarrow as pa


__all__ = ["estimates_of"]

BLOCK = 64  # outcomes whose rows get their types together: Parquet's bytes follow the blocks


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
        typed.append(tidy(rows.to_pandas(), list(levels), levels))
    weight = plan.study["survey"]["weight"]
    return mark_partial(as_shown(pd.concat(typed, ignore_index=True), weight), plan)


def rows_of(store: Store, states: Sequence[State], apart: Mapping[str, str]) -> "pa.Table":
    """Return the rows of some outcomes, labels joined, with columns of any type."""
    import pyarrow as pa

    tables = tables_of(store, entries_with_estimates(states))
    parts: list[pa.Table] = []
    names: list[Mapping[str, str | None]] = []
    for state in states:
        if state.estimated:
            rows = plain_table(tables[state.entry.key])
            parts.append(flag_rows(rows, apart.get(state.entry.name)))
        elif state.status != "pending":
            parts.append(row_of_failed(state))
        else:
            continue
        names.append(state.entry.names())
    if not parts:
        return pa.table({})
    joined = pa.concat_tables(parts, promote_options="permissive").combine_chunks()
    return with_names(joined, names, [len(part) for part in parts])


def row_of_failed(state: State) -> "pa.Table":
    """Return the one row of an outcome without estimates: no group, no numbers, a reason."""
    import pyarrow as pa

    row = {"quantity": "probability", "status": state.status, "flag": state.reason}
    return pa.table({name: pa.array([value], pa.large_string()) for name, value in row.items()})


def with_names(
    rows: "pa.Table", names: Sequence[Mapping[str, str | None]], lengths: Sequence[int]
) -> "pa.Table":
    """Return rows with what readers call their outcomes; each has so many rows, in this order."""
    import numpy as np
    import pyarrow as pa

    of = np.repeat(np.arange(len(names)), lengths)
    for name in names[0]:
        column = pa.array([n[name] for n in names], pa.large_string()).take(pa.array(of))
        place = rows.schema.get_field_index(name)
        rows = (
            rows.append_column(name, column) if place < 0 else rows.set_column(place, name, column)
        )
    return rows


def flag_rows(rows: "pa.Table", apart: str | None) -> "pa.Table":
    """Return an outcome's rows, each flagged if its fit differs from the run's others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if apart is None:
        return rows
    text = pa.large_string()
    words, between = (
        pa.scalar(f"fitted apart from the others: {apart}", text),
        pa.scalar("; ", text),
    )
    before = rows["flag"].cast(text)
    flags = pc.binary_join_element_wise(before, words, between, null_handling="skip")
    return rows.set_column(rows.schema.get_field_index("flag"), "flag", flags)


def tables_of(store: Store, entries: Sequence[Entry]) -> dict[str, bytes]:
    """Return the stored tables of some entries that have one, by key."""
    keys = [entry.key for entry in entries]
    found = concurrently(
        lambda key: read(store, "estimates", key).payload["estimates.parquet"], keys
    )
    return dict(zip(keys, found, strict=True))
