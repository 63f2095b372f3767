"""Errors: one tree. Each message says what, where, the value, what is allowed, what to do next.

    SweepError                 anything raised on purpose
    ├── UsageError             a verb was called with something that does not fit
    ├── ConfigError            mistakes in a sweep config, all at once, each with its place
    ├── DataError              the tables do not say what the config says
    │   └── MistakenConfig     the same by key, with its place; a ConfigError as well
    ├── ModelError             a model file, or the density it defines, is wrong
    ├── StoreError             the store cannot be read or written
    │   ├── CorruptArtifact    stored bytes do not match their digests
    │   └── StoreSetup         this machine lacks what the store needs; a UsageError as well
    ├── ForeignToolchain       a machine cannot give the numbers that a recipe promises
    ├── Nondeterminism         the same recipe gave two results
    ├── Claimed                another run's workers are at the fit just now
    └── RunFailed              the run ended, and not every outcome has an estimate

All but ``RunFailed`` end the command line with exit code 2.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sweep.words.numbers import count_of

__all__ = [
    "Claimed",
    "ConfigError",
    "CorruptArtifact",
    "DataError",
    "ForeignToolchain",
    "Mistake",
    "MistakenConfig",
    "ModelError",
    "Nondeterminism",
    "RunFailed",
    "StoreError",
    "StoreSetup",
    "SweepError",
    "UsageError",
]

ALIKE = 10  # mistakes of one kind that a message shows


class SweepError(Exception):
    """Anything this package raises on purpose."""


class UsageError(SweepError, ValueError):
    """A verb was called with something that does not exist or does not fit."""


@dataclass(frozen=True)
class Mistake:
    """One mistake in a config: its place, the key, what is wrong, and the source line.

    Line 0 is that of a config given as a mapping.
    """

    line: int
    column: int
    path: str
    message: str
    source: str = ""

    def kind(self) -> str:
        """Return what the mistake says whatever the value: what is quoted is left out."""
        return re.sub(r"'[^']*'", "'...'", self.message)

    def render(self, file: str) -> str:
        """Return ``file:line:column  path: message``, with the source line and a caret below."""
        where = f"{file}:{self.line}:{self.column}  " if self.line else f"{file}  "
        head = where + (f"{self.path}: {self.message}" if self.path else self.message)
        if not self.source.strip():
            return head
        gutter = f"{self.line:5d} | "
        caret = " " * (len(gutter) - 2) + "| " + " " * (self.column - 1) + "^"
        return f"{head}\n{gutter}{self.source.rstrip()}\n{caret}"


class ConfigError(SweepError, ValueError):
    """Mistakes in a sweep config, all at once, each with its place.

    ``mistakes`` holds all of them; the message shows ten of those that say the same, and below
    them the ``notes``, which may explain some.
    """

    def __init__(self, file: str, mistakes: Sequence[Mistake], notes: Sequence[str] = ()) -> None:
        self.file = file
        self.notes = tuple(notes)
        self.mistakes = tuple(sorted(mistakes, key=lambda m: (m.line, m.column, m.path)))
        head = f"{file}: {count_of(len(self.mistakes), 'mistake')}"
        noted = [f"notice  {note}" for note in self.notes[:ALIKE]]
        super().__init__("\n".join([head, *self._told(), *noted]))

    def _told(self) -> Iterator[str]:
        """Yield the mistakes in words, and how many of each kind are left out."""
        kinds = Counter[str]()
        for mistake in self.mistakes:
            kinds[mistake.kind()] += 1
            if kinds[mistake.kind()] <= ALIKE:
                yield mistake.render(self.file)
        for kind, count in kinds.items():
            if count > ALIKE:
                yield f"... and {count - ALIKE:,} more of: {kind}"


class DataError(SweepError, ValueError):
    """Survey, population or covariate tables do not say what the config says."""


class MistakenConfig(ConfigError, DataError):
    """Mistakes in a sweep config that only its tables show, all at once, each with its place."""


class ModelError(SweepError):
    """A model file, or the density it defines, is wrong."""


class StoreError(SweepError, OSError):
    """The store cannot be read or written."""


class ForeignToolchain(SweepError):
    """Versions or CPU class of the machine are not those a task's recipe names."""


class Nondeterminism(SweepError):
    """The same recipe gave two results."""


class Claimed(SweepError):
    """Another run's workers are at a fit; the message says who."""


class StoreSetup(UsageError, StoreError):
    """What the store needs is not on this machine: a package, credentials, settings."""


class CorruptArtifact(StoreError):
    """Stored bytes do not match the digests that were stored with them.

    ``damage`` says what is wrong; the message also says what mends it, if that is known.
    """

    def __init__(self, damage: str, advice: str = "") -> None:
        super().__init__(f"{damage}; {advice}" if advice else damage)
        self.damage = damage


class RunFailed(SweepError):
    """The run ended, and not every outcome has an estimate."""
