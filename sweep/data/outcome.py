"""Outcome: one dependent variable, as a rule of the config makes it of a column or an option."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sweep.config.outcomes import DONT_KNOW_VALUES
from sweep.data.answers.block import Block
from sweep.data.answers.meaning import Meaning
from sweep.expression import columns as columns_of
from sweep.expression import normalise, parse
from sweep.keys import Json

__all__ = ["NO_RULE", "Outcome"]

NO_RULE = -1
"""In place of a rule's number, for the outcome that the survey's ``universe`` makes."""


@lru_cache(maxsize=1024)
def names_in(condition: str) -> frozenset[str]:
    """Return the names in a condition: many outcomes have the same."""
    return frozenset(columns_of(parse(condition)))


@dataclass(frozen=True)
class Outcome:
    """One dependent variable: which column, which answers, and what readers call it.

    ``label``, ``brand``, ``metric`` and ``tags`` describe; they enter no key of a fit. ``rule`` is
    the place of its rule in the config; ``wording`` is what the survey's file says of its column,
    and enters no key either. An option of a question with several answers has a
    ``block``. Where there is a ``condition``, the answers are whether it is met.
    """

    name: str
    column: str
    success: tuple[Any, ...]
    failure: tuple[Any, ...] | None
    dont_know: str | Mapping[str, str] | None
    dont_know_values: tuple[Any, ...] | None
    base: str | None
    label: str | None
    brand: str | None
    metric: str | None
    tags: tuple[str, ...]
    not_asked: tuple[Any, ...] = ()
    rule: int = 0
    block: Block | None = None
    condition: str | None = None
    wording: str | None = None

    def conditions(self) -> list[str]:
        """Return the conditions on other columns that counting it looks at: base, condition."""
        return [text for text in (self.base, self.condition) if text is not None]

    def names_seen(self) -> list[str]:
        """Return the names in its conditions, in letter order."""
        return sorted({name for text in self.conditions() for name in names_in(text)})

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that hold its answers."""
        return (self.column,) if self.block is None else self.block.columns

    @property
    def answer_columns(self) -> tuple[str, ...]:
        """Return the columns that are read for its answers: none of a condition's."""
        return self.columns if self.condition is None else ()

    @property
    def makes_lists(self) -> bool:
        """Return whether its options, and not the config, say which answer is a yes."""
        return self.block is not None and not self.block.listed

    @property
    def fixed(self) -> Mapping[str, Meaning]:
        """Return the answers that mean the same in every question of its kind."""
        return {} if self.block is None else self.block.fixed

    def coding(self) -> Json:
        """Return what enters the key of this outcome's counts.

        Where nothing is said of don't-know answers none occurs, or there are no counts: the key is
        that of the words and the decision that such counts always had.
        """
        values = DONT_KNOW_VALUES if self.dont_know_values is None else self.dont_know_values
        plain = {
            "column": self.column,
            "success": list(self.success),
            "failure": None if self.failure is None else list(self.failure),
            "dont_know": self.dont_know or "in_base",
            "dont_know_values": list(values),
            "base": self.base,
        }
        further = {"not_asked": list(self.not_asked)} if self.not_asked else {}
        block = {} if self.block is None else {"multiple": self.block.as_json()}
        decided = {} if self.condition is None else {"condition": normalise(parse(self.condition))}
        return {**plain, **further, **block, **decided}
