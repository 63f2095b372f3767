"""Memory: what a worker keeps from task to task."""

import sys
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sweep.data.counts import Sums
from sweep.data.design import Design
from sweep.estimates.weighting import Weighting
from sweep.model.files import ModelFile

if TYPE_CHECKING:
    from sweep.inference.general import Compiled

__all__ = ["Memory"]


@dataclass
class Memory:
    """What a warm worker remembers between tasks, and whom it tells how a task gets on.

    Losing it costs time only. What is remembered is asked for by all that decides it: ``design``
    and ``sums`` by their keys, ``weightings`` by design and groups; ``agreed`` are the toolchains
    and writers that this process was found to be. ``mended`` is what the present task found
    damaged; ``sampled`` is whether this process has begun to sample, so that it can no longer be
    copied.
    """

    design_key: str = ""
    design: Design | None = None
    sums_key: str = ""
    sums: Sums | None = None
    weightings: dict[Hashable, Weighting] = field(default_factory=dict)
    agreed: set[Hashable] = field(default_factory=set)
    compiled: "Compiled | None" = None
    models: dict[str, ModelFile] = field(default_factory=dict)
    watch: Callable[[str, int], None] = lambda phase, count: None
    mended: list[str] = field(default_factory=list)
    sampled: bool = False

    def tell(self, message: str) -> None:
        """Take note of damage, in the outcome's log too."""
        self.mended.append(message)
        sys.stderr.write(f"{message}\n")
