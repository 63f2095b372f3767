"""Table: the estimates of a run's outcomes, joined."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sweep.artifacts.artifact import read
from sweep.artifacts.contents import get_design
from sweep.estimates.formats import from_parquet
from sweep.estimates.table import tidy, weighed
from sweep.journal.partial import marked
from sweep.journal.states import outcome_states
from sweep.results.lineage import Lineage, lineage_of
from sweep.store import Store
from sweep.store.concurrency import together

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["estimates_of"]

ESTIMATED = ("ok", "flagged")  # states with estimates

BLOCK = 64  # outcomes whose rows are in memory as objects, before they get their types


def estimates_of(store: Store, plan: dict[str, Any]) -> "pd.DataFrame":
    """Return the table of a run: rows of every outcome, labels joined; a failed one is a row."""
    states = outcome_states(store, plan)
    return table_of(store, plan, states, lineage_of(store, estimated(plan, states)))


def estimated(plan: dict[str, Any], states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the plan's outcomes that have estimates."""
    pairs = zip(plan["outcomes"], states, strict=True)
    return [outcome for outcome, state in pairs if state["status"] in ESTIMATED]


def table_of(
    store: Store, plan: dict[str, Any], states: list[dict[str, Any]], lineage: Lineage
) -> "pd.DataFrame":
    """Return the table of a run; rows of fits that differ from the others say so."""
    import pandas as pd

    design = get_design(store, plan["design"])
    levels = design.frame.variables()
    by_name = {s["outcome"]: s for s in states}
    typed: list[pd.DataFrame] = []
    for start in range(0, len(plan["outcomes"]), BLOCK):
        block = plan["outcomes"][start : start + BLOCK]
        rows = rows_of(store, block, by_name, lineage.apart)
        typed.append(tidy(rows, list(levels), levels))
    weight = plan["config"]["study"]["survey"]["weight"]
    return marked(weighed(pd.concat(typed, ignore_index=True), weight), plan)


def rows_of(
    store: Store,
    outcomes: list[dict[str, Any]],
    states: dict[str, dict[str, Any]],
    apart: Mapping[str, str],
) -> "pd.DataFrame":
    """Return the rows of some outcomes, labels joined, with columns of any type."""
    import pandas as pd

    parts: list[pd.DataFrame] = []
    tables = tables_of(store, outcomes, states)
    for outcome in outcomes:
        state = states[outcome["outcome"]]
        names = {k: outcome[k] for k in ("outcome", "label", "brand", "metric")}
        if state["status"] in ESTIMATED:
            rows = from_parquet(tables[outcome["estimates"]])
            rows = rows.astype(dict.fromkeys(names, "object")).assign(**names)
            parts.append(flagged(rows, apart.get(outcome["outcome"])))
        elif state["status"] != "pending":
            row = {**names, "quantity": "probability", "status": state["status"]}
            parts.append(pd.DataFrame([{**row, "flag": state["reason"]}]))
    objects = [p.astype("object") for p in parts]
    return pd.concat(objects, ignore_index=True) if objects else pd.DataFrame()


def flagged(rows: "pd.DataFrame", apart: str | None) -> "pd.DataFrame":
    """Return an outcome's rows, each flagged if its fit differs from the run's others."""
    if apart is None:
        return rows
    words = f"fitted apart from the others: {apart}"
    flags = [words if missing else f"{flag}; {words}" for flag, missing in
             zip(rows["flag"], rows["flag"].isna(), strict=True)]  # fmt: skip
    return rows.assign(flag=flags)


def tables_of(
    store: Store, outcomes: list[dict[str, Any]], states: dict[str, dict[str, Any]]
) -> dict[str, bytes]:
    """Return the stored tables of those outcomes that have one, by key."""
    there = [o for o in outcomes if states[o["outcome"]]["status"] in ESTIMATED]
    keys = [o["estimates"] for o in there]
    found = together(lambda key: read(store, "estimates", key).payload["estimates.parquet"], keys)
    return dict(zip(keys, found, strict=True))
