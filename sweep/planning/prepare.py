"""Prepare: sources to design to counts, through the store: what is there is never made again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sweep.artifacts.contents import put_counts, put_design, stored_design
from sweep.artifacts.quarantine import Tell, read_if_sound, tell_nobody
from sweep.artifacts.recipes import CountsMeta
from sweep.config import Study, SweepConfig
from sweep.config.mistakes import misfit_error
from sweep.data.answers.meaning import Coding
from sweep.data.audit import audit_of
from sweep.data.cells import are_too_many
from sweep.data.codebook import Codebook, ColumnBook
from sweep.data.counts import count, counts_of, tally
from sweep.data.design import Design, encode, variables_of
from sweep.data.findings import Findings, Mistaken
from sweep.data.nuisance import with_nuisance
from sweep.data.outcomes import Outcome
from sweep.data.variables import Table, condition_sources, prepare, sources_of
from sweep.keys import Json, digest, seed_of
from sweep.planning.coding import code_outcomes
from sweep.planning.columns import rename_columns
from sweep.planning.population import population_table
from sweep.planning.recipes import counts_recipe, design_recipe, many_groups
from sweep.sources.files import Sources
from sweep.sources.tables import read_table
from sweep.store import Store
from sweep.store.concurrency import concurrently

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["StoredCounts", "StoredDesign", "count_outcomes", "prepare_design"]


@dataclass(frozen=True)
class StoredDesign:
    """A design in the store."""

    key: str
    design: Design


@dataclass(frozen=True)
class StoredCounts:
    """An outcome's counts in the store.

    ``digests`` are those of its cells, n and y, which its fit's recipe names; ``sums`` is that of
    its answers by further variables; ``n`` are all answers in its base; ``coding`` says what each
    answer counts as.
    """

    key: str
    digests: Mapping[str, str]
    sums: str
    n: float
    coding: Coding


def prepare_design(
    config: SweepConfig,
    sources: Sources,
    store: Store,
    sample: int | None,
    tell: Tell = tell_nobody,
) -> StoredDesign:
    """Return the sweep's design: from the store if it is whole there, or made now and stored."""
    study = config.study
    plain = design_recipe(study, sources.digests, sample)
    for recipe in (plain, many_groups(plain)):
        stored = stored_design(store, digest(recipe), tell)
        if stored is not None and recipe == design_recipe_of(stored, plain):
            return StoredDesign(digest(recipe), stored)
    covariates = {}
    for name, path in sources.covariates.items():
        spec = study.covariates[name]
        covariates[name] = read_table(path, [spec.key, *spec.columns], {})
    findings = Findings()
    with telling_mistakes(config, findings):
        survey = survey_table(study, sources.survey, sample, findings)
        population, frame = population_table(study, sources.population, survey, findings)
        rows = with_nuisance(population.rows, survey.rows, study, findings)
        design = encode(survey, replace(population, rows=rows), covariates, study, findings)
        audit = audit_of(design, study, findings)
        sources.check_unchanged()
    notices = [notice.as_json() for notice in findings.notices]
    told = {"frame": frame, "audit": audit.as_json(), "notices": notices}
    design = replace(design, summary={**design.summary, **told})
    return StoredDesign(put_design(store, design_recipe_of(design, plain), design), design)


def design_recipe_of(design: Design, plain: Json) -> Json:
    """Return a design's recipe: that of many groups where combinations pass 64 bits.

    Only the design tells how many levels there are. What a program that overflowed has stored lies
    under the plain recipe, and is never taken for the right one.
    """
    return many_groups(plain) if are_too_many(design.levels, design.further) else plain


@contextmanager
def telling_mistakes(config: SweepConfig, findings: Findings) -> Iterator[None]:
    """Refuse a config that the data show, in the block, to be mistaken.

    Raises
    ------
    MistakenConfig
        With all mistakes, each at the place of its key.
    """
    with suppress(Mistaken):
        yield
    if findings.mistakes:
        raise misfit_error(config.origin, [(m.path, m.message) for m in findings.mistakes])


