"""States: what can become of an outcome, and the order in which people are told."""

__all__ = ["ESTIMATED", "LOST", "STATUSES", "WORST_FIRST"]

ESTIMATED = ("ok", "flagged")
"""States with estimates."""

LOST = ("failed", "cancelled")
"""States that will not have estimates unless they are tried again."""

STATUSES = (*ESTIMATED, *LOST, "pending")

WORST_FIRST = ("failed", "cancelled", "pending", "flagged", "ok")
