"""Prepare: sources to design to counts, through the store: what is there is never made again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sweep.artifacts.contents import put_design, stored_design
from sweep.config import Study, SweepConfig
from sweep.config.mistakes import misfit_error
from sweep.data.audit import Audit, audit_of
from sweep.data.cells import are_too_many
from sweep.data.derivation import refuse_idle_recodes
from sweep.data.design import Design, encode, variables_of
from sweep.data.exclusions import EXCLUDED
from sweep.data.findings import Findings, KeyPath, Mistaken
from sweep.data.nuisance import with_nuisance
from sweep.data.rules import Lookups, rules_of
from sweep.data.variables import Table, condition_sources, prepare, sources_of
from sweep.keys import Json, digest, seed_of
from sweep.planning.columns import named_columns, read_told, study_columns
from sweep.planning.explaining import notes_of
from sweep.planning.lookups import read_lookups, refuse_idle_rules
from sweep.planning.population import population_table
from sweep.planning.recipes import design_recipe, many_groups
from sweep.sources.files import Sources
from sweep.sources.source import Source
from sweep.store import Store
from sweep.words.telling import Tell, tell_nobody

if TYPE_CHECKING:
    import pandas as pd

SURVEY = ("study", "survey")

__all__ = ["StoredDesign", "prepare_design", "telling_mistakes"]


@dataclass(frozen=True)
class StoredDesign:
    """A design in the store."""

    key: str
    design: Design


def prepare_design(
    config: SweepConfig,
    sources: Sources,
    store: Store,
    sample: int | None,
    tell: Tell = tell_nobody,
    before: Findings | None = None,
) -> StoredDesign:
    """Return the sweep's design: from the store if it is whole there, or made now and stored.

    Raises
    ------
    MistakenConfig
        With all mistakes, those found ``before`` too.
    """
    study = config.study
    plain = design_recipe(study, sources.digests, sample)
    for recipe in (plain, many_groups(plain)):
        stored = stored_design(store, digest(recipe), tell)
        if stored is not None and recipe == design_recipe_of(stored, plain):
            with telling_mistakes(config, before or Findings()):
                return StoredDesign(digest(recipe), stored)
    findings = Findings()
    with telling_mistakes(config, findings, before or Findings()):
        design = made_design(study, sources, sample, findings)
    return StoredDesign(put_design(store, design_recipe_of(design, plain), design), design)


def made_design(study: Study, sources: Sources, sample: int | None, findings: Findings) -> Design:
    """Return a sweep's design, made of its sources; the summary holds what is to be told of it.

    Raises
    ------
    Mistaken
        If there can be none; what is wrong is among the findings.
    """
    covariates = covariate_tables(study, sources, findings)
    lookups = read_lookups(study, sources, findings)
    survey = None
    with findings.at(*SURVEY, "source"):
        refuse_idle_rules(study, sources, findings)
        survey = survey_table(study, sources.survey, lookups, sample, findings)
    if survey is None:
        raise Mistaken
    population, frame = population_table(study, sources.population, lookups, survey, findings)
    refuse_idle_recodes(study, survey.recoded, population.recoded, findings)
    rows = with_nuisance(population.rows, survey.rows, study, findings)
    design = encode(survey, replace(population, rows=rows), covariates, study, findings)
    audit = audited(design, survey, study, findings, sample)
    sources.check_unchanged()
    notices = [notice.as_json() for notice in findings.notices]
    facts = [fact.as_json() for fact in findings.facts]
    told = {"frame": frame, "audit": audit.as_json(), "notices": notices, "facts": facts}
    return replace(design, summary={**design.summary, **told})


def audited(
    design: Design, survey: Table, study: Study, findings: Findings, sample: int | None
) -> Audit:
    """Return who is in the population and in the survey; of a sample, nothing is a mistake."""
    if sample is None:
        return audit_of(design, survey.held, study, findings)
    found = Findings()
    audit = audit_of(design, survey.held, study, found)
    findings.notices += [*found.mistakes, *found.notices]
    return audit


def design_recipe_of(design: Design, plain: Json) -> Json:
    """Return a design's recipe: that of many groups where combinations pass 64 bits.

    Only the design tells how many levels there are. What a program that overflowed has stored lies
    under the plain recipe, and is never taken for the right one.
    """
    return many_groups(plain) if are_too_many(design.levels, design.further) else plain


@contextmanager
def telling_mistakes(
    config: SweepConfig,
    findings: Findings,
    before: Findings = Findings(),  # noqa: B008 # nothing is added to it
) -> Iterator[None]:
    """Refuse a config that the data show, in the block or ``before``, to be mistaken.

    Raises
    ------
    MistakenConfig
        With all mistakes, each once and at the place of its key.
    """
    with suppress(Mistaken):
        yield
    found = dict.fromkeys((m.path, m.message) for m in (*before.mistakes, *findings.mistakes))
    if found:
        every = Findings(
            [*before.mistakes, *findings.mistakes], [*before.notices, *findings.notices]
        )
        raise misfit_error(config.origin, list(found), notes_of(every, config.study))


def covariate_tables(
    study: Study, sources: Sources, findings: Findings
) -> "dict[str, pd.DataFrame]":
    """Return each predictor's table of covariates; one that cannot be read is a mistake."""
    made = {}
    for name, source in sources.covariates.items():
        spec, key = study.covariates[name], ("study", "covariates", name)
        wanted: dict[str, KeyPath] = {spec.key: (*key, "key")}
        wanted |= {column: (*key, "columns", k) for k, column in enumerate(spec.columns)}
        with findings.at(*key):
            if len(named_columns(source, wanted, key, findings)) == len(wanted):
                made[name] = read_told(source, list(wanted), key, findings)
    return made


def survey_table(
    study: Study, source: Source, lookups: Lookups, sample: int | None, findings: Findings
) -> Table:
    """Read and prepare the survey, without its answers.

    All that is derived is looked at, though only a base may use it.
    """
    spec, rules = study.survey, rules_of(study, "survey", lookups)
    available = study_columns(source, SURVEY, findings)
    variables = variables_of(study)
    wanted = sources_of([*variables.values(), *rules.made], rules, available)
    conditions: dict[KeyPath, str | None] = {("filter",): spec.filter}
    conditions |= {(EXCLUDED, name): text for name, text in spec.exclude_respondents.items()}
    for place, condition in conditions.items():
        wanted += condition_sources(condition, rules, available, (*SURVEY, *place), findings)
    named = {"weight": spec.weight, "id": spec.id}
    further = {name: (*SURVEY, key) for key, name in named.items() if name is not None}
    wanted += named_columns(source, further, SURVEY, findings)
    table = read_told(source, wanted, SURVEY, findings)
    prepared = prepare(table, variables, spec.filter, rules, findings)
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
    return Table(table.rows.iloc[chosen], table.kept[chosen], table.read, dropped, table.held)
