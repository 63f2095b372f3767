"""An outcome's rows become the bytes that its table would: the worker makes no data frame."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.estimates.encode import Column, encode_rows
from sweep.estimates.formats import from_parquet, to_parquet
from sweep.estimates.table import tidy
from sweep.words.columns import FLOATS

LEVELS = {"region": ("North", "Süd", ""), "age": tuple(f"{k:03d}" for k in range(200))}


def columns_of(rows: int, **changed: Column) -> dict[str, Column]:
    """Return rows of every kind: groups by both variables, by one, by name, and the total."""
    rng = np.random.default_rng(rows)
    regions = [["North", "Süd", "", None][k % 4] for k in range(rows)]
    ages = [None if k % 3 == 0 else f"{k % 200:03d}" for k in range(rows)]
    numbers = {name: rng.normal(size=rows) for name in FLOATS if name != "r_hat"}
    numbers["raw"][::2] = np.nan
    n = np.where(np.arange(rows) % 5 == 0, np.nan, np.arange(rows) * 1.0)
    flags = [None if k % 2 else f"R-hat {k}: chains disagree" for k in range(rows)]
    at: dict[str, Column] = {"region": regions, "age": ages}
    told: dict[str, Column] = {"outcome": "=liked", "quantity": "probability", "status": "flagged"}
    group = ["young" if k == 3 else None for k in range(rows)]
    return {**told, "group": group, **at, **numbers, "n": n, "flag": flags, **changed}


def by_table(columns: dict[str, Column], rows: int, levels: Any) -> bytes:
    """Return the bytes of the table that the columns are of."""
    return to_parquet(tidy(pd.DataFrame(columns, index=range(rows)), list(levels), levels))


@pytest.mark.parametrize("rows", [1, 2, 7, 60, 1500])
def test_the_bytes_are_those_of_the_table(rows: int) -> None:
    columns = columns_of(rows)
    data = encode_rows(columns, rows, LEVELS)

    assert data == by_table(columns, rows, LEVELS)
    assert len(from_parquet(data)) == rows


def test_levels_that_no_row_has_are_known() -> None:
    columns = columns_of(4, region=[None] * 4, age=["199"] * 4)
    data = encode_rows(columns, 4, LEVELS)

    assert data == by_table(columns, 4, LEVELS)
    assert list(LEVELS["region"]) == list(from_parquet(data)["region"].cat.categories)


def test_a_study_may_have_other_levels_than_the_one_before() -> None:
    other = {"region": ("Süd", "North", ""), "age": LEVELS["age"]}
    for levels in (LEVELS, other, LEVELS):
        assert encode_rows(columns_of(9), 9, levels) == by_table(columns_of(9), 9, levels)


def test_a_level_that_is_not_declared_is_refused() -> None:
    columns = columns_of(2, region=["West", None])
    with pytest.raises(ValueError, match="region: 'West' is not one of its levels"):
        encode_rows(columns, 2, LEVELS)


def test_a_column_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="no column 'income'"):
        encode_rows(columns_of(2, income=["low", "high"]), 2, LEVELS)


def test_a_base_that_is_no_whole_number_is_refused() -> None:
    with pytest.raises(ValueError, match="truncated"):
        encode_rows(columns_of(2, n=np.array([1.5, 2.0])), 2, LEVELS)
