"""Own the verbs around a project: init, schema, doctor."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sweep.cli.options import Format, Printed, StorePath, nearest_store

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
) -> None:
    """Start a project: config, simulated data, model files."""
    from sweep.cli.closing import say
    from sweep.cli.output import print_lines
    from sweep.project import make_project

    made = make_project(directory, small=small, force=force)
    print_lines([str(path) for path in made])
    config = directory / "sweep.yaml"
    say(f"next    sweep check {config}\n        sweep run {config}")


def schema() -> None:
    """Print the JSON Schema of the config, for editors."""
    from sweep.cli.output import print_json
    from sweep.config import json_schema

    print_json(json_schema())


def doctor(store: StorePath = None, form: Printed = Format.table) -> None:
    """Look whether this machine can run sweeps.

    Python, packages, cores, compiled code, the store's promises, disk.
    """
    from dataclasses import asdict

    from sweep.cli.output import print_json, print_lines
    from sweep.doctor import examine

    findings = examine(store if store is not None else nearest_store())
    if form is Format.json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_lines([f"{f.state:5} {f.name:18} {f.found}" for f in findings])
    sys.stdout.flush()
    raise typer.Exit(1 if any(f.state == "fail" for f in findings) else 0)
