"""Write: a simulated tracker in a directory, as the files that configs/tracker.yaml reads."""

from pathlib import Path

import pandas as pd

from sweep.client.files import write_whole
from sweep.simulate.brand_tracker import Tracker
from sweep.simulate.truth import truth_table

__all__ = ["write_parquet", "write_tracker"]


def write_tracker(directory: Path, simulated: Tracker) -> tuple[Path, ...]:
    """Write ``survey.parquet``, ``population.parquet`` and ``truth.parquet``; return their paths.

    The same tracker gives the same bytes with the same version of pyarrow. Files of these names
    are replaced; the directory is made when it is absent.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tables = {
        "survey": simulated.survey,
        "population": simulated.population,
        "truth": truth_table(simulated),
    }
    return tuple(
        write_parquet(table, directory / f"{name}.parquet") for name, table in tables.items()
    )


def write_parquet(table: pd.DataFrame, path: Path) -> Path:
    """Write a table and put it in place whole: no half-written file is ever read."""
    write_whole(path, table.to_parquet(None, index=False, compression="zstd"))
    return path
