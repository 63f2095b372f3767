"""Report: every outcome's rows and state in one table and one report; nobody is left out."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sweep.artifacts.artifact import publish_same, read_done
from sweep.artifacts.contents import get_design
from sweep.artifacts.quarantine import read_if_sound
from sweep.artifacts.recipes import FitRecipe
from sweep.data.audit import Audit
from sweep.estimates.formats import to_csv, to_parquet
from sweep.estimates.table import shown_base
from sweep.faultpoint import faultpoint
from sweep.journal.events import append_event, read_events
from sweep.journal.partial import partial_words
from sweep.journal.run_plan import RunPlan
from sweep.journal.runs import read_plan
from sweep.journal.states import State, outcome_states
from sweep.keys import Json, digest
from sweep.model.files import STUB
from sweep.model.terms import term_name
from sweep.report import Report, render
from sweep.results.coding import questions_of
from sweep.results.lineage import Lineage, lineage_of
from sweep.results.table import entries_with_estimates, table_of
from sweep.store import NotStored, Store
from sweep.toolchain import table_writer
from sweep.words.telling import Tell, tell_nobody

__all__ = ["REPORT", "notes_of", "publish_report", "report_of", "report_payload", "report_recipe"]

REPORT = 5  # version of the template: bumped when the same results should look different


STUB_NOTE = "STUB: nothing was fitted. These numbers test the program and mean nothing."


def report_of(store: Store, plan: RunPlan, states: Sequence[State], lineage: Lineage) -> Report:
    """Return what the run's report is made of."""
    import pandas as pd

    design, least = get_design(store, plan.design), plan.study["minimum_base"]
    return Report(
        name=plan.name,
        estimates=table_of(store, plan, states, lineage),
        outcomes=pd.DataFrame([outcome_row(state, least) for state in states]),
        transform=design.summary,  # type: ignore[arg-type] # written as Transform, stored as JSON
        provenance=provenance_of(plan, lineage),  # type: ignore[arg-type]
        variables=tuple(design.frame.variables()),
        interval=plan.study["interval"],
        partial=partial_words(plan),
        notices=tuple(map(str, plan.notices)),
        questions=questions_of(store, plan),
        audit=Audit.from_json(design.summary.get("audit", [])).rows,
        labels=plan.labels,
    )


def outcome_row(state: State, minimum_base: int) -> Json:
    """Return one outcome's row of the report; ``n`` is None where it is withheld."""
    diagnostics = state.diagnostics
    tails = [diagnostics.get("ess_bulk_min"), diagnostics.get("ess_tail_min")]
    known = [t for t in tails if t is not None]
    return {
        **state.entry.names(),
        "label": state.entry.label or state.entry.wording,
        "tags": ", ".join(state.entry.tags),
        "status": state.status,
        "reason": state.reason,
        "n": shown_base(state.entry.n, minimum_base),
        "draws": state.draws,
        "r_hat": diagnostics.get("r_hat_max"),
        "ess_min": min(known) if known else None,
        "divergences": diagnostics.get("divergences"),
        "design_effect": state.checks.get("weight", {}).get("design_effect"),
        "remedies": "; ".join(state.remedies) or None,
    }


def provenance_of(plan: RunPlan, lineage: Lineage) -> Json:
    """Return what the numbers come from; ``notes`` are what a reader must know first."""
    study, recipe = plan.study, lineage.recipe
    return {
        "model": study["model"],
        "terms": [] if recipe is None else terms_in_words(recipe),
        "sampler": study["sampler"],
        "toolchain": {} if recipe is None else recipe["toolchain"],
        "interval": study["interval"],
        "minimum_base": study["minimum_base"],
        "weight": study["survey"]["weight"],
        "keys": {"design": plan.design, "model": plan.model_blob},
        "notes": [*([STUB_NOTE] if study["model"] == STUB else []), *lineage.notes()],
    }


def terms_in_words(recipe: FitRecipe) -> list[str]:
    """Return the model's terms with their priors, as a reader would write them."""
    from sweep.model.terms import Varying, from_json

    model = recipe["model"]
    if isinstance(model, str):
        return ["STUB: no model"]
    if "file" in model:
        return [f"a PyMC model, syntax tree {model['file'][:12]}"]
    words = []
    for term in from_json(model).terms:
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


def report_recipe(plan: RunPlan, states: Sequence[State], lineage: Lineage) -> Json:
    """Return the report's recipe: estimates and states in order, names, provenance.

    No time, no run. Which part of its sweep a partial run covers is in the recipe, as the page
    says it; a whole run's recipe has nothing of it.
    """
    words = partial_words(plan)

    def described(state: State) -> list[Any]:
        entry = state.entry
        names = [*entry.names().values(), entry.wording, list(entry.tags), entry.rule]
        return [*names, state.status, state.reason, entry.key, entry.counts]

    return {
        "kind": "report",
        "version": REPORT,
        "pyarrow": table_writer(),
        "name": plan.name,
        "design": plan.design,
        "outcomes": [described(state) for state in states],
        "provenance": provenance_of(plan, lineage),
        "notices": [str(notice) for notice in plan.notices],
        "labels": dict(plan.labels),
        **({} if words is None else {"partial": words}),
    }


def publish_report(store: Store, run: str, tell: Tell = tell_nobody) -> str:
    """Render the run's report, unless an equal one is stored, whole; return its key.

    The journal names it first: `sweep gc` spares what a journal names.
    """
    plan = read_plan(store, run)
    states = outcome_states(store, plan)
    lineage = lineage_of(store, entries_with_estimates(states))
    recipe = report_recipe(plan, states, lineage)
    key = digest(recipe)
    if not any(e.get("report") == key for e in read_events(store, run)):
        append_event(store, run, {"event": "report", "report": key})
        faultpoint("report.after_event")
    if read_if_sound(store, "report", key, tell=tell) is None:
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
