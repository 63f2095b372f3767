"""How long and how much memory it takes to read a large survey, as CSV and as Parquet.

Prints JSON: for each format, in a process of its own, seconds to read and to make text of every
column, and the peak memory of the process above what it had before.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sweep.sources.reading import read
from sweep.sources.text_columns import text_column

ANSWERS = ["Very likely", "Likely", "Neither", "Unlikely", "Very unlikely", "Don't know"]
PART = 200_000  # respondents written at once


def write_surveys(directory: Path, rows: int, columns: int) -> None:
    """Write a survey of ids, weights and answers as ``survey.parquet`` and ``survey.csv``."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import csv

    rng = np.random.default_rng(1)
    answers = pa.array(ANSWERS)
    kinds = [("id", pa.int64()), ("weight", pa.float64())]
    kinds += [(f"q{k}", pa.string()) for k in range(columns - 2)]
    schema = pa.schema(kinds)
    with (
        pq.ParquetWriter(directory / "survey.parquet", schema) as parquet,
        csv.CSVWriter(str(directory / "survey.csv"), schema) as text,
    ):
        for first in range(0, rows, PART):
            size = min(PART, rows - first)
            ids = pa.array(np.arange(first, first + size))
            weights = pa.array(np.round(rng.gamma(4, 0.25, size), 3))
            chosen = [answers.take(pa.array(rng.integers(0, 6, size))) for _ in kinds[2:]]
            table = pa.table([ids, weights, *chosen], schema=schema)
            parquet.write_table(table)
            text.write_table(table)


def memory(key: str) -> int:
    """Return a line of this process's memory in MB; `getrusage` would count its parent's."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith(key)).split()[1]) // 1024


def measured(path: Path) -> dict[str, float]:
    """Read a file in this process; return seconds and memory."""
    import pandas as pd
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401 - loaded before the clock starts

    pd.Series(dtype="str")
    before = memory("VmRSS")
    began, cpu = time.perf_counter(), time.process_time()
    reading = read(path)
    read_in, read_cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = memory("VmHWM")
    distinct = 0
    for name in reading.table.column_names:
        distinct += len(text_column(reading.table.column(name)).cat.categories)
    return {
        "rows": reading.table.num_rows,
        "columns": reading.table.num_columns,
        "distinct": distinct,
        "file_mb": path.stat().st_size // 2**20,
        "read_seconds": round(read_in, 2),
        "text_seconds": round(time.perf_counter() - began - read_in, 2),
        "read_cpu_seconds": round(read_cpu, 2),
        "text_cpu_seconds": round(time.process_time() - cpu - read_cpu, 2),
        "before_mb": before,
        "read_peak_mb": peak,
        "peak_mb": memory("VmHWM"),
    }


def main() -> None:
    """Write the surveys, then read each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--read", type=Path, help="read this file, and nothing else")
    options = parser.parse_args()
    if options.read:
        print(json.dumps(measured(options.read)))
        return
    with tempfile.TemporaryDirectory() as directory:
        write_surveys(Path(directory), options.rows, options.columns)
        for name in ("survey.csv", "survey.parquet"):
            command = [sys.executable, "-m", "benchmarks.reading", "--read", f"{directory}/{name}"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            print(json.dumps({"file": name, **json.loads(done.stdout)}))


if __name__ == "__main__":
    main()
