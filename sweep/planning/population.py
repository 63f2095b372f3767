"""Population: the tables that say who is estimated for, read and made into one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sweep.config import PopulationMargin, Study
from sweep.data.design import group_variables, variables_of
from sweep.data.findings import Findings, KeyPath
from sweep.data.population import Tables, parts_of, population_from
from sweep.data.repeats import tell_repeats
from sweep.data.rules import Lookups, Rules, rules_of
from sweep.data.variables import Table, condition_sources, prepare, sources_of
from sweep.keys import Json
from sweep.planning.columns import named_columns, read_told, study_columns
from sweep.sources.files import PopulationSpec, population_tables
from sweep.sources.source import Source
from sweep.sources.tables import column_names, read_text_table
from sweep.words.values import clip_name, few

__all__ = ["population_table"]

LOOKED_AT = 10_000_000  # values of a table that are read only to see how its rows differ


def population_table(
    study: Study,
    sources: Mapping[str, Source],
    lookups: Lookups,
    survey: Table,
    findings: Findings,
) -> tuple[Table, Json]:
    """Read the population's tables and return its rows, and where they come from.

    ``sources`` are by key of ``study.population``: ``margins.0``, ``seed``; the joint table's is
    empty. ``survey`` is prepared already: cells may be its own.

    Raises
    ------
    DataError
        If a table cannot be read, lacks what is asked of it, or mistakes leave nobody.
    """
    specs = population_tables(study.population)
    read = {}
    for key, own in sources.items():
        rules = rules_of(study, "population", lookups, ("study", "population", *parts_of(key)))
        with findings.at(*rules.here, "source"):
            read[key] = read_part(rules, specs[key], own, findings)
    if len(read) < len(sources):
        findings.stop_if_mistaken()
    sizes = {key: str(specs[key].size) for key in sources}
    tables = Tables(read, sizes, {key: str(specs[key].table_name) for key in sources})
    made = population_from(study, group_variables(study), survey, tables, findings)
    if not len(made[0].rows):
        findings.stop_if_mistaken()
    return replace(made[0], recoded=recoded_in(list(read.values()))), made[1]


def recoded_in(tables: Sequence[Table]) -> dict[str, tuple[str, ...]]:
    """Return what several tables hold in the columns from which variables are recoded."""
    found: dict[str, tuple[str, ...]] = {}
    for table in tables:
        for name, texts in table.recoded.items():
            found[name] = (*found.get(name, ()), *texts)
    return found


def variables_in(study: Study, spec: PopulationSpec) -> dict[str, str]:
    """Return the variables that a table is read for, and the column that each is."""
    every = variables_of(study)
    wanted: Sequence[str] = spec.by if isinstance(spec, PopulationMargin) else list(every)
    return {name: every[name] for name in wanted}


def read_part(rules: Rules, spec: PopulationSpec, source: Source, findings: Findings) -> Table:
    """Read and prepare one table of the population."""
    variables, where = variables_in(rules.study, spec), rules.here
    available = study_columns(source, where, findings)
    condition, size = spec.filter, str(spec.size)
    wanted = sources_of(variables.values(), rules, available)
    wanted += condition_sources(condition, rules, available, (*where, "filter"), findings)
    sizes = named_columns(source, {size: (*where, "size")}, where, findings)
    if not sizes:
        findings.stop_if_mistaken()
    table = read_told(source, [*wanted, *sizes], where, findings)
    made = prepare(table, variables, condition, rules, findings)
    used = [name for name in dict.fromkeys(wanted) if name != size]
    if used and table[used].iloc[made.kept].duplicated().any():
        every = sources_of(variables_of(rules.study).values(), rules, available)
        tell_repeats_in(source, made, (used, every), size, (*where, "source"), findings)
    return made


def tell_repeats_in(  # a table, what of it is used, and whom to tell
    source: Source,
    made: Table,
    used: tuple[Sequence[str], Sequence[str]],
    size: str,
    path: KeyPath,
    findings: Findings,
) -> None:
    """Tell of kept rows that are one cell; for that, all columns are read.

    ``used`` are the columns that are read of this table, and those that the study reads of any.
    Of a table too large to look at, only that there are such rows.
    """
    available = column_names(source)
    if len(available) * made.read > LOOKED_AT:
        others = few([n for n in available if n not in {*used[0], *used[1], size}], clip_name)
        words = "rows of one cell are added up, over columns that the study does not use"
        findings.notice(path, f"{words}: {others}")
        return
    whole = read_text_table(source, available).rows
    tell_repeats(whole.iloc[made.kept], *used, size, path, findings)
