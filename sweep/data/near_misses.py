"""Near misses: columns that a rule's glob does not match, though they are called almost so.

Of ``aided_*`` a column ``Aided_tea`` is none, and its question would be missing without a word.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from sweep.config import Study
from sweep.data.answers.likeness import are_twins
from sweep.data.findings import Findings
from sweep.words.values import brief, few

__all__ = ["tell_near_misses"]

WILD = re.compile(r"[*?\[]")


def tell_near_misses(
    study: Study, columns: Sequence[str], counted: Iterable[str], findings: Findings
) -> None:
    """Tell of columns that no rule takes and that are a slip away from a glob.

    ``counted`` are columns of which it is known that a rule takes them: all, or some.
    """
    globs = {
        k: rule.match
        for k, rule in enumerate(study.outcomes)
        if rule.match is not None and not rule.match.startswith("re:")
    }
    named = {rule.column or rule.name for rule in study.outcomes if rule.match is None}
    every, taken = set(columns), named | set(counted)
    free = [
        name
        for name in columns
        if name not in taken and not any(is_meant(name, glob, every) for glob in globs.values())
    ]
    for k, glob in globs.items():
        near = [name for name in free if is_near(name, glob)]
        if near:
            words = f"{few(near)}, which {brief(glob)} almost matches"
            findings.notice(("study", "outcomes", k, "match"), f"no rule takes {words}")


def is_meant(name: str, glob: str, columns: Collection[str]) -> bool:
    """Return whether a glob means a column: one that is a column's very name means that alone."""
    return name == glob if glob in columns else fnmatchcase(name, glob)


def is_near(name: str, glob: str) -> bool:
    """Return whether a glob would match a name, were its fixed begin or end written otherwise."""
    wild = WILD.search(glob)
    if wild is None:
        return is_slip(name, glob)
    first, last = wild.start(), max(glob.rfind(sign) for sign in "*?]") + 1
    begins = any(
        is_slip(name[:k], glob[:first]) and fnmatchcase(name[k:], glob[first:])
        for k in lengths(first)
        if not name[k - 1 : k + 1].isdigit()  # within a number, which is another then
    )
    return begins or any(
        is_slip(name[-k:], glob[last:]) and fnmatchcase(name[:-k], glob[:last])
        for k in lengths(len(glob) - last)
    )


def is_slip(one: str, other: str) -> bool:
    """Return whether two parts of names are twins, or one lacks a digit, or has a letter for it."""
    if len(one) != len(other):
        return are_twins(one, other) or lacks_digit(*sorted((one, other), key=len))
    apart = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    digit = len(apart) == 1 and any(
        a.isdigit() and b.isalpha() for a, b in (apart[0], apart[0][::-1])
    )
    return digit or are_twins(one, other)


def lacks_digit(shorter: str, longer: str) -> bool:
    """Return whether a number of one digit is left out; with another digit beside it is another."""
    if len(longer) != len(shorter) + 1:
        return False
    parts = enumerate(zip(shorter, longer, strict=False))
    k = next((k for k, (a, b) in parts if a != b), len(shorter))
    alone = [c for c in longer[max(k - 1, 0) : k + 2] if c.isdigit()] == [longer[k]]
    return longer[:k] + longer[k + 1 :] == shorter and longer[k].isdigit() and alone


def lengths(length: int) -> Iterator[int]:
    """Yield how long a fixed part may be that has a letter more, or less."""
    yield from (k for k in (length, length - 1, length + 1) if length and k > 0)
