"""Plan: the verbs that look before anything is fitted: check and plan."""

from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.options import Config, Format, Limit, Printed, Sample, Select, Set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweep.config import SweepConfig
    from sweep.data.answers.table import CodedOutcome
    from sweep.journal.entries import Entry
    from sweep.keys import Json
    from sweep.planning.plan import Plan
    from sweep.store import Store

__all__ = ["check", "plan"]

SHOWN = 20  # outcomes in a plan's table, unless all are asked for
AUDITED = 12  # levels of an audit in a check, unless all are asked for
FEW = 3  # lines of one kind in a check, unless all are asked for
WORDS = {
    "taken": "in the store",
    "estimate": "to be poststratified from stored draws",
    "fit": "to be fitted",
    "failed": "failed (nobody asked, or a remembered failure)",
}
"""What is to be done with an outcome, by the action in its plan."""


def check(
    config: Config,
    set_: Set,
    sample: Sample = None,
    all_: Annotated[
        bool,
        typer.Option("--all", "-a", help="Name every level, and every outcome nobody was asked."),
    ] = False,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", help="Show what every answer to one outcome counts as."),
    ] = None,
    format_: Printed = Format.table,
) -> None:
    """Validate config and data, and count: no model is fitted."""
    from sweep.cli.output import print_json, print_lines
    from sweep.client.verbs import read_and_plan
    from sweep.data.answers.table import ROWS, coding_lines

    read, _, made = read_and_plan(config, (), set_, sample)
    if made.mistakes is not None:
        raise made.mistakes
    coded, least = coded_outcomes(made, outcome), read.study.minimum_base
    facts = check_facts(read, made, coded)
    if format_ is Format.json:
        print_json(facts)
    elif outcome is not None:
        print_lines(coding_lines(coded, least, None))
    else:
        lines = check_lines(facts, None if all_ else FEW)
        print_lines([*lines, *coding_lines(coded, least, None if all_ else ROWS)])


def coded_outcomes(made: "Plan", outcome: str | None) -> "Sequence[CodedOutcome]":
    """Return what the answers of a plan's outcomes count as, or those of one."""
    from sweep.estimates.select import refuse_unknown

    if outcome is None:
        return made.codings
    refuse_unknown("outcome", outcome, [coded.outcome for coded in made.codings])
    return [coded for coded in made.codings if coded.outcome == outcome]


def check_facts(config: "SweepConfig", made: "Plan", coded: "Sequence[CodedOutcome]") -> "Json":
    """Return what a check found, in the same order whether the design is new or was stored."""
    from sweep.data.answers.table import coding_json
    from sweep.data.audit import Audit
    from sweep.data.findings import finding_from
    from sweep.journal.partial import partial_words

    summary = made.prepared.design.summary
    tables = {
        name: {k: summary[name][k] for k in keys}
        for name, keys in (
            ("survey", ("read", "kept", "dropped")),
            ("population", ("read", "kept", "dropped", "size")),
        )
    }
    return {
        "name": config.name,
        "model": config.study.model,
        "route": made.file.route,
        "prior_total": None if made.prior is None else [made.prior.lower, made.prior.upper],
        **tables,
        **{k: summary[k] for k in ("cells", "occupied", "predictors")},
        "outcomes": len(made.entries),
        "partial": partial_words(made.record),
        "nobody_asked": [entry.name for entry in made.entries if entry.n == 0],
        "notices": [notice.as_json() for notice in made.record.notices],
        "audit": Audit.from_json(summary.get("audit", [])).as_json(),
        "facts": [finding_from(fact).as_json() for fact in summary.get("facts", [])],
        "actions": actions_of(made),
        "coding": coding_json(coded, config.study.minimum_base),
    }


def check_lines(facts: "Json", shown: int | None) -> list[str]:
    """Return a check's findings in words; of many alike, the first ``shown``."""
    from sweep.words.numbers import count_of

    survey, population = facts["survey"], facts["population"]
    lines = [f"{facts['name']}: config and data are sound"]
    lines += [] if facts["partial"] is None else [f"partial       {facts['partial']}"]
    lines.append(f"respondents   {survey['read']:,} read, {survey['kept']:,} kept")
    lines += dropped_lines(survey)
    size, rows = count_of(population["size"], "person", "people"), population["kept"]
    lines.append(f"population    {size} in {count_of(rows, 'row')}")
    lines += dropped_lines(population)
    lines.append(
        f"cells         {facts['cells']:,} in the population, {facts['occupied']:,} answered from"
    )
    levels = ", ".join(f"{k} ({len(v)})" for k, v in facts["predictors"].items())
    lines.append(f"predictors    {levels}")
    lines.append(f"model         {facts['model']} ({facts['route']} route)")
    if facts["prior_total"] is not None:
        low, high = (f"{100 * end:.0f} %" for end in facts["prior_total"])
        lines.append(f"priors        before any answer the total is {low} to {high} (90 %)")
    lines.append(f"outcomes      {facts['outcomes']:,}: {action_words(facts['actions'])}")
    unasked = facts["nobody_asked"]
    lines += [f"              nobody was asked: {name}" for name in unasked[:shown]]
    more = len(unasked) - len(unasked[:shown])
    lines += [f"              ... and {more:,} more like it (--all names them)"] if more else []
    lines += audit_lines(facts["audit"], None if shown is None else AUDITED)
    return [*lines, *fact_lines(facts["facts"]), *notice_lines(facts["notices"])]


