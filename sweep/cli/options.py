"""Options: the arguments and options of verbs, and where a verb finds its store."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.errors import UsageError

if TYPE_CHECKING:
    from sweep.client.handle import Run
    from sweep.store import Store

__all__ = [
    "Config",
    "Detach",
    "Format",
    "Grace",
    "Grouping",
    "KeepRuns",
    "Limit",
    "NamedGroup",
    "OlderThan",
    "OutcomePatterns",
    "OutputFile",
    "Printed",
    "ReportPath",
    "RetryFailed",
    "RunId",
    "Sample",
    "Select",
    "Set",
    "StorePath",
    "Strict",
    "TableFormat",
    "TablePrinted",
    "Total",
    "find_store",
    "nearest_store",
    "open_run",
]


class Format(StrEnum):
    """How data is printed."""

    table = "table"
    json = "json"


class TableFormat(StrEnum):
    """How the estimates table is written."""

    table = "table"
    json = "json"
    csv = "csv"
    parquet = "parquet"


Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="The sweep's YAML file.")]
RunId = Annotated[
    str,
    typer.Argument(
        metavar="[RUN]",
        help="A run's id, the start or end of it, or 'last': the last of a whole sweep, without "
        "--limit, --select or --sample.",
    ),
]
Printed = Annotated[
    Format, typer.Option("--format", "-o", metavar="table|json", help="How to print the data.")
]
Select = Annotated[
    list[str],
    typer.Option(
        "--select",
        "-s",
        metavar="PATTERN",
        default_factory=list,
        show_default=False,
        help="Only these outcomes: a glob, tag:NAME or status:STATE. Repeatable.",
    ),
]
Set = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        default_factory=list,
        show_default=False,
        help="Put a value into the config, such as sampler.draws=200. Repeatable.",
    ),
]
Sample = Annotated[
    int | None,
    typer.Option(
        "--sample", min=1, metavar="N", help="Only so many respondents, drawn by the study's seed."
    ),
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="Only the first N outcomes.")
]
Detach = Annotated[
    bool,
    typer.Option(
        "--detach", help="Let a job of AWS Batch coordinate the run: this machine may then go."
    ),
]
StorePath = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="STORE",
        help="The store, a folder or s3://bucket/prefix. Default: .sweep here or in the nearest "
        "folder above.",
        show_default=False,
    ),
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Retry remembered failures.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Leave with exit code 3 if outcomes are flagged.")
]
ReportPath = Annotated[
    Path | None,
    typer.Option("--report", metavar="PATH", help="Write the report: .html, .parquet or .csv."),
]
Grouping = Annotated[
    str | None, typer.Option("--by", metavar="A,B", help="Rows grouped by these variables.")
]
Total = Annotated[bool, typer.Option("--total", help="Rows of the whole population.")]
OutcomePatterns = Annotated[
    list[str] | None,
    typer.Option(
        "--outcomes",
        metavar="GLOB",
        help="Only these outcomes: a glob or tag:NAME. Repeatable.",
    ),
]
NamedGroup = Annotated[
    str | None, typer.Option("--group", metavar="NAME", help="Rows of this named group.")
]
TablePrinted = Annotated[
    TableFormat | None,
    typer.Option(
        "--format",
        "-o",
        metavar="table|json|csv|parquet",
        help="How to write the table. Default: by the output file's name, else a table.",
    ),
]
OutputFile = Annotated[
    Path | None,
    typer.Option("--output", "-O", metavar="FILE", help="Write to this file instead."),
]
Grace = Annotated[
    str, typer.Option("--grace", metavar="AGE", help="Spare what is younger: 90m, 24h, 7d.")
]
KeepRuns = Annotated[
    int | None,
    typer.Option(
        "--keep-runs",
        min=0,
        metavar="N",
        help="Forget all but the newest N runs and the last whole one.",
    ),
]
OlderThan = Annotated[
    str | None,
    typer.Option(
        "--older-than",
        metavar="AGE",
        help="Forget runs older than that; with --keep-runs, of those beyond the newest N.",
    ),
]


def nearest_store() -> Path | None:
    """Return the store of the working directory, or of the nearest folder above that has one."""
    here = Path.cwd()
    places = (folder / ".sweep" for folder in (here, *here.parents))
    return next((place for place in places if place.is_dir()), None)


def find_store(store: str | None) -> "Store":
    """Open the store that was named, or the nearest one.

    Raises
    ------
    UsageError
        If none was named and there is none.
    """
    from sweep.store import open_store
    from sweep.store.directory_root import warn_if_exposed

    found = store if store is not None else nearest_store()
    if found is None:
        msg = (
            f"there is no .sweep in {Path.cwd()} or above: give --store, or make one with "
            "`sweep run CONFIG`"
        )
        raise UsageError(msg)
    opened = open_store(found)
    warn_if_exposed(opened.url)
    return opened


def open_run(run: str, store: str | None) -> "Run":
    """Open a run of the store that was named, or of the nearest one; say if another is newer."""
    from sweep.client.handle import Run
    from sweep.client.terminal import inert

    opened = Run(find_store(store), run)
    if opened.passed_over is not None:
        sys.stderr.write(f"NOTE  {inert(opened.passed_over)}\n")
    return opened
