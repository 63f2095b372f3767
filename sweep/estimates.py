"""Estimates: the columns, dtypes and written forms of the one tidy table that a sweep publishes.

The table is the same everywhere: in a worker's answer, in the report, in the client's DataFrame.
Columns and dtypes never depend on the rows; an empty table has them all. Parquet keeps every value
as it is. CSV is opened in spreadsheets, so there a text that a spreadsheet would run as a formula
is written with a leading apostrophe.
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sweep.errors import UsageError
from sweep.keys import canonical

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FLOATS",
    "HEAD",
    "RESERVED",
    "STATUSES",
    "TAIL",
    "columns",
    "from_parquet",
    "grouped_by",
    "select",
    "tidy",
    "to_csv",
    "to_parquet",
    "withheld",
]

HEAD = ("outcome", "label", "brand", "metric", "wave", "category", "quantity", "group")
FLOATS = (
    *("mean", "sd", "lower", "upper", "mcse", "ess_bulk", "ess_tail", "r_hat"),
    *("share", "unseen_share", "raw", "weighted"),
)
TAIL = (*FLOATS[:8], "n", *FLOATS[8:], "status", "flag")
RESERVED = frozenset(HEAD + TAIL)
STATUSES = ("ok", "flagged", "failed", "cancelled")
LEVELS = b"sweep.levels"
FORMULA = frozenset("=+-@")
BREAKS = frozenset("\t\r\n")
QUOTES = frozenset("'\"`´‘’“”„‚«»")


def columns(variables: Sequence[str]) -> list[str]:
    """Return the table's columns in order: what it is about, its group, the numbers, the state."""
    taken = sorted(set(variables) & RESERVED)
    if taken:
        msg = f"variable {taken[0]!r} bears a name that the estimates table reserves: rename it"
        raise ValueError(msg)
    return [*HEAD, *variables, *TAIL]


def withheld(minimum_base: int) -> str:
    """Return the flag of a row whose n, raw and weighted means are withheld for a small base."""
    return f"n < {minimum_base} (withheld)"


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

    names = columns(variables)
    frame = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    unknown = [name for name in frame.columns if name not in names]
    if unknown:
        msg = f"the estimates table has no column {unknown[0]!r}; it has {', '.join(names)}"
        raise ValueError(msg)
    frame = frame.reindex(columns=names)
    order = {"status": STATUSES, **{v: levels[v] for v in variables if v in levels}}
    return pd.DataFrame({name: _typed(frame[name], order.get(name)) for name in names})


def _typed(values: "pd.Series[Any]", levels: Sequence[str] | None) -> "pd.Series[Any]":
    import pandas as pd

    if values.name in FLOATS:
        return values.astype("float64")
    if values.name == "n":
        return values.astype("Int64")
    text = values.astype("str")  # nulls stay null
    if levels is None:
        return text
    stray = sorted(set(text.dropna()) - set(levels))
    if stray:
        msg = f"{values.name}: {stray[0]!r} is not one of its levels {list(levels)}"
        raise ValueError(msg)
    return text.astype(pd.CategoricalDtype(list(levels)))


def to_parquet(frame: "pd.DataFrame") -> bytes:
    """Return the table as Parquet; the same table gives the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    levels = {name: list(frame[name].cat.categories) for name in frame.select_dtypes("category")}
    table = table.replace_schema_metadata({**table.schema.metadata, LEVELS: canonical(levels)})
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def from_parquet(data: bytes) -> "pd.DataFrame":
    """Return the table that `to_parquet` wrote, dtypes and level order included."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(data))
    frame: pd.DataFrame = table.to_pandas()
    # Parquet forgets the levels of a column that holds no value.
    for name, levels in json.loads(table.schema.metadata[LEVELS]).items():
        frame[name] = frame[name].astype("str").astype(pd.CategoricalDtype(levels))
    return frame


def to_csv(frame: "pd.DataFrame") -> bytes:
    """Return the table as RFC 4180 in UTF-8, safe to open in a spreadsheet.

    A text cell or column name that would be run as a formula gets a leading apostrophe; numbers
    are never touched. Removing one apostrophe from every cell whose rest is such a text gives the
    original back; Parquet keeps texts as they are.
    """
    import pandas as pd

    safe = {}
    for name in frame.columns:
        values = frame[name]
        if not pd.api.types.is_numeric_dtype(values.dtype):
            values = values.astype("object").map(_inert, na_action="ignore")
        safe[_inert(name)] = values
    text = pd.DataFrame(safe, index=frame.index).to_csv(index=False, lineterminator="\r\n")
    return text.encode()


def _inert(cell: Any) -> str:
    text = str(cell)
    return "'" + text if _runs(text) else text


def _runs(text: str) -> bool:
    """Tell whether a spreadsheet may run ``text``: importers skip blanks, quotes and width."""
    for character in text:
        if character in BREAKS:
            return True
        if character in QUOTES or unicodedata.category(character)[0] in "ZC":
            continue
        return unicodedata.normalize("NFKC", character)[0] in FORMULA
    return False


def grouped_by(frame: "pd.DataFrame") -> "pd.Series[Any]":
    """Return, per row, the tuple of variables it is grouped by, in column order."""
    import pandas as pd

    variables = [name for name in frame.columns if name not in RESERVED]
    known = frame[variables].notna().to_numpy()
    shapes = [tuple(v for v, there in zip(variables, row, strict=True) if there) for row in known]
    return pd.Series(shapes, index=frame.index, dtype="object")


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
        _known("group", group, list(frame["group"].dropna().unique()))
        chosen = chosen[chosen["group"] == group]
    return chosen.reset_index(drop=True)


def _of_outcomes(frame: "pd.DataFrame", outcomes: str | Sequence[str]) -> "pd.DataFrame":
    names = list(frame["outcome"].unique())
    wanted: set[str] = set()
    for glob in [outcomes] if isinstance(outcomes, str) else outcomes:
        matched = {name for name in names if fnmatchcase(name, glob)}
        if not matched:
            _known("outcome", glob, names)
        wanted |= matched
    return frame[frame["outcome"].isin(wanted)]


def _in_grouping(frame: "pd.DataFrame", by: Sequence[str]) -> "pd.Series[Any]":
    if isinstance(by, str):
        msg = f"by={by!r} is a text: give a list of variables, as in by=[{by!r}]"
        raise UsageError(msg)
    variables = [name for name in frame.columns if name not in RESERVED]
    for variable in by:
        _known("variable", variable, variables)
    wanted = tuple(v for v in variables if v in by)
    unnamed = frame["group"].isna()
    shapes = grouped_by(frame)
    mask = shapes.map(lambda shape: shape == wanted).astype(bool) & unnamed
    estimated = shapes[unnamed & frame["mean"].notna()]
    if len(estimated) and not mask.any():
        there = "; ".join(", ".join(shape) or "total" for shape in dict.fromkeys(estimated))
        msg = (
            f"nothing is grouped by {', '.join(wanted) or 'total'}; groupings here: {there}. "
            "Add it to study.groups: new groups are computed from stored draws, without refits"
        )
        raise UsageError(msg)
    return mask


def _known(kind: str, name: str, names: Sequence[str]) -> None:
    if name in names:
        return
    near = get_close_matches(name.strip("*"), names, n=1)
    shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    guess = f" Did you mean {near[0]!r}?" if near else ""
    msg = f"no {kind} matches {name!r}.{guess} There are: {shown or 'none'}"
    raise UsageError(msg)
