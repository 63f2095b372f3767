"""Bench: the verb that measures speed: of one outcome by several engines, of whole sweeps."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sweep.cli.exit_codes import FAILED
from sweep.cli.options import Format, Printed, Select, Set

if TYPE_CHECKING:
    from sweep.bench.suite import Bench, Settings

__all__ = ["bench"]

ONE, SWEEP, GROWTH = "one", "sweep", "growth"
USUAL = "ours,nuts,pymc,numpyro,blackjax"
OUTCOMES = {ONE: 10, SWEEP: 200, GROWTH: 80}
RESPONDENTS = {ONE: 20_000, SWEEP: 20_000, GROWTH: 200_000}
GIVEN = {
    "--engines": "one or a CONFIG",
    "--select": "one or a CONFIG",
    "--outcomes": "sweep or growth",
    "--respondents": "one, sweep or growth",
    "--workers": "sweep or growth",
    "--repeats": "one, sweep or a CONFIG",
}
"""What some options are for; the others are for all."""

What = Annotated[
    str,
    typer.Argument(
        metavar="one|sweep|growth|CONFIG",
        help="What to measure: engines on one outcome of the simulated tracker; a whole sweep of "
        "it; how its cost grows; or engines on outcomes of your own config.",
    ),
]
Engines = Annotated[
    str | None,
    typer.Option(
        "--engines",
        metavar="A,B",
        help="Some of ours, nuts, pymc, pymc-rows, numpyro, blackjax, rstanarm. Default: all but "
        "pymc-rows and rstanarm, which take minutes; one that is not installed is said to be "
        "absent.",
    ),
]
Outcomes = Annotated[
    int | None,
    typer.Option(
        "--outcomes", min=1, metavar="N", help="Of a sweep (200), of growth the most (80)."
    ),
]
Respondents = Annotated[
    int | None,
    typer.Option(
        "--respondents",
        min=1,
        metavar="N",
        help="Simulated ones (20,000), of growth the most (200,000).",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Of a sweep. Default: one a core."),
]
Repeats = Annotated[
    int | None,
    typer.Option(
        "--repeats",
        min=1,
        metavar="N",
        help="Fits of each engine (3), or sweeps (1): medians are told.",
    ),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="Of simulated data and of samplers.")
]
JsonFile = Annotated[
    Path | None,
    typer.Option(
        "--json", "-O", metavar="FILE", help="Write all figures, the machine's too, as JSON."
    ),
]
Markdown = Annotated[
    Path | None,
    typer.Option(
        "--markdown",
        metavar="FILE",
        help="Put tables and plots into this page: what stands there of the same kind is replaced.",
    ),
]


def bench(  # noqa: PLR0913, PLR0917 # one parameter per option
    what: What,
    select: Select,
    set_: Set,
    engines: Engines = None,
    outcomes: Outcomes = None,
    respondents: Respondents = None,
    workers: Workers = None,
    repeats: Repeats = None,
    seed: Seed = 1,
    json_: JsonFile = None,
    markdown: Markdown = None,
    format_: Printed = Format.table,
) -> None:
    """Measure how fast posteriors are sampled, by this program and by others.

    The figure is effective draws of the published estimates (the least of bulk and tail) per
    second of CPU, compilation counted and not: same counts, model and chains for all. An engine
    whose means or variances are not those of a long reference run, within Monte Carlo error, gets
    no speed: the disagreement is told, and the exit code is 1.
    """
    from sweep.client.files import check_writable

    given = {"--engines": engines, "--select": select or None, "--outcomes": outcomes}
    given |= {"--respondents": respondents, "--workers": workers, "--repeats": repeats}
    refuse_idle(what, [name for name, value in given.items() if value is not None])
    for path in (json_, markdown):
        if path is not None:
            check_writable(path)
    size = (outcomes, respondents, workers)
    asked = settings_of(what, engines, repeats, seed, size)
    found = measured(what, replace(asked, select=tuple(select), overrides=tuple(set_)))
    write(found, json_, markdown)
    show(found, format_)
    raise typer.Exit(code_of(found))


def settings_of(
    what: str,
    engines: str | None,
    repeats: int | None,
    seed: int,
    size: tuple[int | None, int | None, int | None],
) -> "Settings":
    """Return what was asked for, usual values put in; ``size`` as in `sweep.bench.whole.Size`."""
    from sweep.bench.engines import named_engines
    from sweep.bench.suite import Settings
    from sweep.bench.whole import Size

    outcomes, respondents, workers = size
    return Settings(
        engines=named_engines(engines or USUAL),
        repeats=repeats or (1 if what in (SWEEP, GROWTH) else 3),
        seed=seed,
        size=Size(
            outcomes or OUTCOMES.get(what, 1), respondents or RESPONDENTS.get(what, 1), workers
        ),
    )


def code_of(found: "Bench") -> int:
    """Return how the command leaves: an engine that disagrees or breaks off is a failure."""
    return 0 if found.sound else FAILED


def refuse_idle(what: str, given: list[str]) -> None:
    """Refuse options that would change nothing.

    Raises
    ------
    UsageError
        With what the option is for.
    """
    from sweep.errors import UsageError

    kind = what if what in (ONE, SWEEP, GROWTH) else "CONFIG"
    for name in given:
        if kind not in GIVEN[name]:
            msg = f"{name} is for `sweep bench` with {GIVEN[name]}: leave it away"
            raise UsageError(msg)


def measured(what: str, settings: "Settings") -> "Bench":
    """Measure what was asked for, in a folder that is gone afterwards."""
    from sweep.bench import suite

    with tempfile.TemporaryDirectory(prefix="sweep-bench-") as name:
        folder = Path(name)
        if what == ONE:
            return suite.bench_one(folder, settings)
        if what == SWEEP:
            return suite.bench_sweep(folder, settings)
        if what == GROWTH:
            return suite.bench_growth(folder, settings)
        config = Path(what)
        return suite.bench_config(config, folder, settings, config.stem)


def write(found: "Bench", json_file: Path | None, markdown: Path | None) -> None:
    """Write the files that were asked for."""
    from sweep.bench.document import as_json, to_bytes
    from sweep.bench.page import page_of
    from sweep.client.files import write_whole

    if json_file is not None:
        write_whole(json_file, to_bytes(as_json(found)))
    if markdown is not None:
        for name, data in page_of(found, markdown).items():
            write_whole(markdown.parent / name, data)


def show(found: "Bench", format_: Format) -> None:
    """Print what was found."""
    from sweep.bench.document import as_json
    from sweep.cli.output import print_json, print_lines

    if format_ is Format.json:
        print_json(as_json(found))
    else:
        print_lines(list(lines_of(found)))


def lines_of(found: "Bench") -> Iterator[str]:
    """Yield what was found as lines for people."""
    from sweep.bench import tables
    from sweep.bench.agreement import RULE
    from sweep.cli.output import table_lines

    yield found.machine.words
    for one in found.comparisons:
        yield from ("", tables.heading(one))
        yield from table_lines(tables.comparison_rows(one), tables.columns_of(one))
        yield from tables.remarks(one)
    yield from ("", f"agreement: {RULE}")
    if found.sweeps:
        yield ""
        yield from table_lines(tables.sweep_rows(found.sweeps), ("figure", "value"))
    if found.growth is not None:
        for sweeps in (found.growth.outcomes, found.growth.respondents):
            yield ""
            yield from table_lines(tables.size_rows(sweeps), tables.SIZES)
        yield from ("", *tables.growth_lines(found.growth))
