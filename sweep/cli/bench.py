"""Bench: the verb that measures speed: of one outcome by several engines, of whole sweeps."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.options import Format, OutputFile, Printed, Select, Set

if TYPE_CHECKING:
    from sweep.bench.compare import Comparison
    from sweep.keys import Json

__all__ = ["bench"]

What = Annotated[
    str,
    typer.Argument(
        metavar="one|sweep|growth|CONFIG",
        help="What to measure: engines on one outcome of the simulated tracker; a whole sweep of "
        "it; how its cost grows; or engines on outcomes of a config of yours.",
    ),
]
Engines = Annotated[
    str,
    typer.Option(
        "--engines",
        metavar="A,B",
        help="Samplers to compare: ours, nuts, pymc, pymc-rows, numpyro, blackjax.",
    ),
]
Repeats = Annotated[
    int, typer.Option("--repeats", min=1, metavar="N", help="Fits of each engine; the median is told.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Seed of data and samplers.")]


def bench(
    what: What,
    select: Select,
    set_: Set,
    engines: Engines = "ours,nuts,pymc",
    repeats: Repeats = 3,
    seed: Seed = 1,
    output: OutputFile = None,
    format_: Printed = Format.table,
) -> None:
    """Measure speed, where posteriors agree."""
    from sweep.bench.engines import named_engines
    from sweep.bench.simulated import write_project

    named = named_engines(engines)
    with tempfile.TemporaryDirectory(prefix="sweep-bench-") as folder:
        config = Path(what)
        if what == "one":
            config = write_project(Path(folder), 20_000, 10, seed)
        found = list(compared(config, folder, select, set_, named, repeats, seed))
    show(found, format_)


def compared(config, folder, select, set_, named, repeats, seed):
    from sweep.bench.compare import compare, planned
    from sweep.client.verbs import read_and_plan

    overrides = [*set_, f"execution.store={folder}/store"]
    _, store, made = read_and_plan(config, select, overrides, limit=1)
    return compare(store, planned(store, made), named, seed, repeats)


def show(found, format_):
    from sweep.bench.tables import COLUMNS, comparison_json, comparison_rows, heading, remarks
    from sweep.cli.output import print_json, print_lines, table_lines

    for one in found:
        if format_ is Format.json:
            print_json(comparison_json(one))
        else:
            print_lines([heading(one), *table_lines(comparison_rows(one), COLUMNS), *remarks(one)])
