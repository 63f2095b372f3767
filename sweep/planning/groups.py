"""Groups: those that a study names by conditions: the levels that these mean, whom they hold."""

from collections.abc import Sequence
from functools import partial

from sweep.config import Group, Study
from sweep.data.findings import Findings, KeyPath
from sweep.data.frame import Frame
from sweep.data.rules import declared_orders
from sweep.errors import DataError
from sweep.expression import Expression, evaluate, literals, parse
from sweep.expression import columns as columns_of
from sweep.expression.order import by_levels
from sweep.words.names import did_you_mean
from sweep.words.values import clip_name, few

__all__ = ["check_groups", "condition_of"]


def condition_of(group: Group, study: Study) -> Expression:
    """Return a named group's condition; an order of declared levels is put as those levels.

    One that compares with what is no level stays as it is: `check_groups` refuses it.
    """
    expression = parse(group.where or "")
    try:
        return by_levels(expression, declared_orders(study))
    except DataError:
        return expression


def key_of(group: Group) -> KeyPath:
    """Return the config key of a named group."""
    if group.entry is None:
        return ("study", "groups")
    return ("study", "groups", group.entry, group.name or "")


def check_groups(frame: Frame, study: Study, findings: Findings) -> None:
    """Refuse named groups that no estimate can be made for, before anything is fitted.

    Those that ask for a level that the population lacks, hold nobody of it, or compare what cannot
    be compared are mistakes of their keys.
    """
    for group in study.groups:
        if group.where is None:
            continue
        path, before = key_of(group), len(findings.mistakes)
        with findings.at(*path):
            expression = by_levels(parse(group.where), declared_orders(study))
            for variable, value in dict.fromkeys(literals(expression)):
                check_level(variable, value, frame.variables()[variable], path, findings)
            if len(findings.mistakes) > before:
                continue
            labels = frame.labels(sorted(columns_of(expression)))
            if not evaluate(expression, labels, partial(findings.notice, path)).any():
                words = "nobody of the population is in this group: compare its values with the"
                findings.mistake(path, f"{words} population's levels ({group.where})")


def check_level(
    variable: str, value: object, levels: Sequence[str], path: KeyPath, findings: Findings
) -> None:
    """Refuse a value that no level bears: the group would silently be another one."""
    if not isinstance(value, str) or value in levels:
        return  # a value of another type is refused when the expression is evaluated
    guess = did_you_mean(value, levels)
    words = f"{value!r} is not a level of {variable!r}.{guess}"
    findings.mistake(path, f"{words} Its levels: {few(levels, clip_name)}")