def survey_table(study: Study, path: Path, sample: int | None, findings: Findings) -> Table:
    """Read and prepare the survey, without its answers."""
    spec = study.survey
    available = rename_columns(path, spec.rename, "survey")
    variables = variables_of(study)
    wanted = sources_of(list(variables.values()), study, available)
    wanted += condition_sources(spec.filter, study, available)
    wanted += [spec.weight] if spec.weight is not None else []
    table = read_table(path, list(dict.fromkeys(wanted)), spec.rename)
    prepared = prepare(table, variables, spec.filter, study, "survey", findings)
    return prepared if sample is None else sample_rows(prepared, sample, study)


def sample_rows(table: Table, respondents: int, study: Study) -> Table:
    """Return a random part of the survey, to develop on; the study's seed chooses it."""
    import numpy as np

    if respondents >= len(table.rows):
        return table
    rng = np.random.default_rng(seed_of(study.sampler.seed, "sample of respondents"))
    chosen = np.sort(rng.choice(len(table.rows), respondents, replace=False))
    left = len(table.rows) - respondents
    dropped = (*table.dropped, ("left out by --sample", left))
    return Table(table.rows.iloc[chosen], table.kept[chosen], table.read, dropped)


def count_outcomes(  # noqa: PLR0913, PLR0917 # what is counted, where from and where to
    config: SweepConfig,
    sources: Sources,
    prepared: StoredDesign,
    outcomes: list[Outcome],
    store: Store,
    findings: Findings,
    partial: Collection[int] = (),
    tell: Tell = tell_nobody,
) -> dict[str, StoredCounts]:
    """Count every outcome that is not counted yet; return what was counted, by outcome.

    Outcomes that count the same share it. What the answers show is told in any case; of ``partial``
    rules not all is looked at. Raises ConfigError for all mistakes in ``findings``.
    """
    keys = {o.name: digest(counts_recipe(prepared.key, o)) for o in outcomes}
    distinct = {keys[o.name]: o for o in reversed(outcomes)}
    known = stored_counts(store, list(distinct), tell)
    new_keys = [key for key in distinct if key not in known]
    new = [distinct[key] for key in new_keys]
    tallies = {key: Coding.from_json(meta["coding"]).tally() for key, meta in known.items()}
    answers = answers_to(config.study, sources, prepared.design, new) if new else None
    if answers is not None:
        told = concurrently(lambda o: tally(o, answers, ColumnBook()), new)
        tallies |= dict(zip(new_keys, told, strict=True))
    by_name = {name: tallies[key] for name, key in keys.items()}
    with telling_mistakes(config, findings):
        codings = code_outcomes(config.study, outcomes, by_name, Codebook(), findings, partial)
    if answers is not None:

        def counted(outcome: Outcome) -> CountsMeta:
            made = count(prepared.design, outcome, answers, codings[outcome.name])
            counts = counts_of(made, prepared.design.levels)
            recipe, coding = counts_recipe(prepared.key, outcome), codings[outcome.name]
            return put_counts(store, recipe, made, counts, coding.folded())

        known |= dict(zip(new_keys, concurrently(counted, new), strict=True))
    return {
        name: counted_from(key, known[key], codings[name].folded()) for name, key in keys.items()
    }


def stored_counts(store: Store, keys: Sequence[str], tell: Tell) -> dict[str, CountsMeta]:
    """Return what the counts that are stored say of themselves, by key."""
    found = concurrently(lambda key: read_if_sound(store, "counts", key, tell=tell), keys)
    return {
        key: cast("CountsMeta", done.meta) for key, done in zip(keys, found, strict=True) if done
    }


def counted_from(key: str, meta: CountsMeta, coding: Coding) -> StoredCounts:
    """Return what an outcome's stored counts say of themselves."""
    return StoredCounts(key, meta["counts"], meta["sums"], meta["n"], coding)


def answers_to(
    study: Study, sources: Sources, design: Design, outcomes: Sequence[Outcome]
) -> "pd.DataFrame":
    """Return the design's respondents' answers that some outcomes count, or look at for a base."""
    wanted = dict.fromkeys(name for outcome in outcomes for name in outcome.read())
    answers = read_table(sources.survey, list(wanted), study.survey.rename)
    sources.check_unchanged()  # rows are the design's by position
    return answers.iloc[design.respondents.row].reset_index(drop=True)
