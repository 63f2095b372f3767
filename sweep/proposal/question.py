"""Question: what some columns of a survey ask, and how sure that is."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sweep.proposal.routes import Route, Truth
from sweep.proposal.survey import Column

__all__ = ["Question"]


@dataclass(frozen=True)
class Question:
    """A question: one column, or several that are its options.

    ``success`` are the answers that are plainly a yes, of ``kind``; none where nothing is plain.
    ``route`` is to whom it was put; ``blank`` how many hold nothing although they may have been
    asked. ``none`` are options that exclude all others.
    """

    form: Literal["binary", "items", "cells", "set"]
    columns: tuple[Column, ...]
    success: tuple[str, ...] = ()
    kind: str = ""
    name: str = ""
    label: str | None = None
    separator: str = ""
    none: tuple[str, ...] = ()
    route: Route | None = None
    blank: int = 0

    @property
    def is_plain(self) -> bool:
        """Return whether it is plain what counts as yes."""
        return self.form != "binary" or bool(self.success)

    @property
    def place(self) -> int:
        """Return where it stands in the file."""
        return self.columns[0].place

    @property
    def there(self) -> Truth:
        """Return which rows (row,) have an answer to it, in any of its columns."""
        there: Truth = np.logical_or.reduce([column.there for column in self.columns])
        return there

    def answers(self) -> dict[str, int]:
        """Return its answers with their counts, over all its columns."""
        found: dict[str, int] = {}
        for column in self.columns:
            for text, count in column.counts.items():
                found[text] = found.get(text, 0) + count
        return found
