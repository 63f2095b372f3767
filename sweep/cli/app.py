"""App: the command `sweep`, its verbs, and the one place where errors become messages."""

import errno
import sys
import warnings
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sweep.cli import bench as measuring
from sweep.cli import explain as explaining
from sweep.cli import init as starting
from sweep.cli import maintenance as keeping
from sweep.cli import plan as configs
from sweep.cli import project as projects
from sweep.cli import results
from sweep.cli import resume as carrying
from sweep.cli import run as fitting
from sweep.cli.exit_codes import BROKEN, FAILED, INTERRUPTED
from sweep.errors import SweepError
from sweep.store.directory_root import StoreExposed

__all__ = ["app"]


class Verbs(TyperGroup):
    """The verbs; whatever one raises ends here, as a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run a verb."""
        try:
            with warnings.catch_warnings():
                warnings.showwarning = shown_by(warnings.showwarning)
                warnings.simplefilter("always", StoreExposed)
                return super().invoke(ctx)
        except (SweepError, OSError, KeyboardInterrupt) as error:
            gone = isinstance(error, OSError) and error.errno == errno.EPIPE  # nobody reads on
            if gone or ctx.params.get("traceback"):
                raise
            sys.exit(print_error(error))


def shown_by(usual: Callable[..., None]) -> Callable[..., None]:
    """Return what shows warnings: each about a store once, as a note; all others as usual."""
    told = set[str]()

    def show(message: Any, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, StoreExposed):
            usual(message, category, *where, **more)
        elif str(message) not in told:
            from sweep.client.terminal import inert

            told.add(str(message))
            sys.stderr.write(f"NOTE  {inert(str(message))}\n")

    return show


def print_error(error: BaseException) -> int:
    """Print an error for people; return the exit code."""
    from sweep.client.terminal import inert
    from sweep.errors import ConfigError, RunFailed

    if isinstance(error, KeyboardInterrupt):
        sys.stderr.write("Interrupted. What is done is stored: the same command goes on from it.\n")
        return INTERRUPTED
    head = "" if isinstance(error, ConfigError) else "Error: "
    words = error if isinstance(error, SweepError) else of_the_system(error)
    sys.stderr.write(inert(f"{head}{words}") + "\n")
    return FAILED if isinstance(error, RunFailed) else BROKEN


def of_the_system(error: BaseException) -> str:
    """Return what the operating system says, where, and what to do."""
    words = getattr(error, "strerror", None) or str(error)
    place = getattr(error, "filename", None)
    where = "" if place is None else f" ({place})"
    return f"{words}{where}; mend that, and the same command goes on from what is stored"


app = typer.Typer(
    cls=Verbs,
    help="One YAML file in, poststratified Bayesian estimates for every survey question out.",
    epilog="Exit codes: 0 done, 1 outcomes failed, `verify` found damage or an engine of `bench` "
    "disagreed, 2 wrong usage, config, data, or a store that cannot be used, 3 flagged outcomes "
    "with --strict, 130 interrupted, 143 terminated.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def show_version(asked: bool) -> None:
    """Print the version and leave."""
    if asked:
        import sweep

        sys.stdout.write(f"sweep {sweep.__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=show_version, is_eager=True),
    ] = False,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where in the program an error arose.")
    ] = False,
) -> None:
    """Take the options of all verbs."""


for verb in (
    starting.init,
    configs.check,
    configs.plan,
    explaining.explain,
    fitting.run,
    fitting.fit,
    carrying.resume,
    carrying.retry,
    carrying.cancel,
    results.status,
    results.runs,
    results.estimates,
    results.report,
    results.logs,
    keeping.verify,
    keeping.gc,
    measuring.bench,
    projects.schema,
    projects.doctor,
):
    app.command()(verb)
