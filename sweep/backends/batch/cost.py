"""Cost: vCPU-seconds as they are seen to be used, times a price.

Each look at the jobs says how many children run; between two looks as many are taken to have run.
That sees lost attempts and start-up too, and costs no call. It is an estimate, and does not see
what ran while no coordinator looked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Meter"]


@dataclass
class Meter:
    """The vCPU-seconds of a run, by queue."""

    prices: Mapping[str, float | None]  # of a vCPU hour, by queue
    budget: float | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, queue: str, vcpus: float, seconds: float) -> None:
        """Count vCPUs that ran for some seconds."""
        self.seconds[queue] = self.seconds.get(queue, 0.0) + vcpus * seconds

    @property
    def hours(self) -> float:
        """Return the vCPU-hours."""
        return sum(self.seconds.values()) / 3600

    @property
    def cost(self) -> float | None:
        """Return the cost, None without prices."""
        if any(self.prices.get(queue) is None for queue in self.seconds):
            return None
        return sum((self.prices[q] or 0.0) * s / 3600 for q, s in self.seconds.items())

    @property
    def spent(self) -> bool:
        """Return whether the budget is used up."""
        cost = self.cost
        return self.budget is not None and cost is not None and cost >= self.budget

    def words(self) -> str:
        """Return what was used, for people."""
        cost = self.cost
        priced = "" if cost is None else f", about {cost:.4g} at the price given"
        return f"AWS Batch: about {self.hours:.4g} vCPU-hours{priced}"
