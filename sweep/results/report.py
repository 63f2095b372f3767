"""Join: every outcome's rows and state in one table and one report; nobody is left out."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sweep.artifacts.artifact import publish_same, read_done
from sweep.artifacts.contents import get_design
from sweep.artifacts.quarantine import Tell, unheard, whole
from sweep.estimates.formats import to_csv, to_parquet
from sweep.faultpoint import faultpoint
from sweep.journal.events import append_event, read_events
from sweep.journal.runs import read_plan
from sweep.journal.states import outcome_states
from sweep.keys import digest
from sweep.model.files import STUB
from sweep.model.terms import term_name
from sweep.report import Report, render
from sweep.results.lineage import Lineage, lineage_of
from sweep.results.table import estimated, table_of
from sweep.store import NotStored, Store

if TYPE_CHECKING:
    pass

__all__ = ["REPORT", "notes_of", "publish_report", "report_of", "report_payload"]

REPORT = 2  # version of the template: bumped when the same results should look different


STUB_NOTE = "STUB: nothing was fitted. These numbers test the program and mean nothing."


def report_of(
    store: Store, plan: dict[str, Any], states: list[dict[str, Any]], lineage: Lineage
) -> Report:
    """Return what the run's report is made of."""
    import pandas as pd

    design = get_design(store, plan["design"])
    rows = [outcome_row(s, o) for s, o in zip(states, plan["outcomes"], strict=True)]
    return Report(
        name=plan["name"],
        estimates=table_of(store, plan, states, lineage),
        outcomes=pd.DataFrame(rows),
        transform=design.summary,  # type: ignore[arg-type] # written as Transform, stored as JSON
        provenance=provenance_of(plan, lineage),  # type: ignore[arg-type]
        variables=tuple(design.frame.variables()),
        interval=plan["config"]["study"]["interval"],
    )


def outcome_row(state: dict[str, Any], outcome: dict[str, Any]) -> dict[str, Any]:
    """Return one outcome's row of the report."""
    diagnostics = state.get("diagnostics", {})
    tails = [diagnostics.get("ess_bulk_min"), diagnostics.get("ess_tail_min")]
    known = [t for t in tails if t is not None]
    return {
        **{k: state[k] for k in ("outcome", "label", "brand", "metric")},
        "tags": ", ".join(state["tags"]),
        "status": state["status"],
        "reason": state["reason"],
        "n": int(outcome["n"]),
        "draws": state.get("draws"),
        "r_hat": diagnostics.get("r_hat_max"),
        "ess_min": min(known) if known else None,
        "divergences": diagnostics.get("divergences"),
        "remedies": "; ".join(state.get("remedies", [])) or None,
    }


def provenance_of(plan: dict[str, Any], lineage: Lineage) -> dict[str, Any]:
    """Return what the numbers come from; ``notes`` are what a reader must know first."""
    study, recipe = plan["config"]["study"], lineage.recipe
    return {
        "model": study["model"],
        "terms": [] if recipe is None else terms_in_words(recipe),
        "sampler": study["sampler"],
        "toolchain": {} if recipe is None else recipe["toolchain"],
        "interval": study["interval"],
        "minimum_base": study["minimum_base"],
        "weight": study["survey"]["weight"],
        "keys": {"design": plan["design"], "model": plan["model_blob"]},
        "notes": [*([STUB_NOTE] if study["model"] == STUB else []), *lineage.notes()],
    }


def terms_in_words(recipe: Mapping[str, Any]) -> list[str]:
    """Return the model's terms with their priors, as a reader would write them."""
    from sweep.model.terms import Varying, from_json

    if recipe["model"] == STUB:
        return ["STUB: no model"]
    if "file" in recipe["model"]:
        return [f"a PyMC model, syntax tree {recipe['model']['file'][:12]}"]
    words = []
    for term in from_json(recipe["model"]).terms:
        if isinstance(term, Varying):
            words.append(f"{term_name(term)}: varying, sd ~ HalfNormal({term.scale:g})")
        else:
            words.append(f"{term_name(term)} ~ Normal(0, {term.sd:g})")
    return words


def report_payload(report: Report) -> dict[str, bytes]:
    """Return the report's three files."""
    return {
        "report.html": render(report).encode(),
        "estimates.parquet": to_parquet(report.estimates),
        "estimates.csv": to_csv(report.estimates),
    }


def report_recipe(
    plan: dict[str, Any], states: list[dict[str, Any]], lineage: Lineage
) -> dict[str, Any]:
    """Return the report's recipe: estimates and states in order, names, provenance.

    No time, no run.
    """
    described = ("outcome", "label", "brand", "metric", "tags", "status", "reason")
    return {
        "kind": "report",
        "version": REPORT,
        "name": plan["name"],
        "design": plan["design"],
        "outcomes": [[s[k] for k in described] + [o["estimates"]]
                     for s, o in zip(states, plan["outcomes"], strict=True)],
        "provenance": provenance_of(plan, lineage),
    }  # fmt: skip


def publish_report(store: Store, run: str, tell: Tell = unheard) -> str:
    """Render the run's report, unless an equal one is stored, whole; return its key.

    The journal names it first: `sweep gc` spares what a journal names.
    """
    plan = read_plan(store, run)
    states = outcome_states(store, plan)
    lineage = lineage_of(store, estimated(plan, states))
    recipe = report_recipe(plan, states, lineage)
    key = digest(recipe)
    if not any(e.get("report") == key for e in read_events(store, run)):
        append_event(store, run, {"event": "report", "report": key})
        faultpoint("report.after_event")
    if whole(store, "report", key, tell=tell) is None:
        payload = report_payload(report_of(store, plan, states, lineage))
        faultpoint("report.after_render")
        publish_same(store, "report", recipe, payload)
        faultpoint("report.after_publish")
    return key


def notes_of(store: Store, run: str) -> list[str]:
    """Return what the newest report of a run says first; nothing if it has none."""
    keys = [event["report"] for event in read_events(store, run) if event["event"] == "report"]
    for key in reversed(keys):
        with suppress(NotStored):  # the journal names a report before it is stored
            return list(read_done(store, "report", key).recipe["provenance"]["notes"])
    return []
