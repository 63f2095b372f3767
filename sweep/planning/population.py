"""Population: the tables that say who is estimated for, read and made into one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sweep.config import Population, PopulationMargin, PopulationTable, Study
from sweep.data.design import group_variables, variables_of
from sweep.data.findings import Findings
from sweep.data.population import Tables, population_from
from sweep.data.variables import Table, condition_sources, prepare, sources_of
from sweep.keys import Json
from sweep.planning.columns import rename_columns
from sweep.sources.tables import read_table

__all__ = ["population_table"]

type Spec = Population | PopulationMargin | PopulationTable


def population_table(
    study: Study, paths: Mapping[str, Path], survey: Table, findings: Findings
) -> tuple[Table, Json]:
    """Read the population's tables and return its rows, and where they come from.

    ``paths`` are by key of ``study.population``: ``margins.0``, ``seed``; the joint table's is
    empty. ``survey`` is prepared already: cells may be its own.

    Raises
    ------
    DataError
        If a table cannot be read, lacks what is asked of it, or mistakes leave nobody.
    """
    specs = tables_of(study.population)
    read = {key: read_part(study, key, specs[key], path, findings) for key, path in paths.items()}
    sizes = {key: str(specs[key].size) for key in paths}
    tables = Tables(read, sizes, {key: str(specs[key].source) for key in paths})
    made = population_from(study, group_variables(study), survey, tables, findings)
    if not len(made[0].rows):
        findings.stop_if_mistaken()
    return made


def tables_of(spec: Population) -> dict[str, Spec]:
    """Return the sections that read a table, by key."""
    found: dict[str, Spec] = {} if spec.source is None else {"": spec}
    found |= {f"margins.{k}": m for k, m in enumerate(spec.margins) if m.source is not None}
    return found | ({"seed": spec.seed} if isinstance(spec.seed, PopulationTable) else {})


def variables_in(study: Study, spec: Spec) -> dict[str, str]:
    """Return the variables that a table is read for, and the column that each is."""
    every = variables_of(study)
    wanted: Sequence[str] = spec.by if isinstance(spec, PopulationMargin) else list(every)
    return {name: every[name] for name in wanted}


def read_part(study: Study, key: str, spec: Spec, path: Path, findings: Findings) -> Table:
    """Read and prepare one table of the population."""
    variables = variables_in(study, spec)
    available = rename_columns(path, spec.rename, f"population.{key}" if key else "population")
    wanted = sources_of(list(variables.values()), study, available)
    wanted += [*condition_sources(spec.filter, study, available), str(spec.size)]
    table = read_table(path, list(dict.fromkeys(wanted)), spec.rename)
    return prepare(table, variables, spec.filter, study, "population", findings)
