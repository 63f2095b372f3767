"""Covariates: numbers that belong to a predictor's levels."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweep.config import Study
from sweep.data.columns import numbers_in
from sweep.data.findings import MistakeAt
from sweep.words.numbers import count_of
from sweep.words.values import brief

__all__ = ["standardise"]


def covariate_values(
    predictor: str, table: pd.DataFrame, levels: Sequence[str], study: Study
) -> dict[str, NDArray[np.float64]]:
    """Return each covariate of a predictor by level, standardised.

    Each has shape (level,).

    Raises
    ------
    MistakeAt
        If a level has no row or more than one, or a value is no number.
    """
    spec = study.covariates[predictor]
    path, where = ("study", "covariates", predictor), spec.table_name
    repeated = table[spec.key][table[spec.key].duplicated()]
    if len(repeated):
        msg = f"{where}: level {brief(repeated.iloc[0])} has more than one row"
        raise MistakeAt((*path, "key"), msg)
    by_level = table.set_index(spec.key)
    missing = [label for label in levels if label not in by_level.index]
    if missing:
        lacking = f"{count_of(len(missing), 'level')} of {predictor!r}, such as {brief(missing[0])}"
        msg = f"{where}: no row for {lacking}"
        raise MistakeAt((*path, "key"), msg)
    made: dict[str, NDArray[np.float64]] = {}
    for place, column in enumerate(spec.columns):
        values = numbers_in(by_level.loc[list(levels), column])
        if not np.isfinite(values).all():
            label = levels[int(np.argmin(np.isfinite(values)))]
            msg = f"{where}: column {column!r} holds no number for level {brief(label)}"
            raise MistakeAt((*path, "columns", place), msg)
        made[column] = standardise(values)
    return made


def standardise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values with mean 0 and sd 1 over the levels, each level counting once.

    Both have shape (level,). Values that are all alike give zeros, and no levels nothing: what is
    wrong with those is told elsewhere.
    """
    if not len(values):
        return values
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 0 else 1.0)
