"""Screen: where a running sweep is shown: on a terminal, in a notebook, or as lines elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from sweep.backends.events import Event
from sweep.client.display import PER_SECOND, Lines, Nothing, Panel
from sweep.client.progress import SweepProgress
from sweep.journal.entries import Entry
from sweep.journal.partial import name_with_part
from sweep.journal.run_plan import RunPlan

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Screen", "show_sweep"]


class Screen(Protocol):
    """What a running sweep is shown on."""

    def watch(self, event: Event, entry: Entry | None) -> None:
        """Show an event."""

    def say(self, text: str) -> None:
        """Show a message."""


@contextmanager
def show_sweep(plan: RunPlan, progress: bool | None, lines: bool = False) -> Iterator[Screen]:
    """Show a sweep while the block runs.

    ``progress`` True shows it anywhere, False nowhere, None on a terminal or in a notebook, and
    with ``lines`` elsewhere too.
    """
    from rich.console import Console

    console = Console(stderr=True)
    work = any(entry.waits for entry in plan.entries)
    if progress is False or not work:
        yield Nothing()
    elif console.is_jupyter:
        with notebook(plan) as output:
            yield output
    elif console.is_terminal and not console.is_dumb_terminal:
        with panel(plan, console) as screen:
            yield screen
    else:
        yield Lines() if progress or lines else Nothing()


@contextmanager
def panel(plan: RunPlan, console: "Console") -> Iterator[Panel]:
    """Show the live panel while the block runs; it goes when the sweep ends."""
    from rich.live import Live

    live = Live(console=console, refresh_per_second=PER_SECOND, transient=True)
    screen = Panel(name_with_part(plan), SweepProgress.of(plan), live)
    live.update(screen)
    with live:
        yield screen


@contextmanager
def notebook(plan: RunPlan) -> Iterator[Screen]:
    """Show one output of a notebook's cell while the block runs; its last state stays."""
    from sweep.client.notebook import Notebook

    screen = Notebook(name_with_part(plan), SweepProgress.of(plan))
    try:
        yield screen
    finally:
        screen.end()