def audit_lines(rows: "list[Json]", shown: int | None) -> list[str]:
    """Return the population beside the sample; of a long audit the first ``shown``, gaps first."""
    from sweep.data.audit import Audit

    audit = Audit.from_json(sorted(rows, key=lambda row: not row["gap"]))
    if shown is None or len(rows) <= shown:
        audit, shown = Audit.from_json(rows), len(rows)
    head, *levels = audit.lines()
    lines = [f"{'audit' if k == 0 else '':13} {one}" for k, one in enumerate([head, *levels])]
    more = len(levels) - shown
    hidden = [f"{'':13} ... and {more:,} more levels (--all shows them)"] if more > 0 else []
    return [*lines[: shown + 1], *hidden] if rows else []


def fact_lines(facts: "list[Json]") -> list[str]:
    """Return what was done as the config says, a line for each."""
    from sweep.data.findings import finding_from

    return [f"data          {finding_from(fact)}" for fact in facts]


def notice_lines(notices: "list[Json]") -> list[str]:
    """Return what was inferred of the data, a line for each notice."""
    from sweep.data.findings import finding_from

    return [f"notice        {finding_from(notice)}" for notice in notices]


def dropped_lines(table: "Json") -> list[str]:
    """Return how many rows of a table were dropped, by reason."""
    return [f"              {d['count']:,} dropped: {d['reason']}" for d in table["dropped"]]


def plan(  # noqa: PLR0913, PLR0917 # one parameter per option
    config: Config,
    select: Select,
    set_: Set,
    sample: Sample = None,
    limit: Limit = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Count remembered failures as to be fitted.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="List every outcome.")] = False,
    format_: Printed = Format.table,
) -> None:
    """Show what a run would fit, and what the store already holds."""
    from sweep.cli.output import print_json, print_lines
    from sweep.cli.summary import say
    from sweep.client.verbs import read_and_plan

    read, store, made = read_and_plan(config, select, set_, sample, limit, retry_failed)
    for message in made.mended:
        say(message)
    if made.mistakes is not None:
        say(str(made.mistakes))
    facts = plan_facts(read, store, made)
    if format_ is Format.json:
        print_json(facts)
    else:
        print_lines(plan_lines(facts, None if verbose else SHOWN))


def plan_facts(config: "SweepConfig", store: "Store", made: "Plan") -> "Json":
    """Return what a run would do, and what it would cost."""
    from sweep.backends.pool import cores
    from sweep.journal.partial import partial_words
    from sweep.planning.forecast import forecast

    execution = config.execution
    workers = cores() if execution.workers == "auto" else execution.workers
    actions = actions_of(made)
    cost = forecast(store, made)
    least = config.study.minimum_base
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
        "outcomes": [planned_row(entry, least) for entry in made.entries],
    }


def planned_row(entry: "Entry", minimum_base: int) -> "Json":
    """Return what a plan shows of one outcome; ``n`` is None where it is withheld."""
    from sweep.estimates.table import shown_base

    base = shown_base(entry.n, minimum_base)
    return {**entry.names(), "tags": list(entry.tags), "action": entry.action, "n": base}


def plan_lines(facts: "Json", shown: int | None) -> list[str]:
    """Return a plan in words."""
    from sweep.cli.output import table_lines
    from sweep.cli.tables import with_base
    from sweep.words.numbers import count_of

    outcomes = facts["outcomes"][:shown]
    lines = table_lines([with_base(o) for o in outcomes], ["action", "outcome", "n", "label"])
    hidden = len(facts["outcomes"]) - len(outcomes)
    lines += [f"... and {hidden:,} more (-v lists all)"] if hidden else []
    total = count_of(len(facts["outcomes"]), "outcome")
    lines += ["", f"{total}: {action_words(facts['actions'])}"]
    lines += [] if facts["partial"] is None else [f"partial: {facts['partial']}"]
    lines += cost_lines(facts)
    if not facts["keeps_draws"]:
        lines.append("draws are not kept (execution.keep): new groups will need new fits")
    return lines


def cost_lines(facts: "Json") -> list[str]:
    """Return the minutes and the bytes of a plan, and where they are known from."""
    from sweep.client.progress import duration
    from sweep.words.numbers import bytes_words, count_of

    lines = []
    if facts["actions"]["fit"]:
        measured = facts["fits_measured"]
        source = count_of(measured, "earlier fit") if measured else "a guess"
        workers = count_of(facts["workers"], "worker")
        lines.append(
            f"about {duration(60 * facts['minutes'])} with {workers}, at "
            f"{facts['seconds_per_fit']:.1f} s per fit ({source})"
        )
    if facts["bytes"]["total"]:
        parts = [
            f"{kind} {bytes_words(n)}"
            for kind, n in facts["bytes"].items()
            if n and kind != "total"
        ]
        known = [f"{kind} by {words}" for kind, words in facts["bytes_from"].items() if words]
        lines.append(
            f"about {bytes_words(facts['bytes']['total'])} into the store: {', '.join(parts)}"
        )
        lines.append(f"  ({'; '.join(known)})")
    return lines


def actions_of(made: "Plan") -> dict[str, int]:
    """Return how many outcomes need what."""
    actions = [entry.action for entry in made.entries]
    return {action: actions.count(action) for action in WORDS}


def action_words(actions: dict[str, int]) -> str:
    """Return the counts in words."""
    return ", ".join(f"{n} {WORDS[a]}" for a, n in actions.items() if n)
