"""Notebook: the display of a running sweep in a notebook: one output, redrawn in its place."""

import io
import time
from typing import TYPE_CHECKING, Any

from sweep.backends.events import Event, Note
from sweep.client.display import PER_SECOND, Nothing, box_of
from sweep.client.progress import SweepProgress
from sweep.client.terminal import inert
from sweep.journal.entries import Entry

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["Notebook"]

WIDTH = 100  # characters
HTML = '<pre style="line-height:1.3;font-family:Menlo,Consolas,monospace">{code}</pre>'


class Notebook(Nothing):
    """A panel in the output of a notebook's cell; redrawn when something happens, by the clock.

    The last state stays, and is what a saved notebook shows.
    """

    def __init__(self, name: str, progress: SweepProgress) -> None:
        from IPython.display import display

        self.name = name
        self.progress = progress
        self.drawn = time.monotonic()
        show: Any = display  # without types
        self.output = show(bundle_of(self.panel()), raw=True, display_id=True)

    def panel(self, ended: bool = False) -> "RenderableType":
        """Return what there is to see."""
        return box_of(self.name, self.progress, ended)

    def watch(self, event: Event, entry: Entry | None) -> None:
        """Take note of an event, and redraw unless that was just done."""
        if isinstance(event, Note):
            self.say(inert(event.message))
            return
        if entry is not None:
            self.progress.watch(event, entry.id)
        if time.monotonic() - self.drawn >= 1 / PER_SECOND:
            self.drawn = time.monotonic()
            self.output.update(bundle_of(self.panel()), raw=True)

    def end(self) -> None:
        """Draw the last state."""
        self.output.update(bundle_of(self.panel(ended=True)), raw=True)


def bundle_of(content: "RenderableType") -> dict[str, str]:
    """Return something to see as HTML and as text."""
    from rich.console import Console

    console = Console(
        file=io.StringIO(), record=True, width=WIDTH, force_jupyter=False, force_terminal=False
    )
    console.print(content)
    html = console.export_html(inline_styles=True, code_format=HTML, clear=False)
    return {"text/html": html, "text/plain": console.export_text()}
