"""Project: the verbs around a project: schema, doctor."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.options import Format, Printed, StorePath, nearest_store
from sweep.errors import UsageError

if TYPE_CHECKING:
    from sweep.config.batch import Batch

__all__ = ["doctor", "schema"]


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
