"""Plan: which models a sweep consists of, under which keys, and what is left to do.

A plan is immutable once its run exists. `sweep plan` prints it and stops.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sweep.artifacts.artifact import exists
from sweep.artifacts.quarantine import read_if_sound
from sweep.artifacts.tasks import Task, put_task
from sweep.config import Execution, Study, SweepConfig
from sweep.data.answers.table import CodedOutcome
from sweep.data.design import Design
from sweep.data.findings import Finding, Findings, finding_from
from sweep.data.outcomes import Outcome
from sweep.data.weights import check_weights
from sweep.errors import ConfigError, StoreError
from sweep.faultpoint import faultpoint
from sweep.journal.entries import Entry, EntryId
from sweep.journal.failures import PastFailure, failure_if_sound, would_recur
from sweep.journal.partial import selection_of
from sweep.journal.run_plan import Covered, RunPlan
from sweep.maintenance.generation import generation
from sweep.model.files import ModelFile
from sweep.model.prior_range import PriorRange
from sweep.planning.absurd import check_priors
from sweep.planning.coding import parts_of_rules
from sweep.planning.counting import StoredCounts, count_outcomes
from sweep.planning.groups import check_groups
from sweep.planning.labels import labels_of
from sweep.planning.model_files import read_model
from sweep.planning.prepare import StoredDesign, prepare_design, telling_mistakes
from sweep.planning.refusals import judge
from sweep.planning.selection import Selection, entries_by_status, outcomes_by_name, outcomes_in
from sweep.planning.tasks import Shared, shared_parts, tasks_of
from sweep.planning.unused import check_used
from sweep.sources.files import Sources, sources_in
from sweep.store import Store
from sweep.store.concurrency import concurrently
from sweep.words.telling import Tell, tell_nobody

__all__ = ["Plan", "make_plan", "replan_if_collected", "write_tasks"]

NOBODY = PastFailure("data", "nobody asked")


@dataclass(frozen=True)
class Plan:
    """A sweep made concrete.

    ``record`` is what a run's plan.json holds; ``tasks`` those of all entries that can be fitted,
    by key; ``prepared`` the design, and ``file`` the model file. ``mended`` says what was damaged.
    ``prior`` is what the model says of the total before any answer, None if only PyMC knows.
    ``codings`` say, by outcome, what each answer counts as. ``again`` plans the same anew; see
    `replan_if_collected`. ``mistakes`` are those of the outcomes that are refused: the others can
    be fitted.
    """

    record: RunPlan
    tasks: dict[str, Task]
    prepared: StoredDesign
    file: ModelFile
    mended: tuple[str, ...]
    generation: str
    prior: PriorRange | None
    again: "Callable[[], Plan]"
    codings: tuple[CodedOutcome, ...]
    mistakes: ConfigError | None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return what is planned of each outcome."""
        return self.record.entries

    def left(self) -> list[Entry]:
        """Return the entries that are left to do, in order."""
        return [entry for entry in self.entries if entry.waits]

    def to_do(self) -> list[str]:
        """Return the keys of the tasks that are left to do, in order."""
        return [entry.key for entry in self.left()]


@dataclass(frozen=True)
class Look:
    """How a planner looks at what the store holds: what counts as failed, and whom it tells."""

    store: Store
    execution: Execution
    retry_failed: bool
    tell: Tell


def make_plan(
    config: SweepConfig,
    directory: Path,
    store: Store,
    selection: Selection = Selection(),  # noqa: B008 # frozen
    retry_failed: bool = False,
) -> Plan:
    """Prepare the data and work out every key; what is taken from the store is verified.

    Raises
    ------
    ConfigError, DataError, ModelError, UsageError
        If config, data, model file or selection do not fit together; nothing has run then.
    """
    study, before, mended = config.study, generation(store), list[str]()
    look = Look(store, config.execution, retry_failed, mended.append)
    file = read_model(config, directory)
    sources = found_sources(config, directory)
    every = outcomes_in(study, sources, findings := Findings())
    outcomes = [] if findings.mistakes else outcomes_by_name(every, selection)
    prepared = prepare_design(config, sources, store, selection.sample, look.tell, findings)
    check_design(prepared.design, study, findings)
    shared = shared_parts(study, file, prepared, store, look.tell)
    prior = checked_model(config, shared, findings)
    faultpoint("plan.after_blob")
    parts = parts_of_rules(every, outcomes, selection.sample)
    counted = count_outcomes(study, sources, prepared, outcomes, store, findings, parts, look.tell)
    refused, mistakes = judge(config, outcomes, findings)
    tasks = tasks_of(shared, outcomes, counted)
    entries = concurrently(
        lambda o: entry_for(look, o, counted[o.name], tasks[o.name], refused.get(o.name)), outcomes
    )
    chosen = entries_by_status(store, outcomes, entries, selection)
    covered = covered_by(selection, len(every), prepared)
    record = record_of(config, directory, covered, shared, chosen, findings.notices)
    record = replace(record, sample=selection.sample, labels=labels_of(study, sources.survey))
    again = partial(make_plan, config, directory, store, selection, retry_failed)
    wanted = {e.key: tasks[e.name] for e in chosen if e.failure is None}
    said = (codings_of(outcomes, counted, chosen), mistakes)
    return Plan(record, wanted, prepared, file, tuple(mended), before, prior, again, *said)


