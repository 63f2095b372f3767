"""Counting: the answers to every outcome, through the store, and what they show of the config."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sweep.artifacts.contents import put_counts
from sweep.artifacts.quarantine import read_if_sound
from sweep.artifacts.recipes import CountsMeta
from sweep.config import Study
from sweep.data.answers.meaning import Coding
from sweep.data.counts import count, counts_of
from sweep.data.findings import Findings
from sweep.data.near_misses import tell_near_misses
from sweep.data.outcomes import Outcome
from sweep.keys import digest
from sweep.planning.answers import Answers, answers_to, tell_unusable
from sweep.planning.asked import tell_asked
from sweep.planning.coding import code_outcomes
from sweep.planning.columns import tell_read
from sweep.planning.idle_missing import tell_idle_missing
from sweep.planning.named import Named, named_by, tell_named
from sweep.planning.prepare import SURVEY, StoredDesign
from sweep.planning.recipes import counts_recipe
from sweep.planning.refusals import refused_outcomes
from sweep.sources.files import Sources
from sweep.sources.tables import Read, book_of, column_names
from sweep.store import Store
from sweep.store.concurrency import concurrently
from sweep.words.telling import Tell, tell_nobody

__all__ = ["StoredCounts", "count_outcomes"]


@dataclass(frozen=True)
class StoredCounts:
    """An outcome's counts in the store.

    ``digests`` are those of its cells, n and y, which its fit's recipe names; ``sums`` is that of
    its answers by further variables; ``n`` are all answers in its base; ``coding`` says what each
    answer counts as. Of a column that cannot be counted there is nothing.
    """

    key: str
    digests: Mapping[str, str]
    sums: str
    n: float
    coding: Coding


def count_outcomes(  # noqa: PLR0913, PLR0917 # what is counted, where from and where to
    study: Study,
    sources: Sources,
    prepared: StoredDesign,
    outcomes: list[Outcome],
    store: Store,
    findings: Findings,
    partial: Collection[int] = (),
    tell: Tell = tell_nobody,
) -> dict[str, StoredCounts]:
    """Count every outcome that is not counted yet; return what was counted, by outcome.

    Outcomes that count the same share it, by its key. What the answers show of the config is among
    the ``findings`` in any case; of ``partial`` rules not all is looked at.
    """
    book = book_of(sources.survey)
    named = named_by(study, outcomes, book)
    keys = keys_of(study, prepared, outcomes, named)
    distinct = {keys[o.name]: o for o in reversed(outcomes)}
    known = stored_counts(store, list(distinct), tell)
    tallies = {key: Coding.from_json(meta["coding"]).tally() for key, meta in known.items()}
    new = {key: outcome for key, outcome in distinct.items() if key not in known}
    answers = None
    if new:
        answers = answers_to(study, sources, prepared.design, new, findings, partial, book, named)
        tallies |= answers.tallies()
        tell_unusable(answers, outcomes, findings)
    by_name = {name: tallies[key] for name, key in keys.items()}
    codings = code_outcomes(study, outcomes, by_name, book, findings, partial)
    if answers is not None:
        refused = refused_outcomes(outcomes, findings)
        known |= counted_now(study, answers, refused, prepared, codings, store)
    tell_named(outcomes, named, codings, book, findings)
    tell_read(read := read_of(known.values()), SURVEY, findings, book)
    missing = () if partial else sources.survey.missing
    tell_idle_missing(missing, read, prepared.design, codings, book, findings)
    counted = [(o, meta) for o in outcomes if (meta := known.get(keys[o.name])) is not None]
    tell_asked(counted, codings, findings)
    tell_columns_near(study, sources, outcomes, findings)
    return {name: counted_from(key, known.get(key), codings[name]) for name, key in keys.items()}


def counted_now(  # what is counted, how, and where to
    study: Study,
    answers: Answers,
    refused: Collection[str],
    prepared: StoredDesign,
    codings: Mapping[str, Coding],
    store: Store,
) -> dict[str, CountsMeta]:
    """Count what is not refused, and store it; return what the counts say of themselves, by key."""
    there = {k: o for k, o in answers.countable().items() if o.name not in refused}

    def counted(outcome: Outcome) -> Callable[[], CountsMeta]:
        coding, book = codings[outcome.name], answers.book.of(outcome.column)
        rows, seen = answers.rows(outcome), answers.asked.seen
        made = count(prepared.design, outcome, rows, coding, book, seen)
        counts = counts_of(made, prepared.design.levels)
        named = answers.named.get(outcome.name, ())
        recipe = counts_recipe(prepared.key, outcome, study, named)
        read = answers.read(outcome).as_json()
        if told := answers.asked.told_of(outcome):
            read["asked"] = told
        return lambda: put_counts(store, recipe, made, counts, coding.folded(), read)

    # Counted one by one, while those before are on their way into the store.
    metas = concurrently(lambda put: put(), map(counted, there.values()))
    return dict(zip(there, metas, strict=True))


def tell_columns_near(
    study: Study, sources: Sources, outcomes: Sequence[Outcome], findings: Findings
) -> None:
    """Tell of columns that no outcome has taken and that a rule almost matches."""
    taken = {column for outcome in outcomes for column in outcome.columns}
    tell_near_misses(study, column_names(sources.survey), taken, findings)


def keys_of(
    study: Study, prepared: StoredDesign, outcomes: Sequence[Outcome], named: Named
) -> dict[str, str]:
    """Return the keys of outcomes' counts, by outcome."""
    recipes = {
        o.name: counts_recipe(prepared.key, o, study, named.get(o.name, ())) for o in outcomes
    }
    return {name: digest(recipe) for name, recipe in recipes.items()}


def read_of(counted: Iterable[CountsMeta]) -> Read:
    """Return what was told of reading the columns of all outcomes, new and stored."""
    spellings: dict[str, Mapping[str, Sequence[str]]] = {}
    missing: dict[str, Mapping[str, int]] = {}
    for meta in counted:
        spellings |= meta["read"]["spellings"]
        missing |= meta["read"]["missing"]
    return Read(spellings, missing)


def stored_counts(store: Store, keys: Sequence[str], tell: Tell) -> dict[str, CountsMeta]:
    """Return what the counts that are stored say of themselves, by key."""
    found = concurrently(lambda key: read_if_sound(store, "counts", key, tell=tell), keys)
    return {
        key: cast("CountsMeta", done.meta) for key, done in zip(keys, found, strict=True) if done
    }


def counted_from(key: str, meta: CountsMeta | None, coding: Coding) -> StoredCounts:
    """Return what an outcome's stored counts say of themselves; nothing of what has none."""
    if meta is None:
        return StoredCounts(key, {}, "", 0.0, coding)
    return StoredCounts(key, meta["counts"], meta["sums"], meta["n"], coding.folded())
