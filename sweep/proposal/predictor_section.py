"""Predictor section: what is derived of survey and population alike, and what predicts answers."""

from collections.abc import Sequence

from sweep.proposal.background import Background
from sweep.proposal.lines import decide, indented, key, wrapped
from sweep.proposal.naming import Predictor
from sweep.proposal.scalars import comment, text, texts
from sweep.proposal.success import meant_by
from sweep.proposal.survey import Column
from sweep.proposal.words import background_kind, words_of
from sweep.words.numbers import count_of

__all__ = ["derive_lines", "other_background", "predictor_lines", "who_is_told"]

MOST_LEVELS = 6  # named in one comment


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
    codes = {code: label for code, label in column.book.values.items() if code in match.recode}
    lines = [
        key(text(old), text(new), "by the survey's codes" if codes.get(old) == new else "")
        for old, new in match.recode.items()
    ]
    levels = [match.recode.get(level, level) for level in predictor.variable.levels]
    for old, near in match.open_.items():
        lines.append(decide(text(old), open_words(old, near, levels, column)))
    return [f"{text(predictor.name)}:", *indented(["recode:", *indented(lines, 1)], 1)]


def open_words(old: str, near: str | None, levels: Sequence[str], column: Column) -> str:
    """Return what there is to choose of for an answer that is no level of the population."""
    choice = list(dict.fromkeys([*([near] if near else []), *levels]))
    shown = texts(choice[:MOST_LEVELS]).strip("[]") + (", ..." if len(choice) > MOST_LEVELS else "")
    return f"which level of the population? {shown}. {count_of(column.counts[old], 'respondent')}"


def predictor_lines(about: Background) -> list[str]:
    """Return the section of predictors, and what else is known of respondents as a comment."""
    others = [f"{comment(name, 40)} ({kind})" for name, kind in other_background(about).items()]
    found = f"Of respondents these may be known as well: {', '.join(others[:20])}."
    also = wrapped(found) if others else []
    if not about.predictors:
        what = "variables that survey and population both have, as {sex: {}, age_band: {}}"
        return [*also, decide("predictors", what)]
    made = [line for p in about.predictors for line in one_predictor(p)]
    return [*also, "predictors:", *indented(made, 1)]


def other_background(about: Background) -> dict[str, str]:
    """Return the columns that say who respondents are, and are no predictors, with their kinds."""
    known = [*(p.column.name for p in about.predictors), *about.weights]
    found = {n: who_is_told(column) for n, column in about.survey.columns.items() if n not in known}
    return {name: kind for name, kind in found.items() if kind is not None}


def who_is_told(column: Column) -> str | None:
    """Return what a column tells of who somebody is; one of yes and no only by its whole name."""
    kind = background_kind(column.name, column.label)
    whole = kind is not None and column.name.casefold() in words_of(kind)
    return kind if whole or meant_by(list(column.counts)) is None else None


def one_predictor(predictor: Predictor) -> list[str]:
    """Return a predictor, with what it is in the survey and which levels nobody answered from."""
    label = predictor.column.label
    note = comment(label, 60) if label else ""
    unmet = predictor.match.unmet if predictor.match and not predictor.match.open_ else ()
    if unmet:
        count = count_of(len(unmet), "level")
        note = "; ".join(filter(None, [note, f"no respondents at {count}: {texts(unmet[:5])}"]))
    return [key(text(predictor.name), "{}", note)]
