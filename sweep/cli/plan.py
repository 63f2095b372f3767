"""Own the verbs that look before anything is fitted: check and plan."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweep.cli.options import Config, Format, Limit, Printed, Sample, Select, Set

if TYPE_CHECKING:
    from sweep.config import SweepConfig
    from sweep.planning.plan import Plan
    from sweep.store import Store

__all__ = ["check", "plan"]

SHOWN = 20  # outcomes in a plan's table, unless all are asked for
ACTIONS = ("taken", "estimate", "fit", "failed")


def check(
    config: Config,
    overrides: Set,
    sample: Sample = None,
    form: Printed = Format.table,
) -> None:
    """Validate config and data, and count: no model is fitted."""
    from sweep.cli.output import print_json, print_lines
    from sweep.client.verbs import planned

    read, _, made = planned(config, (), overrides, sample)
    facts = checked(read, made)
    if form is Format.json:
        print_json(facts)
    else:
        print_lines(check_lines(facts))


def checked(config: "SweepConfig", made: "Plan") -> dict[str, Any]:
    """Return what a check found."""
    from sweep.journal.partial import partial_words

    outcomes = made.record["outcomes"]
    return {
        "name": config.name,
        "model": config.study.model,
        "route": made.file.route,
        **made.prepared.design.summary,
        "outcomes": len(outcomes),
        "partial": partial_words(made.record),
        "nobody_asked": [o["outcome"] for o in outcomes if o["n"] == 0],
        "actions": actions_of(made),
    }


def check_lines(facts: dict[str, Any]) -> list[str]:
    """Return a check's findings in words."""
    survey, population = facts["survey"], facts["population"]
    lines = [f"{facts['name']}: config and data are sound"]
    lines += [] if facts["partial"] is None else [f"partial       {facts['partial']}"]
    lines.append(f"respondents   {survey['read']:,} read, {survey['kept']:,} kept")
    lines += [f"              {d['count']:,} dropped: {d['reason']}" for d in survey["dropped"]]
    lines.append(f"population    {population['size']:,.0f} people in {population['kept']:,} rows")
    lines += [f"              {d['count']:,} dropped: {d['reason']}" for d in population["dropped"]]
    lines.append(
        f"cells         {facts['cells']:,} in the population, {facts['occupied']:,} answered from"
    )
    levels = ", ".join(f"{k} ({len(v)})" for k, v in facts["predictors"].items())
    lines.append(f"predictors    {levels}")
    lines.append(f"model         {facts['model']} ({facts['route']} route)")
    lines.append(f"outcomes      {facts['outcomes']:,}: {action_words(facts['actions'])}")
    lines += [f"              nobody was asked: {name}" for name in facts["nobody_asked"]]
    return lines


def plan(  # noqa: PLR0913, PLR0917 # one parameter per option
    config: Config,
    select: Select,
    overrides: Set,
    sample: Sample = None,
    limit: Limit = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Count remembered failures as to be fitted.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="List every outcome.")] = False,
    form: Printed = Format.table,
) -> None:
    """Show what a run would fit, and what the store already holds."""
    from sweep.cli.output import print_json, print_lines
    from sweep.cli.summary import say
    from sweep.client.verbs import planned

    read, store, made = planned(config, select, overrides, sample, limit, retry_failed)
    for message in made.mended:
        say(message)
    facts = plan_facts(read, store, made)
    if form is Format.json:
        print_json(facts)
    else:
        print_lines(plan_lines(facts, None if verbose else SHOWN))


def plan_facts(config: "SweepConfig", store: "Store", made: "Plan") -> dict[str, Any]:
    """Return what a run would do, and what it would cost."""
    from sweep.backends.pool import cores
    from sweep.journal.partial import partial_words
    from sweep.planning.forecast import forecast

    execution = config.execution
    workers = cores() if execution.workers == "auto" else execution.workers
    actions = actions_of(made)
    cost = forecast(store, made)
    described = ("outcome", "label", "brand", "metric", "tags", "n", "action")
    return {
        "name": config.name,
        "store": store.url,
        "partial": partial_words(made.record),
        "actions": actions,
        "workers": workers,
        "seconds_per_fit": cost.seconds_per_fit,
        "fits_measured": cost.fits_measured,
        "minutes": round(actions["fit"] * cost.seconds_per_fit / workers / 60, 4),
        "bytes": {**cost.bytes, "total": cost.total},
        "bytes_from": dict(cost.sources),
        "keeps_draws": "draws" in execution.keep,
        "outcomes": [{k: o[k] for k in described} for o in made.record["outcomes"]],
    }


def plan_lines(facts: dict[str, Any], shown: int | None) -> list[str]:
    """Return a plan in words."""
    from sweep.cli.output import table_lines

    outcomes = facts["outcomes"][:shown]
    lines = table_lines(outcomes, ["action", "outcome", "n", "label"])
    hidden = len(facts["outcomes"]) - len(outcomes)
    lines += [f"... and {hidden} more (-v lists all)"] if hidden else []
    lines += ["", f"{len(facts['outcomes'])} outcomes: {action_words(facts['actions'])}"]
    lines += [] if facts["partial"] is None else [f"partial: {facts['partial']}"]
    lines += cost_lines(facts)
    if not facts["keeps_draws"]:
        lines.append("draws are not kept (execution.keep): new groups will need new fits")
    return lines


def cost_lines(facts: dict[str, Any]) -> list[str]:
    """Return the minutes and the bytes of a plan, and where they are known from."""
    from sweep.client.progress import duration, sized

    lines = []
    if facts["actions"]["fit"]:
        source = f"{facts['fits_measured']} earlier fits" if facts["fits_measured"] else "a guess"
        lines.append(
            f"about {duration(60 * facts['minutes'])} with {facts['workers']} workers, at "
            f"{facts['seconds_per_fit']:.1f} s per fit ({source})"
        )
    if facts["bytes"]["total"]:
        parts = [
            f"{kind} {sized(n)}" for kind, n in facts["bytes"].items() if n and kind != "total"
        ]
        known = [f"{kind} by {words}" for kind, words in facts["bytes_from"].items() if words]
        lines.append(f"about {sized(facts['bytes']['total'])} into the store: {', '.join(parts)}")
        lines.append(f"  ({'; '.join(known)})")
    return lines


def actions_of(made: "Plan") -> dict[str, int]:
    """Return how many outcomes need what."""
    actions = [o["action"] for o in made.record["outcomes"]]
    return {action: actions.count(action) for action in ACTIONS}


def action_words(actions: dict[str, int]) -> str:
    """Return the counts in words."""
    words = {
        "taken": "in the store",
        "estimate": "to be poststratified from stored draws",
        "fit": "to be fitted",
        "failed": "failed (nobody asked, or a remembered failure)",
    }
    return ", ".join(f"{n} {words[a]}" for a, n in actions.items() if n)
