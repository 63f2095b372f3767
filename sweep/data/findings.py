"""Findings: what the data show about a config: mistakes, which end the command, and notices.

Each names the config key that it is about, as the path to it, so that whoever reads the message can
go there. Whoever finds something goes on looking: all mistakes are told at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sweep.errors import DataError
from sweep.keys import Json

__all__ = ["Finding", "Findings", "KeyPath", "MistakeAt", "Mistaken", "finding_from"]

type KeyPath = tuple[str | int, ...]
"""A config key, from the top: ``("study", "outcomes", 3, "success", 0)``."""


@dataclass(frozen=True)
class Finding:
    """What was found, and about which key. Of one outcome alone, ``outcome`` is its name."""

    path: KeyPath
    message: str
    outcome: str | None = None

    @property
    def key(self) -> str:
        """Return the config key in words, as ``study.outcomes.3.success``."""
        return ".".join(map(str, self.path))

    def as_json(self) -> Json:
        """Return the finding as it is stored and printed."""
        return {"path": list(self.path), "message": self.message, "outcome": self.outcome}

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"


def finding_from(record: Json) -> Finding:
    """Return a stored finding."""
    return Finding(tuple(record["path"]), record["message"], record["outcome"])


class MistakeAt(DataError):
    """A mistake of one config key: whoever collects findings notes it there and goes on."""

    def __init__(self, path: KeyPath, message: str) -> None:
        super().__init__(str(Finding(path, message)))
        self.path = path
        self.message = message


class Mistaken(DataError):
    """What comes next needs what was found mistaken; the findings say what that is."""


@dataclass
class Findings:
    """Mistakes and notices, in the order in which they were found; ``facts`` are for who looks."""

    mistakes: list[Finding] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)
    facts: list[Finding] = field(default_factory=list)

    def mistake(self, path: KeyPath, message: str, outcome: str | None = None) -> None:
        """Note what the config cannot have meant."""
        self.mistakes.append(Finding(path, message, outcome))

    def notice(self, path: KeyPath, message: str, outcome: str | None = None) -> None:
        """Note what was inferred, or is worth a look."""
        self.notices.append(Finding(path, message, outcome))

    def fact(self, path: KeyPath, message: str) -> None:
        """Note what is as it should be, for those who ask what was done."""
        self.facts.append(Finding(path, message))

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Note what the block refuses as a mistake of a key, and go on after the block.

        What names a key of its own is a mistake of that.
        """
        try:
            yield
        except Mistaken:
            raise
        except MistakeAt as error:
            self.mistake(error.path, error.message)
        except DataError as error:
            self.mistake(path, str(error))

    def stop_if_mistaken(self) -> None:
        """Go no further where something was found mistaken.

        Raises
        ------
        Mistaken
            If there is a mistake.
        """
        if self.mistakes:
            raise Mistaken
