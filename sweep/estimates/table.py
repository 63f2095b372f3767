"""Table: the columns, dtypes and order of the one tidy table that a sweep publishes.

The table is the same everywhere: in a worker's answer, in the report, in the client's DataFrame.
Columns and dtypes never depend on the rows; an empty table has them all. Parquet keeps every value
as it is. CSV is opened in spreadsheets, so there a text that a spreadsheet would run as a formula
is written with a leading apostrophe.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sweep.words.columns import FLOATS, HEAD, RESERVED, TAIL
from sweep.words.states import ESTIMATED, LOST
from sweep.words.values import brief, few

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "STATUSES",
    "as_shown",
    "check_columns",
    "columns",
    "grouped_by",
    "shown_base",
    "stray_error",
    "tidy",
    "withheld_flag",
]

STATUSES = (*ESTIMATED, *LOST)
# Controls of both sets, a return without its line feed, and what turns the writing direction.
OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")


def columns(variables: Sequence[str]) -> list[str]:
    """Return the table's columns in order: what it is about, its group, the numbers, the state.

    Raises
    ------
    ValueError
        If a variable bears the name of one of the table's own columns.
    """
    taken = sorted(set(variables) & set(RESERVED))
    if taken:
        msg = f"variable {taken[0]!r} bears a name that the estimates table reserves: rename it"
        raise ValueError(msg)
    return [*HEAD, *variables, *TAIL]


def withheld_flag(minimum_base: int) -> str:
    """Return the flag of a row whose n, raw and weighted means are withheld for a small base."""
    return f"n < {minimum_base} (withheld)"


def shown_base(n: float, minimum_base: int) -> int | None:
    """Return how many answered, as anybody may be told: None where that is withheld.

    Below the minimum base it is withheld, of a group and of a whole outcome alike. That nobody
    was asked (0) says nothing of anybody, and is told: it is why an outcome has no estimates.
    """
    return None if 0 < n < minimum_base else int(n)


def tidy(
    rows: "Iterable[Mapping[str, Any]] | pd.DataFrame",
    variables: Sequence[str],
    levels: Mapping[str, Sequence[str]],
) -> "pd.DataFrame":
    """Return the rows as the table: every column, in order, each with its fixed dtype.

    Parameters
    ----------
    rows
        One mapping per estimate, or a frame; what a row does not mention is null.
    variables
        Names of the predictors and further frame variables, in config order.
    levels
        Each variable's levels in config order, which becomes the order of its categories. A
        variable without levels stays text.

    Raises
    ------
    ValueError
        If a row has a column or a level that is not declared: turning it into a null would
        quietly make a group's row look like the total.
    """
    import pandas as pd

    frame = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    names = check_columns(frame.columns, variables)
    frame = frame.reindex(columns=names)
    order = {"status": STATUSES, **{v: levels[v] for v in variables if v in levels}}
    return pd.DataFrame({name: _typed(frame[name], order.get(name)) for name in names})


def check_columns(given: Iterable[str], variables: Sequence[str]) -> list[str]:
    """Return the table's columns in order; refuse rows with one that it does not have.

    Raises
    ------
    ValueError
        With the first of them.
    """
    names = columns(variables)
    unknown = [name for name in given if name not in names]
    if unknown:
        msg = f"the estimates table has no column {unknown[0]!r}; it has {', '.join(names)}"
        raise ValueError(msg)
    return names


def stray_error(name: str, stray: Collection[str], levels: Sequence[str]) -> ValueError:
    """Return the error about values of a variable that are none of its levels."""
    return ValueError(f"{name}: {brief(min(stray))} is not one of its levels: {few(levels)}")


def _typed(values: "pd.Series[Any]", levels: Sequence[str] | None) -> "pd.Series[Any]":
    import pandas as pd

    if values.name in FLOATS:
        return values.astype("float64")
    if values.name == "n":
        return values.astype("Int64")
    text = values.astype("str")  # nulls stay null
    if levels is None:
        return text
    if stray := set(text.dropna()) - set(levels):
        raise stray_error(str(values.name), stray, levels)
    return text.astype(pd.CategoricalDtype(list(levels)))


def as_shown(frame: "pd.DataFrame", weight: str | None) -> "pd.DataFrame":
    """Return the table as it is shown: without a survey weight there are no weighted means.

    Stored tables hold them all the same, where each respondent counts as one: the raw means.
    """
    return frame if weight is not None else frame.assign(weighted=float("nan"))


def grouped_by(frame: "pd.DataFrame") -> "pd.Series[Any]":
    """Return, per row, the tuple of variables it is grouped by, in column order."""
    import numpy as np
    import pandas as pd

    variables = [name for name in frame.columns if name not in RESERVED]
    known = frame[variables].notna().to_numpy()
    number, found = np.zeros(len(frame), np.intp), np.zeros((1, 0), bool)
    if variables:  # few kinds of rows, however many rows
        found, number = np.unique(known, axis=0, return_inverse=True)
    kinds = [tuple(v for v, there in zip(variables, row, strict=True) if there) for row in found]
    shapes = [kinds[kind] for kind in number.reshape(-1).tolist()]
    return pd.Series(shapes, index=frame.index, dtype="object")
