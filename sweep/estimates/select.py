"""Select: some rows of a table of estimates, by outcome, grouping and group."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from sweep.errors import UsageError
from sweep.estimates.table import grouped_by
from sweep.words.columns import RESERVED
from sweep.words.names import did_you_mean, names_meant
from sweep.words.values import clip_name, few

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["refuse_unknown", "select"]


def select(
    frame: "pd.DataFrame",
    by: Sequence[str] | None = None,
    outcomes: str | Sequence[str] | None = None,
    group: str | None = None,
) -> "pd.DataFrame":
    """Return the rows of some outcomes, grouped exactly by some variables.

    Parameters
    ----------
    by
        Variables in any order; ``[]`` is the total, None every grouping. Rows of named groups are
        not part of a grouping. An outcome without estimates is one row without a group, so it is
        found under ``[]`` and None.
    outcomes
        Names or globs; None means all.
    group
        A named target group, instead of ``by``.

    Raises
    ------
    UsageError
        If a variable, a grouping, a named group or a glob matches nothing.
    """
    if by is not None and group is not None:
        msg = f"by={list(by)} and group={group!r} were both given: choose one"
        raise UsageError(msg)
    chosen = frame if outcomes is None else _of_outcomes(frame, outcomes)
    if by is not None:
        chosen = chosen[_in_grouping(frame, by).reindex(chosen.index)]
    if group is not None:
        refuse_unknown("group", group, list(frame["group"].dropna().unique()))
        chosen = chosen[chosen["group"] == group]
    return chosen.reset_index(drop=True)


def _of_outcomes(frame: "pd.DataFrame", outcomes: str | Sequence[str]) -> "pd.DataFrame":
    names = list(frame["outcome"].unique())
    wanted: set[str] = set()
    for glob in [outcomes] if isinstance(outcomes, str) else outcomes:
        matched = set(names_meant(glob, names))
        if not matched:
            refuse_unknown("outcome", glob, names)
        wanted |= matched
    return frame[frame["outcome"].isin(wanted)]


def _in_grouping(frame: "pd.DataFrame", by: Sequence[str]) -> "pd.Series[Any]":
    if isinstance(by, str):
        msg = f"by={by!r} is a text: give a list of variables, as in by=[{by!r}]"
        raise UsageError(msg)
    variables = [name for name in frame.columns if name not in RESERVED]
    for variable in by:
        refuse_unknown("variable", variable, variables)
    wanted = tuple(v for v in variables if v in by)
    unnamed = frame["group"].isna()
    mask = unnamed & (frame[variables].notna() == [v in wanted for v in variables]).all(axis=1)
    estimated = unnamed & frame["mean"].notna()
    if estimated.any() and not mask.any():
        shapes = grouped_by(frame[estimated])
        there = "; ".join(", ".join(shape) or "total" for shape in dict.fromkeys(shapes))
        msg = (
            f"nothing is grouped by {', '.join(wanted) or 'total'}; groupings here: {there}. "
            "Add it to study.groups: new groups are computed from stored draws, without refits"
        )
        raise UsageError(msg)
    return mask


def refuse_unknown(kind: str, name: str, names: Collection[str]) -> None:
    """Refuse a name, or a pattern, that is not among those there are.

    Raises
    ------
    UsageError
        It offers the nearest name, and shows the first of all.
    """
    if name in names:
        return
    guess = did_you_mean(name.strip("*"), names)
    msg = f"no {kind} matches {name!r}.{guess} There are: {few(names, clip_name)}"
    raise UsageError(msg)