def found_sources(config: SweepConfig, directory: Path) -> Sources:
    """Return a config's sources; all that are not there, or cannot be read, are told at once.

    Raises
    ------
    MistakenConfig
        With the place of each.
    """
    findings = Findings()
    with telling_mistakes(config, findings):
        sources = sources_in(config.study, directory, findings)
    return sources  # noqa: RET504 # whole only where the block has told of no mistake


def check_design(design: Design, study: Study, findings: Findings) -> None:
    """Look at the weights and named groups of a design, stored or new."""
    check_weights(design.respondents.weight, study, findings)
    check_groups(design.frame, study, findings)


def checked_model(config: SweepConfig, shared: Shared, findings: Findings) -> PriorRange | None:
    """Return what the priors say of the total; keys that do nothing, and absurd ones, are told."""
    check_used(config, shared.file, shared.prepared.design, findings)
    return check_priors(config, shared, findings)


def covered_by(selection: Selection, outcomes: int, prepared: StoredDesign) -> Covered:
    """Return which part of a sweep of so many outcomes a selection covers."""
    survey = prepared.design.summary["survey"]
    return selection_of(selection.patterns, selection.limit, outcomes, survey)


def codings_of(
    outcomes: Sequence[Outcome], counted: Mapping[str, StoredCounts], chosen: Sequence[Entry]
) -> tuple[CodedOutcome, ...]:
    """Return what the answers of the chosen outcomes count as."""
    names = {entry.name for entry in chosen}
    return tuple(
        CodedOutcome(o.name, o.column, o.rule, counted[o.name].coding)
        for o in outcomes
        if o.name in names
    )


def record_of(
    config: SweepConfig,
    directory: Path,
    covered: Covered,
    shared: Shared,
    entries: Sequence[Entry],
    notices: Sequence[Finding],
) -> RunPlan:
    """Return what a run's plan.json holds; it gets its id when the run exists."""
    return RunPlan(
        name=config.name,
        config=config.model_dump(mode="json"),
        directory=str(directory),
        sample=None,
        selection=covered,
        predictors=tuple(config.study.predictors),
        design=shared.prepared.key,
        model_blob=shared.blob,
        entries=tuple(entries),
        notices=(*map(finding_from, shared.prepared.design.summary["notices"]), *notices),
    )


def replan_if_collected(store: Store, plan: Plan) -> Plan:
    """Return the plan of a stored run; plan again, and write its tasks, if `sweep gc` ran since.

    Until the run existed nothing protected what it refers to. Now it does: once is enough.

    Raises
    ------
    StoreError
        If survey, population or model file have changed as well.
    """
    if generation(store) == plan.generation:
        return plan
    anew = plan.again()
    if keys_of(anew) != keys_of(plan):
        msg = "the sources changed while the sweep was planned: run again"
        raise StoreError(msg)
    write_tasks(store, anew, list(anew.tasks))
    return anew


def keys_of(plan: Plan) -> list[str]:
    """Return the keys of a plan: what is planned, whatever is there of it."""
    return [plan.record.design, *(entry.key for entry in plan.entries)]


def entry_for(
    look: Look, outcome: Outcome, counted: StoredCounts, task: Task, refused: str | None
) -> Entry:
    """Return an outcome's entry in the plan; ``refused`` says what its answers show is mistaken."""
    failure = NOBODY if counted.n == 0 else None
    failure = failure if refused is None else PastFailure("data", refused)
    return Entry(
        id=EntryId(outcome.name),
        label=outcome.label,
        brand=outcome.brand,
        metric=outcome.metric,
        tags=tuple(outcome.tags),
        design=task.design,
        counts=counted.key,
        fit_key=task.fit_key,
        key=task.key,
        n=counted.n,
        failure=failure,
        action="failed" if failure else action_for(look, task),
        rule=outcome.rule,
        wording=outcome.wording,
    )


def action_for(look: Look, task: Task) -> str:
    """Return what is to be done: ``taken``, ``estimate``, ``fit``, or nothing (``failed``)."""
    if read_if_sound(look.store, "estimates", task.key, tell=look.tell) is not None:
        return "taken"
    if not look.retry_failed:
        failure = failure_if_sound(look.store, task.fit_key, look.tell)
        if would_recur(failure, look.execution):
            return "failed"
    return "estimate" if exists(look.store, "fit", task.fit_key) else "fit"


def write_tasks(store: Store, plan: Plan, keys: Sequence[str], tell: Tell = tell_nobody) -> None:
    """Write the records of some tasks, for the workers to read."""

    def write(key: str) -> None:
        put_task(store, plan.tasks[key], tell)
        faultpoint("tasks.after_record")

    concurrently(write, keys)
    faultpoint("tasks.after_all")
