"""Display: what a running sweep looks like: a panel, lines, or nothing but messages.

Progress goes to standard error, so that standard output holds data alone.
"""

import sys
from typing import TYPE_CHECKING

from sweep.backends.events import Done, Event, Note
from sweep.client.progress import SweepProgress, duration, line_of
from sweep.client.terminal import inert
from sweep.journal.entries import Entry
from sweep.words.numbers import count_of

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

__all__ = ["PER_SECOND", "Lines", "Nothing", "Panel", "box_of"]

PER_SECOND = 4


class Nothing:
    """No display: a message still comes through."""

    def watch(self, event: Event, entry: Entry | None) -> None:
        """Show nothing but what a person should read."""
        if isinstance(event, Note):
            self.say(inert(event.message))

    def say(self, text: str) -> None:
        """Print a message."""
        sys.stderr.write(text + "\n")


class Lines(Nothing):
    """One line per outcome that ends, for logs and pipes."""

    def watch(self, event: Event, entry: Entry | None) -> None:
        """Print how a task ended."""
        super().watch(event, entry)
        if isinstance(event, Done) and entry is not None:
            sys.stderr.write(inert(line_of(event, entry.id)).replace("\n", " ") + "\n")
            sys.stderr.flush()


class Panel:
    """A live panel on a terminal."""

    def __init__(self, name: str, progress: SweepProgress, live: "Live") -> None:
        self.name = name
        self.progress = progress
        self.live = live

    def watch(self, event: Event, entry: Entry | None) -> None:
        """Take note; the panel redraws itself by the clock."""
        if isinstance(event, Note):
            self.say(inert(event.message))
        elif entry is not None:
            self.progress.watch(event, entry.id)

    def say(self, text: str) -> None:
        """Print a message above the panel."""
        self.live.console.print(text, style="yellow", markup=False, highlight=False)

    def __rich__(self) -> "RenderableType":
        return box_of(self.name, self.progress)


def box_of(name: str, progress: SweepProgress, ended: bool = False) -> "RenderableType":
    """Return a sweep's progress in a box; of one that has ended, not what is slow."""
    from rich import box
    from rich.console import Group
    from rich.panel import Panel as Box

    parts = [headline(progress), *failure_lines(progress)]
    parts += [] if ended else [slow_line(progress)]
    return Box(Group(*parts), title=inert(name), title_align="left", box=box.ROUNDED)


def headline(progress: SweepProgress) -> "RenderableType":
    """Return the bar, the counts (failures first), the speed and the time left."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    styles = {"failed": "bold red", "flagged": "yellow", "ok": "green"}
    counts = Text()
    for status, style in styles.items():
        if progress.counts[status] or status == "ok":
            counts.append(f"{status} {progress.counts[status]}  ", style)
    if progress.taken:
        counts.append(f"stored {progress.taken}  ", "dim")
    left = progress.left()
    eta = f"  {duration(left)} left" if left else ""  # nothing is left at the end
    counts.append(f"{progress.speed():,.0f} draws/s  {duration(progress.elapsed())}{eta}")
    grid = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=max(progress.total, 1), completed=progress.finished, width=24)
    grid.add_row(bar, Text(f"{progress.finished}/{progress.total}"), counts)
    return grid


def failure_lines(progress: SweepProgress) -> "list[RenderableType]":
    """Return the most recent failures with their reasons."""
    from rich.text import Text

    return [
        Text(inert(f"FAIL {name}  {reason}").replace("\n", " "), "red", overflow="ellipsis",
             no_wrap=True)
        for name, reason in progress.failures[-3:]
    ]  # fmt: skip


def slow_line(progress: SweepProgress) -> "RenderableType":
    """Return the slowest outcomes: running ones first, longest first."""
    import time

    from rich.text import Text

    now = time.monotonic()
    running = sorted(((now - since, name) for name, since in progress.running.items()))[::-1][:4]
    words = [f"{name} {duration(s)}{draws_of(progress, name)}" for s, name in running]
    done = [f"{name} {duration(s)}" for s, name in progress.slowest[::-1]]
    doing = ", ".join(words) or phase_words(progress)
    lines = [f"now: {doing}"] if doing else []
    lines += [f"slowest: {', '.join(done)}"] if done else []
    return Text(inert("\n".join(lines)), "dim", overflow="ellipsis", no_wrap=True)


def phase_words(progress: SweepProgress) -> str:
    """Return what a sweep is at while no fit is known to run; empty if that is not known."""
    if progress.finished >= progress.total:
        return "writing the report"
    return "" if progress.ended else "starting"  # not every backend tells what has started


def draws_of(progress: SweepProgress, name: str) -> str:
    """Return how many draws a running fit has, if it has told."""
    count = progress.moving.get(name)
    return f" ({count_of(count, 'draw')})" if count else ""
