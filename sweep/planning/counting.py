"""Counting: the answers to every outcome, through the store, and what they show of the config."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import cast

import pandas as pd

from sweep.artifacts.contents import put_counts
from sweep.artifacts.quarantine import read_if_sound
from sweep.artifacts.recipes import CountsMeta
from sweep.config import Study
from sweep.data.answers.meaning import Coding, Tally
from sweep.data.answers.named_missing import answers_named
from sweep.data.codebook import Codebook
from sweep.data.counts import count, counts_of, tally
from sweep.data.design import Design
from sweep.data.findings import Findings
from sweep.data.near_misses import tell_near_misses
from sweep.data.outcomes import Outcome
from sweep.data.rules import rules_of
from sweep.data.variables import condition_sources
from sweep.keys import digest
from sweep.planning.asked import Asked, conditions_of, look_at, tell_asked
from sweep.planning.coding import code_outcomes
from sweep.planning.columns import tell_read
from sweep.planning.idle_missing import tell_idle_missing
from sweep.planning.lookups import read_lookups
from sweep.planning.named import Named, named_by, tell_named
from sweep.planning.prepare import SURVEY, StoredDesign
from sweep.planning.recipes import counts_recipe
from sweep.sources.files import Sources
from sweep.sources.tables import Read, TextTable, book_of, column_names, read_text_table
from sweep.store import Store
from sweep.store.concurrency import concurrently
from sweep.words.telling import Tell, tell_nobody
from sweep.words.values import brief, few

__all__ = ["StoredCounts", "count_outcomes", "refused_outcomes"]

TOGETHER = 64  # outcomes whose counts are in memory and on their way into the store


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


@dataclass(frozen=True)
class Answers:
    """The answers that are counted now: of the outcomes that are not in the store, by key.

    ``asked`` are the conditions that these look at; ``named`` are by outcome the codes that count
    though the file calls them missing, and ``labels`` is whether answers are shown by their labels.
    """

    table: TextTable
    book: Codebook
    new: Mapping[str, Outcome]
    asked: Asked
    named: Named
    labels: bool

    def countable(self) -> dict[str, Outcome]:
        """Return the outcomes whose columns hold single values, and whose base can be told."""
        refused = set(self.table.refused)
        there = {key: o for key, o in self.new.items() if not self.asked.is_mistaken(o)}
        return {key: o for key, o in there.items() if refused.isdisjoint(self.asked.reads(o))}

    def tallies(self) -> dict[str, Tally]:
        """Return how often each answer occurs, by the outcome's key."""
        there, seen = self.countable(), self.asked.seen
        made = [tally(o, self.rows(o), self.book.of(o.column), seen) for o in there.values()]
        return dict.fromkeys(self.new, Tally({})) | dict(zip(there, made, strict=True))

    def rows(self, outcome: Outcome) -> pd.DataFrame:
        """Return the answers as an outcome takes them: what it names is none that is missing."""
        name, codes = outcome.column, self.named.get(outcome.name, ())
        if not codes or name not in self.table.coded:
            return self.table.rows
        book = self.book.of(name)
        values, labels = self.table.coded[name], book.values if self.labels else {}
        return self.table.rows.assign(**{name: answers_named(values, codes, book, labels)})

    def read(self, outcome: Outcome) -> Read:
        """Return what there is to say of reading an outcome's columns."""
        found, codes = self.table.read.of(outcome.columns), self.named.get(outcome.name, ())
        missing = {
            column: {text: n for text, n in gone.items() if text not in codes}
            for column, gone in found.missing.items()
        }
        return replace(found, missing=missing)


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

    metas: list[CountsMeta] = []
    for some in batched(there.values(), TOGETHER):  # counted one by one, then stored at once
        metas += concurrently(lambda put: put(), [counted(outcome) for outcome in some])
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


def tell_unusable(answers: Answers, outcomes: Sequence[Outcome], findings: Findings) -> None:
    """Tell of outcomes whose columns, or those of their base, cannot be used."""
    tell_refused(answers, outcomes, findings)
    tell_shared(answers, outcomes, findings)


def tell_refused(answers: Answers, outcomes: Sequence[Outcome], findings: Findings) -> None:
    """Tell of columns that hold no single values: their outcomes cannot be counted."""
    for outcome in outcomes:
        for name in answers.asked.reads(outcome):
            if (why := answers.table.refused.get(name)) is not None:
                message = (
                    f"column {name!r} {why}: write a column of text or numbers, such as one per "
                    "option, or leave it out with study.exclude"
                )
                findings.mistake(("study", "outcomes", outcome.rule), message, outcome.name)


def tell_shared(answers: Answers, outcomes: Sequence[Outcome], findings: Findings) -> None:
    """Refuse bases that read a column in which several codes have become one value."""
    for outcome in outcomes:
        own, shared = outcome.answer_columns, answers.table.shared
        for name in (n for n in answers.asked.reads(outcome) if n not in own and n in shared):
            for text, codes in shared[name].items():
                findings.mistake(
                    ("study", "outcomes", outcome.rule, "base"),
                    f"column {name!r}: the codes {few(codes)} have one label, {brief(text)}, and "
                    "would become one value: write values: codes into study.survey",
                    outcome.name,
                )


def refused_outcomes(outcomes: Sequence[Outcome], findings: Findings) -> dict[str, str]:
    """Return the outcomes that mistakes are about, and the first of each: a rule's are all of its.

    A mistake that is about neither is not among them.
    """
    refused: dict[str, str] = {}
    for found in findings.mistakes:
        of_rule = found.path[:2] == ("study", "outcomes") and len(found.path) > 2
        for outcome in outcomes:
            mine = found.outcome == outcome.name
            if mine or (found.outcome is None and of_rule and found.path[2] == outcome.rule):
                refused.setdefault(outcome.name, str(found))
    return refused


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


def answers_to(  # noqa: PLR0913, PLR0917 # what is counted, where from, and what is known of it
    study: Study,
    sources: Sources,
    design: Design,
    new: Mapping[str, Outcome],
    findings: Findings,
    partial: Collection[int],
    book: Codebook,
    named: Named,
) -> Answers:
    """Return the design's respondents' answers that some outcomes count, or look at for a base."""
    conditions = conditions_of(study, list(new.values()))
    lookups = read_lookups(study, sources, Findings()) if conditions else {}  # told with the design
    rules, available = rules_of(study, "survey", lookups), column_names(sources.survey)
    wanted = [name for outcome in new.values() for name in outcome.answer_columns]
    for path, condition in conditions.items():
        wanted += condition_sources(condition, rules, available, path, findings)
    wanted = wanted or available[:1]  # where all is mistaken that was to be read
    table = read_text_table(sources.survey, list(dict.fromkeys(wanted)))
    sources.check_unchanged()  # rows are the design's by position
    places = design.respondents.row
    if len(table.rows.columns):
        kept = table.rows.iloc[places].reset_index(drop=True)
    else:  # every column is refused
        kept = pd.DataFrame(index=pd.RangeIndex(len(places)))
    coded = {n: own.iloc[places].reset_index(drop=True) for n, own in table.coded.items()}
    asked = look_at(conditions, kept, rules, available, findings, partial)
    shown = study.survey.values == "labels"
    return Answers(replace(table, rows=kept, coded=coded), book, new, asked, named, shown)
