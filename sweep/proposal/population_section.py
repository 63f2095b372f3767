"""Population section: who is estimated for, in a proposed config: a table of cells, or margins."""

from collections.abc import Collection

from sweep.proposal.background import Background
from sweep.proposal.conditions import column_name, quoted
from sweep.proposal.lines import decide, indented, item, key
from sweep.proposal.population import PeopleTable, totals_among
from sweep.proposal.scalars import comment, text, texts

__all__ = ["population_lines"]


def population_lines(about: Background) -> list[str]:
    """Return the section that says who the population is."""
    tables = about.tables
    if not tables:
        return [
            "population:",
            *indented(
                [
                    "# A table of people by all predictors, or margins; or, instead of both keys,",
                    "# cells_of: survey, which estimates for the weighted respondents themselves.",
                    decide("source", "the population's file, as census.csv"),
                    decide("size", "its column with the number of people"),
                ],
                1,
            ),
        ]
    if len(tables) == 1:
        return ["population:", *indented(table_lines(about, tables[0]), 1)]
    made, seen = ["margins:"], list[frozenset[str]]()
    for table in tables:
        made += indented(margin_lines(about, table, seen), 1)
        seen.append(frozenset(known_by(about, table)))
    used = [table for table in tables if known_by(about, table)]
    made.append(key("seed", "survey", "how the variables hang together: as in the survey"))
    if used and all(table.is_shares for table in used):
        made.append(decide("total", "how many people there are: all margins are shares"))
    return ["population:", *indented(made, 1)]


def table_lines(about: Background, table: PeopleTable) -> list[str]:
    """Return what names one table, and how it is to be read."""
    made = [key("source", text(table.source))]
    made += [key("format", f"{{sheet: {text(table.sheet)}}}")] if table.sheet else []
    made += size_lines(table)
    renames = {table.column: table.variables[0].name} if table.column else {}
    names = about.population_rename
    renames |= {v.name: names[v.name] for v in table.variables if v.name in names}
    if table.column and table.variables[0].name in names:
        renames = {table.column: names[table.variables[0].name]}
    if renames:
        pairs = ", ".join(f"{text(old)}: {text(new)}" for old, new in renames.items())
        made.append(key("rename", f"{{{pairs}}}"))
    return [*made, *table_filter(about, table)]


def size_lines(table: PeopleTable) -> list[str]:
    """Return the column of sizes, or that it is to be decided among several."""
    if len(table.sizes) == 1:
        return [key("size", text(table.sizes[0]))]
    return [decide("size", f"which column says how many people: {texts(table.sizes[:5])}")]


def table_filter(about: Background, table: PeopleTable) -> list[str]:
    """Return the condition that leaves totals, and other variables of a list, out.

    Whether people younger than all respondents are of the population is to be decided.
    """
    conditions = [table.filter] if table.filter else []
    for variable in table.variables:
        name = column_name(about.population_rename.get(variable.name, variable.name))
        conditions += [f"{name} is not null"] if table.blanks else []
        for level in totals_among(variable.levels):
            conditions.append(f"{name} != {quoted(level)}")
    young = [
        p for p in about.predictors if p.variable in table.variables and p.youngest is not None
    ]
    if young:
        ages = [f"{column_name(p.number)} >= {p.youngest}" for p in young]
        words = text(" and ".join([*conditions, *ages]))
        return [decide("filter", f"{words} leaves out who is younger than all respondents")]
    return [key("filter", text(" and ".join(conditions)))] if conditions else []


def margin_lines(
    about: Background, table: PeopleTable, seen: Collection[frozenset[str]]
) -> list[str]:
    """Return one margin, by the variables that the survey has; as a comment, if it says no more.

    ``seen`` are the variables of the margins before it.
    """
    by = known_by(about, table)
    lacking = [v.name for v in table.variables if v.name not in known_names(about)]
    shown = f"nothing in the survey looks like {', '.join(map(comment, lacking))}"
    head = [f"# {shown}"] if lacking else []
    if by and frozenset(by) not in seen:
        return [*head, *item([key("by", texts(by)), *table_lines(about, table)])]
    every = [about.population_rename.get(v.name, v.name) for v in table.variables]
    lines = item([key("by", texts(every)), *table_lines(about, table)])
    twice = [f"# there is a margin by {', '.join(map(comment, by))} already"] if by else []
    return [*head, *twice, *(f"# {line}" for line in lines)]


def known_by(about: Background, table: PeopleTable) -> list[str]:
    """Return the variables of a table that the survey has too, as the study calls them."""
    names, known = about.population_rename, known_names(about)
    return [names.get(v.name, v.name) for v in table.variables if v.name in known]


def known_names(about: Background) -> list[str]:
    """Return the population's names of the variables that the survey has."""
    return [predictor.variable.name for predictor in about.predictors]
