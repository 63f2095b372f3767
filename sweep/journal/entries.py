"""Entries: what a plan holds of each outcome: who it is, under which keys, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sweep.journal.failures import PastFailure, failure_from
from sweep.keys import Json

__all__ = ["TO_DO", "Entry", "EntryId", "entry_from", "entry_json"]

TO_DO = ("fit", "estimate")
"""Actions of entries that are left to do."""


class EntryId(NamedTuple):
    """Who an entry is: an outcome, in a wave; None in a sweep of one wave."""

    outcome: str
    wave: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return who it is as events and records say it; without a wave they name none."""
        wave = {} if self.wave is None else {"wave": self.wave}
        return {"outcome": self.outcome, **wave}

    def __str__(self) -> str:
        """Return the name that people read: of one wave, the outcome's alone."""
        return self.outcome if self.wave is None else f"{self.outcome} [{self.wave}]"


@dataclass(frozen=True)
class Entry:
    """One outcome of a plan, in one wave.

    ``design``, ``counts``, ``fit_key`` and ``key`` (of its estimates, and so of its task) are keys.
    ``n`` are the answers in its base. ``failure`` is why it cannot even be tried. ``action`` is
    what was left to do when it was planned: ``taken``, ``estimate``, ``fit``, or ``failed``.
    ``rule`` is the number of its rule in the config, None in plans of earlier versions; ``wording``
    is what the survey's file says of its column, None if nothing.
    """

    id: EntryId
    label: str | None
    brand: str | None
    metric: str | None
    tags: tuple[str, ...]
    design: str
    counts: str
    fit_key: str
    key: str
    n: float
    failure: PastFailure | None
    action: str
    rule: int | None = None
    wording: str | None = None

    @property
    def name(self) -> str:
        """Return the outcome's name."""
        return self.id.outcome

    @property
    def waits(self) -> bool:
        """Return whether something was left to do when it was planned."""
        return self.action in TO_DO

    def names(self) -> dict[str, str | None]:
        """Return what readers call the outcome, by column of a table."""
        words = {"outcome": self.name, "label": self.label}
        return {**words, "brand": self.brand, "metric": self.metric}


def entry_json(entry: Entry) -> Json:
    """Return an entry as a plan holds it; without a wave it names none."""
    return {
        **entry.names(),
        **entry.id.as_json(),
        "tags": list(entry.tags),
        "design": entry.design,
        "counts": entry.counts,
        "fit": entry.fit_key,
        "estimates": entry.key,
        "n": entry.n,
        "failure": None if entry.failure is None else entry.failure.as_json(),
        "action": entry.action,
        "rule": entry.rule,
        "wording": entry.wording,
    }


def entry_from(record: Mapping[str, Any], design: str) -> Entry:
    """Return an entry from a plan's record; ``design`` is its key where the entry names none."""
    failure = record["failure"]
    return Entry(
        EntryId(record["outcome"], record.get("wave")),
        record["label"],
        record["brand"],
        record["metric"],
        tuple(record["tags"]),
        record.get("design", design),
        record["counts"],
        record["fit"],
        record["estimates"],
        record["n"],
        None if failure is None else failure_from(failure),
        record["action"],
        record.get("rule"),
        record.get("wording"),
    )
