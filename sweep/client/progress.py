"""Progress: what is known of a sweep while it runs: counts, speed, what is slow, what failed."""

import time
from dataclasses import dataclass, field

from sweep.backends.events import Done, Started
from sweep.backends.events import Progress as Moved
from sweep.journal.entries import EntryId
from sweep.journal.run_plan import RunPlan

__all__ = ["SweepProgress", "duration", "line_of"]


@dataclass
class SweepProgress:
    """The state of a running sweep; ``watch`` is told every event."""

    total: int
    taken: int
    counts: dict[str, int]
    failures: list[tuple[str, str]] = field(default_factory=list)
    running: dict[str, float] = field(default_factory=dict)
    moving: dict[str, int] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    draws: int = 0
    ended: int = 0
    began: float = field(default_factory=time.monotonic)
    first: float | None = None

    @classmethod
    def of(cls, plan: RunPlan) -> "SweepProgress":
        """Return the state before the first event of a plan."""
        actions = [entry.action for entry in plan.entries]
        counts = {"failed": actions.count("failed"), "flagged": 0, "ok": 0}
        return cls(len(actions), actions.count("taken"), counts)

    @property
    def finished(self) -> int:
        """Return how many outcomes have nothing left to do."""
        return self.taken + sum(self.counts.values())

    def watch(self, event: Started | Moved | Done, entry: EntryId) -> None:
        """Take note of an event."""
        name = str(entry)
        if isinstance(event, Started):
            self.running[name] = time.monotonic()
            self.first = self.first or time.monotonic()
            return
        if isinstance(event, Moved):
            self.moving[name] = event.count
            return
        self.running.pop(name, None)
        self.moving.pop(name, None)
        self.first = self.first or self.began  # not every backend tells what has started
        self.ended += 1
        if event.failure is not None:
            self.counts["failed"] += 1
            self.failures.append((name, event.failure.message))
        elif event.result is not None:
            self.counts[event.result["status"]] += 1
            self.draws += event.result["draws"]
            self.slowest = sorted([*self.slowest, (event.result["seconds"], name)])[-3:]

    def elapsed(self) -> float:
        """Return the seconds since the sweep began."""
        return time.monotonic() - self.began

    def speed(self) -> float:
        """Return kept draws per second since the first fit began."""
        return self.draws / max(time.monotonic() - self.first, 1e-3) if self.first else 0.0

    def left(self) -> float | None:
        """Return the seconds that the rest will take, None while there is nothing to go by."""
        if not self.ended or self.first is None:
            return None
        rest = self.total - self.finished
        return rest * (time.monotonic() - self.first) / self.ended


def line_of(event: Done, entry: EntryId) -> str:
    """Return the one line that tells how a task ended."""
    name = str(entry)
    if event.failure is not None:
        again = f"  attempt {event.attempt}" if event.attempt > 1 else ""
        return f"FAIL     {name}{again}  {event.failure.kind}: {event.failure.message}"
    assert event.result is not None
    found = event.result["diagnostics"]
    numbers = "  ".join(
        f"{name} {number(found[place], form)}"
        for name, place, form in (
            ("r_hat", "r_hat_max", ".3f"),
            ("ess_bulk", "ess_bulk_min", ",.0f"),
            ("ess_tail", "ess_tail_min", ",.0f"),
        )
    )
    reasons = "".join(f"  {reason}" for reason in event.result["reasons"])
    return f"{event.result['status']:8} {name}  {event.result['seconds']:.1f}s  {numbers}{reasons}"


def number(value: float | None, form: str) -> str:
    """Return a number, or a word where there is none."""
    return "none" if value is None else format(value, form)


def duration(seconds: float) -> str:
    """Return a time as people say it: ``0.9s``, ``42s``, ``1m42s``, ``2h05m``."""
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
