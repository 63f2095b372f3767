"""Population: who is estimated for, as a table of cells with sizes, from whatever says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sweep.config import Study
from sweep.config.section import KEY
from sweep.data.findings import Findings, KeyPath
from sweep.data.level_maps import mapped
from sweep.data.population_cells import (
    HERE,
    NOBODY,
    PEOPLE,
    Making,
    from_margins,
    from_survey,
    refuse_incomplete,
)
from sweep.data.sizes import people_in
from sweep.data.variables import Table
from sweep.keys import Json
from sweep.words.names import did_you_mean

__all__ = ["PEOPLE", "Tables", "parts_of", "population_from"]


@dataclass(frozen=True)
class Tables:
    """The population's tables as they were read, filtered and derived: by key, ``margins.0``.

    The joint table's key is empty. ``sizes`` are the names of their columns of sizes, ``sources``
    those of their files.
    """

    read: Mapping[str, Table]
    sizes: Mapping[str, str]
    sources: Mapping[str, str]


def population_from(
    study: Study, further: Sequence[str], survey: Table, tables: Tables, findings: Findings
) -> tuple[Table, Json]:
    """Return the population's rows, with their sizes in `PEOPLE`, and where they come from.

    ``further`` are the variables that only groups use. There are no rows where mistakes were found
    that leave none.
    """
    spec = study.population
    known = {key: people_of(study, tables, key, findings) for key in tables.read}
    refuse_idle_maps(study, known, findings)
    if not spec.estimated:
        return known[""], {"from": "table"}
    own = [v for margin in spec.margins for v in margin.by]
    names = dict.fromkeys([*study.predictors, *further, *own])
    frame = Making(study, [v for v in names if v not in study.nuisance], survey, known, findings)
    made = None
    refuse_incomplete(frame)
    if not findings.mistakes:
        made = from_survey(frame) if spec.cells_of is not None else from_margins(frame)
    return (table_of(made[0]), made[1]) if made is not None else (table_of(NOBODY), {})


def table_of(rows: pd.DataFrame) -> Table:
    """Return rows that were made here as a table of which nothing was dropped."""
    return Table(rows, np.arange(len(rows), dtype=np.int64), len(rows), ())


def people_of(study: Study, tables: Tables, key: str, findings: Findings) -> Table:
    """Return a table's rows with people in them, mapped to the study's levels."""
    table, path = tables.read[key], (*HERE, *parts_of(key), "size")
    people = people_in(table.rows[tables.sizes[key]], tables.sources[key], path, findings)
    rows = table.rows.assign(**{PEOPLE: people})[people > 0]
    rows = mapped(rows, PEOPLE, study.population.map, (*HERE, "map"), findings)
    return replace(table, rows=rows)


def parts_of(key: str) -> KeyPath:
    """Return the path that a key such as ``margins.0`` is."""
    return tuple(int(part) if part.isdigit() else part for part in key.split(".") if part)


def refuse_idle_maps(study: Study, known: Mapping[str, Table], findings: Findings) -> None:
    """Refuse maps of variables that no table of the population has."""
    there = sorted({str(name) for t in known.values() for name in t.rows.columns} - {PEOPLE})
    for variable in study.population.map:
        if known and variable not in there:
            near = did_you_mean(variable, there)
            message = f"no table of the population has a variable {variable!r}.{near}"
            findings.mistake((*HERE, "map", variable, KEY), message)
